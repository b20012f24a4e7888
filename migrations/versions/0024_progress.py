"""The worker says when it found something out: until then a process remembers what that would change.

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-27
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    progress = op.create_table(
        "progress",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("version", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress")),
    )
    op.bulk_insert(progress, [{"id": 1, "version": ""}])


def downgrade() -> None:
    op.drop_table("progress")
