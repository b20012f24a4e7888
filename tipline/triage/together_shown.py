"""The reading pane's part on working together: tags, who has the tip, who may see it, and corrections."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, select, union_all

from tipline.at_once import Answers
from tipline.models import Desk, Kind, Tag, Tip, TipReader, User
from tipline.search.seen import hidden_from_bound
from tipline.text.namesakes import told_apart
from tipline.triage.asked import REF, TIP_ID
from tipline.triage.assign import DESK
from tipline.triage.restrict import DANGERS
from tipline.triage.shown import Labeled, Viewer
from tipline.triage.words import KINDS

TAGS_OFFERED = 100
TAGS_LOOKED_AT = 300  # of the newest tips that one may see: those used most there are offered
COLLEAGUES_SHOWN = 200


@dataclass(frozen=True)
class Offer:
    """One choice of a list."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Together:
    tags: tuple[str, ...]
    known_tags: tuple[str, ...]  # what the field for a new one offers
    assignee: str  # a name; "" for nobody
    mine: bool
    holders: tuple[Offer, ...]  # to assign it to, and who has it now
    colleagues: tuple[Offer, ...]  # to name
    desks: tuple[Offer, ...]  # to assign it to
    kinds: tuple[Offer, ...]
    about: str
    place: str
    as_sent: tuple[Labeled, ...]  # what the tipster wrote where it was corrected
    hidden: str  # who sees it; "" for everybody
    may_restrict: bool
    may_reveal: bool
    dangers: tuple[Offer, ...]  # for which it can be escalated


def together(read: Answers, viewer: Viewer) -> Together:
    """Say what colleagues did with a tip and can do."""
    [tip] = read["tip"]
    told: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for what, value, label, its_id in read["together"]:
        told[what].append((value, label, its_id))
    colleagues, desks = _offers(told["colleague"], tip.assignee_id), _offers(told["desk"], tip.desk_id, DESK)
    named = [label for _, label, _ in (*told["assignee"], *told["left"])] + [
        desk.label for desk in desks if desk.chosen
    ]
    hidden = tip.restricted or tip.escalated_at is not None
    readers = sorted(name for _, name, _ in told["reader"])
    return Together(
        tags=tuple(sorted(name for name, *_ in told["tag"])),
        known_tags=tuple(sorted(name for name, *_ in told["known"])),
        assignee=named[0] if named else "",
        mine=tip.assignee_id == viewer.user_id,
        holders=_holders(colleagues, told["assignee"], told["left"]),
        colleagues=colleagues,
        desks=desks,
        kinds=tuple(Offer(kind, KINDS[kind], chosen=kind == tip.kind) for kind in Kind),
        about=tip.about or "",
        place=tip.place or "",
        as_sent=_as_sent(tip),
        hidden=_who(tip, readers) if hidden else "",
        may_restrict=viewer.may_open,
        may_reveal=hidden,
        dangers=() if hidden else tuple(Offer(each, words) for each, words in DANGERS.items()),
    )


def _offers(
    rows: Sequence[tuple[str, str, int]], chosen_id: int | None, prefix: str = ""
) -> tuple[Offer, ...]:
    chosen = {value for value, _, its_id in rows if its_id == chosen_id}
    labeled = told_apart((value, label) for value, label, _ in rows)
    return tuple(Offer(f"{prefix}{value}", label, value in chosen) for value, label in labeled)


def _holders(
    colleagues: tuple[Offer, ...],
    holder: Sequence[tuple[str, str, int]],
    left: Sequence[tuple[str, str, int]],
) -> tuple[Offer, ...]:
    """Offer colleagues, and whoever has the tip where they are not among them."""
    if any(colleague.chosen for colleague in colleagues):
        return colleagues
    missing = [Offer(value, name, chosen=True) for value, name, _ in holder]
    missing += [Offer(value, f"{name} (account disabled)", chosen=True) for value, name, _ in left]
    return (*missing, *colleagues)


def _everything() -> Select[Any]:
    mine = select(Tip.assignee_id).where(Tip.ref == REF).scalar_subquery()
    nobody = cast(literal(None), User.id.type).label("user_id")
    tags = select(literal("tag").label("what"), Tag.name.label("value"), literal("").label("label"), nobody)
    seen = select(Tag.name).where(Tag.tip_id.not_in(hidden_from_bound("viewer")))
    newest = seen.order_by(Tag.tip_id.desc()).limit(TAGS_LOOKED_AT).subquery()
    known = select(newest.c.name).group_by(newest.c.name).order_by(func.count().desc(), newest.c.name)
    offered = known.limit(TAGS_OFFERED).subquery()
    working = select(User.email, User.name, User.id).where(User.disabled_at.is_(None)).order_by(User.name)
    colleagues = working.limit(COLLEAGUES_SHOWN).subquery()
    readers = select(literal("reader"), User.email, cast(User.name, String), User.id)
    there = case((User.disabled_at.is_(None), "assignee"), else_="left")
    assigned = select(there, User.email, cast(User.name, String), User.id)
    parts = (
        tags.where(Tag.tip_id == TIP_ID),
        select(literal("known"), offered.c.name, literal(""), nobody),
        select(literal("colleague"), colleagues.c.email, colleagues.c.name, colleagues.c.id),
        readers.join(TipReader, TipReader.user_id == User.id).where(
            TipReader.tip_id == TIP_ID, User.disabled_at.is_(None)
        ),
        assigned.where(User.id == mine),
        select(literal("desk"), Desk.slug, cast(Desk.name, String), cast(Desk.id, User.id.type)),
    )
    return select(union_all(*parts).subquery())


TOGETHER = _everything()


def _as_sent(tip: Tip) -> tuple[Labeled, ...]:
    if tip.sent_kind is None:
        return ()
    kind = KINDS[Kind(tip.sent_kind)] if tip.sent_kind != tip.kind else ""
    about = (tip.sent_about or "nothing") if tip.sent_about != tip.about else ""
    place = (tip.sent_place or "nothing") if tip.sent_place != tip.place else ""
    told = (("Sent as", kind), ("About, as sent", about), ("Where, as sent", place))
    return tuple(Labeled(label, value) for label, value in told if value)


def _who(tip: Tip, readers: list[str]) -> str:
    what = "Escalated" if tip.escalated_at is not None else "Restricted"
    return f"{what}: only {', '.join(readers)} can see this tip."
