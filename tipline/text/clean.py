"""Bring what a stranger typed into a form that every part of the house can hold.

A database, a log line and an HTML page each choke on some characters. They are replaced once, on the
way in, and visibly (U+FFFD), so that nothing later has to guess. All other characters, the controls
of right-to-left writing included, are kept exactly as written.
"""

import re

REPLACEMENT = "\ufffd"

_LINE_END = re.compile(r"\r\n?")
_NEWLINES = re.compile("[\n\u2028\u2029]+")
# C0 without tab and newline, DEL, C1, lone surrogates, and the noncharacters of all 17 planes.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Spaces, Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), and the blank of braille.
_NO_INK = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)


def is_blank(text: str) -> bool:
    """Say whether nothing of a text can be seen: it is empty, or holds only what leaves no ink."""
    return _NO_INK.fullmatch(text) is not None


def clean(text: str) -> str:
    """Replace what no text may hold by U+FFFD and unify line ends to a newline."""
    if text.isprintable():  # most lines are, and this costs a tenth of looking for what may not stand in them
        return text
    return _FORBIDDEN.sub(REPLACEMENT, _LINE_END.sub("\n", text))


def clean_line(text: str) -> str:
    """Clean a one-line field: newlines become spaces, the ends are trimmed."""
    if text.isprintable():
        return text.strip()
    return _NEWLINES.sub(" ", clean(text)).strip()
