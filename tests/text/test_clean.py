import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.text.clean import clean, clean_line, is_blank

ANY_TEXT = st.text(st.characters(codec=None, categories=None))


@pytest.mark.parametrize(
    "bad",
    [
        "\x00",
        "\x07",
        "\x0b",
        "\x1b",
        "\x7f",
        "\x85",
        "\x9f",
        chr(0xD800),
        chr(0xDFFF),
        "\ufdd0",
        "\uffff",
        "\U0010fffe",
    ],
)
def test_what_no_text_may_hold_becomes_visible(bad):
    assert clean(f"a{bad}b") == "a\ufffdb"


@pytest.mark.parametrize(
    "kept", ["\t", "\n", "\u202e", "\u2066", "\u200d", "\ufeff", "\u2028", "😀", "é", "e\u0301", " "]
)
def test_everything_else_stays_as_written(kept):
    assert clean(f"a{kept}b") == f"a{kept}b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\u3000",
        "\u200b\u200b",
        "\u2060",
        "\u00ad",
        "\u3164",
        "\u2800",
        "\ufe0f",
        "\u202e \U000e0061",
    ],
)
def test_what_leaves_no_ink_is_blank(text):
    assert is_blank(text)
    assert not is_blank(f"{text}a{text}")


@pytest.mark.parametrize("text", ["?", "👍🏽", "👩‍🚒", "é", "\u0301", "שלום", "\u06dd", "\ufffd"])
def test_what_can_be_seen_is_not_blank(text):
    assert not is_blank(text)


def test_line_ends_of_all_systems_become_newlines():
    assert clean("a\r\nb\rc\nd\r\n\r\ne") == "a\nb\nc\nd\n\ne"


def test_one_line_fields_stay_on_one_line():
    assert clean_line("  Ana\r\nRuiz\u2028Peña \x00 ") == "Ana Ruiz Peña \ufffd"


@given(ANY_TEXT)
def test_clean_text_can_be_encoded_and_stays_clean(text):
    cleaned = clean(text)
    assert cleaned.encode().decode() == cleaned
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    assert clean(cleaned) == cleaned
    assert len(cleaned) <= len(text)


@given(ANY_TEXT)
def test_no_newline_survives_in_a_line(text):
    assert len(clean_line(text).splitlines()) <= 1
