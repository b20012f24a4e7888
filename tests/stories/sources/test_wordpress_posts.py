import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.stories.sources import FoundStory, Related, Unreadable, parse

CONTENT = """
<p>Ana Ruiz has bought the lighthouse of <b>Cabo&nbsp;Norte</b>.</p>
<p>Related: <a href="https://whisper.example/ring?a=1&amp;b=2">Ana&#8217;s Ring Is Gone</a></p>
<figure><img src="https://cdn.example/x.jpg" onerror="alert(1)"><figcaption>The tower</figcaption></figure>
<div>She told us<br>twice.</div><script>alert(1)</script>
<p>[Image via KTLX/Instagram]</p>
"""


def a_post(**changes):
    post = {
        "id": 71,
        "slug": "ana-ruiz-lighthouse",
        "link": "https://Whisper.example/2024/ana-ruiz-lighthouse/",
        "status": "publish",
        "date": "2024-05-02T10:15:00",
        "date_gmt": "2024-05-02T17:15:00",
        "title": {"rendered": "Ana Ruiz Buys A Lighthouse &#8211; <em>Really</em>"},
        "excerpt": {"rendered": "<p>She likes the sea. [&hellip;]</p>\n", "protected": False},
        "content": {"rendered": CONTENT, "protected": False},
    }
    return {name: value for name, value in (post | changes).items() if value is not ...}


def read(answer):
    data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return parse(data, "posts.json", kind="wordpress", site_timezone="America/Los_Angeles")


def read_one(**changes):
    (found,) = read([a_post(**changes)])
    return found


def test_a_post_becomes_a_story():
    story = read_one()
    assert story.headline == "Ana Ruiz Buys A Lighthouse – Really"
    assert story.dek == "She likes the sea…"
    assert story.body == (
        "Ana Ruiz has bought the lighthouse of Cabo Norte.\n\nThe tower\n\nShe told us\ntwice."
    )
    assert story.remote_id == "whisper.example:71"
    assert story.url == "https://Whisper.example/2024/ana-ruiz-lighthouse/"
    assert story.slug == "ana-ruiz-lighthouse"
    assert story.source == "wordpress"
    assert story.people == ("Ana Ruiz", "Cabo Norte")


def test_its_times_in_gmt_are_utc_without_saying_so():
    story = read_one()
    assert story.published_at == datetime(2024, 5, 2, 17, 15, tzinfo=UTC)
    assert story.published_raw == "2024-05-02T17:15:00"
    assert story.published_flag is None


@pytest.mark.parametrize("missing", [..., None, "", "0000-00-00T00:00:00", 7, {}])
def test_without_them_the_local_time_is_read_and_flagged(missing):
    story = read_one(date_gmt=missing)
    assert story.published_at == datetime(2024, 5, 2, 17, 15, tzinfo=UTC)
    assert story.published_raw == "2024-05-02T10:15:00"
    assert "America/Los_Angeles" in story.published_flag


def test_without_any_time_the_story_says_so():
    story = read_one(date_gmt="soon", date=...)
    assert (story.published_at, story.published_raw) == (None, "soon")
    assert "no time" in story.published_flag


def test_related_links_and_credits_are_taken_out_of_text_and_html():
    story = read_one()
    assert story.related == (Related("Ana’s Ring Is Gone", "https://whisper.example/ring?a=1&b=2"),)
    assert story.credits == ("KTLX", "Instagram")
    assert "Related" not in story.body + story.body_html
    assert "Image via" not in story.body + story.body_html


def test_the_html_kept_is_clean():
    html = read_one().body_html
    assert "<p>Ana Ruiz has bought the lighthouse of <strong>Cabo&nbsp;Norte</strong>.</p>" in html
    assert "<p>She told us<br>twice.</p>" in html
    assert not any(bad in html for bad in ("<img", "script", "onerror", "<div"))


def test_embedded_authors_and_tags_are_read():
    embedded = {
        "author": [{"name": "Tomas &amp; Co"}, {"name": ""}, {"code": "rest_user_invalid_id"}, 7],
        "wp:term": [
            [{"taxonomy": "category", "name": "News"}],
            [{"taxonomy": "post_tag", "name": "Sea"}],
            "x",
        ],
    }
    story = read_one(_embedded=embedded)
    assert (story.byline, story.tags) == ("Tomas & Co", ("Sea",))
    assert (read_one().byline, read_one().tags) == (None, ())


