"""An index that finds the newest members of a group in each state, however many say the same.

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-27
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tips_group_id_state_id", "tips", ["group_id", "state", "id"])
    op.drop_index("ix_tips_group_id", "tips")


def downgrade() -> None:
    op.create_index("ix_tips_group_id", "tips", ["group_id"])
    op.drop_index("ix_tips_group_id_state_id", "tips")
