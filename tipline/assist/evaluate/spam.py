"""Measure the spam score: learn one half, judge the other."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import String, literal_column, select
from sqlalchemy.orm import Session

from tipline.assist.evaluate import Report
from tipline.assist.evaluate.measures import Unmeasurable, rows_of, timed, yes_or_no
from tipline.assist.spam import FEWEST_OF_EACH, opinion
from tipline.models import Label, Tip
from tipline.models.lesson import TEACHES
from tipline.search.lessons import PARTS, Teaching, sums, text_of
from tipline.text.traits import traits

FILE = "messages.csv"
LIKELY = 0.5

Example = tuple[str, bool]  # a text, and whether it is spam


def of_data(folder: Path) -> Report:
    """Measure on messages.csv, with columns text and label (spam or ham); every second row is learned."""
    rows = rows_of(folder / FILE, ("text", "label"))
    examples = [(row["text"], row["label"] == Label.SPAM) for row in rows]
    return _measured(examples[::2], examples[1::2])


def of_decisions(session: Session) -> Report:
    """Measure on what the newsroom decided: the earlier half is learned."""
    teaches = literal_column(TEACHES, String)
    decided = select(teaches, *PARTS).where(teaches != "").order_by(Tip.decided_at, Tip.id)
    examples = [(text_of(parts), label == Label.SPAM) for label, *parts in session.execute(decided)]
    half = (len(examples) + 1) // 2
    return _measured(examples[:half], examples[half:])


def _measured(learned: Sequence[Example], judged: Sequence[Example]) -> Report:
    spam = sum(is_spam for _, is_spam in learned)
    if min(spam, len(learned) - spam) < FEWEST_OF_EACH or not judged:
        raise Unmeasurable(
            f"The half to learn from needs {FEWEST_OF_EACH} that are spam and {FEWEST_OF_EACH} that are not; "
            f"it has {spam:,} and {len(learned) - spam:,}."
        )
    counts = sums(
        Teaching(traits(text), Label.SPAM if is_spam else Label.HAM, 1) for text, is_spam in learned
    )
    found, ms = timed(judged, lambda text: opinion(counts, traits(text)).probability)
    return yes_or_no(found, at=LIKELY, ms=ms)