def test_flattened_fields_are_taken_as_they_are():
    assert read_one(title="Plain &amp; simple").headline == "Plain & simple"


@pytest.mark.parametrize("link", [..., None, 7, "javascript:alert(1)", "/2024/x", "https://[x", "http://"])
def test_a_link_that_leads_nowhere_is_left_out(link):
    story = read_one(link=link)
    assert (story.url, story.remote_id) == (None, "71")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": {"rendered": " <b></b> "}}, "no title"),
        ({"title": ...}, "no title"),
        ({"title": {"rendered": ["x"]}}, "title is not text"),
        ({"content": {"rendered": {"a": 1}}}, "content is not text"),
        ({"excerpt": 7}, "excerpt is not text"),
        ({"id": ...}, "no id"),
        ({"id": True}, "no id"),
        ({"id": "71"}, "no id"),
        ({"id": 2**63}, "no id"),
        ({"id": -1}, "no id"),
        ({"status": "draft"}, "“draft”"),
        ({"status": 7}, "not published"),
        ({"content": {"rendered": "", "protected": True}}, "password"),
        ({"content": {"rendered": "<b>" * 500}}, "nests more than"),
        ({"content": {"rendered": "x" * 500_001}}, "500,000"),
    ],
)
def test_a_bad_post_is_a_reason_and_the_others_are_read(changes, reason):
    before, bad, after = read([a_post(id=1), a_post(**changes), a_post(id=3)])
    assert isinstance(before, FoundStory)
    assert isinstance(after, FoundStory)
    assert isinstance(bad, Unreadable)
    assert bad.where == "posts.json, post 2"
    assert reason in bad.reason


@pytest.mark.parametrize("post", [None, 7, "x", [], [[]]])
def test_what_is_no_post_is_a_reason(post):
    (found,) = read([post])
    assert found.reason == "It is not a post, but something else."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"<html>", "line 1, column 1"),
        (b"[" * 100_000, "nested more than"),
        (b'{"a":' * 100_000, "nested more than"),
        (b"[" * 100_000 + b"]" * 100_000, "nested more than"),
        (b"\xff[]", "byte 0"),
        (b'["\xed\xa0\x80"]', "not UTF-8"),
        (b"[NaN]", "number"),
        (b"[" + b"9" * 10_000 + b"]", "number"),
        (b"7", "not a list"),
        (b"{}", "not a list"),
        (
            b'{"code": "rest_no_route", "message": "No route &amp; no post"}',
            "WordPress answered: No route & no post",
        ),
    ],
)
def test_what_is_no_answer_is_one_reason(data, reason):
    (found,) = read(data)
    assert isinstance(found, Unreadable)
    assert found.where == "posts.json"
    assert reason in found.reason


def test_one_post_alone_and_an_empty_list_are_answers_too():
    (story,) = read(a_post())
    assert isinstance(story, FoundStory)
    assert read([]) == []


def test_brackets_inside_strings_do_not_count_as_nesting():
    assert isinstance(read_one(title="[" * 200 + '\\"{'), FoundStory)


def test_lone_surrogates_become_visible():
    (story,) = read(b'[{"id": 1, "title": "a\\ud800b", "content": "<p>c\\udc00d</p>", "link": "\\ud800"}]')
    assert (story.headline, story.body, story.url) == ("a\ufffdb", "c\ufffdd", None)
    story.body_html.encode()


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
)


@pytest.mark.thorough
@given(st.dictionaries(st.sampled_from([*sorted(a_post()), "_embedded"]), NESTED))
def test_any_values_are_a_story_or_a_reason(changes):
    (found,) = read([a_post(**changes)])
    assert isinstance(found, FoundStory | Unreadable)


@given(st.binary(max_size=100))
def test_any_bytes_are_stories_or_reasons(data):
    assert all(isinstance(found, FoundStory | Unreadable) for found in read(data))
