"""Which schema a database has, and how it gets the newest."""

import logging
from pathlib import Path

import sqlalchemy as sa

from storage.tables import metadata

MIGRATIONS = Path(__file__).parents[1] / "migrations"
VERSIONS = MIGRATIONS / "versions"

# As Alembic makes it. A MetaData of its own, because it is not among the tables that migrations change.
_version = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), nullable=False))
_version.append_constraint(sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"))


def revisions(versions: Path = VERSIONS) -> list[str]:
    """All known schemas, oldest first. Files are called ``0001_what.py``, and 0001 is the revision."""
    return sorted(path.name.partition("_")[0] for path in versions.glob("[0-9]*_*.py"))


def revision_of(connection: sa.Connection) -> str | None:
    """The schema of a database: None when it is empty, "" when it holds something else."""
    names = sa.inspect(connection).get_table_names()
    if _version.name in names:
        return connection.execute(sa.select(_version.c.version_num)).scalar() or ""
    return "" if names else None


def create(connection: sa.Connection, revision: str) -> None:
    """Make all tables in an empty database, marked as the newest schema. A tenth of what the migrations cost."""
    metadata.create_all(connection, checkfirst=False)
    _version.create(connection, checkfirst=False)
    connection.execute(_version.insert(), {"version_num": revision})


def upgrade(connection: sa.Connection, versions: Path = VERSIONS) -> None:
    """Run all migrations that are missing, within the transaction of the caller."""
    # Importing Alembic takes 0.1 s and 10 MB, and most starts have nothing to migrate.
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", _escaped(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(versions))
    command.upgrade(config, "head")


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
