"""How often tips that say the same are told from others: by what joins them, and by what only suggests it.

A set's measures are those of what is joined; those of what is suggested stand beside them.

On given data a pair of texts is a case. In a newsroom's own decisions a case is what somebody said of two
tips: made one row of them, took one from the other, or refused a suggestion; what was taken back is none.
"""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from tipline.assist.alike import JOIN_AT, SUGGEST_AT
from tipline.assist.evaluate import Report
from tipline.assist.evaluate.measures import Unmeasurable, rows_of, timed, yes_or_no
from tipline.models import Regroup, Regrouping, Tip
from tipline.text.likeness import overlap, telling_words

FILE = "pairs.csv"
COLUMNS = ("text_a", "text_b", "is_duplicate")
MOST_PAIRS = 20_000

Pair = tuple[str, str]


def of_data(folder: Path) -> Report:
    """Measure on `pairs.csv`: text_a, text_b, is_duplicate (1 or 0).

    Raises:
        Unmeasurable: when it is not there, or holds no pair.
    """
    rows = rows_of(folder / FILE, COLUMNS)
    return _measured(
        "pairs", [((row["text_a"], row["text_b"]), row["is_duplicate"].strip() == "1") for row in rows]
    )


def of_decisions(session: Session) -> Report:
    """Measure on what people here said of tips, the newest first.

    Raises:
        Unmeasurable: when nobody said anything yet.
    """
    one, other = aliased(Tip), aliased(Tip)
    said = (
        select(one.body, other.body, Regrouping.act)
        .join(one, one.id == Regrouping.tip_id)
        .join(other, other.id == Regrouping.other_id)
        .where(Regrouping.undone_at.is_(None), one.erased_at.is_(None), other.erased_at.is_(None))
    )
    rows = session.execute(said.order_by(Regrouping.id.desc()).limit(MOST_PAIRS))
    return _measured("decisions", [((text, another), act == Regroup.JOIN) for text, another, act in rows])


def _measured(name: str, pairs: Sequence[tuple[Pair, bool]]) -> Report:
    if not pairs:
        raise Unmeasurable("Nobody has said of two tips yet whether they say the same.")
    judged, ms = timed(pairs, _likeness)
    joined, suggested = (yes_or_no(judged, at=least, ms=ms) for least in (JOIN_AT, SUGGEST_AT))
    return {"sets": {name: {**joined, "suggested": suggested}}}


def _likeness(pair: Pair) -> float:
    return overlap(*(telling_words(text) for text in pair))
