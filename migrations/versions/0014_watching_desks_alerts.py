"""The words that the newsroom watches for.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    watch_lists = op.create_table(
        "watch_lists",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("phrases", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_lists")),
    )
    op.bulk_insert(watch_lists, [{"id": 1, "phrases": "", "version": ""}])


def downgrade() -> None:
    op.drop_table("watch_lists")
