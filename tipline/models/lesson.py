"""Lesson: how often a word stood in what this newsroom called spam, and in what it did not.

What a tip has taught stands on the tip (`tips.taught`), so that it can be taken back to the last count.
"""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base


class Label(StrEnum):
    SPAM = "spam"
    HAM = "ham"  # the field's word for what is no spam


# What a tip should have taught, as it stands: nothing while it is open. One declined as advertising is no
# example of either. Written as it stands in the index of those that are due, for the planner to know it.
TEACHES = (
    "CASE WHEN restricted OR escalated_at IS NOT NULL OR erased_at IS NOT NULL THEN ''"
    " WHEN state = 'spam' THEN 'spam' WHEN state = 'accepted' THEN 'ham'"
    " WHEN state = 'declined' AND reason NOT IN ('advertising', 'abusive') THEN 'ham' ELSE '' END"
)
LESSON_DUE = f"coalesce(taught, '') <> {TEACHES}"


class Lesson(Base):
    __tablename__ = "lessons"

    word: Mapped[str] = mapped_column(String(64), primary_key=True)  # folded, or another trait of a text
    spam: Mapped[int] = mapped_column(default=0)
    ham: Mapped[int] = mapped_column(default=0)
