"""The words that the newsroom watches for; how each person wants to hear of new tips; desks.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    watch_lists = op.create_table(
        "watch_lists",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("phrases", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_lists")),
    )
    op.bulk_insert(watch_lists, [{"id": 1, "phrases": "", "version": ""}])
    op.add_column("users", sa.Column("alerts", sa.JSON(), nullable=True))
    op.create_table(
        "alert_marks",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("news_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_alert_marks_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_alert_marks")),
    )
    op.create_table(
        "desks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desks")),
        sa.UniqueConstraint("slug", name=op.f("uq_desks_slug")),
        sa.UniqueConstraint("name", name=op.f("uq_desks_name")),
    )
    op.create_table(
        "desk_members",
        sa.Column("desk_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["desks.id"], name=op.f("fk_desk_members_desk_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_desk_members_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("desk_id", "user_id", name=op.f("pk_desk_members")),
    )
    op.create_index(op.f("ix_desk_members_user_id"), "desk_members", ["user_id"])
    op.add_column("tips", sa.Column("desk_id", BIG_ID, nullable=True))
    op.create_index(op.f("ix_tips_desk_id"), "tips", ["desk_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_tips_desk_id"), "tips")
    op.drop_column("tips", "desk_id")
    op.drop_table("desk_members")
    op.drop_table("desks")
    op.drop_table("alert_marks")
    with op.batch_alter_table("users") as table:
        table.drop_column("alerts")
    op.drop_table("watch_lists")
