"""What a child says when it is done: a little JSON, which is believed only as far as it can be checked.

A file that takes over its decoder speaks through here, so nothing passes that is not on a list.
"""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tipline.scrub.found import CannotScrub, Facts, Kind, WhySealed

MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    removed: tuple[Kind, ...]
    facts: Facts


def said(removed: set[Kind], facts: Facts) -> bytes:
    """Write down that there is a copy."""
    return json.dumps({"removed": [str(kind) for kind in Kind if kind in removed], "facts": facts}).encode()


def refused(why: WhySealed) -> bytes:
    """Write down that there is none."""
    return json.dumps({"why": str(why)}).encode()


def parse(spoken: bytes) -> Answer:
    """Read what a child said.

    Raises:
        CannotScrub: when it says that it has no copy, or what it says makes no sense.
    """
    try:
        answer = json.loads(spoken) if len(spoken) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise CannotScrub(WhySealed.DAMAGED)
    if "why" in answer:
        raise CannotScrub(_why(answer["why"]))
    return Answer(_kinds(answer.get("removed")), _facts(answer.get("facts")))


def _why(given: Any) -> WhySealed:
    return WhySealed(given) if given in list(WhySealed) else WhySealed.DAMAGED


def _kinds(given: Any) -> tuple[Kind, ...]:
    if not isinstance(given, list) or not all(kind in list(Kind) for kind in given):
        raise CannotScrub(WhySealed.DAMAGED)
    return tuple(kind for kind in Kind if kind in given)


def _facts(given: Any) -> Facts:
    facts: Facts = {}
    if not isinstance(given, dict):
        return facts
    taken_at = given.get("taken_at")
    if isinstance(taken_at, str) and _is_time(taken_at):
        facts["taken_at"] = taken_at
    latitude, longitude = _degrees(given.get("latitude"), 90), _degrees(given.get("longitude"), 180)
    if latitude is not None and longitude is not None:
        facts["latitude"], facts["longitude"] = latitude, longitude
    return facts


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) <= 40 and text.isascii()


def _degrees(given: Any, bound: int) -> float | None:
    if not isinstance(given, int | float) or isinstance(given, bool):
        return None
    return float(given) if math.isfinite(given) and abs(given) <= bound else None
