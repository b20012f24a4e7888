from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.stories.sources import FoundStory, Related, Unreadable, parse
from tipline.text.names import Candidate

PAGES = Path(__file__).parent / "pages"
ZONE = "America/Los_Angeles"


def read(text):
    data = text if isinstance(text, bytes) else text.encode()
    (found,) = parse(data, "page.txt", kind="text", site_timezone=ZONE)
    return found


def page(name):
    return read((PAGES / name).read_bytes())


def story(*lines):
    found = read("\n\n".join(["Ana Ruiz Buys A Lighthouse", "She likes the sea.", *lines]))
    assert isinstance(found, FoundStory)
    return found


def test_the_headline_is_neither_the_menu_nor_the_alternative_text():
    dancer = page("dancer.txt")
    assert (
        dancer.headline == "Danylo Hrytsenko Planning To Leave 'Ballroom Nights' To 'Open A School At Home'!"
    )
    assert "danylo hrytsenko :" not in dancer.body
    assert "Star Seeker" not in dancer.body


def test_the_body_is_the_paragraphs_and_nothing_else():
    paragraphs = page("dancer.txt").body.split("\n\n")
    assert len(paragraphs) == 6
    assert paragraphs[0].startswith("After Danylo Hrytsenko’s long tour")
    assert paragraphs[-1] == "“It has been eight years in the making… You know.”"


def test_related_lines_become_titles():
    assert page("dancer.txt").related == (
        Related("Dany’s Wife Marta Quiroga Is ‘Over The Moon’ About Moving Back"),
        Related("Choreographer Oskar Lindqvist Reportedly Hurt At 61 In Backstage Fall"),
    )
    assert page("singer.txt").related == (
        Related("Priya’s Band Speaks", "https://whisper.example/priyas-band"),
    )


def test_the_credit_is_split_into_its_holders():
    dancer = page("dancer.txt")
    assert dancer.credits == ("RS7", "Danylo Hrytsenko", "Instagram")
    assert dancer.credit_raw == "[Image via RS7/Danylo Hrytsenko/Instagram]"


def test_several_credits_are_kept_together_each_holder_once():
    singer = page("singer.txt")
    assert singer.credits == (
        "Halo Pictures",
        "WENN",
        "Instagram",
        "Priya Vantongeren",
        "Nordlys Foto",
        "KTLX",
    )
    assert singer.credit_raw == (
        "[Photo: Halo Pictures] [Images via WENN & Instagram]"
        " [Image via Priya Vantongeren/Instagram, Nordlys Foto and KTLX]"
    )
    assert singer.body.startswith("Priya Vantongeren has cancelled three shows in a row.\n\n")


def test_the_printed_time_is_kept_flagged_and_resolved():
    dancer = page("dancer.txt")
    assert dancer.published_raw == "Jan 11, 2024 06:45pm PDT"
    assert dancer.published_at == datetime(2024, 1, 12, 2, 45, tzinfo=UTC)
    assert "PDT" in dancer.published_flag


def test_a_time_of_the_story_goes_before_one_of_other_posts():
    singer = page("singer.txt")
    assert singer.published_raw == "Published on Tuesday, 9 July 2024 at 11:05 CEST"
    assert singer.published_at == datetime(2024, 7, 9, 9, 5, tzinfo=UTC)
    assert singer.published_flag is None


def test_the_people_named_are_candidates_the_likeliest_first():
    dancer = page("dancer.txt")
    assert dancer.candidates[0] == Candidate("Danylo Hrytsenko", ("Dany",), 4)
    assert dancer.people[1] == "Ines Amaral"
    assert {"Marta Quiroga", "Oskar Lindqvist"} <= set(dancer.people)


def test_other_posts_below_are_not_of_the_story():
    singer = page("singer.txt")
    assert "Someone Else" not in singer.body
    assert "Nobody We Want" not in singer.credits


def test_byline_and_tags_are_told_from_the_text():
    singer = page("singer.txt")
    assert singer.byline == "Tomas Okafor"
    assert singer.tags == ("Priya Vantongeren", "Tours")
    assert "Tomas" not in singer.body


def test_a_paragraph_wrapped_at_a_width_is_one():
    assert "keep their tickets until Monday while new dates" in page("singer.txt").body
    assert len(page("singer.txt").body.split("\n\n")) == 2


def test_line_ends_of_another_system_and_missing_parts_are_no_trouble():
    director = page("director_crlf.txt")
    assert director.headline == "Teo Marchetti Sells The House By The Lake"
    assert director.body == (
        "The director has sold the house in which “Low Tide” was filmed.\n\n"
        "Neighbors say that Teo was seen packing lamps."
    )
    assert (director.credits, director.credit_raw, director.related, director.published_at) == (
        (),
        None,
        (),
        None,
    )
    assert director.published_flag == "No time is printed on the page."
    assert director.candidates == (Candidate("Teo Marchetti", (), 2),)


