"""Moderators do anything in any order, and so does a plain model of the desk; both must agree after each act.

Hypothesis chooses the acts and, when the two differ, the shortest way there. TIPLINE_MODEL_EXAMPLES=5000 lets
it look for minutes instead of seconds.
"""

import os
from copy import deepcopy
from datetime import timedelta

import pytest
from builders import NOON, a_story, a_tip, counted
from extent import extent
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, literal, select
from triage.model import Known, Model, Picture, Refused
from triage.races import recount
from triage.regrouping import check_regrouped, emptied

from tipline import audit
from tipline.drafts.actions import promote
from tipline.errors import TiplineError
from tipline.models import Apart, Decision, Draft, DraftTip, Event, Kind, Link, Reason, Story, Tag, Tip, User
from tipline.triage.assign import assign
from tipline.triage.bulk import Bulk, decide_many
from tipline.triage.correct import Correction, correct
from tipline.triage.decide import Choice, Outcome, decide
from tipline.triage.links import link, unlink
from tipline.triage.regroup import join, set_apart, split
from tipline.triage.snooze import wake
from tipline.triage.tags import add_tag, remove_tag
from tipline.triage.undo import last_act, undo

EXAMPLES = int(os.environ.get("TIPLINE_MODEL_EXAMPLES", extent("20", "6")))
STEPS = 30
IN_NOBODYS_WAY = (
    "tip.promoted", "tip.tagged", "tip.untagged", "tip.assigned", "tip.unassigned",
    "tip.tag_undone", "tip.untag_undone", "tip.assign_undone",
)  # fmt: skip
TIPS, STORIES = 5, 2
tips = st.integers(0, TIPS - 1)
stories = st.integers(0, STORIES - 1)
people = st.integers(0, 1)
some = st.lists(tips, min_size=1, max_size=3, unique=True)
# How many changes ago the tip was looked at, mostly none.
ago = st.sampled_from([0] * 10 + [1, 1, 2])
choices = st.one_of(
    st.sampled_from([Choice(Decision.ACCEPT), Choice(Decision.SPAM), Choice(Decision.REOPEN)]),
    st.sampled_from([Reason.KNOWN, Reason.NOT_NEWS]).map(lambda reason: Choice(Decision.DECLINE, reason)),
    st.sampled_from([1, 30]).map(lambda hours: Choice(Decision.SNOOZE, until=NOON + timedelta(hours=hours))),
)


def decides(session, ref, choice, seen, *, by, now):
    others = {other: version for other, version in seen.items() if other != ref}
    return decide(
        session, ref, choice.decision, version=seen[ref], members=others, by=by, now=now,
        reason=choice.reason, until=choice.until,
    )  # fmt: skip


def links(session, ref, slug, seen, *, by, now):
    others = {other: version for other, version in seen.items() if other != ref}
    return link(session, ref, slug, version=seen[ref], members=others, by=by, now=now)


def unlinks(session, ref, slug, seen, *, by, now):
    return unlink(session, ref, slug, version=seen[ref], by=by, now=now)


def corrects(session, ref, about, seen, *, by, now):
    correction = Correction(Kind.TIP, about, None)
    return correct(session, ref, correction, version=seen[ref], by=by, now=now)


def puts(session, ref, what, value, *, by, now):
    if what == "holder":
        return assign(session, ref, value or "", by=by, now=now)
    return (add_tag if value else remove_tag)(session, ref, what, by=by, now=now)


def regroups(act):
    return lambda session, ref, other, seen, **who: act(session, ref, other, versions=seen, **who)


ACTS = {
    "decide": decides,
    "decide_many": lambda session, choice, seen, **who: decide_many(session, choice, seen, **who),
    "link": links,
    "unlink": unlinks,
    "correct": corrects,
    "put": puts,
    "join": regroups(join),
    "split": regroups(split),
    "set_apart": regroups(set_apart),
    "undo": undo,
    "wake": lambda session, by, now: wake(session, now),
    "promote": promote,
}


