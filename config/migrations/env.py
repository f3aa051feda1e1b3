"""Alembic's environment. Always online, on the connection that `config.migrate.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from config.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
