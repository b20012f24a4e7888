"""What the machine knows of a tip for whoever reads it: people, stories, tips that say the same, its place.

Each of these rooms says what it asks; here what can be asked together is, so that all of it takes four or
five statements: what the text asks, the stories that share its words, what those and its people ask. Whom a
text names and which stories are likely is most of that, and the same each time the tip is shown: before it
is its turn, after each act, to each colleague. So a process remembers it, until the catalogue changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy.orm import Session

from tipline.assist.alike import ELSEWHERE, Alike, suggested
from tipline.assist.alike import asked_of as likeness_asked
from tipline.assist.facts import NEWEST, facts_in, leads_in, text_of_lead
from tipline.assist.names import (
    CALLED,
    PART_OF_NAME,
    Known,
    Sought,
    names_asked,
    people_named,
    with_others,
)
from tipline.assist.score import Facts
from tipline.assist.spam import Opinion, opinion
from tipline.assist.stories import NAMED, SHARING, Likely, Page, Said, likeliest, naming_asked
from tipline.at_once import Answers, AtOnce
from tipline.memory import Memory
from tipline.models import State, StoryState
from tipline.search.lessons import LESSONS, counts_in, traits_asked
from tipline.search.rarest import SAYING, STORIES, stories_sharing, telling_in, words_asked
from tipline.text.likeness import bands, telling_words
from tipline.text.traits import traits

_BESIDES = {"lessons": LESSONS, "alike": ELSEWHERE}
_OF_TEXT = AtOnce(called=CALLED, part_of_name=PART_OF_NAME, saying=SAYING, stories=STORIES, **_BESIDES)
_OF_TOLD = AtOnce(**_BESIDES)
_OF_PEOPLE = AtOnce(naming=NAMED, newest=NEWEST)
MOST_BYTES = 8 * 1024 * 1024
TOLD_BYTES = 16 * 1024  # the words of a tip, a few names, three stories and their reasons, about


@dataclass(frozen=True)
class Gist:
    """What follows from words alone: a tip's, and for its traits those of the one that leads its group."""

    words: frozenset[str]
    bands: tuple[int, ...]
    traits: frozenset[str]
    lessons: dict[str, object]  # what asks for those of its traits
    # Of tips that share a band of it by chance: which do not say the same, as far as was found out.
    far: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, text: str, leading: str) -> "Gist":
        words, seen = telling_words(text), traits(leading)
        return cls(words, tuple(bands(words)), seen, traits_asked(seen))


@dataclass(frozen=True)
class Told:
    """What follows from a tip's words and the catalogue."""

    gist: Gist
    known: tuple[Known, ...]
    names: tuple[str, ...]  # theirs, and those of others whom it seems to name
    likely: tuple[Likely, ...]
    newest: tuple[Any, ...]  # rows of `facts.NEWEST` about whom it names


@dataclass(frozen=True)
class Reading:
    """What was found; `facts` are None once nothing of the tip's group waits."""

    told: Told
    alike: list[Alike]
    alike_rows: Sequence[Any]  # with what a page shows of them
    facts: Facts | None


@dataclass(frozen=True)
class Beside:
    """What follows from other tips, and from what was learned: the same until anybody does anything."""

    alike: list[Alike]
    rows: Sequence[Any]  # with what a page shows of them
    opinion: Opinion


_told: Memory[Told] = Memory(MOST_BYTES)
_beside: Memory[Beside] = Memory(MOST_BYTES)


def reading_of(session: Session, read: Answers, now: datetime) -> Reading:
    """Read what the machine knows of a tip.

    Args:
        read: of the tip: itself as `tip`, its `group`, its story and the versions of the catalogue, of the
            worker's progress and of all acts as parts of what is `around`, the stories that are `settled`,
            the groups set `apart`, and what `facts.groups_asked` asks.
    """
    [group], leads = read["group"], leads_in(read)
    lead_text = text_of_lead(leads[group.id]) if group.id in leads else ""
    key, moment = _key(read, lead_text), _moment(read)
    told = _told.find(key, now) if key else None
    beside = _beside.find((key, moment), now) if told and moment else None
    if told is None or beside is None:
        told, beside = _ask(session, read, lead_text, told)
        if key:
            _told.keep(key, told, TOLD_BYTES, now)
        if key and moment:
            _beside.keep((key, moment), beside, TOLD_BYTES, now)
    return Reading(told, beside.alike, beside.rows, _facts(read, group, told, beside.opinion))


def _ask(session: Session, read: Answers, lead_text: str, told: Told | None) -> tuple[Told, Beside]:
    [tip], apart = read["tip"], {row.group_id for row in read["apart"]}
    gist = told.gist if told else Gist.of(tip.body, lead_text)
    besides = gist.lessons | likeness_asked(tip, gist.bands, gist.far)
    if told is None:
        told, answers = _tell(session, read, gist, besides)
    else:
        answers = _OF_TOLD.ask(session, **besides)
    rows, judged = answers["alike"], opinion(counts_in(answers["lessons"]), gist.traits)
    return told, Beside(suggested(tip, gist.words, rows, apart, gist.far), rows, judged)


def _moment(read: Answers) -> object:
    """Return what is another once anybody, or the worker, did anything; None while the worker did nothing."""
    [tip], [around] = read["tip"], read["around"]
    return around.progress and (around.progress, around.acts, around.newest_id, tip.id)


def _key(read: Answers, lead_text: str) -> object:
    """Return all that `Told` follows from; None while nothing tells one catalogue from another."""
    [tip], [around] = read["tip"], read["around"]
    said = "\0".join(part or "" for part in (tip.about, tip.body, tip.place, lead_text))
    settled = tuple(sorted(row.story_id for row in read["settled"]))
    words = blake2b(said.encode()).digest()
    return around.catalogue and (around.catalogue, words, tip.received_at, around.story_id, settled)


def _tell(session: Session, read: Answers, gist: Gist, besides: dict[str, object]) -> tuple[Told, Answers]:
    """Ask what a tip's words say to the catalogue, and `_BESIDES` on the way."""
    [tip], page = read["tip"], _page_in(read)
    named = "\n".join(part for part in (tip.about, tip.body) if part)
    text = "\n".join(part for part in (tip.about, tip.body, tip.place) if part)
    sought = Sought.of(named)
    answers = _OF_TEXT.ask(session, **names_asked(sought), **words_asked(text), **besides)
    known, telling = people_named(sought, answers), telling_in(answers)
    sharing = stories_sharing(session, telling, SHARING)
    of_people = (
        _OF_PEOPLE.ask(session, **naming_asked(known, sharing)) if known else {"naming": [], "newest": []}
    )
    said = Said(text, tip.received_at, known, page.id if page else None)
    settled = {row.story_id for row in read["settled"]}
    likely = likeliest(session, said, telling, sharing, of_people["naming"], without=settled, page=page)
    names = with_others(known, named)
    return Told(gist, tuple(known), tuple(names), tuple(likely), tuple(of_people["newest"])), answers


def _page_in(read: Answers) -> Page | None:
    [story] = read["around"]
    if story.state != StoryState.PUBLISHED:
        return None
    return Page(story.story_id, story.slug, story.headline, story.published_at)


def _facts(read: Answers, group: Any, told: Told, judged: Opinion) -> Facts | None:
    if group.state != State.PENDING:
        return None
    people = {group.id: told.known}
    return facts_in(read, {group.id: judged}, people, told.newest).get(group.id)