class Desk(RuleBasedStateMachine):
    """The acts, each done to the database and to the model."""

    def __init__(self, db, keyring, users) -> None:
        super().__init__()
        emptied(db)
        self.db, self.keyring, self.users = db, keyring, users
        refs = [a_tip(db, f"tip {number}").ref for number in range(TIPS)]
        self.refs, self.slugs = refs, [a_story(db).slug for _ in range(STORIES)]
        known, home = dict.fromkeys(refs, Known()), {ref: number for number, ref in enumerate(refs)}
        self.model = Model(known, home, NOON)
        self.there = picture(db)
        self.last = None
        self.trail = []  # the batches of acts that nothing came after, and the desk before each

    @rule(by=people, tip=tips, choice=choices, ago=ago, together=st.booleans())
    def decide(self, by, tip, choice, ago, together):
        ref = self.refs[tip]
        seen = self.seen(ref, self.model.members(ref) if together else (), ago=ago)
        self.do("decide", by, ref=ref, choice=choice, seen=seen)

    @rule(by=people, ticked=some, choice=choices, ago=ago)
    def decide_many(self, by, ticked, choice, ago):
        refs = [self.refs[tip] for tip in ticked]
        self.do("decide_many", by, choice=choice, seen=self.seen(refs[0], refs, ago=ago))

    @rule(by=people, tip=tips, story=stories, ago=ago, together=st.booleans())
    def link(self, by, tip, story, ago, together):
        ref = self.refs[tip]
        seen = self.seen(ref, self.model.members(ref) if together else (), ago=ago)
        self.do("link", by, ref=ref, slug=self.slugs[story], seen=seen)

    @rule(by=people, tip=tips, story=stories, ago=ago)
    def unlink(self, by, tip, story, ago):
        ref = self.refs[tip]
        self.do("unlink", by, ref=ref, slug=self.slugs[story], seen=self.seen(ref, ago=ago))

    @rule(by=people, tip=tips, about=st.sampled_from([None, "a lamp", "a ring"]), ago=ago)
    def correct(self, by, tip, about, ago):
        ref = self.refs[tip]
        self.do("correct", by, ref=ref, about=about, seen=self.seen(ref, ago=ago))

    @rule(by=people, tip=tips, name=st.sampled_from(["court", "pier"]), there=st.sampled_from([True, None]))
    def tag(self, by, tip, name, there):
        self.do("put", by, ref=self.refs[tip], what=name, value=there)

    @rule(by=people, tip=tips, to=st.sampled_from([0, 1, None]))
    def assign(self, by, tip, to):
        email = None if to is None else self.users[to].email
        self.do("put", by, ref=self.refs[tip], what="holder", value=email)

    @rule(by=people, tip=tips, other=tips, ago=ago)
    def join(self, by, tip, other, ago):
        self.regroup("join", by, self.refs[tip], self.refs[other], ago)

    @rule(by=people, tip=tips, member=tips, ago=ago)
    def split(self, by, tip, member, ago):
        members = self.model.members(self.refs[tip])
        self.regroup("split", by, self.refs[tip], members[member % len(members)], ago)

    @rule(by=people, tip=tips, other=tips, ago=ago)
    def set_apart(self, by, tip, other, ago):
        self.regroup("set_apart", by, self.refs[tip], self.refs[other], ago)

    @precondition(lambda self: self.model.acts)
    @rule(by=people, back=st.integers(0, 5), named=st.booleans())
    def undo(self, by, back, named):
        """Take back something of what was done last, by its batch or by the version that it made."""
        act = self.model.acts[-1 - back % len(self.model.acts)]
        ref, version = next(iter(act.rows.items()), (act.thing and act.thing[0], None))
        self.do("undo", by, ref=ref, **({"batch": act.batch} if named or act.thing else {"version": version}))

    @precondition(lambda self: self.trail)
    @rule(by=people, steps=st.integers(1, 6))
    def go_back(self, by, steps):
        """Take back the last acts, one after the other: each time all is as it was before."""
        for batch, before in reversed(self.trail[-steps:]):
            act = next(act for act in self.model.acts if act.batch == batch)
            who = [user.id for user in self.users].index(act.by) if act.own else by
            done = self.do("undo", who, ref=next(iter(act.thing or act.rows)), batch=batch)
            assert (done, self.there.said()) == (len(act.rows) or 1, before)

    @rule(by=people)
    def key_z(self, by):
        """Ask which act the key for taking back would take back."""
        act = self.model.last_act(self.users[by].id)
        with self.db.read() as session:
            found = last_act(session, by=self.users[by], since=NOON)
        assert (found and found[1]) == (act and act.batch)

    @precondition(lambda self: self.last)
    @rule()
    def click_twice(self):
        name, by, request = self.last
        self.do(name, by, **request)

    @rule(hours=st.sampled_from([1, 12]))
    def time_goes_by(self, hours):
        self.model.now += timedelta(hours=hours)
        self.do("wake", 0)

    @rule(by=people, chosen=some)
    def promote(self, by, chosen):
        self.do("promote", by, refs=[self.refs[tip] for tip in chosen])

    def regroup(self, act, by, ref, other, ago):
        self.do(act, by, ref=ref, other=other, seen=self.seen(ref, [other], ago=ago))

    def seen(self, ref, others=(), *, ago=0):
        """Return versions as somebody saw them, that of `ref` so many changes ago."""
        now = {one: self.model.tips[one].version for one in (ref, *others)}
        return {**now, ref: now[ref] - ago}

    def do(self, name, by, **request):
        """Do it to both: what one refuses the other refuses by the same name, and both give the same."""
        self.last = (name, by, request)
        self.model.now += timedelta(seconds=1)
        planned = deepcopy(self.model)
        try:
            wanted = getattr(planned, name)(self.users[by].id, **request)
        except Refused as refused:
            wanted, planned = str(refused), self.model
        done, mark = self.really(name, by, request)
        assert done == wanted
        grown = len(planned.acts) > len(self.model.acts)
        if grown:
            planned.acts[-1].batch = mark
        if name == "promote" and wanted is None:
            planned.drafts[mark] = (tuple(request["refs"]), self.users[by].id, planned.now)
        self.model = planned
        self.look(name, mark, grown=grown)
        return done

    def really(self, name, by, request):
        """Return what an act gave, or the name of its refusal; and the batch or the draft that it made."""
        try:
            with self.db.write() as session:
                given = ACTS[name](session, by=self.users[by], now=self.model.now, **request)
        except TiplineError as error:
            return type(error).__name__, ""
        if isinstance(given, Bulk):
            return (given.done, given.changed), given.batch
        if isinstance(given, Draft):
            return (given.ref if given.ref in self.model.drafts else None), given.ref
        return (given.count, given.batch) if isinstance(given, Outcome) else (given, "")

    def look(self, name, mark, *, grown):
        """Hold what is there against the model, and keep the way back."""
        before, self.there = self.there, picture(self.db)
        assert self.there == self.model.picture()
        assert all(self.there.tips[ref].version >= known.version for ref, known in before.tips.items())
        if self.there != before:
            assert self.there.counters == recount(self.db)
            check_regrouped(self.db)
        if grown:
            self.trail.append((mark, before.said()))
        elif name == "undo" and self.trail and self.trail[-1][0] == mark:
            self.trail.pop()
        elif self.there.said() != before.said():
            self.trail.clear()

    def teardown(self):
        with self.db.write() as session:
            while audit.seal(session, self.keyring, now=NOON):
                pass
        with self.db.read() as session:
            chain = audit.verify(session, self.keyring)
            moves = session.scalar(
                select(func.count()).where(Event.kind.startswith("tip."), Event.kind.not_in(IN_NOBODYS_WAY))
            )
        assert (list(chain.faults), chain.unsealed) == ([], 0)
        assert moves == sum(known.version - 1 for known in self.model.tips.values())


