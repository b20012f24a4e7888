"""What the demo newsroom is made of, read from `content/` and checked before anything is built from it.

The texts stand in JSON, so that a writer can change them without reading code. Times are ages ("so many
minutes ago"), counted back from the moment the demo is built, so that it is always a fresh morning there.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from tipline.intake.rights import Rights

FOLDER = Path(__file__).with_name("content")

Kind = Literal["tip", "correction", "release", "question"]
How = Literal["saw", "involved", "told", "documents", "online"]
Channel = Literal["form", "embed", "phone", "email", "import"]
State = Literal["pending", "accepted", "declined", "spam", "snoozed"]
Reason = Literal["unverifiable", "not_news", "known", "off_topic", "advertising", "abusive", "other"]
Drawing = Literal["harbor", "stage", "call_sheet", "note", "contract"]


class ContentError(ValueError):
    """The demo's files contradict themselves; the message lists every place."""


@dataclass(frozen=True, slots=True)
class DemoUser:
    """One of the staff; others refer to them by `key`, never by address."""

    key: str
    name: str
    email: str
    role: Literal["moderator", "editor", "admin"]


@dataclass(frozen=True, slots=True)
class DemoDesk:
    """A desk, its `members` by their keys; it has the pending tips of a kind, if it is there for one."""

    name: str
    members: tuple[str, ...]
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class DemoPerson:
    slug: str
    name: str
    aliases: tuple[str, ...]
    line: str


@dataclass(frozen=True, slots=True)
class DemoStory:
    """A published story; `people` and `related` are slugs, `credits` the holders, `body` its paragraphs."""

    slug: str
    headline: str
    dek: str
    byline: str
    days_ago: float
    zone: str
    credits: tuple[str, ...]
    people: tuple[str, ...]
    related: tuple[str, ...]
    tags: tuple[str, ...]
    body: tuple[str, ...]

    @property
    def minutes_ago(self) -> int:
        return round(self.days_ago * 24 * 60)


@dataclass(frozen=True, slots=True)
class DemoNote:
    by: str
    minutes_ago: int
    text: str


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """A line between newsroom and tipster; `by` is a user's key when the newsroom wrote it."""

    sender: Literal["newsroom", "tipster"]
    minutes_ago: int
    text: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A file that came with a tip: what `drawings.py` draws, and how the tipster's device called it."""

    drawing: Drawing
    name: str


@dataclass(frozen=True, slots=True)
class DemoTip:
    """What a reader sent and what became of it.

    `story` is the slug of the page it was sent from, `linked` the stories a moderator tied it to. Tips that
    say the same share `group`. `by` decided it; `snoozed_for_minutes` counts from now, not from the decision.
    """

    text: str
    minutes_ago: int
    state: State
    kind: Kind
    channel: Channel
    language: str
    key: str | None = None
    how: How | None = None
    about: str | None = None
    happened: str | None = None
    place: str | None = None
    links: tuple[str, ...] = ()
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    story: str | None = None
    group: str | None = None
    linked: tuple[str, ...] = ()
    by: str | None = None
    decided_minutes_ago: int | None = None
    reason: Reason | None = None
    reason_text: str | None = None
    snoozed_for_minutes: int | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[DemoNote, ...] = ()
    messages: tuple[DemoMessage, ...] = ()
    files: tuple[DemoFile, ...] = ()
    rights: Rights = Rights()


@dataclass(frozen=True, slots=True)
class DemoRevision:
    """An earlier body of a draft, oldest first; the draft's own body is the newest."""

    by: str
    minutes_ago: int
    summary: str
    body: str


@dataclass(frozen=True, slots=True)
class DemoCheck:
    fact: str
    done: bool


@dataclass(frozen=True, slots=True)
class DemoDraft:
    """An article on its way; `tips` are keys of tips, `body` is Markdown."""

    key: str
    state: Literal["draft", "in_review", "approved"]
    desk: str
    byline: str
    by: str
    headline: str
    dek: str
    slug: str
    minutes_ago: int
    tips: tuple[str, ...]
    revisions: tuple[DemoRevision, ...]
    body: str
    checks: tuple[DemoCheck, ...]
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Demo:
    """The whole newsroom: stories and tips newest first."""

    users: tuple[DemoUser, ...]
    desks: tuple[DemoDesk, ...]
    watched: tuple[str, ...]  # words and phrases
    people: tuple[DemoPerson, ...]
    stories: tuple[DemoStory, ...]
    tips: tuple[DemoTip, ...]
    drafts: tuple[DemoDraft, ...]


