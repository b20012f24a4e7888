"""How the pane says why a tip stands where it does in the queue."""

from dataclasses import dataclass

from tipline.assist.score import Facts, parts, total
from tipline.assist.spam import FEWEST_OF_EACH

WORTH = "A point is worth six hours. What is new stands higher by itself."
UNLEARNED = (
    f"Spam is not judged yet: that takes {FEWEST_OF_EACH} tips marked as spam and {FEWEST_OF_EACH} others."
)


@dataclass(frozen=True)
class PointLine:
    """A reason for which a tip stands higher or lower, with its points: "+1.5"."""

    reason: str
    points: str


@dataclass(frozen=True)
class ScoreShown:
    """Why a tip stands where it does."""

    lines: tuple[PointLine, ...]
    total_words: str
    notes: tuple[str, ...]


def score_shown(facts: Facts | None) -> ScoreShown | None:
    """Say what raises and lowers the group of a tip, as of now; None once nothing of it waits."""
    if facts is None:
        return None
    found = parts(facts)
    return ScoreShown(
        lines=tuple(PointLine(part.reason, _signed(part.points)) for part in found),
        total_words=_signed(total(found)),
        notes=(WORTH,) if facts.opinion.known else (WORTH, UNLEARNED),
    )


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−") if points else "0"
