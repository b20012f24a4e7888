"""Pairs of people who decide one tip at the same moment, each in a process of their own.

Two processes meet at a barrier before each pair, while a third seals the audit chain as the worker does.
Afterwards everything that is kept is held against what there is.
"""

import multiprocessing
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Barrier

from builders import NOON, a_story, a_user, counted
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from triage.races import check_groups, recount

from tipline import audit
from tipline.db import Database
from tipline.keys import Keyring
from tipline.models import (
    Counter,
    Decision,
    Group,
    Link,
    LinkState,
    Reason,
    State,
    Story,
    Tip,
    User,
    new_ref,
)
from tipline.models.counter import SHARDS
from tipline.models.group import rank
from tipline.triage.decide import Outcome, decide
from tipline.triage.links import link
from tipline.triage.undo import undo

LONGEST_WAIT_SECONDS = 60
CHUNK = 500
SEAL_EVERY_SECONDS = 0.05
WON, LOST = "Outcome", "Stale"
UNTIL = NOON + timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """What two people are about to do: which of the `DUELS`, and to which tip."""

    duel: str
    ref: str
    other: str  # the tip's companion in its group, or "" for none
    version: int


@dataclass(frozen=True)
class Seat:
    """One of the two, at work."""

    session: Session
    by: User
    slug: str  # the story that this one links to

    def decides(self, pair: Pair, decision: Decision, **more: object) -> Outcome:
        return decide(self.session, pair.ref, decision, version=pair.version, by=self.by, now=NOON, **more)

    def accepts(self, pair: Pair) -> Outcome:
        return self.decides(pair, Decision.ACCEPT)

    def declines(self, pair: Pair) -> Outcome:
        return self.decides(pair, Decision.DECLINE, reason=Reason.KNOWN)

    def marks_spam(self, pair: Pair) -> Outcome:
        return self.decides(pair, Decision.SPAM)

    def puts_off(self, pair: Pair) -> Outcome:
        return self.decides(pair, Decision.SNOOZE, until=UNTIL)

    def links(self, pair: Pair) -> Outcome:
        return link(self.session, pair.ref, self.slug, version=pair.version, by=self.by, now=NOON)

    def takes_back(self, pair: Pair) -> Outcome:
        return undo(self.session, pair.ref, by=self.by, now=NOON, version=pair.version)

    def accepts_both(self, pair: Pair) -> Outcome:
        return self.decides(pair, Decision.ACCEPT, members={pair.other: pair.version})

    def marks_both_spam(self, pair: Pair) -> Outcome:
        turned = replace(pair, ref=pair.other, other=pair.ref)
        return self.decides(turned, Decision.SPAM, members={pair.ref: pair.version})


Act = Callable[[Seat, Pair], Outcome]
# What each of the two does, and the state that it leaves behind.
DUELS: dict[str, tuple[tuple[Act, State], tuple[Act, State]]] = {
    "accept or decline": ((Seat.accepts, State.ACCEPTED), (Seat.declines, State.DECLINED)),
    "spam or later": ((Seat.marks_spam, State.SPAM), (Seat.puts_off, State.SNOOZED)),
    "this story or that": ((Seat.links, State.ACCEPTED), (Seat.links, State.ACCEPTED)),
    "link or decline": ((Seat.links, State.ACCEPTED), (Seat.declines, State.DECLINED)),
    "a group, from both ends": ((Seat.accepts_both, State.ACCEPTED), (Seat.marks_both_spam, State.SPAM)),
    "take back or decline": ((Seat.takes_back, State.PENDING), (Seat.declines, State.DECLINED)),
}


@dataclass
class Report:
    """What came of the pairs. `faults` are sentences; there should be none."""

    pairs: int
    ended: Tally[str] = field(default_factory=Tally)  # how often WON, LOST, or the name of another error
    wins: tuple[int, int] = (0, 0)
    counters: dict[str, int] = field(default_factory=dict)
    recount: dict[str, int] = field(default_factory=dict)
    sealed: int = 0
    faults: list[str] = field(default_factory=list)


def race(url: str, keyring: Keyring, count: int) -> Report:
    """Let two processes decide `count` pairs in an empty newsroom, and look at what they left."""
    db = Database(url)
    people = [a_user(db, name=name) for name in ("Mo Castellane", "Edie Okonjo")]
    slugs = [a_story(db).slug for _ in people]
    names = list(DUELS)
    duels = [names[number % len(names)] for number in range(count)]
    pairs = [pair for start in range(0, count, CHUNK)
             for pair in _laid_out(db, duels[start : start + CHUNK], by=people[0])]  # fmt: skip
    db.dispose()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context, _sit_down, (context.Barrier(2),)) as pool:
        seats = [
            pool.submit(_play, url, number, people[number].id, slugs[number], pairs) for number in (0, 1)
        ]
        _seal_until(seats, db, keyring)
        ended = [seat.result() for seat in seats]
    report = _compared(db, pairs, *ended)
    _look_at_chain(db, keyring, report)
    db.dispose()
    return report