def load(folder: Path = FOLDER) -> Demo:
    """Read the demo's content.

    Raises:
        ContentError: a name refers to nothing, or a tip tells of a time that cannot be.
    """
    house = json.loads((folder / "house.json").read_text(encoding="utf-8"))
    demo = Demo(
        users=tuple(DemoUser(**row) for row in _rows(folder, "users.json")),
        desks=tuple(DemoDesk(desk["name"], tuple(desk["members"]), desk["kind"]) for desk in house["desks"]),
        watched=tuple(house["watched"]),
        people=tuple(DemoPerson(**row) for row in _rows(folder, "people.json")),
        stories=tuple(
            sorted((DemoStory(**row) for row in _rows(folder, "stories-*.json")), key=lambda s: s.days_ago)
        ),
        tips=tuple(sorted((_tip(row) for row in _rows(folder, "tips-*.json")), key=lambda t: t.minutes_ago)),
        drafts=tuple(_draft(row) for row in _rows(folder, "drafts.json")),
    )
    if mistakes := list(mistakes_in(demo)):
        raise ContentError("\n".join(mistakes))
    return demo


def mistakes_in(demo: Demo) -> Iterator[str]:
    """Yield one sentence for everything that does not hold together."""
    yield from _doubles("story", (story.slug for story in demo.stories))
    yield from _doubles("person", (person.slug for person in demo.people))
    yield from _doubles("tip", (tip.key for tip in demo.tips if tip.key))
    for desk in demo.desks:
        yield from _missing(f"Desk {desk.name}", "user", desk.members, {user.key for user in demo.users})
    yield from _mistakes_in_stories(demo)
    yield from _mistakes_in_tips(demo)
    yield from _mistakes_in_drafts(demo)


def _rows(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(pattern)):
        for row in json.loads(path.read_text(encoding="utf-8")):
            yield {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _tip(row: dict[str, Any]) -> DemoTip:
    row["notes"] = tuple(DemoNote(**note) for note in row.get("notes", ()))
    row["messages"] = tuple(DemoMessage(**message) for message in row.get("messages", ()))
    row["files"] = tuple(DemoFile(**file) for file in row.get("files", ()))
    row["rights"] = Rights(**row.get("rights", {}))
    return DemoTip(**row)


def _draft(row: dict[str, Any]) -> DemoDraft:
    row["revisions"] = tuple(DemoRevision(**revision) for revision in row["revisions"])
    row["checks"] = tuple(DemoCheck(**check) for check in row["checks"])
    return DemoDraft(**row)


def _doubles(noun: str, names: Iterable[str]) -> Iterator[str]:
    yield from (f"Two of a kind: {noun} {name}" for name, count in Counter(names).items() if count > 1)


def _mistakes_in_stories(demo: Demo) -> Iterator[str]:
    people = {person.slug for person in demo.people}
    slugs = {story.slug for story in demo.stories}
    for story in demo.stories:
        where = f"Story {story.slug}"
        yield from _missing(where, "person", story.people, people)
        yield from _missing(where, "related story", story.related, slugs - {story.slug})


def _mistakes_in_tips(demo: Demo) -> Iterator[str]:
    users = {user.key for user in demo.users}
    published = {story.slug: story.minutes_ago for story in demo.stories}
    for tip in demo.tips:
        where = f"Tip “{tip.text[:40]}”"
        yield from _missing(where, "story", (*tip.linked, *_known(tip.story)), published)
        yield from _missing(where, "user", _authors(tip), users)
        yield from _missing(where, "drawing", (file.drawing for file in tip.files), get_args(Drawing))
        if tip.story in published and published[tip.story] < tip.minutes_ago:
            yield f"{where} was sent from a page that was not there yet: {tip.story}"
        yield from (f"{where} {problem}" for problem in _odd_decision(tip))


def _odd_decision(tip: DemoTip) -> Iterator[str]:
    if tip.state == "pending":
        if tip.by or tip.decided_minutes_ago is not None:
            yield "awaits a decision and has one"
        return
    if not tip.by or tip.decided_minutes_ago is None or tip.decided_minutes_ago > tip.minutes_ago:
        yield "was decided by nobody, or before it came"
    if (tip.reason is not None) != (tip.state == "declined"):
        yield "is declined without a reason, or has a reason without being declined"
    if (tip.snoozed_for_minutes is not None) != (tip.state == "snoozed"):
        yield "sleeps without an end, or ends a sleep it never began"


def _mistakes_in_drafts(demo: Demo) -> Iterator[str]:
    users = {user.key for user in demo.users}
    keys = {tip.key for tip in demo.tips if tip.key}
    for draft in demo.drafts:
        where = f"Draft {draft.key}"
        yield from _missing(where, "tip", draft.tips, keys)
        authors = (draft.by, *_known(draft.approved_by), *(revision.by for revision in draft.revisions))
        yield from _missing(where, "user", authors, users)


def _authors(tip: DemoTip) -> tuple[str, ...]:
    written = [note.by for note in tip.notes] + [message.by for message in tip.messages if message.by]
    return (*written, *_known(tip.by))


def _known(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _missing(where: str, noun: str, wanted: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    yield from (f"{where} names a {noun} that is not there: {name}" for name in wanted if name not in known)
