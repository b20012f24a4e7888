"""Who has a tip open is found by an index, and each person may choose their own keys.

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CLAIMED = sa.text("claimed_until IS NOT NULL")


def upgrade() -> None:
    op.add_column("users", sa.Column("keys", sa.JSON(), nullable=True))
    op.create_index(
        "ix_groups_claimed_until",
        "groups",
        ["claimed_until"],
        sqlite_where=CLAIMED,
        postgresql_where=CLAIMED,
    )


def downgrade() -> None:
    op.drop_index("ix_groups_claimed_until", "groups")
    with op.batch_alter_table("users") as table:
        table.drop_column("keys")
