"""The moderators' desk as a few dictionaries: what each act should do, said a second time and without SQL.

A method does what the act of its name does, or raises `Refused` and is not to be used any further; its
callers try it on a copy. `seen` are versions by ref, as whoever acts saw them.
"""

from collections import Counter as Tally
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product

from tipline.triage.decide import Choice

RESULT = {
    "accept": "accepted", "decline": "declined", "spam": "spam", "snooze": "snoozed", "reopen": "pending",
}  # fmt: skip
OPEN = {
    "pending": "accept decline spam snooze",
    "snoozed": "accept decline spam snooze reopen",
    "accepted": "reopen decline spam",
    "declined": "reopen accept spam decline",
    "spam": "reopen accept decline",
}
DOUBLE_CLICK = timedelta(minutes=1)
Pair = frozenset[str]
Thing = tuple[str, str]  # of a tip, by ref: "holder", or a tag


class Refused(Exception):
    """The act is refused, by an error of this name."""


@dataclass(frozen=True)
class Known:
    """What stands on one tip."""

    version: int = 1
    state: str = "pending"
    reason: str | None = None
    until: datetime | None = None
    decided_at: datetime | None = None
    decided_by: int | None = None
    about: str | None = None
    corrected: bool = False


@dataclass(frozen=True)
class Picture:
    """All that a desk keeps, for comparing."""

    tips: dict[str, Known]
    groups: set[frozenset[str]]
    links: dict[tuple[str, str], str]  # state by ref and slug
    apart: dict[Pair, str]  # the batch that said so
    things: dict["Thing", object]
    drafts: dict[str, tuple[str, ...]]
    stories: dict[str, int]  # how many tips are linked to each that has any
    counters: dict[str, int]

    def said(self) -> tuple[object, ...]:
        """Return what undoing brings back: everything but the versions, which only grow, and the drafts."""
        tips = {ref: replace(known, version=0) for ref, known in self.tips.items()}
        return tips, self.groups, self.links, set(self.apart), self.things, self.stories, self.counters


@dataclass
class Act:
    """What somebody did, and how it was before: tips and links by ref; or who went, and whom they left."""

    by: int
    rows: dict[str, int] = field(default_factory=dict)  # the version that it made of each tip
    was: dict[str, Known] = field(default_factory=dict)
    linked: tuple[str, dict[str, str | None]] | None = None  # a slug, and what the link was
    went: tuple[str, ...] = ()
    left: str | None = None
    own: bool = False  # only who did it takes it back
    thing: Thing | None = None  # for what raises no version: what it changed, what stood there, what it made
    stood: object = None
    made: object = None
    batch: str = ""
    undone: bool = False


