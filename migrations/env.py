"""Alembic's entry: runs the migrations on the connection that `tipline.schema` hands over."""

import warnings

from alembic import context
from sqlalchemy.exc import SAWarning

from tipline.models import Base
from tipline.schema import owned_by_models

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    include_object=owned_by_models,
    transactional_ddl=True,
    transaction_per_migration=False,
)
# Indexes on expressions are not read back; no migration here copies a table that has one.
warnings.filterwarnings("ignore", "Skipped unsupported reflection", SAWarning)
with context.begin_transaction():
    context.run_migrations()
