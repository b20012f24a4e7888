"""Why a group stands where it does in the queue: each reason with its points, in half-lives of age.

Pure. A point is worth six hours: a group with one more stands as if it had come in six hours later. How
fresh a group is stands in its rank already (`models/group.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tipline.assist.spam import Opinion
from tipline.models import How, State
from tipline.models.group import HELD_BACK_SCORE, size_score
from tipline.text.times import count
from tipline.text.traits import told

HOW_POINTS = {How.DOCUMENTS: 1.5, How.INVOLVED: 1.5, How.SAW: 1.0, How.TOLD: 0.25, How.ONLINE: 0.0}
HOW_WORDS = {
    How.DOCUMENTS: "Has documents",
    How.INVOLVED: "Was involved",
    How.SAW: "Saw it",
    How.TOLD: "Was told",
}
# For each earlier tip of the sender; shared out, so that the hundredth adds little to the tenth.
SENDER_POINTS = {State.ACCEPTED: 2.0, State.DECLINED: -0.5, State.SPAM: -4.0}
SENDER_WORDS = {State.ACCEPTED: "accepted", State.DECLINED: "declined", State.SPAM: "spam"}
FROM_STORY_POINTS = 0.5
NAMES_POINTS = 1.0
MOST_NAMES = 3
ONE_FILE_POINTS = 0.75
FILES_POINTS = 1.0
TRAPPED_POINTS = -4.0
SPAM_POINTS = -5.0  # at most: thirty hours down
LEAST_LIKELY = 0.7  # of spam, before it counts
SUREST_SHOWN = 0.99
DIGITS = 1  # of points, as they are shown and added


@dataclass(frozen=True)
class Facts:
    """What is known of a group: of its members together, and of the text and sender of the one that leads."""

    size: int = 1
    hows: frozenset[How] = frozenset()
    files: int = 0
    from_story: bool = False  # somebody wrote from a story's page
    named: tuple[str, ...] = ()  # people in it about whom there is a recent story
    earlier: Mapping[State, int] = field(default_factory=dict)  # the sender's other tips that were decided
    held_back: bool = False
    trapped: bool = False  # a field that people don't see was filled in
    opinion: Opinion = Opinion()


@dataclass(frozen=True)
class Part:
    """A reason, as a sentence without its full stop, and its points."""

    reason: str
    points: float


def parts(facts: Facts) -> tuple[Part, ...]:
    """List what raises or lowers a group; what adds nothing is left out."""
    found = (reason(facts) for reason in REASONS)
    rounded = (Part(part.reason, round(part.points, DIGITS)) for part in found if part)
    return tuple(part for part in rounded if part.points)


def total(found: Iterable[Part]) -> float:
    """Add the points up."""
    return round(sum(part.points for part in found), DIGITS)


def of_size(facts: Facts) -> Part | None:
    """One point for each doubling of those who say the same."""
    return Part(f"{facts.size:,} say the same", size_score(facts.size)) if facts.size > 1 else None


def of_how(facts: Facts) -> Part | None:
    """What the one who knows best knows it from."""
    known = max(facts.hows, key=lambda how: (HOW_POINTS[how], how), default=None)
    return Part(HOW_WORDS[known], HOW_POINTS[known]) if known in HOW_WORDS else None


def of_files(facts: Facts) -> Part | None:
    """Files: more than one is worth little more than one."""
    if not facts.files:
        return None
    points = ONE_FILE_POINTS if facts.files == 1 else FILES_POINTS
    return Part(f"Came with {count(facts.files, 'file', 'files')}", points)


def of_story(facts: Facts) -> Part | None:
    """The page of a story that it was sent from."""
    return Part("Sent from a story’s page", FROM_STORY_POINTS) if facts.from_story else None


def of_people(facts: Facts) -> Part | None:
    """People about whom there is a recent story."""
    if not facts.named:
        return None
    shown = facts.named[:MOST_NAMES]
    more = " and others" if len(facts.named) > MOST_NAMES else ""
    return Part(f"Names {', '.join(shown)}{more}, of a recent story", NAMES_POINTS)


def of_sender(facts: Facts) -> Part | None:
    """What became of the sender's other tips; one alone counts half."""
    record = {state: facts.earlier[state] for state in SENDER_POINTS if facts.earlier.get(state)}
    if not record:
        return None
    points = sum(SENDER_POINTS[state] * number for state, number in record.items())
    listed = ", ".join(f"{number:,} {SENDER_WORDS[state]}" for state, number in record.items())
    return Part(f"The same sender’s other tips: {listed}", points / (1 + sum(record.values())))


def of_suspicion(facts: Facts) -> Part | None:
    """What looked at its arrival as if a program had sent it."""
    if facts.held_back:
        return Part("Held back: it looked as if a program sent it", HELD_BACK_SCORE)
    return Part("Filled in a field that people don’t see", TRAPPED_POINTS) if facts.trapped else None


def of_spam(facts: Facts) -> Part | None:
    """How much it reads like what this newsroom calls spam; it never raises, and never decides."""
    likely = facts.opinion.probability
    if likely < LEAST_LIKELY:
        return None
    words = ", ".join(told(trait) for trait in facts.opinion.telling)
    because = f": {words}" if words else ""
    sure = min(likely, SUREST_SHOWN)
    return Part(f"Reads like spam here, {sure:.0%} likely{because}", SPAM_POINTS * (likely - 0.5) * 2)


REASONS: tuple[Callable[[Facts], Part | None], ...] = (
    of_size, of_how, of_files, of_people, of_story, of_sender, of_suspicion, of_spam,
)  # fmt: skip
