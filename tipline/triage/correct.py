"""Correct the kind, the place, and what a tip is about; what its tipster wrote stays, and stands beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Conflict, Invalid
from tipline.keeping.groups import refresh_group
from tipline.models import Group, Handle, Handling, Kind, Tip, User
from tipline.search.index import index_anew
from tipline.text.clean import clean_line
from tipline.triage.decide import Outcome
from tipline.triage.handlings import NOTHING, keep
from tipline.triage.moves import locked, raise_version, require

MAX_CHARACTERS = 200
WRITTEN = ("kind", "about", "place", "sent_kind", "sent_about", "sent_place")


@dataclass(frozen=True)
class Correction:
    """What staff say of a tip; the fields are columns of `tips`."""

    kind: Kind
    about: str | None
    place: str | None

    @classmethod
    def of(cls, kind: str, about: str, place: str) -> "Correction":
        """Read a correction.

        Raises:
            Invalid: when there is no such kind, or a line is too long.
        """
        if kind not in set(Kind):
            raise Invalid("Choose what kind of message this is.")
        about, place = clean_line(about), clean_line(place)
        if max(len(about), len(place)) > MAX_CHARACTERS:
            raise Invalid(f"What it is about, and where, hold {MAX_CHARACTERS} characters each.")
        return cls(Kind(kind), about or None, place or None)


def correct(
    session: Session, ref: str, correction: Correction, *, version: int, by: User, now: datetime
) -> Outcome:
    """Correct the tip `ref` as it was at `version`; what stands so already changes nothing.

    Raises:
        Stale: when the tip was changed since.
        Conflict: when its kind would differ from that of those who say the same.
    """
    [tip] = locked(session, [ref])
    wanted = {"kind": correction.kind, "about": correction.about, "place": correction.place}
    changed = {name: value for name, value in wanted.items() if getattr(tip, name) != value}
    if not changed:
        return NOTHING
    require(session, [tip], {ref: version}, now)
    before = {name: getattr(tip, name) for name in WRITTEN}
    made, what = _write(session, tip, {**changed, **_kept(tip)}, now), sorted(changed)
    kept = keep(
        session, Handle.CORRECT, tip, about=", ".join(what), before=before, version=made, by=by, now=now
    )
    audit.record(session, "tip.corrected", subject=ref, by=by, at=now, batch=kept.batch, what=what)
    return kept


def uncorrect(
    session: Session, tip: Tip, done: Handling, *, now: datetime, **_who: object
) -> dict[str, object]:
    """Take back a correction.

    Raises:
        Conflict: when others say the same since, and would be of another kind.
    """
    changed = {name: value for name, value in done.before.items() if getattr(tip, name) != value}
    return {"version": _write(session, tip, changed, now), "what": done.about.split(", ")}


def _write(session: Session, tip: Tip, columns: Mapping[str, Any], now: datetime) -> int:
    group = session.get_one(Group, tip.group_id, populate_existing=True)
    if "kind" in columns and group.size > 1:
        raise Conflict("Others say the same, and a row is of one kind. Take this tip out of its group first.")
    index_anew(session, tip.id)
    version = raise_version(session, tip, now, **columns)
    if "kind" in columns:
        group.kind = columns["kind"]
        refresh_group(session, group.id)
    return version


def _kept(tip: Tip) -> dict[str, str | None]:
    """Return what the tipster wrote, for the first correction alone."""
    if tip.sent_kind is not None:
        return {}
    return {"sent_kind": tip.kind, "sent_about": tip.about, "sent_place": tip.place}
