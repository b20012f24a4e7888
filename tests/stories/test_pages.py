import json
import re
import sys
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import a_person, a_story
from found import NOON, a_found, brought_in, stories

from tipline.models import StoryPerson
from tipline.stories.sources import Related

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


def names(db, story, *people):
    with db.write() as session:
        session.add_all(
            StoryPerson(story_id=story.id, person_id=person.id, position=place)
            for place, person in enumerate(people)
        )


def hrefs(response, prefix):
    return list(dict.fromkeys(re.findall(rf'<a [^>]*href="({prefix}[^"#]*)"', response.text)))


def test_the_front_of_a_new_newsroom_says_what_will_stand_here(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "No story has come in yet" in response.text


def test_the_front_leads_with_the_newest_and_goes_on_by_cursor(db, client):
    for number in range(30):
        a_story(db, f"Story {number}", slug=f"s{number}", published_at=NOON + timedelta(minutes=number // 3))
    seen, path = [], "/"
    while path:
        response = client.get(path)
        seen += hrefs(response, "/stories/")
        # the language switch leads to this very page again
        path = next((href for href in hrefs(response, r"/\?after=") if "lang=" not in href), None)
    assert seen == [f"/stories/s{number}" for number in range(29, -1, -1)]


@pytest.mark.parametrize("after", ["x", "1.2.3", "-99999999999999999.1", "-1", "1.1\0"])
def test_a_cursor_that_nobody_gave_out_leads_nowhere(client, after):
    assert client.get("/", query_string={"after": after}).status_code == 404


def test_stories_that_are_gone_are_nowhere(db, client):
    a_story(db, "Gone Girl", slug="gone", state="gone")
    assert "Gone Girl" not in client.get("/").text
    assert client.get("/stories/gone").status_code == 404
    assert b"Gone Girl" not in client.get("/feed.xml").data


def test_people_in_the_news_are_confirmed_ones(db, client):
    story = a_story(db)
    names(db, story, a_person(db, "Ilka Brandvold"), a_person(db, "Teo Marsh", state="candidate"))
    text = client.get("/").text
    assert "Ilka Brandvold" in text
    assert "Teo Marsh" not in text


def test_a_story_page_has_all_that_belongs_to_it(db, client):
    story = a_story(
        db,
        "Drummer Buys Lighthouse",
        slug="lighthouse",
        credits=["CNN", "Instagram"],
        url="https://lantern.example/lighthouse",
        published_raw="Mar 02, 2026 04:00am PDT",
        published_flag="“PDT” contradicts the date.",
    )
    names(db, story, a_person(db, "Ilka Brandvold"))
    text = client.get("/stories/lighthouse").text
    for part in (
        "2 March 2026, 4:00 am PST",
        "printed as “Mar 02, 2026 04:00am PDT”",
        "CNN / Instagram",
        'href="/tip?story=lighthouse"',
        '<link rel="canonical" href="https://lantern.example/lighthouse">',
        'href="/stars/ilka-brandvold"',
        "She always wanted one.",
    ):
        assert part in text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text)[1])
    assert (data["@type"], data["headline"]) == ("NewsArticle", "Drummer Buys Lighthouse")
    assert data["datePublished"] == "2026-03-02T12:00:00Z"
    assert data["about"][0]["name"] == "Ilka Brandvold"


def test_a_time_that_is_not_doubtful_is_printed_once(db, client):
    a_story(db, slug="s", published_raw="Mar 02, 2026 04:00am PST")
    assert "printed as" not in client.get("/stories/s").text


def test_without_an_address_elsewhere_the_page_is_canonical_itself(db, client):
    a_story(db, slug="s", dek="", byline=None, tags=["sea"])
    text = client.get("/stories/s").text
    assert '<link rel="canonical" href="http://localhost/stories/s">' in text
    assert 'name="description"' not in text


def test_related_lines_stand_in_the_text_and_lead_where_we_can(db, client):
    related = (Related("The Keeper Speaks"), Related("Lost Forever"))
    body = "\n\n".join(f"Paragraph {number}." for number in range(9))
    brought_in(db, a_found("The Keeper Speaks"), a_found(body=body, related=related))
    text = client.get(f"/stories/{stories(db)[1].slug}").text
    prose = text[text.index('class="prose"') : text.index("<footer>")]
    assert '<a href="/stories/the-keeper-speaks">The Keeper Speaks</a>' in prose
    assert "Lost Forever" in prose
    assert prose.index("Paragraph 1.") < prose.index("The Keeper") < prose.index("Paragraph 8.")
    assert "Related Posts" in text


def test_related_lines_without_text_still_show(db, client):
    brought_in(db, a_found(body="", related=(Related("Lost Forever"),)))
    assert "Lost Forever" in client.get(f"/stories/{stories(db)[0].slug}").text


def test_related_posts_are_those_that_share_most_people(db, client):
    ilka, teo = a_person(db, "Ilka Brandvold"), a_person(db, "Teo Marsh", state="candidate")
    main, one, both, none = (a_story(db, slug=slug) for slug in ("main", "one", "both", "none"))
    names(db, main, ilka, teo)
    names(db, one, ilka)
    names(db, both, ilka, teo)
    names(db, none, a_person(db, "Bo Lund"))
    text = client.get("/stories/main").text
    assert re.findall(r'href="/stories/([^"]+)" dir', text) == ["both", "one"]


@pytest.mark.parametrize("field", ["headline", "body", "dek", "byline", "body_html"])
def test_hostile_words_are_inert_everywhere(db, client, field):
    a_story(db, slug="s", **{field: HOSTILE, **({"headline": HOSTILE} if field == "headline" else {})})
    for path in ("/", "/stories/s", "/stars", "/feed.xml"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    ElementTree.fromstring(client.get("/feed.xml").data)


def test_html_of_a_cms_is_shown_as_it_was_cleaned(db, client):
    a_story(
        db,
        slug="s",
        body_html="<p>She <em>always</em> wanted one.</p><blockquote><p>Me too.</p></blockquote>",
    )
    assert "<p>She <em>always</em> wanted one.</p>" in client.get("/stories/s").text


@pytest.mark.parametrize("path", ["/stories/none", "/stars/none", "/stories/a%00b", "/stars/a%00b"])
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_the_star_seeker_lists_confirmed_people_by_letter(db, client):
    story = a_story(db)
    names(db, story, a_person(db, "Ilka Brandvold"))
    a_person(db, "30 Seconds")
    a_person(db, "Hidden Name", state="candidate")
    text = client.get("/stars").text
    assert '<a href="#letter-73">I</a>' in text
    assert '<a href="#letter-35">#</a>' in text
    assert "1 story" in text
    assert "no story yet" in text
    assert "Hidden Name" not in text


@pytest.mark.parametrize("q", ["brand", "ILKA b", "marsh", "Il", "  ilka  "])
def test_a_star_is_found_by_any_beginning_of_any_name(db, client, q):
    a_person(db, "Ilka Brandvold", aliases=("Captain Marsh",))
    a_person(db, "Teo Obi")
    text = client.get("/stars", query_string={"q": q}).text
    assert "Ilka Brandvold" in text
    assert "Teo Obi" not in text


@pytest.mark.parametrize("q", ["nobody", "%", "_", "'; drop", "\0", "x" * 5000])
def test_a_search_that_finds_nobody_says_so(db, client, q):
    a_person(db, "Ilka Brandvold")
    response = client.get("/stars", query_string={"q": q})
    assert response.status_code == 200
    if q in {"nobody", "'; drop"}:
        assert "We have no stories about" in response.text


@pytest.mark.parametrize("q", ["!!!", "-", "%", "_", "🦞", '"', "\u200b"])
def test_what_holds_no_word_is_nobodys_name(db, client, signed_in_as, moderator, q):
    a_person(db, "Ilka Brandvold")
    a_person(db, "Teo Marsh", state="candidate")
    text = client.get("/stars", query_string={"q": q}).text
    assert "We have no stories about" in text
    assert "Ilka" not in text
    desk = signed_in_as(moderator).get("/newsroom/people", query_string={"q": q}).text
    assert "Nobody of that name" in desk
    assert "Teo Marsh" not in desk


def test_a_search_for_spaces_is_none(db, client):
    a_person(db, "Ilka Brandvold")
    assert "Ilka" in client.get("/stars?q=%20%09").text


def test_a_long_list_of_stars_is_cut_and_says_so(db, client, monkeypatch):
    monkeypatch.setattr("tipline.stories.queries.MAX_STARS", 2)
    for name in ("Ana A", "Bo B", "Cy C"):
        a_person(db, name)
    text = client.get("/stars").text
    assert "The first 2 people" in text
    assert "Cy C" not in text


def test_a_star_has_a_page_with_their_stories(db, client):
    ilka = a_person(db, "Ilka Brandvold", aliases=("Il", "Captain"), about="Drums in The Lanterns")
    for number in range(13):
        names(db, a_story(db, slug=f"s{number}", published_at=NOON + timedelta(hours=number)), ilka)
    a_story(db, slug="other")
    first = client.get("/stars/ilka-brandvold")
    for part in ("also known as Il, Captain", "Drums in The Lanterns", 'href="/tip?about=ilka-brandvold"'):
        assert part in first.text
    (older,) = hrefs(first, r"/stars/ilka-brandvold\?after=")
    seen = hrefs(first, "/stories/") + hrefs(client.get(older), "/stories/")
    assert seen == [f"/stories/s{number}" for number in range(12, -1, -1)]


def test_a_name_nobody_confirmed_has_no_page(db, client):
    a_person(db, "Teo Marsh", state="candidate")
    assert client.get("/stars/teo-marsh").status_code == 404


def test_the_feed_is_rss_with_full_text(db, client):
    a_story(db, "Drummer & Co", slug="s", tags=["sea"], dek="Light & dry.", body="One <two>.\n\nThree.")
    response = client.get("/feed.xml")
    assert response.content_type == "application/rss+xml; charset=utf-8"
    channel = ElementTree.fromstring(response.data).find("channel")
    item = channel.find("item")
    assert channel.findtext("title") == "The Lantern"
    assert item.findtext("title") == "Drummer & Co"
    assert item.findtext("link") == item.findtext("guid") == "http://localhost/stories/s"
    assert item.findtext("pubDate") == "Mon, 02 Mar 2026 12:00:00 GMT"
    assert item.findtext("category") == "sea"
    assert item.findtext("description") == "Light &amp; dry."
    full = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded")
    assert "One &lt;two&gt;." in full
    assert "Three." in full


def test_a_feed_that_has_not_changed_is_not_sent_again(db, client):
    a_story(db, byline=None, dek=None)
    tag = client.get("/feed.xml").headers["ETag"]
    again = client.get("/feed.xml", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    a_story(db, "Another One")
    assert client.get("/feed.xml", headers={"If-None-Match": tag}).status_code == 200


def test_an_empty_feed_is_well_formed(client):
    assert ElementTree.fromstring(client.get("/feed.xml").data).find("channel/item") is None
