"""Find tips by what few of them have, and saved views by an address.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PARTIAL = {
    "ix_tips_rare_channel_id": (["channel", "id"], "channel <> 'form'"),
    "ix_tips_rare_kind_id": (["kind", "id"], "kind <> 'tip'"),
    "ix_tips_with_files": (["id"], "files > 0"),
}


def upgrade() -> None:
    for name, (columns, condition) in PARTIAL.items():
        where = {f"{each}_where": sa.text(condition) for each in ("sqlite", "postgresql")}
        op.create_index(name, "tips", columns, **where)
    op.create_index("ix_tips_received_at_id", "tips", ["received_at", "id"])
    op.add_column("views", sa.Column("slug", sa.String(length=120), nullable=True))
    op.execute("UPDATE views SET slug = 'view-' || id")
    with op.batch_alter_table("views") as table:
        table.alter_column("slug", existing_type=sa.String(length=120), nullable=False)
        table.create_unique_constraint("uq_views_slug", ["slug"])


def downgrade() -> None:
    with op.batch_alter_table("views") as table:
        table.drop_constraint("uq_views_slug", type_="unique")
        table.drop_column("slug")
    op.drop_index("ix_tips_received_at_id", "tips")
    for name in reversed(PARTIAL):
        op.drop_index(name, "tips")
