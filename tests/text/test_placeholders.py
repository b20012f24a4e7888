"""Variables in saved texts: filled in one pass, and never a hole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.text.placeholders import filled, unknown


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("Thank you for your {kind}.", {"kind": "tip"}, "Thank you for your tip."),
        ("About {story|our story}: when?", {}, "About our story: when?"),
        ("About {story|our story}: when?", {"story": "A ring"}, "About A ring: when?"),
        ("Hello. It is about {story}. When?", {}, "Hello. When?"),
        ("Hello.\n\nIt is about {story}.\n\nWhen?", {}, "Hello.\n\nWhen?"),
        ("It is about {story}.", {}, ""),
        ("{newsroom} on {story}. Bye.", {"newsroom": "Yes! News"}, "Bye."),
        ("On {story}. Bye.", {"story": "Who? {kind} \\1"}, "On Who? {kind} \\1. Bye."),
        ("谢谢。关于{story}。再见。", {}, "谢谢。再见。"),
        ("Version 3.14 of {kind}", {"kind": "it"}, "Version 3.14 of it"),
        ("A brace } as it {is", {}, "A brace } as it {is"),
        ("  {  story  } ", {"story": "x"}, "x"),
    ],
)
def test_a_text_is_filled(text, values, result):
    assert filled(text, values) == result


def test_what_is_no_variable_is_named_once():
    assert unknown("{story} {stroy} {} {stroy} {a|b}", ("story",)) == ["{stroy}", "{}", "{a|b}"]


@given(st.text(max_size=200), st.sampled_from(["", "A ring. And more?", "{story}", "\0" + "0" + "\0"]))
def test_whatever_is_written_nothing_of_a_known_variable_is_left(text, story):
    result = filled(f"{text} {{story}} {text}", {"story": story.replace("\0", "")})
    assert "\0" not in result


@given(st.text(alphabet="a.{}|sory? \n", max_size=80))
def test_filling_ends_and_leaves_no_mark(text):
    assert "\0" not in filled(text, {})
