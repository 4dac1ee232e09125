"""What Alembic runs to migrate: on a connection, and in a transaction, of the caller."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can alter few things in place: the table is copied.
    render_as_batch=True,
)
context.run_migrations()
