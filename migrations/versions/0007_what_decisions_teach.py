"""What decisions teach about spam, when a group was scored, and a way to draw tips at random.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LESSON_DUE = (
    "coalesce(taught, '') <> CASE WHEN restricted OR escalated_at IS NOT NULL OR erased_at IS NOT NULL THEN"
    " '' WHEN state = 'spam' THEN 'spam' WHEN state = 'accepted' THEN 'ham'"
    " WHEN state = 'declined' AND reason NOT IN ('advertising', 'abusive') THEN 'ham' ELSE '' END"
)
LOT = "(id * 2654435761) & 4294967295"


def upgrade() -> None:
    op.create_table(
        "lessons",
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("ham", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_lessons"),
    )
    op.add_column("tips", sa.Column("taught", sa.String(length=16), nullable=True))
    op.create_index("ix_tips_lesson_due", "tips", ["id"], sqlite_where=sa.text(LESSON_DUE),
                    postgresql_where=sa.text(LESSON_DUE))  # fmt: skip
    op.add_column("groups", sa.Column("scored_with", sa.Integer(), nullable=True))
    op.create_index("ix_groups_state_scored_with", "groups", ["state", "scored_with"])
    op.create_index("ix_groups_state_lot", "groups", ["state", sa.text(f"({LOT})")])


def downgrade() -> None:
    op.drop_index("ix_groups_state_lot", "groups")
    op.drop_index("ix_groups_state_scored_with", "groups")
    with op.batch_alter_table("groups") as table:
        table.drop_column("scored_with")
    op.drop_index("ix_tips_lesson_due", "tips")
    with op.batch_alter_table("tips") as table:
        table.drop_column("taught")
    op.drop_table("lessons")
