"""Who may see a hidden tip, whom a note mentions, and what a tipster wrote before staff corrected it.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HIDDEN = sa.text("restricted OR escalated_at IS NOT NULL")
SENT = {"sent_kind": 16, "sent_about": 1000, "sent_place": 1000}


def upgrade() -> None:
    op.create_table(
        "tip_readers",
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("by_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name="fk_tip_readers_tip_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tip_readers_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_tip_readers_by_id"),
        sa.PrimaryKeyConstraint("tip_id", "user_id", name="pk_tip_readers"),
    )
    op.create_index("ix_tip_readers_user_id", "tip_readers", ["user_id"])
    op.create_table(
        "mentions",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("note_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mentions_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name="fk_mentions_note_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "note_id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_note_id", "mentions", ["note_id"])
    for name, length in SENT.items():
        op.add_column("tips", sa.Column(name, sa.String(length=length), nullable=True))
    op.create_index("ix_tips_hidden", "tips", ["id"], sqlite_where=HIDDEN, postgresql_where=HIDDEN)


def downgrade() -> None:
    op.drop_index("ix_tips_hidden", "tips")
    for name in reversed(SENT):
        op.drop_column("tips", name)
    op.drop_table("mentions")
    op.drop_table("tip_readers")
