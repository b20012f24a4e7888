"""Charts are well-formed SVG, one picture to a screen reader, and escape what they are given."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.text.charts import Chart, Mark, bars, line, rows, short

NASTY = "<script>alert(1)</script>\"'&"


def a_chart(*values, label="2 Mar"):
    marks = [Mark(label, value, f"{value}", "/newsroom/queue?a=1&b=2") for value in values]
    return Chart("inflow", "Tips that came", "Two came.", marks, "most")


@pytest.mark.parametrize("draw", [bars, line, rows])
@pytest.mark.parametrize("values", [(), (0,), (1,), (None, None), (1, None, 3), (0, 5, 2)])
def test_a_picture_has_a_name_a_sentence_and_a_link_for_each_mark(draw, values):
    svg = ElementTree.fromstring(draw(a_chart(*values)))
    picture, links = list(svg)
    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-labelledby"] == "inflow-t inflow-d"
    assert (picture.find("title").text, picture.find("desc").text) == ("Tips that came", "Two came.")
    assert links.attrib["aria-hidden"] == "true"
    assert [each.attrib["tabindex"] for each in links] == ["-1"] * len(values)
    assert {each.attrib["href"] for each in links} <= {"/newsroom/queue?a=1&b=2"}


@pytest.mark.parametrize("draw", [bars, line, rows])
def test_what_it_is_given_is_no_markup(draw):
    chart = Chart("x", NASTY, NASTY, [Mark(NASTY, 1, NASTY, NASTY)], NASTY)
    assert "<script" not in draw(chart)
    assert ElementTree.fromstring(draw(chart)).find(".//desc").text == NASTY


@pytest.mark.parametrize("draw", [bars, line, rows])
def test_nothing_is_styled_inline_and_colors_are_the_pages(draw):
    drawn = draw(a_chart(1, 2))
    assert "style=" not in drawn
    assert "currentColor" in drawn


def test_the_highest_reaches_the_top_and_a_small_one_is_seen():
    heights = [
        float(box.attrib["height"]) for box in ElementTree.fromstring(bars(a_chart(100_000, 1))).iter("rect")
    ]
    assert heights[:2] == [112.0, 1.5]


def test_a_line_breaks_where_nothing_was_measured():
    drawn = ElementTree.fromstring(line(a_chart(1, 2, None, 3, None, 2, 1)))
    assert (len(list(drawn.iter("polyline"))), len(list(drawn.iter("circle")))) == (2, 1)


@given(st.lists(st.none() | st.floats(0, 1e9), max_size=90))
def test_whatever_the_values_every_mark_stays_within_the_picture(values):
    for draw in (bars, line, rows):
        svg = ElementTree.fromstring(draw(a_chart(*values)))
        _, _, width, height = map(float, svg.attrib["viewBox"].split())
        for box in svg.iter("rect"):
            assert float(box.attrib["x"]) + float(box.attrib["width"]) <= width + 0.2
            assert -0.1 <= float(box.attrib["y"]) <= height


def test_a_long_label_is_cut():
    assert short("x" * 36) == "x" * 36
    assert short("x" * 37) == "x" * 35 + "…"