def _laid_out(db: Database, duels: Sequence[str], *, by: User) -> list[Pair]:
    """Store what each duel is about, in one transaction: `a_tip` would take longer than the race."""
    sizes = [2 if duel == "a group, from both ends" else 1 for duel in duels]
    columns = {"rank": rank(0.0, NOON), "newest_at": NOON}
    with db.write() as session:
        groups = [Group(size=size, pending=size, **columns) for size in sizes]
        session.add_all(groups)
        session.flush()
        members = [
            [Tip(ref=new_ref(), body="She bought a lighthouse.", group_id=group.id, received_at=NOON)
             for _ in range(group.size)]
            for group in groups
        ]  # fmt: skip
        session.add_all(tip for tips in members for tip in tips)
        session.flush()
        shards = Tally(tip.id % SHARDS for tips in members for tip in tips)
        for group, tips in zip(groups, members, strict=True):
            group.lead_id = tips[0].id
        for shard, step in shards.items():
            pending = update(Counter).where(Counter.name == State.PENDING, Counter.shard == shard)
            session.execute(pending.values(value=Counter.value + step))
        pairs = [
            Pair(duel, tips[0].ref, tips[1].ref if tips[1:] else "", 1)
            for duel, tips in zip(duels, members, strict=True)
        ]
        return [
            _decided(session, pair, by) if pair.duel == "take back or decline" else pair for pair in pairs
        ]


def _decided(session: Session, pair: Pair, by: User) -> Pair:
    decide(session, pair.ref, Decision.ACCEPT, version=pair.version, by=by, now=NOON)
    return replace(pair, version=2)


def _sit_down(barrier: Barrier) -> None:
    global _barrier  # a barrier reaches another process only while that is started
    _barrier = barrier


def _play(url: str, number: int, user_id: int, slug: str, pairs: Sequence[Pair]) -> list[str]:
    """Do one side of every pair; return the name of what each gave or raised."""
    db = Database(url)
    with db.read() as session:
        by = session.get_one(User, user_id)
    ended = []
    for pair in pairs:
        act, _ = DUELS[pair.duel][number]
        _barrier.wait(LONGEST_WAIT_SECONDS)
        try:
            with db.write() as session:
                done: object = act(Seat(session, by, slug), pair)
        except Exception as error:  # noqa: BLE001 - the report names whatever was raised
            done = error
        ended.append(type(done).__name__)
    db.dispose()
    return ended


def _seal_until(seats: Sequence[Future[list[str]]], db: Database, keyring: Keyring) -> None:
    waiting = set(seats)
    while waiting:
        with db.write() as session:
            audit.seal(session, keyring, now=NOON)
        _, waiting = wait(waiting, SEAL_EVERY_SECONDS)


def _compared(db: Database, pairs: Sequence[Pair], first: list[str], second: list[str]) -> Report:
    """Hold the tips, the counters, the groups and the stories against what each pair was told."""
    report = Report(len(pairs), Tally(first) + Tally(second), (first.count(WON), second.count(WON)))
    with db.read() as session:
        found = {ref: (state, version) for ref, state, version in session.execute(
            select(Tip.ref, Tip.state, Tip.version))}  # fmt: skip
        linked = select(func.count()).where(Link.state == LinkState.CONFIRMED).scalar_subquery()
        links, kept = session.execute(select(linked, func.sum(Story.tip_count))).one()
    for pair, *ended in zip(pairs, first, second, strict=True):
        if sorted(ended) != [WON, LOST]:
            report.faults.append(f"{pair.duel}: {' and '.join(ended)}")
            continue
        _, state = DUELS[pair.duel][ended.index(WON)]
        left = {found[ref] for ref in (pair.ref, pair.other) if ref}
        if left != {(state, pair.version + 1)}:
            report.faults.append(f"{pair.duel}: {left} instead of {state}")
    report.counters, report.recount = counted(db), recount(db)
    if report.counters != report.recount:
        report.faults.append("the counters are not a recount")
    if links != kept:
        report.faults.append(f"the stories count {kept} tips, and {links} are linked")
    check_groups(db)
    return report


def _look_at_chain(db: Database, keyring: Keyring, report: Report) -> None:
    """Seal what is left and walk the chain, which has an event for each tip that was moved."""
    with db.write() as session:
        while audit.seal(session, keyring, now=NOON):
            pass
    with db.read() as session:
        chain = audit.verify(session, keyring)
        moved = session.scalar(select(func.sum(Tip.version - 1))) or 0
    report.sealed = chain.sealed
    report.faults += chain.faults
    if (chain.sealed, chain.unsealed) != (moved, 0):
        report.faults.append(f"{chain.sealed} events are sealed, {chain.unsealed} not, of {moved} moves")
