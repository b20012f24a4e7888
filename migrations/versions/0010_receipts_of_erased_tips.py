"""The receipt of an erased tip is known for a day, so that its form, sent once more, stores nothing.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ERASED = sa.text("erased_at IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("receipts") as table:
        table.alter_column("tip_id", existing_type=sa.BigInteger(), nullable=True)
        table.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_receipts_erased", "receipts", ["erased_at"], sqlite_where=ERASED, postgresql_where=ERASED
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM receipts WHERE tip_id IS NULL"))
    op.drop_index("ix_receipts_erased", "receipts")
    with op.batch_alter_table("receipts") as table:
        table.drop_column("erased_at")
        table.alter_column("tip_id", existing_type=sa.BigInteger(), nullable=False)