@dataclass
class Model:
    tips: dict[str, Known]  # in the order in which they came
    home: dict[str, int]  # which group each is in
    now: datetime
    links: dict[tuple[str, str], str] = field(default_factory=dict)
    apart: dict[Pair, Act] = field(default_factory=dict)
    things: dict[Thing, object] = field(default_factory=dict)
    drafts: dict[str, tuple[tuple[str, ...], int, datetime]] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)

    def members(self, ref: str) -> list[str]:
        return [other for other in self.tips if self.home[other] == self.home[ref]]

    def picture(self) -> Picture:
        linked = [slug for (_, slug), state in self.links.items() if state == "confirmed"]
        return Picture(
            tips=dict(self.tips),
            groups={frozenset(self.members(ref)) for ref in self.tips},
            links=dict(self.links),
            apart={pair: act.batch for pair, act in self.apart.items()},
            things=dict(self.things),
            drafts={draft: tips for draft, (tips, _, _) in self.drafts.items()},
            stories=dict(Tally(linked)),
            counters=dict(Tally(known.state for known in self.tips.values())),
        )

    def decide(self, by: int, ref: str, choice: Choice, seen: Mapping[str, int]) -> int:
        waiting = [one for one in seen if not self._stands(one, choice, seen[one])]
        if not waiting:
            return 0
        self._require(waiting, seen)
        return self._carry_out(by, choice, waiting)

    def decide_many(self, by: int, choice: Choice, seen: Mapping[str, int]) -> tuple[int, tuple[str, ...]]:
        waiting = [one for one in seen if not self._stands(one, choice, seen[one])]
        fit = [one for one in waiting if self.tips[one].version == seen[one] and self._is_open(one, choice)]
        changed = tuple(one for one in waiting if one not in fit)
        return (self._carry_out(by, choice, fit) if fit else 0), changed

    def link(self, by: int, ref: str, slug: str, seen: Mapping[str, int]) -> int:
        waiting = [one for one in seen if self.links.get((one, slug)) != "confirmed"]
        if not waiting:
            return 0
        self._require(waiting, seen)
        act = self._begin(by)
        act.linked = (slug, {one: self.links.get((one, slug)) for one in waiting})
        for one in waiting:
            act.was[one] = self.tips[one]
            if self.tips[one].state != "accepted":
                self._choose(by, one, Choice("accept"))
            self._raise(act, one)
            self.links[one, slug] = "confirmed"
        return len(waiting)

    def unlink(self, by: int, ref: str, slug: str, seen: Mapping[str, int]) -> int:
        if (ref, slug) not in self.links:
            raise Refused("NotFound")
        if self.links[ref, slug] != "confirmed":
            return 0
        self._require([ref], seen)
        self._raise(self._begin(by, own=True, linked=(slug, {ref: "confirmed"})), ref)
        self.links[ref, slug] = "rejected"
        return 1

    def correct(self, by: int, ref: str, about: str | None, seen: Mapping[str, int]) -> int:
        if self.tips[ref].about == about:
            return 0
        self._require([ref], seen)
        act = self._begin(by, own=True, was={ref: self.tips[ref]})
        self.tips[ref] = replace(self.tips[ref], about=about, corrected=True)
        self._raise(act, ref)
        return 1

    def put(self, by: int, ref: str, what: str, value: object) -> int:
        """Tag, untag or assign: let `what` of a tip be `value`."""
        stood = self.things.get((ref, what))
        if stood == value:
            return 0
        self._begin(by, own=True, thing=(ref, what), stood=stood, made=value)
        self._lay((ref, what), value)
        return 1

    def join(self, by: int, ref: str, other: str, seen: Mapping[str, int]) -> int:
        one, two = self.members(ref), self.members(other)
        if ref in two:
            return 0
        self._require(seen, seen)
        if self._are_apart(one, two):
            raise Refused("Conflict")
        moving, target = (two, ref) if len(two) < len(one) else (one, other)
        act = self._begin(by, went=tuple(moving))
        self._move(act, moving, self.home[target])
        if target == ref:
            self._raise(act, ref)
        return len(moving)

    def split(self, by: int, ref: str, other: str, seen: Mapping[str, int]) -> int:
        rest = [one for one in self.members(other) if one != other]
        if self.home[ref] != self.home[other] or not rest:
            return 0
        self._require(seen, seen)
        act = self._begin(by, went=(other,), left=ref if ref != other else rest[0])
        self._move(act, [other], self._new_home())
        self._keep_apart(act, [other], rest)
        return 1

    def set_apart(self, by: int, ref: str, other: str, seen: Mapping[str, int]) -> int:
        one, two = self.members(ref), self.members(other)
        if self._are_apart(one, two):
            return 0
        self._require(seen, seen)
        if ref in two:
            raise Refused("Conflict")
        act = self._begin(by)
        self._keep_apart(act, [ref], two)
        self._keep_apart(act, [other], one)
        self._raise(act, ref)
        return 1

    def undo(self, by: int, ref: str, *, batch: str | None = None, version: int | None = None) -> int:
        act = self._found(ref, batch, version)
        if act is None:
            raise Refused("Conflict")
        if act.undone:
            return 0
        if act.own and act.by != by:
            raise Refused("Conflict")
        if not self._is_left(act):
            raise Refused("Stale")
        act.undone = True
        if act.thing:
            self._lay(act.thing, act.stood)
            return 1
        for one, known in act.was.items():
            self.tips[one] = replace(known, version=act.rows[one])
        self._put_links_back(act)
        self._put_home(act)
        for one, made in act.rows.items():
            for earlier in self.acts:
                if not earlier.undone and earlier.rows.get(one, made) < made:
                    earlier.rows[one] += 2
            self._raise(Act(by), one)
        return len(act.rows)

    def last_act(self, by: int) -> Act | None:
        """Return the newest act of somebody that stands as it was left."""
        own = [act for act in self.acts if act.by == by and not act.undone]
        standing = [act for act in own if self._is_left(act)]
        return standing[-1] if standing else None

    def _is_left(self, act: Act) -> bool:
        """Say whether nobody went on with what was done."""
        if not act.thing:
            return all(self.tips[ref].version == made for ref, made in act.rows.items())
        newer = self.acts[self.acts.index(act) + 1 :]
        overtaken = any(later.thing == act.thing and not later.undone for later in newer)
        return self.things.get(act.thing) == act.made and not overtaken

    def _lay(self, thing: Thing, value: object) -> None:
        self.things.pop(thing, None)
        if value is not None:
            self.things[thing] = value

    def wake(self, by: int) -> int:
        due = [one for one, known in self.tips.items() if known.until and known.until <= self.now]
        for one in due:
            now = self.tips[one]
            self.tips[one] = Known(now.version + 1, about=now.about, corrected=now.corrected)
        return len(due)

    def promote(self, by: int, refs: Collection[str]) -> str | None:
        """Return the draft that was made of the same tips a moment ago, if there is one."""
        if {self.tips[ref].state for ref in refs} & {"declined", "spam"}:
            raise Refused("InvalidTransition")
        made = [
            draft for draft, (tips, by_id, at) in self.drafts.items()
            if (tips, by_id) == (tuple(refs), by) and at >= self.now - DOUBLE_CLICK
        ]  # fmt: skip
        return made[-1] if made else None

    def _require(self, refs: Iterable[str], seen: Mapping[str, int]) -> None:
        if any(self.tips[ref].version != seen[ref] for ref in refs):
            raise Refused("Stale")

    def _stands(self, ref: str, choice: Choice, seen: int) -> bool:
        known = self.tips[ref]
        wanted = (RESULT[choice.decision], choice.reason, choice.until)
        return known.version == seen + 1 and (known.state, known.reason, known.until) == wanted

    def _is_open(self, ref: str, choice: Choice) -> bool:
        if choice.decision not in OPEN[self.tips[ref].state].split():
            return False
        if choice.until and choice.until <= self.now:
            raise Refused("Invalid")
        return True

    def _carry_out(self, by: int, choice: Choice, refs: Collection[str]) -> int:
        act = self._begin(by)
        for ref in sorted(refs, key=list(self.tips).index):
            if not self._is_open(ref, choice):
                raise Refused("InvalidTransition")
            act.was[ref] = self.tips[ref]
            self._choose(by, ref, choice)
            self._raise(act, ref)
        return len(refs)

    def _choose(self, by: int, ref: str, choice: Choice) -> None:
        who = (None, None) if choice.decision == "reopen" else (self.now, by)
        now = self.tips[ref]
        said = RESULT[choice.decision], choice.reason, choice.until
        self.tips[ref] = Known(now.version, *said, *who, about=now.about, corrected=now.corrected)

    def _begin(self, by: int, **more: object) -> Act:
        act = Act(by, **more)
        self.acts.append(act)
        return act

    def _raise(self, act: Act, ref: str) -> None:
        self.tips[ref] = replace(self.tips[ref], version=self.tips[ref].version + 1)
        act.rows[ref] = self.tips[ref].version

    def _new_home(self) -> int:
        return max(self.home.values()) + 1

    def _move(self, act: Act, refs: Iterable[str], home: int) -> None:
        for ref in refs:
            self.home[ref] = home
            self._raise(act, ref)

    def _are_apart(self, some: Iterable[str], others: Iterable[str]) -> bool:
        return any(frozenset(pair) in self.apart for pair in product(some, others))

    def _keep_apart(self, act: Act, some: Iterable[str], others: Iterable[str]) -> None:
        for pair in product(some, others):
            self.apart.setdefault(frozenset(pair), act)

    def _found(self, ref: str, batch: str | None, version: int | None) -> Act | None:
        of_tip = [act for act in self.acts if ref in (act.thing or act.rows)]
        found = [act for act in of_tip if (act.batch == batch if batch else act.rows.get(ref) == version)]
        return found[-1] if found else None

    def _put_links_back(self, act: Act) -> None:
        slug, was = act.linked or ("", {})
        for ref, state in was.items():
            del self.links[ref, slug]
            if state is not None:
                self.links[ref, slug] = state

    def _put_home(self, act: Act) -> None:
        self.apart = {pair: said_by for pair, said_by in self.apart.items() if said_by is not act}
        if not act.went:
            return
        goal = self.home[act.left] if act.left else self._new_home()
        self.home.update(dict.fromkeys(act.went, goal))
        if self._are_apart(self.members(act.went[0]), self.members(act.went[0])):
            raise Refused("Conflict")
