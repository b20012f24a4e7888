"""What few tips have is indexed for those few, and groups of a rare kind are found in their order.

An index holds a row for each tip otherwise, and accepting a tip writes a page of each.

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NULLABLE = {
    "ix_tips_story_id": ("tips", ["story_id"]),
    "ix_tips_snoozed_until": ("tips", ["snoozed_until"]),
    "ix_tips_assignee_id": ("tips", ["assignee_id"]),
    "ix_tips_desk_id": ("tips", ["desk_id"]),
    "ix_events_actor_id_id": ("events", ["actor_id", "id"]),
}
RARE_KINDS = {
    "ix_groups_rare_kind_rank_id": ["kind", "state", "rank", "id"],
    "ix_groups_rare_kind_newest_at_id": ["kind", "state", "newest_at", "id"],
}


def upgrade() -> None:
    for name, (table, columns) in NULLABLE.items():
        op.drop_index(name, table)
        _create(name, table, columns, f"{columns[0]} IS NOT NULL")
    for name, columns in RARE_KINDS.items():
        _create(name, "groups", columns, "kind <> 'tip'")


def downgrade() -> None:
    for name in RARE_KINDS:
        op.drop_index(name, "groups")
    for name, (table, columns) in NULLABLE.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns)


def _create(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