def picture(db) -> Picture:
    """Read all that the desk keeps."""
    known = (Tip.version, Tip.state, Tip.reason, Tip.snoozed_until, Tip.decided_at, Tip.decided_by_id,
             Tip.about, Tip.sent_kind.is_not(None))  # fmt: skip
    links = select(Tip.ref, Story.slug, Link.state).join(Link, Link.tip_id == Tip.id)
    links = links.join(Story, Story.id == Link.story_id)
    drafts = select(Draft.ref, DraftTip.tip_id).join(DraftTip, DraftTip.draft_id == Draft.id)
    tags = select(Tip.ref, Tag.name, literal(True)).join(Tag, Tag.tip_id == Tip.id)
    held = select(Tip.ref, literal("holder"), User.email).join(User, User.id == Tip.assignee_id)
    linked = select(Story.slug, Story.tip_count).where(Story.tip_count > 0)
    with db.read() as session:
        ids = dict(session.execute(select(Tip.id, Tip.ref)).all())
        homes = session.execute(select(Tip.ref, Tip.group_id)).all()
        made: dict[str, tuple[str, ...]] = {}
        for draft, tip_id in session.execute(drafts.order_by(DraftTip.position)):
            made[draft] = (*made.get(draft, ()), ids[tip_id])
        return Picture(
            tips={ref: Known(*row) for ref, *row in session.execute(select(Tip.ref, *known))},
            groups={frozenset(ref for ref, at in homes if at == home) for _, home in homes},
            links={(ref, slug): state for ref, slug, state in session.execute(links)},
            apart={frozenset((ids[one.tip_id], ids[one.other_id])): one.batch
                   for one in session.scalars(select(Apart))},
            things={(ref, what): value for each in (tags, held)
                    for ref, what, value in session.execute(each)},
            drafts=made,
            stories=dict(session.execute(linked).all()),
            counters=counted(db),
        )  # fmt: skip


@pytest.mark.thorough
def test_the_desk_does_what_its_model_does(db, keyring, moderator, editor):
    run_state_machine_as_test(
        lambda: Desk(db, keyring, [moderator, editor]),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        ),
    )  # fmt: skip
