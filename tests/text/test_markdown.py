from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.growth import growth
from text.page_check import dangers
from text.vectors import XSS

from tipline.errors import TooLarge
from tipline.text.markdown import render
from tipline.text.sanitize import MAX_MARKDOWN_CHARACTERS


@pytest.mark.parametrize("vector", XSS)
def test_no_vector_comes_through(vector):
    assert dangers(render(vector)) == []


@pytest.mark.parametrize("vector", ["<b>x</b>", "<img src=x onerror=alert(1)>", "a <!-- b --> c"])
def test_raw_html_is_shown_as_it_was_written(vector):
    import html

    assert html.unescape(render(vector)).strip() == f"<p>{vector}</p>"


@given(st.text(alphabet="ab*_~`[]()<>!#|-\n \\&:1.\"'\x00/ht p", max_size=60))
def test_any_mark_up_renders_to_the_listed_tags(markdown):
    assert dangers(render(markdown)) == []


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("One *two* **three** ~~four~~", "<p>One <em>two</em> <strong>three</strong> <s>four</s></p>"),
        ("# Top\n\n## Next", "<h2>Top</h2>\n<h2>Next</h2>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("a\\\nb", "<p>a<br>\nb</p>"),
        (
            "|a|\n|-|\n|b|",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
        ),
        ("![the *ring*](https://a.example/x.jpg)", "<p>the *ring*</p>"),
        ("https://a.example", "<p>https://a.example</p>"),
    ],
)
def test_a_newsroom_s_markdown(markdown, html):
    assert render(markdown).strip() == html


def test_links_get_rel():
    assert render("[a](https://a.example)").strip() == (
        '<p><a href="https://a.example" rel="nofollow noopener noreferrer">a</a></p>'
    )


def test_too_long_a_text_is_refused():
    with pytest.raises(TooLarge, match="Shorten"):
        render("x" * (MAX_MARKDOWN_CHARACTERS + 1))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "unit", ["[", "*a_ ", "> ", "![[", "[a](b", "**a ", "*a **b ", "- ", "~~a", "[a][b]", "\\"]
)
def test_hostile_markdown_costs_no_more_than_its_length(unit):
    def attempt(markdown):
        with suppress(TooLarge):
            render(markdown)

    assert growth(attempt, unit, 20_000) < 9
