"""What people said about which tips say the same, and how a group that came back was decided before.

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
# Of the groups that are back with something new: how the member that was decided last was decided.
REMEMBER = """
UPDATE groups SET earlier = (
    SELECT tips.state FROM tips WHERE tips.group_id = groups.id AND tips.state <> 'pending'
    ORDER BY tips.decided_at DESC, tips.id DESC LIMIT 1
) WHERE state = 'pending' AND pending < size
"""


def upgrade() -> None:
    op.create_table(
        "regroupings",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("batch", sa.String(length=8), nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=True),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by_id", BIG_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.CheckConstraint("act IN ('join', 'split', 'apart')", name=op.f("ck_regroupings_act")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_regroupings_by_id")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["tips.id"], name=op.f("fk_regroupings_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tips.id"], name=op.f("fk_regroupings_tip_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regroupings")),
    )
    for column in ("batch", "by_id", "other_id", "tip_id"):
        op.create_index(f"ix_regroupings_{column}", "regroupings", [column])
    op.add_column("aparts", sa.Column("batch", sa.String(length=8), nullable=True))
    op.create_index("ix_aparts_batch", "aparts", ["batch"])
    # Without a CHECK: SQLite would have to copy the whole table to add one.
    op.add_column("groups", sa.Column("earlier", sa.String(length=16), nullable=True))
    op.execute(REMEMBER)


def downgrade() -> None:
    op.drop_column("groups", "earlier")
    op.drop_index("ix_aparts_batch", "aparts")
    op.drop_column("aparts", "batch")
    op.drop_table("regroupings")
