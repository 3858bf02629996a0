"""Bring a database up to the tables of this version. There is no way back but a backup: rows would be lost."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from api.store.errors import StoreError

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x5CA3
"""The PostgreSQL advisory lock under which one process migrates and the others wait."""


def upgrade(connection: Connection) -> None:
    """Run what is missing within the transaction of the connection, which is a writing one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if current(connection) == head():
        return
    try:
        command.upgrade(config(connection), "head")
    except CommandError:
        raise StoreError(
            f"the database is of another version ({current(connection)}) than this program ({head()}); "
            "install the newer program, or restore the backup made before it"
        ) from None


def current(connection: Connection) -> str | None:
    """The revision a database is at; None for one without our tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def head() -> str:
    """The newest revision of this program."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or "0000"


def config(connection: Connection) -> Config:
    """What Alembic is told: where the migrations are, and the connection to use."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made
