"""Correct the kind, the place, and what a tip is about; what its tipster wrote stays, and stands beside."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Conflict, Invalid
from tipline.keeping.groups import refresh_group
from tipline.models import Group, Kind, Tip, User
from tipline.search.index import remove_tips
from tipline.text.clean import clean_line
from tipline.triage.moves import locked, raise_version, require

MAX_CHARACTERS = 200


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
) -> None:
    """Correct the tip `ref` as it was at `version`; what stands so already changes nothing.

    Raises:
        Stale: when the tip was changed since.
        Conflict: when its kind would differ from that of those who say the same.
    """
    [tip] = locked(session, [ref])
    wanted = {"kind": correction.kind, "about": correction.about, "place": correction.place}
    changed = {name: value for name, value in wanted.items() if getattr(tip, name) != value}
    if not changed:
        return
    require(session, [tip], {ref: version}, now)
    group = session.get_one(Group, tip.group_id, populate_existing=True)
    if "kind" in changed and group.size > 1:
        raise Conflict("Others say the same, and a row is of one kind. Take this tip out of its group first.")
    # its row of the index goes by the words that stand there now; the worker writes the new one
    remove_tips(session, [tip.id])
    raise_version(session, tip, now, **changed, **_kept(tip), indexed_at=None)
    if "kind" in changed:
        group.kind = correction.kind
        refresh_group(session, group.id)
    audit.record(session, "tip.corrected", subject=ref, by=by, at=now, what=sorted(changed))


def _kept(tip: Tip) -> dict[str, str | None]:
    """Return what the tipster wrote, for the first correction alone."""
    if tip.sent_kind is not None:
        return {}
    return {"sent_kind": tip.kind, "sent_about": tip.about, "sent_place": tip.place}
