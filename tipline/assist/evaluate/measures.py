"""What the subjects share: their data read from files, the measures of a yes or no, and those of a list."""

import csv
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from tipline.errors import TiplineError

MAX_FIELD_CHARACTERS = 10_000_000
DEPTHS = (1, 5, 10)
Case = TypeVar("Case")


class Unmeasurable(TiplineError):
    title = "There is nothing to measure on"


@dataclass(frozen=True)
class Judged:
    """One case: how sure the machine was (larger is surer), and what was true."""

    score: float
    true: bool


def timed(cases: Sequence[tuple[Case, bool]], judge: Callable[[Case], float]) -> tuple[list[Judged], float]:
    """Judge each case; return what was said of them, and how many milliseconds one took on average."""
    begun = perf_counter()
    scores = [judge(case) for case, _ in cases]
    spent = perf_counter() - begun
    judged = [Judged(score, true) for score, (_, true) in zip(scores, cases, strict=True)]
    return judged, 1000 * spent / max(1, len(cases))


def yes_or_no(judged: Collection[Judged], *, at: float, ms: float) -> dict[str, float | None]:
    """Return precision, recall and f1 of saying yes from a score of `at` on, the auc, and `ms` a case."""
    area = auc(judged)
    hits = sum(each.true and each.score >= at for each in judged)
    said, true = sum(each.score >= at for each in judged), sum(each.true for each in judged)
    precision, recall = _share(hits, said), _share(hits, true)
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(_share(2 * precision * recall, precision + recall), 4),
        "auc": None if area is None else round(area, 4),
        "ms": round(ms, 4),
    }


def auc(judged: Iterable[Judged]) -> float | None:
    """Return how probably a true case scores higher than a false one; equal scores count half.

    Mann and Whitney's U over all pairs, from the ranks. None when there is no pair.
    """
    ordered = sorted(judged, key=lambda each: each.score)
    true = sum(each.true for each in ordered)
    false = len(ordered) - true
    if not true or not false:
        return None
    ranks, begin = 0.0, 0
    while begin < len(ordered):
        end = begin
        while end < len(ordered) and ordered[end].score == ordered[begin].score:
            end += 1
        ranks += (begin + 1 + end) / 2 * sum(each.true for each in ordered[begin:end])
        begin = end
    return (ranks - true * (true + 1) / 2) / (true * false)


def found_at(places: Sequence[int | None], *, ms: float) -> dict[str, float]:
    """Return recall at 1, 5 and 10, the mean reciprocal rank, and `ms` a case.

    Args:
        places: where in each list the right one stood, counted from 1; None where it was not in it.
    """
    recall = {
        f"recall@{depth}": _share(sum(place is not None and place <= depth for place in places), len(places))
        for depth in DEPTHS
    }
    mrr = _share(sum(1 / place for place in places if place), len(places))
    measured = {**recall, "mrr": mrr, "ms": ms}
    return {name: round(value, 4) for name, value in measured.items()}


def rows_of(file: Path, columns: Collection[str]) -> list[dict[str, str]]:
    """Read a CSV file with a head.

    Raises:
        Unmeasurable: when it cannot be read, or lacks one of `columns`.
    """
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if lacking := sorted(set(columns) - set(reader.fieldnames or ())):
                raise Unmeasurable(f"{file} has no column “{lacking[0]}”.")
            return list(reader)
    except OSError as error:
        raise Unmeasurable(f"{file} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unmeasurable(f"{file} is no CSV file in UTF-8.") from error


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
