"""Find people by their first and last names alone.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LETTERS = "replace(folded, ' ', '')"
FIRST_WORD = f"substr(folded, 1, length(folded) - length(ltrim(folded, {LETTERS})))"
LAST_WORD = f"substr(folded, length(rtrim(folded, {LETTERS})) + 1)"


def upgrade() -> None:
    """Index both ends of a name."""
    op.create_index("ix_people_first_word", "people", [sa.text(FIRST_WORD)])
    op.create_index("ix_people_last_word", "people", [sa.text(LAST_WORD)])


def downgrade() -> None:
    op.drop_index("ix_people_last_word", "people")
    op.drop_index("ix_people_first_word", "people")
