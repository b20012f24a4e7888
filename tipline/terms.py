"""Terms: how long each kind of data of a tip is kept, as a newsroom writes it into a setting.

"contact 30, text 90" reads: how to reach the tipster goes after 30 days, everything after 90. "never"
keeps for ever; 0 is refused, since some take it for that and some for "at once". Nothing of a tip outlives
its text, so that the contact always goes first or together with it, and no original its scrubbed copy. What
is not named takes its default, or fewer days where need be.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

LONGEST_DAYS = 36_500
SHORTEST = "1 is the shortest, and “never” keeps for ever"
EXAMPLE = "for example “contact 30, messages 60, text 90”"


class Datum(StrEnum):
    """A kind of data that a tip brings along, in the order in which they go."""

    CONTACT = "contact"
    SEALED = "sealed"  # files that could not be scrubbed, which nobody was shown
    ORIGINALS = "originals"  # files as they were sent, with their names and facts
    COPIES = "copies"  # of files, scrubbed
    MESSAGES = "messages"
    TEXT = "text"  # the tip itself, and with it all the rest


OUTLIVED_BY = {datum: Datum.COPIES if datum is Datum.ORIGINALS else Datum.TEXT for datum in Datum}


@dataclass(frozen=True)
class Terms:
    """Days by kind of data; None keeps for ever."""

    days: Mapping[Datum, int | None]

    def __getitem__(self, datum: Datum) -> int | None:
        return self.days[datum]

    def __str__(self) -> str:
        return ", ".join(f"{datum} {self.days[datum] or 'never'}" for datum in Datum)


def terms_or(default: str) -> Callable[[str], Terms]:
    """Return the parser of a setting whose unnamed kinds are kept as `default` says."""
    usual = _pairs(default)

    def parse(text: str) -> Terms:
        given = {Datum.TEXT: days_or_never(text)} if _is_span(text) else _pairs(text)
        terms: dict[Datum, int | None] = {}
        for datum in reversed(Datum):
            limit = terms[OUTLIVED_BY[datum]] if terms else None
            terms[datum] = given[datum] if datum in given else _shorter(usual[datum], limit)
            if _shorter(terms[datum], limit) != terms[datum]:
                raise ValueError(f"{datum} would be kept {_span(terms[datum])} and {OUTLIVED_BY[datum]} "
                                 f"{_span(limit)}, but the contact and all else go before the text; "
                                 f"{EXAMPLE}")  # fmt: skip
        return Terms(terms)

    return parse


def days_or_never(text: str) -> int | None:
    """Read a number of days; None for "never".

    Raises:
        ValueError: when it is neither, or 0.
    """
    if text == "never":
        return None
    if not (days := _days(text)):
        raise ValueError(f"it must be a number of days, for example 30; {SHORTEST}")
    return days


def days_of_grace(text: str) -> int:
    """Read a number of days in which nothing goes; 0 for no such days.

    Raises:
        ValueError: when it is none; "never" too, which would say the opposite of what it did.
    """
    days = _days(text)
    if days is None:
        raise ValueError("it must be a number of days, for example 30; 0 gives no grace")
    return days


def _days(text: str) -> int | None:
    days = int(text) if re.fullmatch("[0-9]{1,5}", text) else LONGEST_DAYS + 1
    return days if days <= LONGEST_DAYS else None


def _is_span(text: str) -> bool:
    return text == "never" or bool(_days(text))


def _pairs(text: str) -> dict[Datum, int | None]:
    pairs: dict[Datum, int | None] = {}
    for part in text.split(","):
        name, _, days = part.strip().partition(" ")
        if name not in set(Datum) or not _is_span(days.strip()):
            raise ValueError(f"“{part.strip()}” is not a kind of data ({', '.join(Datum)}) and its days; "
                             f"{SHORTEST}; {EXAMPLE}")  # fmt: skip
        pairs[Datum(name)] = days_or_never(days.strip())
    return pairs


def _shorter(one: int | None, other: int | None) -> int | None:
    return min((days for days in (one, other) if days is not None), default=None)


def _span(days: int | None) -> str:
    return f"{days} days" if days else "for ever"
