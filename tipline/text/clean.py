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
