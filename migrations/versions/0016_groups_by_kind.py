"""Groups of one kind are found in their order, however few they are.

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-26
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_groups_kind_state_rank_id", "groups", ["kind", "state", "rank", "id"])
    op.create_index("ix_groups_kind_state_newest_at_id", "groups", ["kind", "state", "newest_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_groups_kind_state_newest_at_id", "groups")
    op.drop_index("ix_groups_kind_state_rank_id", "groups")
