"""Tell the story from what stands round it on a page: related links, credits, the printed time.

Newsrooms print these as lines of the text, in pasted pages and in their CMS alike.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tipline.stories.sources.found import Related

MAX_CREDIT_CHARACTERS = 300

_RELATED = re.compile(
    r"(?:related(?: (?:stor(?:y|ies)|posts?|news))?|read (?:more|also|next)|see also): *(\S.*)", re.IGNORECASE
)
_CREDIT_WORD = r"(?:images?|photos?|pictures?|pics?|videos?|screenshots?|screengrabs?|illustrations?|gifs?)"
_CREDIT_BY = r"(?: ?credits?)?(?:: ?| (?:via|by|courtesy of|courtesy|credits?) )"
_CREDIT = re.compile(rf"{_CREDIT_WORD}{_CREDIT_BY}(.*)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[^\W\d_]{3}[.!?](?:\s|$)")
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")
_HOLDER_ENDS = re.compile(r"\s*[,;|]\s*|\s+[&+]\s+|\s+and\s+")
_ADDRESS_AT_END = re.compile(r"\s*[(\[]?(https?://[^\s)\]]+)[)\]]?$", re.IGNORECASE)


@dataclass(slots=True)
class Furniture:
    """What was taken out of a text: related stories and credits, in their order."""

    related: list[Related] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    credit_lines: list[str] = field(default_factory=list)

    @property
    def credit_raw(self) -> str | None:
        """The credits as they were printed."""
        return " ".join(self.credit_lines) or None


def part_furniture(lines: Iterable[str]) -> tuple[list[str], Furniture]:
    """Part the lines of a story's text from the related links and credits among them."""
    kept: list[str] = []
    furniture = Furniture()
    for line in lines:
        if related := _RELATED.fullmatch(line):
            furniture.related.append(_read_related(related.group(1)))
        elif rest := _take_credits(line, furniture):
            kept.append(rest)
    return kept, furniture


def split_holders(credit: str) -> tuple[str, ...]:
    """Split "CNN/Ana Ruiz/Instagram" or "WENN & Instagram" into its holders, each once."""
    pieces = _HOLDER_ENDS.split(credit)
    holders = (holder for piece in pieces for holder in ([piece] if "://" in piece else piece.split("/")))
    return tuple(dict.fromkeys(trimmed for holder in holders if (trimmed := holder.strip(" ."))))


def _read_related(text: str) -> Related:
    address = _ADDRESS_AT_END.search(text)
    if address and address.start():
        return Related(text[: address.start()].strip(), address.group(1))
    return Related(text.strip())


def _take_credits(line: str, furniture: Furniture) -> str:
    """Note the credits of `line` and return what else stands in it."""

    def note(bracketed: re.Match[str]) -> str:
        return (
            ""
            if _note_credit(bracketed.group(), bracketed.group(1).strip(), furniture)
            else bracketed.group()
        )

    rest = _BRACKETED.sub(note, line).strip()
    # Without brackets, a sentence may begin alike: "Photos by the dozen went round. Nobody slept."
    return "" if not _SENTENCE_END.search(rest) and _note_credit(rest, rest, furniture) else rest


def _note_credit(printed: str, text: str, furniture: Furniture) -> bool:
    """Note the holders that `text` names; tell whether it was a credit."""
    credit = _CREDIT.fullmatch(text) if len(text) <= MAX_CREDIT_CHARACTERS else None
    if credit is None:
        return False
    furniture.credit_lines.append(printed)
    furniture.credits += [holder for holder in split_holders(credit[1]) if holder not in furniture.credits]
    return True
