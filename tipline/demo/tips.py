"""Write the demo's tips, with every row that their arrival and their decision would have left."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.demo.content import DemoTip
from tipline.intake.staging import Sending
from tipline.keeping.contact import sealed_contact
from tipline.keys import Keyring
from tipline.models import (
    Contact,
    Counter,
    Decision,
    Direction,
    Group,
    Link,
    LinkState,
    Message,
    Note,
    State,
    Story,
    Tag,
    Tip,
    Ungrouped,
    Unindexed,
    User,
    Verdict,
    new_ref,
)
from tipline.models.counter import SHARDS
from tipline.models.group import rank, size_score
from tipline.triage.decide import EVENTS

DECISIONS = {
    "accepted": Decision.ACCEPT,
    "declined": Decision.DECLINE,
    "spam": Decision.SPAM,
    "snoozed": Decision.SNOOZE,
}


@dataclass
class TipWriter:
    """Writes tips into one transaction; `write` returns their refs by the demo's own keys."""

    session: Session
    keyring: Keyring
    users: Mapping[str, User]
    stories: Mapping[str, Story]
    files: Mapping[DemoTip, Sending]
    now: datetime
    _groups: dict[str, Group] = field(default_factory=dict)

    def write(self, tips: Iterable[DemoTip]) -> dict[str, str]:
        in_order = sorted(tips, key=lambda tip: -tip.minutes_ago)
        groups = [self._group(told) for told in in_order]
        # In three flushes, not three for each row: whoever starts the demo waits for it.
        self.session.add_all(dict.fromkeys(groups))
        self.session.flush()
        written = [self._tip(told, group) for told, group in zip(in_order, groups, strict=True)]
        self.session.add_all(written)
        self.session.flush()
        for worker_looks_at in (Unindexed, Ungrouped):
            self.session.execute(insert(worker_looks_at), [{"tip_id": tip.id} for tip in written])
        self._count(written)
        with self.session.no_autoflush:
            for told, tip, group in zip(in_order, written, groups, strict=True):
                group.lead_id = group.lead_id or tip.id
                self._tell(told, tip)
        return {told.key: tip.ref for told, tip in zip(in_order, written, strict=True) if told.key}

    def _tip(self, told: DemoTip, group: Group) -> Tip:
        story = self.stories.get(told.story or "")
        return Tip(
            ref=new_ref(),
            body=told.text,
            kind=told.kind,
            about=told.about,
            happened=told.happened,
            place=told.place,
            how=told.how,
            link=told.links[0] if told.links else None,
            channel=told.channel,
            language=told.language,
            story_id=story.id if story else None,
            group_id=group.id,
            received_at=self._received(told),
            state=told.state,
        )

    def _received(self, told: DemoTip) -> datetime:
        return clock.to_minute(self._ago(told.minutes_ago))

    def _count(self, tips: Iterable[Tip]) -> None:
        for (state, shard), count in Tally((tip.state, tip.id % SHARDS) for tip in tips).items():
            counter = update(Counter).where(Counter.name == state, Counter.shard == shard)
            self.session.execute(counter.values(value=Counter.value + count))

    def _tell(self, told: DemoTip, tip: Tip) -> None:
        """Write what stands beside a tip."""
        audit.record(self.session, "tip.received", at=tip.received_at, subject=tip.ref, by=audit.READER,
                     channel=told.channel)  # fmt: skip
        self._contact(told, tip)
        if sending := self.files.get(told):
            sending.bind(self.session, tip.id)
        self._decide(told, tip)
        self._talk(told, tip)

    def _group(self, told: DemoTip) -> Group:
        received = self._received(told)
        group = self._groups.get(told.group or "")
        if group is None:
            group = Group(
                state=told.state, kind=told.kind, score=0.0, rank=0.0, size=0, pending=0, newest_at=received
            )
            if told.group:
                self._groups[told.group] = group
        group.size += 1
        group.pending += State(told.state) is State.PENDING
        group.state = State.PENDING if group.pending else told.state
        group.newest_at = max(group.newest_at, received)
        group.score = size_score(group.size)
        group.rank = rank(group.score, group.newest_at)
        return group

    def _contact(self, told: DemoTip, tip: Tip) -> None:
        given = {"name": told.name, "email": told.email, "phone": told.phone}
        row = sealed_contact(self.keyring, tip.ref, given, may_contact=bool(told.email or told.phone))
        if row:
            self.session.execute(insert(Contact), {**row, "tip_id": tip.id})

    def _decide(self, told: DemoTip, tip: Tip) -> None:
        if State(told.state) is State.PENDING:
            return
        by = self.users[told.by or "nadia"]
        at = self._ago(told.decided_minutes_ago if told.decided_minutes_ago is not None else told.minutes_ago)
        tip.decided_at, tip.decided_by_id, tip.version = at, by.id, 2
        tip.reason, tip.reason_text = told.reason, told.reason_text
        if told.snoozed_for_minutes:
            tip.snoozed_until = self.now + timedelta(minutes=told.snoozed_for_minutes)
        before = {"state": "pending", "reason": None, "reason_text": None, "snoozed_until": None,
                  "decided_at": None, "decided_by_id": None}  # fmt: skip
        decision = DECISIONS[told.state]
        self.session.add(
            Verdict(
                batch=new_ref(),
                tip_id=tip.id,
                decision=decision,
                before=before,
                version=2,
                by_id=by.id,
                at=at,
            )
        )
        audit.record(self.session, EVENTS[decision], at=at, subject=tip.ref, by=by, reason=told.reason)
        for slug in told.linked:
            story = self.stories[slug]
            story.tip_count += 1
            linked_at = max(at, story.published_at)
            self.session.add(
                Link(tip_id=tip.id, story_id=story.id, state=LinkState.CONFIRMED, by_id=by.id, at=linked_at)
            )
            audit.record(self.session, "tip.linked", at=linked_at, subject=tip.ref, by=by, story=slug)

    def _talk(self, told: DemoTip, tip: Tip) -> None:
        for note in told.notes:
            author = self.users[note.by]
            self.session.add(
                Note(tip_id=tip.id, by_id=author.id, body=note.text, at=self._ago(note.minutes_ago))
            )
        for name in told.tags:
            self.session.add(Tag(tip_id=tip.id, name=name))
        for message in told.messages:
            ours = message.sender == "newsroom"
            at = self._ago(message.minutes_ago)
            self.session.add(
                Message(
                    ref=new_ref(),
                    tip_id=tip.id,
                    direction=Direction.TO_TIPSTER if ours else Direction.FROM_TIPSTER,
                    body=message.text,
                    by_id=self.users[message.by or "nadia"].id if ours else None,
                    at=at if ours else clock.to_minute(at),
                    send_at=at,
                )
            )

    def _ago(self, minutes: float) -> datetime:
        return self.now - timedelta(minutes=minutes)
