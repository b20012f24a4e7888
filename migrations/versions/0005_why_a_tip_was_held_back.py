"""Why a tip was held back, and a way to those that were.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tips", sa.Column("held_back", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_tips_held_back",
        "tips",
        ["state", "id"],
        sqlite_where=sa.text("quarantined IS 1"),
        postgresql_where=sa.text("quarantined IS true"),
    )


def downgrade() -> None:
    op.drop_index("ix_tips_held_back", "tips")
    op.drop_column("tips", "held_back")
