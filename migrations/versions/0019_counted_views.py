"""Indexes that count what waits for somebody without reading all that ever did.

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

HOLDERS = ("assignee_id", "desk_id")


def upgrade() -> None:
    _index_by("state")


def downgrade() -> None:
    _index_by()


def _index_by(*more: str) -> None:
    for holder in HOLDERS:
        op.drop_index(f"ix_tips_{holder}", "tips")
        held = sa.text(f"{holder} IS NOT NULL")
        op.create_index(
            f"ix_tips_{holder}", "tips", [holder, *more], sqlite_where=held, postgresql_where=held
        )
