"""A sender's newest contacts are found by one index.

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-26
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_contacts_sender_hash", "contacts")
    op.create_index("ix_contacts_sender_hash_id", "contacts", ["sender_hash", "id"])


def downgrade() -> None:
    op.drop_index("ix_contacts_sender_hash_id", "contacts")
    op.create_index("ix_contacts_sender_hash", "contacts", ["sender_hash"])
