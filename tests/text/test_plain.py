import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.growth import growth
from text.vectors import XSS

from tipline.text.plain import link_addresses, plain_line, plain_paragraphs


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<p>One &amp; <b>two</b></p>\n<p>Three</p>", ["One & two", "Three"]),
        ("<div>One</div><div></div><div>Two</div>", ["One", "Two"]),
        ("one<br>two<br><br>three", ["one\ntwo", "three"]),
        ("<p>a\n  b&nbsp;c</p>", ["a b c"]),
        ("<p>a<script>b</script><style>c</style></p>", ["a"]),
        ("<ul><li>a</li><li>b</li></ul>", ["a", "b"]),
        ("a < b", ["a < b"]),
        ("<p>&nbsp;</p>", []),
        ("", []),
        ("<P CLASS=x>a</P>", ["a"]),
        ("<p>a&#0;b</p>", ["a\ufffdb"]),
    ],
)
def test_blocks_become_paragraphs(html, paragraphs):
    assert plain_paragraphs(html) == paragraphs


def test_a_title_fits_on_a_line():
    assert plain_line("Ana &#8217;s <em>night</em><br>out &hellip;") == "Ana ’s night out …"


def test_links_are_found_by_their_text():
    html = "<a href='https://a.example/?a=1&amp;b=2'>The <b>ring</b></a> <a href=/x>no</a> <a>none</a> <a href=https://b.example>open"
    assert link_addresses(html) == {"The ring": "https://a.example/?a=1&b=2"}


@pytest.mark.parametrize("vector", XSS)
def test_no_vector_is_too_much(vector):
    assert isinstance(plain_paragraphs(vector), list)


@given(st.text(alphabet="<>/abp br!-='\" &;#x\n"))
def test_any_text_is_read(html):
    assert all(paragraph.strip() == paragraph != "" for paragraph in plain_paragraphs(html))


@pytest.mark.thorough
@pytest.mark.parametrize("unit", ["<", "<p>", "x", "<br>", "<!--", '<a href="', "&", "<script>", "<i>x"])
def test_reading_is_linear(unit):
    assert growth(plain_paragraphs, unit, 100_000) < 9
