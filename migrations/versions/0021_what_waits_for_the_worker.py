"""What waits for the worker stands in tables of its own, and a tip's bands are found by a small index.

A mark on a tip's row wrote all of the row anew on PostgreSQL, with an entry in each of its indexes, twice a
tip. Bands are looked up by their tip only to be erased: blocks that may hold them are near enough. And who
indexes a tip no longer looks it up, and waits for nobody who has it in hand.

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-27
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MARKS = {"unindexed": "indexed_at", "ungrouped": "grouped_at"}
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table, mark in MARKS.items():
        op.create_table(
            table,
            sa.Column("tip_id", BigId, autoincrement=False, nullable=False),
            sa.PrimaryKeyConstraint("tip_id", name=op.f(f"pk_{table}")),
        )
        waiting = f"SELECT id FROM tips WHERE {mark} IS NULL AND erased_at IS NULL"  # noqa: S608
        op.execute(f"INSERT INTO {table} (tip_id) {waiting}")
        op.drop_index(f"ix_tips_{table}", "tips")
        op.drop_column("tips", mark)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE tip_search DROP CONSTRAINT tip_search_tip_id_fkey")
        op.execute("DELETE FROM tip_search WHERE tip_id IN (SELECT id FROM tips WHERE erased_at IS NOT NULL)")
        op.drop_index("ix_bands_tip_id", "bands")
        op.create_index(
            "ix_bands_tip_id",
            "bands",
            ["tip_id"],
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 16},
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_bands_tip_id", "bands")
        op.create_index("ix_bands_tip_id", "bands", ["tip_id"])
        op.execute(
            "ALTER TABLE tip_search ADD CONSTRAINT tip_search_tip_id_fkey"
            " FOREIGN KEY (tip_id) REFERENCES tips ON DELETE CASCADE"
        )
    for table, mark in MARKS.items():
        op.add_column("tips", sa.Column(mark, sa.DateTime(timezone=True)))
        waiting = f"SELECT tip_id FROM {table}"  # noqa: S608 - constants alone
        op.execute(f"UPDATE tips SET {mark} = received_at WHERE id NOT IN ({waiting})")  # noqa: S608
        where = sa.text(f"{mark} IS NULL")
        op.create_index(f"ix_tips_{table}", "tips", ["id"], sqlite_where=where, postgresql_where=where)
        op.drop_table(table)
