"""Saved replies; decisions by their time, for the statistics; tips that staff logged, by when they came.

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOGGED = sa.text("logged_by_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ref", sa.String(length=8), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_replies_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("ref", name=op.f("uq_replies_ref")),
    )
    op.create_index(op.f("ix_replies_owner_id"), "replies", ["owner_id"])
    op.create_index("ix_verdicts_at", "verdicts", ["at"])
    op.create_index(
        "ix_tips_logged", "tips", ["received_at", "id"], sqlite_where=LOGGED, postgresql_where=LOGGED
    )


def downgrade() -> None:
    op.drop_index("ix_tips_logged", "tips")
    op.drop_index("ix_verdicts_at", "verdicts")
    op.drop_table("replies")
