"""What staff did with a tip besides deciding it, with what stood before, so that it can be taken back.

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
ACTS = "'tag', 'untag', 'assign', 'unlink', 'correct', 'restrict', 'reveal'"


def upgrade() -> None:
    op.create_table(
        "handlings",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("batch", sa.String(length=8), nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("by_id", BIG_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.CheckConstraint(f"act IN ({ACTS})", name=op.f("ck_handlings_act")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_handlings_by_id")),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tips.id"], name=op.f("fk_handlings_tip_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handlings")),
    )
    for column in ("batch", "by_id", "tip_id"):
        op.create_index(f"ix_handlings_{column}", "handlings", [column])


def downgrade() -> None:
    op.drop_table("handlings")
