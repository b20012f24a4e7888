"""The words of a tip in a draft, and what is left of them when the tip is erased."""

import pytest

from tipline.text.quotes import blockquote, quote, without_quote

OURS, OTHER = "K7Q2-FD9X", "ZNMN-1PT9"
QUOTED = blockquote(quote("She left by\n\nthe side door.", OURS))
OTHERS = blockquote(quote("A lamp was lit.", OTHER))
LEFT = f"> [tip {OURS}]"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{QUOTED}\n", f"{LEFT}\n"),
        (f"{OTHERS}\n\n{QUOTED}\n", f"{OTHERS}\n\n{LEFT}\n"),
        (f"{QUOTED}\n\n{OTHERS}\n\nOur words.\n", f"{LEFT}\n\n{OTHERS}\n\nOur words.\n"),
        (f"Our words.\n{QUOTED}\nOurs.", f"Our words.\n{LEFT}\nOurs."),
        (f"{OTHERS}\n{QUOTED}", f"{OTHERS}\n{LEFT}"),  # in one block
        (QUOTED.replace("side", "BACK"), LEFT),
        ("> Somebody said so.\n\nNot of a tip.", "> Somebody said so.\n\nNot of a tip."),
        ("", ""),
    ],
)
def test_a_quote_of_an_erased_tip_is_its_marker(before, after):
    assert without_quote(before, OURS) == after
    assert without_quote(after, OURS) == after
