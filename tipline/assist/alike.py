"""Find tips that say about the same as another: by their MinHash bands first, by the words they share then.

What only some may see is neither looked for nor found, and what was held back stays among its own, so that
it cannot hide in a group. What a person set apart is not found again.

Twenty bands of three rows find a text that shares half its words 93 times in 100, one that shares a third
53 times, a fifth 15 times: what is joined is nearly always found, what is only suggested often is not.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, case, func, select, union, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tipline.at_once import Question, each_of, ids_of, listed
from tipline.models import Apart, Band, Group, Tip
from tipline.prepared import Prepared
from tipline.text.likeness import BANDS, FEWEST_WORDS, bands, overlap, telling_words

# In a flood of ten thousand, one band holds all of them: the newest tell enough.
NEWEST_PER_BAND = 24
CANDIDATES = 4
# Different events shared at most 0.18 of their words among the demo's tips; a text of which a fifth of the
# words were changed still shares 0.58.
JOIN_AT = 0.35
SUGGEST_AT = 0.2
# Few words are alike by chance: of "they broke up" and "they broke up again" two in three must be the same.
SUGGEST_FEW_AT = 0.5
SUGGESTED = 5
# In a large newsroom many share a band by chance. Those with more of them come first, then the newest: what
# is about one event comes within days.
MOST_SHARING = 60
MOST_LOOKED_AT = 20
# One statement a look-up, handed to the driver as it is: SQLAlchemy's own way of binding twenty bands cost
# more than the database did. The mark stands for each driver's placeholder.
MARK = {"sqlite": "?", "postgresql": "%s"}
OF_A_BAND = (
    "SELECT * FROM (SELECT tip_id FROM bands WHERE value = {mark}"  # noqa: S608 - constants alone
    f" ORDER BY tip_id DESC LIMIT {NEWEST_PER_BAND}) AS of_band"
)
SHARED = (
    f"SELECT tip_id, count(*) AS shared FROM ({' UNION ALL '.join([OF_A_BAND] * BANDS)}) AS found"  # noqa: S608
    " WHERE tip_id <> {mark} GROUP BY tip_id"
)
LIKELIEST = (
    "SELECT tips.id, tips.group_id, tips.kind, tips.quarantined, tips.body"  # noqa: S608 - constants alone
    f" FROM ({SHARED} ORDER BY shared DESC, tip_id DESC LIMIT {CANDIDATES}) AS likeliest"
    " JOIN tips ON tips.id = likeliest.tip_id"
    " WHERE NOT tips.restricted AND tips.escalated_at IS NULL AND tips.erased_at IS NULL"
)
# Whoever may be grouped at all.
SEEN_BY_ALL = (Tip.restricted.is_(False), Tip.escalated_at.is_(None), Tip.erased_at.is_(None))


@dataclass(frozen=True)
class Text:
    """A tip as it is compared."""

    id: int
    group_id: int
    kind: str
    quarantined: bool
    words: frozenset[str]
    bands: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, tip: Tip) -> "Text":
        words = telling_words(tip.body)
        return cls(tip.id, tip.group_id, tip.kind, tip.quarantined, words, bands(words))


@dataclass(frozen=True)
class Alike:
    """A tip that says about the same, and the share of words in common."""

    text: Text
    overlap: float


def likeliest(session: Session, tip: Text) -> list[Text]:
    """Return the tips whose stored bands have most in common with those of `tip`."""
    return [_text(*row) for row in _asked(session, LIKELIEST, tip)] if tip.bands else []


def judged(tip: Text, others: Iterable[Text], least: float) -> list[Alike]:
    """List those that share `least` of their words with `tip`, most alike first; one of each group."""
    shares = [Alike(other, overlap(tip.words, other.words)) for other in others]
    best: dict[int, Alike] = {}
    for each in sorted(shares, key=lambda one: (-one.overlap, one.text.id)):
        if each.overlap >= least:
            best.setdefault(each.text.group_id, each)
    return list(best.values())


def asked_of(tip: Any, found: Sequence[int], far: Iterable[str]) -> dict[str, object]:
    """Return what `ELSEWHERE` binds for a tip, of whose words bands were `found`.

    Args:
        far: the refs of tips that are known not to be alike, whose text need not be read.
    """
    values: Sequence[int | None] = found or [None] * BANDS
    return {
        "of": tip.id,
        "home": tip.group_id,
        "far": listed(far),
        **{f"band{place}": value for place, value in enumerate(values)},
    }


def suggested(
    tip: Any, words: frozenset[str], rows: Iterable[Any], apart: Collection[int], far: set[str]
) -> list[Alike]:
    """List tips of other groups that may say the same as `tip`, most alike first; one of each group.

    Args:
        words: those of the tip that carry meaning.
        rows: those of `ELSEWHERE`.
        apart: the groups that a person set apart from the tip's own.
        far: the refs of those that are known not to be alike; what is found out here is added.
    """
    if tip.restricted or tip.escalated_at is not None:
        return []
    mine = Text(tip.id, tip.group_id, tip.kind, tip.quarantined, words)
    least = SUGGEST_AT if len(words) >= FEWEST_WORDS else SUGGEST_FEW_AT
    near = []
    for row in rows:
        if row.body is None:
            continue
        other = _text(row.id, row.group_id, row.kind, row.quarantined, row.body)
        if overlap(words, other.words) < least:
            far.add(row.ref)
        elif fits(tip, row) and row.group_id not in apart:
            near.append(other)
    return judged(mine, near, least)[:SUGGESTED]


def fits(tip: Text | Tip, other: Text | Tip) -> bool:
    """Say whether two tips may share a group at all."""
    # what was held back must not hide among what was not
    return tip.kind == other.kind and tip.quarantined == other.quarantined


def apart_from(group_id: Any) -> Select[Any]:
    """Select the groups with a member that a person set apart from one of the group's."""
    mine, other = aliased(Tip), aliased(Tip)
    sides = ((Apart.tip_id, Apart.other_id), (Apart.other_id, Apart.tip_id))
    pairs = [_across(mine, other, one, another).where(mine.group_id == group_id) for one, another in sides]
    return select(union(*pairs).subquery())


