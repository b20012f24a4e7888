"""Files that arrive in parts, likeness of tips, and what is erased.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _file_columns_before() -> tuple[sa.Column, ...]:
    """List the columns of the first schema's table, which no version has put a row into."""
    return (
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ref", sa.String(length=8), nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=True),
        sa.Column("message_id", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("original_key", sa.String(length=100), nullable=False),
        sa.Column("scrubbed_key", sa.String(length=100), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("taken_by_tipster", sa.Boolean(), nullable=True),
        sa.Column("may_use", sa.Boolean(), nullable=True),
        sa.Column("credit", sa.String(length=1000), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
    )


def _file_columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("stage_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("upload_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("scrubbed_type", sa.String(length=100), nullable=True),
        sa.Column("scrubbed_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sealed_file_key", sa.LargeBinary(length=64), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_facts", sa.LargeBinary(), nullable=True),
        sa.Column("facts_ok", sa.Boolean(), nullable=False),
        sa.Column("why_sealed", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
    )


def _tip_columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("grouped_at", INSTANT, nullable=True),
        sa.Column("files", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("quarantined", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("erased_at", INSTANT, nullable=True),
    )


def upgrade() -> None:
    op.drop_table("attachments")
    _create_attachments(
        ("arriving", "arrived", "scrubbed", "sealed"),
        *_file_columns(),
        sa.UniqueConstraint("stage_hash", "upload_hash", name=op.f("uq_attachments_stage_hash_upload_hash")),
    )
    op.create_index("ix_attachments_state_id", "attachments", ["state", "id"])
    for column in _tip_columns():
        op.add_column("tips", column)
    ungrouped = sa.text("grouped_at IS NULL")
    op.create_index("ix_tips_ungrouped", "tips", ["id"], sqlite_where=ungrouped, postgresql_where=ungrouped)
    op.create_index("ix_tips_state_decided_at", "tips", ["state", "decided_at"])
    op.add_column("contacts", sa.Column("ping", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contacts", sa.Column("pinged_at", INSTANT, nullable=True))
    op.add_column("drafts", sa.Column("published_url", sa.String(length=2000), nullable=True))
    op.create_table(
        "bands",
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tip_id", BIG_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("value", "tip_id", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bands_tip_id", "bands", ["tip_id"])
    op.create_table(
        "aparts",
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=False),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_aparts_tip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["other_id"], ["tips.id"], name=op.f("fk_aparts_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_aparts_by_id")),
        sa.PrimaryKeyConstraint("tip_id", "other_id", name=op.f("pk_aparts")),
    )
    op.create_index("ix_aparts_other_id", "aparts", ["other_id"])


def downgrade() -> None:
    op.drop_table("aparts")
    op.drop_table("bands")
    op.drop_column("drafts", "published_url")
    op.drop_column("contacts", "pinged_at")
    op.drop_column("contacts", "ping")
    op.drop_index("ix_tips_state_decided_at", "tips")
    op.drop_index("ix_tips_ungrouped", "tips")
    for column in reversed(_tip_columns()):
        op.drop_column("tips", column.name)
    op.drop_table("attachments")
    _create_attachments(("staged", "sealed", "scrubbed"))


def _create_attachments(states: tuple[str, ...], *more: sa.schema.SchemaItem) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_table(
        "attachments",
        *_file_columns_before(),
        *more,
        sa.CheckConstraint(f"state IN ({listed})", name=op.f("ck_attachments_state")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tips.id"], name=op.f("fk_attachments_tip_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("ref", name=op.f("uq_attachments_ref")),
    )
    op.create_index("ix_attachments_message_id", "attachments", ["message_id"])
    op.create_index("ix_attachments_tip_id", "attachments", ["tip_id"])
