"""Draft: what an editor makes of one or more tips, with every version that was saved.

Its state machine is `take` and `after_save`, pure: they say what the state would be, and the room that
writes carries it out with a conditional UPDATE on the version.
"""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tipline.errors import Invalid, InvalidTransition
from tipline.models.base import Base, Id, Instant, Line, Prose, Ref, enum_column, one_of


class DraftState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENT = "sent"
    PUBLISHED = "published"
    KILLED = "killed"


class DraftStep(StrEnum):
    """What somebody does with a draft as a whole."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    WITHDRAW = "withdraw"  # an approval
    KILL = "kill"
    REVIVE = "revive"
    PUBLISH = "publish"  # it stands at an address that readers can open
    UNPUBLISH = "unpublish"  # it does not, or never did


STEPS: dict[DraftStep, tuple[frozenset[DraftState], DraftState]] = {
    DraftStep.SUBMIT: (frozenset({DraftState.DRAFT}), DraftState.IN_REVIEW),
    DraftStep.RETURN: (frozenset({DraftState.IN_REVIEW}), DraftState.DRAFT),
    DraftStep.APPROVE: (frozenset({DraftState.IN_REVIEW}), DraftState.APPROVED),
    DraftStep.WITHDRAW: (frozenset({DraftState.APPROVED}), DraftState.IN_REVIEW),
    DraftStep.KILL: (
        frozenset({DraftState.DRAFT, DraftState.IN_REVIEW, DraftState.APPROVED}),
        DraftState.KILLED,
    ),
    DraftStep.REVIVE: (frozenset({DraftState.KILLED}), DraftState.DRAFT),
    DraftStep.PUBLISH: (frozenset({DraftState.APPROVED, DraftState.SENT}), DraftState.PUBLISHED),
    DraftStep.UNPUBLISH: (frozenset({DraftState.PUBLISHED}), DraftState.APPROVED),
}


# Towards readers a draft goes under its headline.
_WITH_HEADLINE = frozenset({DraftStep.SUBMIT, DraftStep.APPROVE, DraftStep.PUBLISH})


class NoHeadline(Invalid):
    """A step wants a headline, and the draft has none."""


class CheckState(StrEnum):
    """A fact's traffic light."""

    OPEN = "open"
    VERIFIED = "verified"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


class Draft(Base):
    __tablename__ = "drafts"

    id: Mapped[Id]
    ref: Mapped[Ref]
    headline: Mapped[Line]
    dek: Mapped[Prose]
    slug: Mapped[str] = mapped_column(String(200))
    body: Mapped[Prose]  # Markdown
    byline: Mapped[Line]
    desk: Mapped[str | None] = mapped_column(String(100))
    embargo_until: Mapped[Instant | None]
    state: Mapped[str] = enum_column(default=DraftState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)  # number of its newest revision
    approved_version: Mapped[int | None]  # an approval binds to a revision
    published_url: Mapped[str | None] = mapped_column(String(2000))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]

    __table_args__ = (one_of("state", DraftState), Index("ix_drafts_state_updated_at", "state", "updated_at"))

    def steps(self) -> list[DraftStep]:
        """List the steps that are open now."""
        return [step for step, (start, _) in STEPS.items() if self.state in start]

    def take(self, step: DraftStep) -> DraftState:
        """Say which state `step` leads to, without changing it.

        Raises:
            InvalidTransition: when the step is not open from the draft's state.
            NoHeadline: when it leads towards readers, and the draft has no headline.
        """
        start, end = STEPS[step]
        if self.state not in start:
            raise InvalidTransition(f"This draft is {self.spoken_state}; nothing was changed.")
        if step in _WITH_HEADLINE and not self.headline.strip():
            raise NoHeadline("Give it a headline first.")
        return end

    def after_save(self) -> DraftState:
        """Say which state a new version of the text has: an approval was for the old one.

        Raises:
            InvalidTransition: when the draft has left the house or was killed.
        """
        if self.state not in {DraftState.DRAFT, DraftState.IN_REVIEW, DraftState.APPROVED}:
            raise InvalidTransition(f"This draft is {self.spoken_state}; its text cannot be changed.")
        return DraftState.IN_REVIEW if self.state == DraftState.APPROVED else DraftState(self.state)

    @property
    def spoken_state(self) -> str:
        """The state as a sentence says it."""
        return "being written" if self.state == DraftState.DRAFT else self.state.replace("_", " ")


class Revision(Base):
    """One saved version of a draft."""

    __tablename__ = "revisions"

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    number: Mapped[int]
    headline: Mapped[Line]
    dek: Mapped[Prose]
    slug: Mapped[str] = mapped_column(String(200))
    body: Mapped[Prose]
    byline: Mapped[Line]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[Instant]

    __table_args__ = (UniqueConstraint("draft_id", "number"),)


class DraftTip(Base):
    """A tip that a draft was made from."""

    __tablename__ = "draft_tips"

    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    tip_id: Mapped[int] = mapped_column(
        ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[Instant]


class Check(Base):
    """A fact in a draft that someone must verify."""

    __tablename__ = "checks"

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    claim: Mapped[Line]
    state: Mapped[str] = enum_column(default=CheckState.OPEN)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tips.id", ondelete="SET NULL"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[Instant | None]

    __table_args__ = (one_of("state", CheckState),)
