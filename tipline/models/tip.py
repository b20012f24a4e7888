"""Tip: what a reader sent, word for word, and the states it goes through.

The state machine is `decide`, pure: it says what would change, and the rooms that write carry it out
with a conditional UPDATE on the version.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tipline.errors import Invalid, InvalidTransition
from tipline.models.base import Base, BigId, Id, Instant, Line, Prose, Ref, enum_column, one_of
from tipline.models.lesson import LESSON_DUE


class Kind(StrEnum):
    TIP = "tip"
    CORRECTION = "correction"
    RELEASE = "release"
    QUESTION = "question"


class How(StrEnum):
    """How the tipster knows."""

    SAW = "saw"
    INVOLVED = "involved"
    TOLD = "told"
    DOCUMENTS = "documents"
    ONLINE = "online"


class Channel(StrEnum):
    FORM = "form"
    EMBED = "embed"
    PHONE = "phone"
    EMAIL = "email"
    IMPORT = "import"


class Sign(StrEnum):
    """What made the machine doubt that a person sent it."""

    TRAP = "trap"  # a field that people don't see was filled in
    HURRY = "hurry"
    CROWD = "crowd"  # many came from one network
    LINKS = "links"
    CODE = "code"  # what forums take for links


class State(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SPAM = "spam"
    SNOOZED = "snoozed"


class Decision(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    SPAM = "spam"
    SNOOZE = "snooze"
    REOPEN = "reopen"


class Reason(StrEnum):
    """Why a tip is declined."""

    UNVERIFIABLE = "unverifiable"
    NOT_NEWS = "not_news"
    KNOWN = "known"
    OFF_TOPIC = "off_topic"
    ADVERTISING = "advertising"
    ABUSIVE = "abusive"
    OTHER = "other"


class PublicStatus(StrEnum):
    """What a receipt says; spam and reasons never show."""

    RECEIVED = "received"
    LOOKED_AT = "being looked at"
    USED = "used"
    CLOSED = "closed"


# A tip that staff log was told to them no longer ago than this.
LOGGED_WITHIN = timedelta(days=31)
RESULT = {
    Decision.ACCEPT: State.ACCEPTED,
    Decision.DECLINE: State.DECLINED,
    Decision.SPAM: State.SPAM,
    Decision.SNOOZE: State.SNOOZED,
    Decision.REOPEN: State.PENDING,
}
OPEN_FROM = {
    State.PENDING: {Decision.ACCEPT, Decision.DECLINE, Decision.SPAM, Decision.SNOOZE},
    State.SNOOZED: set(Decision),
    State.ACCEPTED: {Decision.REOPEN, Decision.DECLINE, Decision.SPAM},
    State.DECLINED: {Decision.REOPEN, Decision.ACCEPT, Decision.SPAM, Decision.DECLINE},
    State.SPAM: {Decision.REOPEN, Decision.ACCEPT, Decision.DECLINE},
}


# Seen by named staff only; a list asks with the very same words, so that the index of these few fits.
HIDDEN = "restricted OR escalated_at IS NOT NULL"
RARE_KIND = text("kind <> 'tip'")  # of tips and of groups


@dataclass(frozen=True)
class Change:
    """What a decision makes of a tip; the fields are columns of `tips`."""

    state: State
    reason: Reason | None = None
    reason_text: str | None = None
    snoozed_until: datetime | None = None


class Tip(Base):
    __tablename__ = "tips"

    id: Mapped[Id]
    ref: Mapped[Ref]
    body: Mapped[Prose]  # plain text, stored exactly as written
    kind: Mapped[str] = enum_column(default=Kind.TIP)
    about: Mapped[Line | None]  # who or what it is about, in the tipster's words
    happened: Mapped[Line | None]  # when, in the tipster's words
    place: Mapped[Line | None]
    how: Mapped[str | None] = enum_column()
    # As the tipster wrote them, once staff corrected kind, about or place; `sent_kind` says that they did.
    sent_kind: Mapped[str | None] = enum_column()
    sent_about: Mapped[Line | None]
    sent_place: Mapped[Line | None]
    link: Mapped[str | None] = mapped_column(String(2000))
    channel: Mapped[str] = enum_column(default=Channel.FORM)
    language: Mapped[str | None] = mapped_column(String(16))  # BCP 47, of the form it was written in
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id"))  # the page it came from
    page_url: Mapped[str | None] = mapped_column(
        String(2000)
    )  # that page's address, when it is not a story of ours
    state: Mapped[str] = enum_column(default=State.PENDING)
    reason: Mapped[str | None] = enum_column()
    reason_text: Mapped[Line | None]
    version: Mapped[int] = mapped_column(default=1)  # raised by every change; a decision names the one it saw
    priority: Mapped[int] = mapped_column(default=0)
    spam_score: Mapped[float | None]  # 0 to 1
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    snoozed_until: Mapped[Instant | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # A desk instead of a person. No foreign key: SQLite would have to rebuild a million tips to get one.
    desk_id: Mapped[int | None] = mapped_column(BigId)
    received_at: Mapped[Instant]  # to the minute
    replied_at: Mapped[Instant | None]  # to the minute; the tipster's newest message
    decided_at: Mapped[Instant | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # staff who took it by phone
    used_at: Mapped[Instant | None]  # when a draft made from it was published
    restricted: Mapped[bool] = mapped_column(default=False)  # seen by named staff only
    escalated_at: Mapped[Instant | None]
    legal_hold: Mapped[bool] = mapped_column(default=False)  # nothing of it is erased
    erasure_wanted: Mapped[str | None] = (
        enum_column()
    )  # while on hold: its tipster wanted "contact" or "tip" gone
    taught: Mapped[str | None] = enum_column()  # which of `lessons` counts it: "spam" or "ham"
    files: Mapped[int] = mapped_column(default=0)  # how many came with it and its messages
    quarantined: Mapped[bool] = mapped_column(default=False)  # sent under suspicion, without a proof of work
    held_back: Mapped[str | None] = mapped_column(
        String(64)
    )  # the signs for which it was, with spaces between
    erased_at: Mapped[Instant | None]  # to the minute; text, contact, messages and files are gone

    __table_args__ = (
        one_of("kind", Kind),
        one_of("how", How, nullable=True),
        one_of("channel", Channel),
        one_of("state", State),
        one_of("reason", Reason, nullable=True),
        Index("ix_tips_state_id", "state", "id"),
        Index("ix_tips_group_id_state_id", "group_id", "state", "id"),
        Index("ix_tips_lesson_due", "id", sqlite_where=text(LESSON_DUE), postgresql_where=text(LESSON_DUE)),
        Index("ix_tips_held_back", "state", "id", sqlite_where=text("quarantined IS 1"),
              postgresql_where=text("quarantined IS true")),
        Index("ix_tips_state_decided_at", "state", "decided_at"),
        Index("ix_tips_used", "id", sqlite_where=text("used_at IS NOT NULL"),
              postgresql_where=text("used_at IS NOT NULL")),
        # What few tips have: with a row for each tip it would be a page to write for each that comes.
        *(Index(f"ix_tips_{name}", name, *more, sqlite_where=text(f"{name} IS NOT NULL"),
                postgresql_where=text(f"{name} IS NOT NULL"))
          for name, *more in (("story_id",), ("snoozed_until",),
                              ("assignee_id", "state"), ("desk_id", "state"))),
        # The same, newest first; a search asks with the very same words.
        Index("ix_tips_rare_channel_id", "channel", "id", sqlite_where=text("channel <> 'form'"),
              postgresql_where=text("channel <> 'form'")),
        Index("ix_tips_rare_kind_id", "kind", "id", sqlite_where=RARE_KIND, postgresql_where=RARE_KIND),
        Index("ix_tips_with_files", "id", sqlite_where=text("files > 0"),
              postgresql_where=text("files > 0")),
        Index("ix_tips_received_at_id", "received_at", "id"),
        Index("ix_tips_hidden", "id", sqlite_where=text(HIDDEN), postgresql_where=text(HIDDEN)),
        Index("ix_tips_logged", "received_at", "id", sqlite_where=text("logged_by_id IS NOT NULL"),
              postgresql_where=text("logged_by_id IS NOT NULL")),
    )  # fmt: skip

    def decide(
        self,
        decision: Decision,
        *,
        now: datetime,
        reason: Reason | None = None,
        reason_text: str | None = None,
        until: datetime | None = None,
    ) -> Change:
        """Say what `decision` makes of this tip, without changing it.

        Args:
            reason: why, for a decline only.
            until: when a snoozed tip returns; later than `now` (UTC).

        Raises:
            InvalidTransition: when the decision is not open from the tip's state.
            Invalid: when a decline lacks its reason or a snooze its time.
        """
        if decision not in OPEN_FROM[State(self.state)]:
            raise InvalidTransition(f"This tip is {self.state} already; nothing was changed.")
        if decision is Decision.DECLINE and reason is None:
            raise Invalid("Say why the tip is declined.")
        if decision is Decision.SNOOZE and (until is None or until <= now):
            raise Invalid("Say until when the tip sleeps; the time must lie ahead.")
        declined, snoozed = decision is Decision.DECLINE, decision is Decision.SNOOZE
        return Change(
            state=RESULT[decision],
            reason=reason if declined else None,
            reason_text=reason_text if declined else None,
            snoozed_until=until if snoozed else None,
        )

    def public_status(self, *, promoted: bool) -> PublicStatus:
        """Say what the tipster may know; `promoted` when a living draft was made from the tip."""
        if self.used_at is not None:
            return PublicStatus.USED
        if promoted or self.state in {State.ACCEPTED, State.SNOOZED}:
            return PublicStatus.LOOKED_AT
        return PublicStatus.RECEIVED if self.state == State.PENDING else PublicStatus.CLOSED
