"""Stories and people have a version together, under which a process remembers what they say of a text.

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-27
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    catalogue = op.create_table(
        "catalogue",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("version", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue")),
    )
    op.bulk_insert(catalogue, [{"id": 1, "version": ""}])
    begun = "EXISTS (SELECT 1 FROM stories) OR EXISTS (SELECT 1 FROM people)"
    of_now = sa.text(f"UPDATE catalogue SET version = :version WHERE {begun}")  # noqa: S608 - constants alone
    op.execute(of_now.bindparams(version=secrets.token_hex(4)))


def downgrade() -> None:
    op.drop_table("catalogue")
