import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.growth import growth
from text.page_check import dangers, read, text_of
from text.vectors import XSS

from tipline.text.linkify import linkify, paragraphs

PIECES = st.sampled_from(
    ["https://", "HTTP://", "a.example", "/x", "(", ")", "[", "]", ".", ",", " ", "\n", "<", ">", '"', "'",
     "&amp;", "@", "\\", "\u202e", "\u2066", "é", "中", "。", ":80", "?q=1&r=2", "#", "\x00", "%", "😀"]
)  # fmt: skip


def links(text):
    return [attributes["href"] for tag, attributes in read(linkify(text)).tags if tag == "a"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://a.example/b.", "https://a.example/b"),
        ("(see https://a.example/b)", "https://a.example/b"),
        ("https://a.example/b_(c)", "https://a.example/b_(c)"),
        ("(https://a.example/b_(c)), then", "https://a.example/b_(c)"),
        ("https://a.example/b?c=1&d=2!", "https://a.example/b?c=1&d=2"),
        ("“https://a.example/b”", "https://a.example/b"),
        ("<https://a.example/b>", "https://a.example/b"),
        ("HTTPS://A.example", "HTTPS://A.example"),
        ("http://a.example:8080/x#y", "http://a.example:8080/x#y"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("*https://a.example/b*", "https://a.example/b"),
        ("请看https://a.example/b，谢谢", "https://a.example/b"),
        ("https://müller.example/straße", "https://müller.example/straße"),
        ("https://social.example/@ana", "https://social.example/@ana"),
        ("https://a.example/b\u200f.", "https://a.example/b"),
        ("[https://a.example/b]", "https://a.example/b"),
    ],
)
def test_an_address_ends_where_a_reader_sees_its_end(text, address):
    assert links(text) == [address]
    assert text_of(linkify(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "https://bank.example@evil.example/",
        "https://bank.example:pass@evil.example/",
        "https://bank.example\\@evil.example/",
        "https://a.example/\u202egpj.exe",
        "https://a.ex\u200bample/",
        "https://a.exa\u200dmple/",
        "https://",
        "https://.",
        "xhttps://a.example",
        "ftp://a.example",
        "www.a.example",
        "ana@a.example",
        "javascript:alert(1)",
        "http://%61.example/",
    ],
)
def test_what_could_mislead_stays_text(text):
    assert links(text) == []
    assert text_of(linkify(text)) == text


def test_links_tell_the_other_site_nothing_and_read_from_left_to_right():
    assert linkify("https://a.example") == (
        '<a href="https://a.example" rel="nofollow noopener noreferrer" target="_blank" dir="ltr">https://a.example</a>'
    )


@pytest.mark.parametrize("vector", XSS)
def test_no_vector_becomes_markup(vector):
    assert dangers(linkify(vector)) == []
    assert dangers(paragraphs(vector)) == []
    assert text_of(linkify(vector)) == vector.replace("\x00", "\ufffd") or "\x00" in vector


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_the_page_shows_exactly_what_was_written(text):
    shown = linkify(text)
    assert html.unescape(re.sub("<[^>]*>", "", shown)) == text
    assert dangers(shown) == []


@given(st.lists(PIECES).map("".join))
def test_every_link_shows_its_whole_address(text):
    for address, shown in re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', linkify(text)):
        assert address == shown


def test_blank_lines_part_paragraphs_and_newlines_break_lines():
    assert paragraphs("a\nb\n \t\n\nc <i>\r\n\r\nd") == (
        '<p dir="auto">a<br>b</p>\n<p dir="auto">c &lt;i&gt;</p>\n<p dir="auto">d</p>'
    )


def test_an_override_is_shut_in_its_paragraph():
    shown = paragraphs("\u202eabc\n\nnext")
    assert shown.split("\n") == ['<p dir="auto">\u202eabc</p>', '<p dir="auto">next</p>']


@pytest.mark.parametrize("nothing", ["", "\n\n", "  \n "])
def test_nothing_makes_no_paragraph(nothing):
    assert paragraphs(nothing) == ""


@pytest.mark.thorough
@pytest.mark.parametrize(
    "unit",
    ["http://", "https://a.example/)", "https://a.example/((((", ")", ".)", "http", "https://a@", "[]",
     "https://a/ ", "\u202e", "\n", " \n", "&<>", "https://a.example/x."],
)  # fmt: skip
def test_a_long_text_costs_no_more_than_its_length(unit):
    assert growth(paragraphs, unit, 80_000) < 9  # four times the text; quadratic would be sixteen


def test_many_closing_marks_cost_no_more_than_its_length():
    assert growth(lambda marks: linkify("https://a.example/x" + marks), ").", 80_000) < 9