def set_apart_from(session: Session, group_id: int) -> set[int]:
    """Return those groups."""
    session.flush()
    return set(_APART.column(session, {"group": group_id}))


def _across(
    mine: type[Tip], other: type[Tip], one: InstrumentedAttribute[int], another: InstrumentedAttribute[int]
) -> Select[Any]:
    return (
        select(other.group_id).select_from(mine).join(Apart, one == mine.id).join(other, other.id == another)
    )


# Made once: to put it together costs ten times what the database takes for it.
_APART = Prepared(apart_from(bindparam("group", type_=BigInteger)))
# Of each of some tips (`tips`), those that a person set apart from it.
APART_OF: Question = select(
    union_all(
        *(
            select(mine.label("mine"), Tip.id, Tip.group_id)
            .join(Tip, Tip.id == other)
            .where(mine.in_(ids_of("tips")))
            for mine, other in ((Apart.tip_id, Apart.other_id), (Apart.other_id, Apart.tip_id))
        )
    ).subquery()
)


def _asked(session: Session, statement: str, tip: Text) -> list[Any]:
    """Ask for what shares bands with `tip`."""
    connection = session.connection()
    sql = statement.format(mark=MARK[connection.dialect.name])
    return list(connection.exec_driver_sql(sql, (*tip.bands, tip.id)))


def _text(tip_id: int, group_id: int, kind: str, quarantined: object, body: str) -> Text:
    return Text(tip_id, group_id, kind, bool(quarantined), telling_words(body))


def _elsewhere() -> Question:
    """Select what shares bands with a tip in other groups, with what a page shows of it."""
    places = (bindparam(f"band{place}", type_=BigInteger) for place in range(BANDS))
    newest = (
        select(Band.tip_id).where(Band.value == value).order_by(Band.tip_id.desc()).limit(NEWEST_PER_BAND)
        for value in places
    )
    found = union_all(*(select(each.subquery()) for each in newest)).subquery()
    counted = select(found.c.tip_id, func.count().label("bands")).group_by(found.c.tip_id)
    shared = counted.order_by(func.count().desc(), found.c.tip_id.desc()).limit(MOST_SHARING).subquery()
    body = case((Tip.ref.in_(each_of("far")), None), else_=Tip.body).label("body")
    columns = (Tip.id, Tip.group_id, Tip.kind, Tip.quarantined, body, Tip.ref, Tip.version, Tip.state,
               Tip.received_at, Group.size)  # fmt: skip
    chosen: Question = (
        select(*columns)
        .join(shared, shared.c.tip_id == Tip.id)
        .join(Group, Group.id == Tip.group_id)
        .where(
            Tip.id != bindparam("of", type_=BigInteger), Tip.group_id != bindparam("home", type_=BigInteger)
        )
        .where(*SEEN_BY_ALL)
    )
    return chosen.order_by(shared.c.bands.desc(), Tip.id.desc()).limit(MOST_LOOKED_AT)


ELSEWHERE = _elsewhere()
