"""Show plain text on a page: escaped, its web addresses clickable, its direction kept to itself.

Tips are stored exactly as written, so everything hostile in them arrives here. Every pass is linear
in the length of the text, an address is always shown in full, and one that could mislead the eye
(a name before an @, invisible or reordering characters) stays text.
"""

import re
from collections.abc import Sequence

from markupsafe import Markup

from tipline.text.marking import Mark, Marked

# Invisible or reordering characters: in an address they hide where it leads.
_REORDERING = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_JOINERS = "\u200c\u200d"  # Persian and emoji need them, but never in a host name

# An address ends at a space, at a bracket or quote of markup, and at punctuation that only prose uses.
_NOT_IN_ADDRESS = r"\s<>\"`“”„«»‹›。，、；：！？（）【】「」『』《》"
_CANDIDATE = re.compile(rf"(?<![A-Za-z0-9])https?://[^{_NOT_IN_ADDRESS}]+", re.IGNORECASE)

# The host holds no delimiter (RFC 3986, 2.2), hence no user name; a backslash would mean "/" to a browser.
_PLAIN_ADDRESS = re.compile(
    r"https?://"
    rf"(?:[^/?#\\@:\[\]%!$&'()*+,;=|^{{}}{_REORDERING}{_JOINERS}]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"
    rf"(?:[/?#][^\\{_REORDERING}]*)?",
    re.IGNORECASE,
)
_TRAILING = frozenset(".,;:!?'*_~’‘…\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# An address reads from left to right, whatever the text around it does.
_LINK = Markup('<a href="{0}" rel="nofollow noopener noreferrer" target="_blank" dir="ltr">{1}</a>')
_OPENING = {")": "(", "]": "[", "}": "{"}


def linkify(text: str) -> Markup:
    """Escape `text` and turn its http and https addresses into links."""
    return _linked(text, Marked(text), 0)


def paragraphs(text: str, marks: Sequence[Mark] = ()) -> Markup:
    """Show text in paragraphs: a blank line parts them, a newline breaks the line.

    Each paragraph is a block with a direction of its own, so that a right-to-left override inside it
    cannot reorder anything around it.

    Args:
        marks: what is marked in it, in order and without overlaps.
    """
    marked, start = Marked(text, marks), 0
    blocks: list[list[Markup]] = [[]]
    for line, whole in zip(text.splitlines(), text.splitlines(keepends=True), strict=True):
        if line.strip():
            blocks[-1].append(_linked(line, marked, start))
        elif blocks[-1]:
            blocks.append([])
        start += len(whole)
    return Markup("\n").join(
        Markup('<p dir="auto">{}</p>').format(Markup("<br>").join(lines)) for lines in blocks if lines
    )


def _linked(line: str, marked: Marked, offset: int) -> Markup:
    """Show a line that begins at `offset` of the marked text, its addresses as links."""
    pieces: list[Markup] = []
    done = offset
    for found in _CANDIDATE.finditer(line):
        end = found.start() + _address_length(found.group())
        address = line[found.start() : end]
        if _PLAIN_ADDRESS.fullmatch(address):
            start = offset + found.start()
            pieces += (
                marked.shown(done, start),
                _LINK.format(address, marked.shown(start, offset + end)),
            )
            done = offset + end
    pieces.append(marked.shown(done, offset + len(line)))
    return Markup("").join(pieces)


def _address_length(candidate: str) -> int:
    """Count the characters that belong to the address rather than to the sentence around it."""
    surplus = {close: candidate.count(close) - candidate.count(start) for close, start in _OPENING.items()}
    end = len(candidate)
    while end:
        last = candidate[end - 1]
        if last in _OPENING and surplus[last] > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return end
