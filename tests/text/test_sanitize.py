import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.growth import growth
from text.page_check import ALLOWED_TAGS, dangers, read, text_of
from text.vectors import XSS

from tipline.errors import TooLarge
from tipline.text import sanitize
from tipline.text.nesting import MAX_DEPTH, MAX_MARKS, well_nested
from tipline.text.sanitize import (
    MAX_MARKDOWN_CHARACTERS,
    MAX_STORY_CHARACTERS,
    TAGS,
    clean_markdown_html,
    clean_story_html,
)

NAMES = "a b i p div table tr td th ul ol li pre h1 h4 script style svg textarea blockquote br img caption x"
TAG_SOUP = [
    f"<{slash}{name}{rest}>" for name in NAMES.split() for slash in ("", "/") for rest in ("", " x=1")
]
SOUP = st.lists(
    st.one_of(
        st.sampled_from(TAG_SOUP),
        st.sampled_from(
            ["<a href=https://a.example>", "<a href='https://a.example/?a=1&b=2'>", "<a href='javascript:1'>",
             "<!--", "-->", "<", ">", "&", "&lt;", "&nbsp;", '"', "x", " ", "\n", "é", "\x00", "\ud800"]
        ),
        st.sampled_from(XSS),
    )
).map("".join)  # fmt: skip


def test_the_list_of_hostile_texts_is_long_enough_to_mean_something():
    assert len(XSS) >= 80


@pytest.mark.parametrize("vector", XSS)
def test_no_vector_comes_through(vector):
    assert dangers(clean_story_html(vector)) == []
    assert dangers(clean_markdown_html(vector)) == []


@pytest.mark.parametrize("wall", ["well_nested", "_cleaner"])
def test_without_one_wall_the_others_hold(monkeypatch, wall):
    class Open:
        clean = staticmethod(str)

    monkeypatch.setattr(sanitize, wall, {"well_nested": lambda html, tags: html, "_cleaner": Open}[wall])
    assert [vector for vector in XSS if dangers(clean_story_html(vector))] == []


@given(SOUP)
def test_whatever_comes_in_only_the_listed_goes_out_and_a_second_time_changes_nothing(soup):
    cleaned = clean_story_html(soup)
    assert dangers(cleaned) == []
    assert clean_story_html(cleaned) == cleaned


@given(st.text())
def test_escaped_text_comes_out_as_it_was(text):
    from markupsafe import escape

    from tipline.text.clean import clean

    assert " ".join(text_of(clean_story_html(f"<p>x{escape(text)}x</p>")).split()) == " ".join(
        f"x{clean(text)}x".split()
    )


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p>One</p><p>Two <b>three</b></p>", "<p>One</p><p>Two <strong>three</strong></p>"),
        ("<h1>Top</h1>", "<h2>Top</h2>"),
        ("<div>a<p>b</p></div>", "<p>a</p><p>b</p>"),
        ("<b>x<i>y</b>z</i>", "<strong>x<em>y</em></strong>z"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<table><tr><td>1<td>2</table>", "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"),
        ("<table><tr><td></td><th>2</table>", "<table><tbody><tr><td></td><th>2</th></tr></tbody></table>"),
        ("<table>loose<tr><td>1</td></tr></table>", "loose1"),
        ("<table><tr>loose<td>1</td></tr></table>", "loose1"),
        ("<ul>\n<li>a</li>\n</ul>", "<ul><li>a</li></ul>"),
        ("<ul><p>a</p></ul>", "<p>a</p>"),
        ("<td>x</td><li>y</li>", "xy"),
        ("<p>&nbsp;</p><p>a<br>b</p>", "<p>a<br>b</p>"),
        ("x < y &amp; z", "x &lt; y &amp; z"),
        ("<img src=https://a.example/x.jpg alt=x>", ""),
        ("<a href=/x>rel</a> <a href=//e.example>y</a> <a>z</a>", "rel y z"),
        ("<p>a<script>b</script>c</p>", "<p>ac</p>"),
        ("<p>a<!-- b -->c</p>", "<p>ac</p>"),
        ("<p>a<blockquote><p>b</blockquote>c", "<p>a</p><blockquote><p>b</p></blockquote>c"),
        ("<p>a <b", "<p>a </p>"),
        ('<p title="a > b">c</p>', "<p>c</p>"),
        ("<p title='a", ""),
        ("<script>a", ""),
    ],
)
def test_the_story_keeps_its_shape(html, cleaned):
    assert clean_story_html(html) == cleaned


def test_links_get_rel_and_keep_their_query():
    assert clean_story_html("<a href='https://a.example/?a=1&amp;b=2' target=_top onclick=x>y</a>") == (
        '<a href="https://a.example/?a=1&amp;b=2" rel="nofollow noopener noreferrer">y</a>'
    )


def test_a_link_in_a_link_ends_the_first():
    html = clean_story_html("<a href=https://a.example>x<a href=https://b.example>y</a>z</a>")
    assert [attributes["href"] for _, attributes in read(html).tags] == [
        "https://a.example",
        "https://b.example",
    ]
    assert html.index("</a>") < html.index("b.example")


def test_our_own_list_and_the_test_s_agree():
    assert TAGS == ALLOWED_TAGS


@pytest.mark.parametrize(
    ("clean", "limit"),
    [(clean_markdown_html, MAX_MARKDOWN_CHARACTERS), (clean_story_html, MAX_STORY_CHARACTERS)],
)
def test_size_is_refused_beyond_the_limit_only(clean, limit):
    assert len(clean("x" * limit)) == limit
    with pytest.raises(TooLarge, match=f"{limit:,}"):
        clean("x" * (limit + 1))


def test_nesting_is_refused_beyond_the_limit_only():
    clean_story_html("<b>" * MAX_DEPTH + "x")
    with pytest.raises(TooLarge, match="nests"):
        clean_story_html("<b>" * (MAX_DEPTH + 1) + "x")


@pytest.mark.thorough
@pytest.mark.parametrize("mark", ["<br>", "&amp;", "<b>x</b>"])
def test_more_marks_than_any_story_has_are_refused(mark):
    with pytest.raises(TooLarge, match="special characters"):
        clean_story_html(mark * (MAX_MARKS + 1))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "unit",
    ["<b>", "<b><i></b></i>", "<p>x", "<b><p>", "</b>", "<", "&", '<a "', '<a href="x', "<!--", "<table><td>",
     "<svg>", "<ul><li>", "<em>x</em>", "<div>x</div>", "<script>", "<textarea>x</textarea>", "<td>",
     "<tr><td>x", "<table><b>x</b>", "<a href=http://x>", "<table><tr><td>x", "<font color=red>x",
     "= ", "<x =========",
     "<a href  "],
)  # fmt: skip
def test_the_first_pass_is_linear(unit):
    def nest(html):
        with suppress(TooLarge):
            well_nested(html, TAGS)

    assert growth(nest, unit, 100_000) < 9


@pytest.mark.thorough
def test_threads_do_not_share_a_parser():
    stories = [f"<p>{'<b>bold</b> plain ' * 50}{number}</p>" for number in range(8)]
    wanted = [clean_story_html(story) for story in stories]
    wrong = []

    def work(story, expected):
        wrong.extend(story for _ in range(20) if clean_story_html(story) != expected)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(stories, wanted, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
