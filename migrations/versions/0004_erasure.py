"""What erasing leaves behind, a wish to erase under a legal hold, and indexes that deleting a tip needs.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "leftovers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('objects', 'words', 'pages')", name=op.f("ck_leftovers_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leftovers")),
    )
    # Without a CHECK: SQLite would have to copy the whole table to add one.
    op.add_column("tips", sa.Column("erasure_wanted", sa.String(length=16), nullable=True))
    used = sa.text("used_at IS NOT NULL")
    op.create_index("ix_tips_used", "tips", ["id"], sqlite_where=used, postgresql_where=used)
    op.create_index("ix_checks_tip_id", "checks", ["tip_id"])
    op.create_index("ix_verdicts_link_id", "verdicts", ["link_id"])


def downgrade() -> None:
    op.drop_index("ix_verdicts_link_id", "verdicts")
    op.drop_index("ix_checks_tip_id", "checks")
    op.drop_index("ix_tips_used", "tips")
    op.drop_column("tips", "erasure_wanted")
    op.drop_table("leftovers")
