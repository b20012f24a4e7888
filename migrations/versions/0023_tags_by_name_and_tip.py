"""A tag's tips are found by their ids: a view of a tag is counted among the newest tips alone.

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-27
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tags_name_tip_id", "tags", ["name", "tip_id"])
    op.drop_index("ix_tags_name", "tags")


def downgrade() -> None:
    op.create_index("ix_tags_name", "tags", ["name"])
    op.drop_index("ix_tags_name_tip_id", "tags")
