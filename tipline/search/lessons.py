"""What words were in spam and what in other tips: the counts, taught and taken back.

A count is the number of tips, so what one tip taught is taken back by subtracting one for each of its
traits. A tip's words never change, so nothing else needs to be kept: when it is erased, its own text
says what to subtract, in the same transaction, and a word that no other tip taught leaves the table.
Only a new version of Tipline that cut words differently could leave some counts behind; they name no tip.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.orm import Session

from tipline.at_once import AtOnce, each_of, listed
from tipline.models import Label, Lesson, Tip
from tipline.prepared import Asked, Prepared
from tipline.text.traits import traits

# Rows of the table that are no traits: the sums over all tips. A folded word holds no space.
TIPS = " tips"
WORDS = " words"

Counts = Mapping[str, tuple[int, int]]  # by trait: in spam, in other tips

_LESSONS = cast(Table, Lesson.__table__)
_ADD = Prepared(
    text(
        "INSERT INTO lessons (word, spam, ham) VALUES (:word, :spam, :ham) ON CONFLICT (word) DO UPDATE"
        " SET spam = lessons.spam + excluded.spam, ham = lessons.ham + excluded.ham"
    )
)
_CLEAR = Prepared(
    delete(_LESSONS).where(_LESSONS.c.word.in_(each_of("words")), _LESSONS.c.spam <= 0, _LESSONS.c.ham <= 0)
)


@dataclass(frozen=True)
class Teaching:
    """A text's traits go to a label's counts (step 1), or are taken back from them (step -1)."""

    traits: frozenset[str]
    label: Label
    step: int


def text_of(parts: Iterable[str | None]) -> str:
    """Return the text of a tip that teaches, from `PARTS` of it."""
    return "\n".join(part for part in parts if part)


PARTS = (Tip.body, Tip.about, Tip.link)


def sums(teachings: Iterable[Teaching]) -> dict[str, tuple[int, int]]:
    """Add some teachings up, with their part in the sums over all tips."""
    added = {label: Counter[str]() for label in Label}
    for each in teachings:
        counts = added[each.label]
        for trait in each.traits:
            counts[trait] += each.step
        counts[TIPS] += each.step
        counts[WORDS] += each.step * len(each.traits)
    spam, ham = added[Label.SPAM], added[Label.HAM]
    return {word: (spam[word], ham[word]) for word in {*spam, *ham} if spam[word] or ham[word]}


def teach(session: Asked, teachings: Iterable[Teaching]) -> None:
    """Change the counts; a word that no tip teaches any more is gone."""
    steps = sums(teachings)
    if not steps:
        return
    # in one order, so that on PostgreSQL two who change the same words wait instead of deadlocking
    rows = [{"word": word, "spam": spam, "ham": ham} for word, (spam, ham) in sorted(steps.items())]
    _ADD.each(session, rows)
    if lowered := [word for word, (spam, ham) in steps.items() if min(spam, ham) < 0]:
        _CLEAR.run(session, {"words": listed(lowered)})


def forget(session: Session, tip_ids: Collection[int]) -> None:
    """Take back what some tips taught, while their words still stand in their rows."""
    taught = select(Tip.id, Tip.taught, *PARTS).where(Tip.id.in_(tip_ids), Tip.taught.is_not(None))
    rows = session.execute(taught.order_by(Tip.id)).all()
    if rows:
        teach(session, [Teaching(traits(text_of(parts)), Label(str(label)), -1) for _, label, *parts in rows])
        session.execute(update(Tip).where(Tip.id.in_([row.id for row in rows])).values(taught=None))


LESSONS = select(Lesson.word, Lesson.spam, Lesson.ham).where(Lesson.word.in_(each_of("traits")))
_COUNTED = AtOnce(lessons=LESSONS)


def traits_asked(seen: Collection[str]) -> dict[str, object]:
    """Return what `LESSONS` binds for some traits, and the sums."""
    return {"traits": listed({*seen, TIPS, WORDS})}


def counts_in(rows: Iterable[Any]) -> dict[str, tuple[int, int]]:
    """Return the counts that rows of `LESSONS` hold."""
    return {word: (max(0, spam), max(0, ham)) for word, spam, ham in rows}


def counts_of(session: Session, wanted: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the counts of some traits, and the sums; what was never seen is left out."""
    return counts_in(_COUNTED.ask(session, **traits_asked(wanted))["lessons"])
