"""How Alembic runs here: on the connection it is given, inside the transaction that is open on it."""

from __future__ import annotations

from alembic import context

from api.store.tables import all_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