def test_a_page_without_blank_lines_is_read_line_by_line():
    found = read("Got A Tip?\nStar Seeker\nAna Ruiz Buys A Lighthouse\nShe likes the sea.\nShe said so.")
    assert (found.headline, found.body) == (
        "Ana Ruiz Buys A Lighthouse",
        "She likes the sea.\n\nShe said so.",
    )


def test_an_unknown_menu_is_skipped_where_the_alternative_text_tells_the_headline():
    found = read("Whispers\n\nAna Ruiz Buys A Lighthouse\n\nana ruiz buys a lighthouse\n\nShe likes the sea.")
    assert (found.headline, found.body) == ("Ana Ruiz Buys A Lighthouse", "She likes the sea.")


def test_a_paragraph_in_lower_case_that_says_something_else_stays():
    assert "she likes it very much, she says" in story("she likes it very much, she says").body


@pytest.mark.parametrize(
    ("line", "holders"),
    [
        ("[Image via CNN/Ana Ruiz/Instagram]", ("CNN", "Ana Ruiz", "Instagram")),
        ("[Images via WENN & Instagram]", ("WENN", "Instagram")),
        ("(no brackets needed)", ()),
        ("Photo: Halo Pictures / KTLX", ("Halo Pictures", "KTLX")),
        ("Photo credit: Halo Pictures", ("Halo Pictures",)),
        ("Photos courtesy of Ana Ruiz", ("Ana Ruiz",)),
        ("[Screenshot via https://a.example/x/y]", ("https://a.example/x/y",)),
        ("[Image via AT&T]", ("AT&T",)),
        ("[Image via Avalon.red.]", ("Avalon.red",)),
        ("[Video by Ana Ruiz; KTLX | WENN]", ("Ana Ruiz", "KTLX", "WENN")),
        ("[Image via /]", ()),
        ("[sic]", ()),
        ("Photos of the night were everywhere by noon. Nobody slept.", ()),
    ],
)
def test_credits(line, holders):
    assert story(line).credits == holders


def test_a_sentence_that_begins_like_a_credit_stays_in_the_story():
    line = "Photos from that night show her smiling. We believe them."
    assert line in story(line).body


@pytest.mark.parametrize(
    ("line", "related"),
    [
        ("Related: The Ring", Related("The Ring")),
        ("RELATED STORY: The Ring", Related("The Ring")),
        ("Read more: The Ring https://a.example/ring", Related("The Ring", "https://a.example/ring")),
        ("Related: https://a.example/ring", Related("https://a.example/ring")),
    ],
)
def test_related(line, related):
    assert story(line).related == (related,)


def test_a_sentence_about_what_is_related_is_none():
    assert story("Related things happen, she said.").related == ()


def test_the_address_of_the_page_is_kept():
    top, bottom = "https://whisper.example/ana\n\nAna Ruiz Buys A Lighthouse", "Tags: Sea, Ana Ruiz"
    found = read(f"{top}\n\nShe likes the sea.\n\n{bottom}")
    assert (found.url, found.tags) == ("https://whisper.example/ana", ("Sea", "Ana Ruiz"))
    assert found.body == "She likes the sea."


def test_a_quote_that_begins_with_by_is_no_byline():
    found = story("By the time she was home it rained.")
    assert found.byline is None
    assert "By the time" in found.body


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "headline"),
        ("\n \n\n", "headline"),
        ("Got A Tip?\n\nStar Seeker\n", "headline"),
        ("Ana Ruiz Buys A Lighthouse\n", "no paragraph"),
        ("Ana Ruiz Buys A Lighthouse\n\n[Image via KTLX]\n\nRelated Posts\n\nMore", "no paragraph"),
        ("x" * 301 + "\n\nShe likes the sea.", "300 characters"),
    ],
)
def test_what_is_no_story_gets_a_reason(text, reason):
    found = read(text)
    assert isinstance(found, Unreadable)
    assert found.where == "page.txt"
    assert reason in found.reason


def test_buttons_in_the_text_and_a_site_s_name_above_its_menu_are_left_out():
    found = read(
        "The Whisper\n\nLog in\n\nAna Ruiz Buys A Lighthouse\n\nShare\n\nShe likes the sea.\n\nTweet"
    )
    assert (found.headline, found.body) == ("Ana Ruiz Buys A Lighthouse", "She likes the sea.")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_what_editors_save_is_decoded(encoding):
    found = read("René’s Café Closes\n\nSo says René.".encode(encoding))
    assert found.headline == "René’s Café Closes"


def test_what_no_text_may_hold_becomes_visible():
    assert story("a\x00b").body.endswith("a\ufffdb")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_story_or_a_reason(data):
    assert isinstance(read(data), FoundStory | Unreadable)


@given(st.lists(st.sampled_from((PAGES / "singer.txt").read_text().splitlines()), max_size=40))
def test_any_order_of_lines_is_a_story_or_a_reason(lines):
    assert isinstance(read("\n".join(lines)), FoundStory | Unreadable)
