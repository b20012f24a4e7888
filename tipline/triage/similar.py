"""The reading pane's part on what says the same: the rest of the group, and tips that may belong to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tipline.assist.alike import Alike
from tipline.at_once import Answers, Question
from tipline.models import Regroup, Regrouping, State, Tip, User, show_ref
from tipline.search.seen import hidden_from_bound
from tipline.text.differences import Piece, differences
from tipline.text.likeness import telling_words
from tipline.text.times import count
from tipline.triage.asked import REF
from tipline.triage.listing import Listing
from tipline.triage.row_shown import head_and_rest
from tipline.triage.shown import Viewer
from tipline.triage.words import STATES, age, age_in_minutes

WORDS_NAMED = 5
SAID = {
    Regroup.JOIN: "made one row of this and {other}",
    Regroup.SPLIT: "took this out of the group of {other}",
    Regroup.APART: "said that this and {other} are not the same",
}


@dataclass(frozen=True)
class Other:
    """Another member of the group, with what it says that the tip in the pane does not."""

    ref: str
    ref_shown: str
    seen: str  # REF:version, as acts post it
    href: str
    headline_line: str
    age: str
    state_label: str
    differences: tuple[Piece, ...]


@dataclass(frozen=True)
class Suggestion:
    """A tip of another group that may say the same; `letter` is its key after m."""

    letter: str
    ref: str
    ref_shown: str
    seen: str
    href: str
    headline_line: str
    about: str  # "3 tips, 2 h, Declined"
    why: str


@dataclass(frozen=True)
class Regrouped:
    """What a person said of this tip and others, as long as it can be taken back."""

    words: str
    batch: str


def other_of(tip: Tip, other: Tip, listing: Listing, viewer: Viewer) -> Other:
    """Put another member of the group of `tip` into words."""
    return Other(
        ref=other.ref,
        ref_shown=show_ref(other.ref),
        seen=f"{other.ref}:{other.version}",
        href=listing.href(tip=other.ref),
        headline_line=head_and_rest(other.body[:600])[0],
        age=age_in_minutes(other.received_at, viewer.now),
        state_label="" if other.state == State.PENDING else STATES[State(other.state)],
        differences=tuple(differences(tip.body, other.body)),
    )


def suggestions(
    tip: Any, found: Iterable[Alike], rows: Iterable[Any], listing: Listing, viewer: Viewer
) -> tuple[Suggestion, ...]:
    """List tips of other groups that may say the same as `tip`, likeliest first, each with its letter.

    Args:
        rows: what was read of the tips in `found`.
    """
    known = {row.id: row for row in rows}
    return tuple(
        _suggestion(letter, tip, known[each.text.id], each, listing, viewer)
        for letter, each in zip(ascii_lowercase, found, strict=False)
    )


def regrouped(read: Answers, viewer: Viewer) -> Regrouped | None:
    """Say what was last said of this tip and others; None when something else happened to it since."""
    if not read["regrouped"]:
        return None
    [said] = read["regrouped"]
    what = SAID[Regroup(said.act)].format(other=show_ref(said.ref) if said.ref else "others")
    return Regrouped(f"{said.name} {what}, {age(said.at, viewer.now)} ago.", said.batch)


def _last_regrouped() -> Question:
    other, mine = aliased(Tip), aliased(Tip)
    newest: Question = (
        select(Regrouping.act, Regrouping.at, Regrouping.batch, User.name, other.ref)
        .join(mine, (mine.id == Regrouping.tip_id) & (mine.version == Regrouping.version))
        .join(User, User.id == Regrouping.by_id)
        .outerjoin(other, (other.id == Regrouping.other_id) & other.id.not_in(hidden_from_bound("viewer")))
        .where(mine.ref == REF, Regrouping.undone_at.is_(None))
    )
    return newest.order_by(Regrouping.id.desc()).limit(1)


LAST_REGROUPED = _last_regrouped()


def _suggestion(
    letter: str, tip: Any, other: Any, alike: Alike, listing: Listing, viewer: Viewer
) -> Suggestion:
    about = [count(other.size, "tip", "tips")] if other.size > 1 else []
    about.append(age_in_minutes(other.received_at, viewer.now))
    about += [] if other.state == State.PENDING else [STATES[State(other.state)]]
    return Suggestion(
        letter=letter,
        ref=other.ref,
        ref_shown=show_ref(other.ref),
        seen=f"{other.ref}:{other.version}",
        href=listing.href(tip=other.ref),
        headline_line=head_and_rest(other.body[:600])[0],
        about=", ".join(about),
        why=_why(telling_words(tip.body) & alike.text.words),
    )


def _why(shared: frozenset[str]) -> str:
    """Name the words that two tips share, the longest first, because they tell most."""
    named = sorted(shared, key=lambda word: (-len(word), word))
    more = len(named) - WORDS_NAMED
    rest = f" and {count(more, 'word', 'words')} more" if more > 0 else ""
    return f"both say {', '.join(named[:WORDS_NAMED])}{rest}"
