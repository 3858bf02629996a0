"""A database engine from an address, set so that what was acknowledged stays and what hangs is given up soon."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from api.store.errors import StoreError
from detector.home import home

DATABASE = "SCAMJOB_DATABASE"
WAIT = 5
"""Seconds that a statement waits for a lock before the store counts as away."""

_SQLITE = (
    f"PRAGMA busy_timeout={WAIT * 1000}",
    "PRAGMA journal_mode=WAL",  # readers and a writer do not wait for one another
    "PRAGMA synchronous=FULL",  # each commit is on the disk before it is acknowledged: survives SIGKILL and power loss
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten
)
_POSTGRESQL: dict[str, Any] = {
    "connect_timeout": 2,
    "tcp_user_timeout": WAIT * 1000,
    "application_name": "scamjob",
    "options": f"-c statement_timeout={WAIT * 1000} -c lock_timeout={WAIT * 1000} "
    f"-c idle_in_transaction_session_timeout={2 * WAIT * 1000} -c timezone=UTC",
}


def address(given: str | None = None) -> URL:
    """The database to use: the given one, $SCAMJOB_DATABASE, or a file in the installation's folder."""
    text = given or os.environ.get(DATABASE) or f"sqlite:///{home() / 'scamjob.db'}"
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError(f"not the address of a database; write {FORMS}") from None
    kind = url.get_backend_name()
    if kind in {"postgres", "postgresql"} and url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url.set(database=str(Path(url.database).expanduser().absolute()))
    raise StoreError(f"{shown(url)}: no database of this kind can be the store; write {FORMS}")


FORMS = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"


def shown(url: URL) -> str:
    """The address as it may be shown: without password."""
    return url.render_as_string(hide_password=True)


def engine_for(url: URL) -> Engine:
    """An engine that has not connected yet."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return create_engine(
        url,
        hide_parameters=True,  # an error must not quote what a user wrote
        connect_args=_POSTGRESQL,
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=4,
        pool_timeout=WAIT,
    )


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": WAIT, "isolation_level": None},
        pool_timeout=WAIT,
    )
    event.listen(engine, "do_connect", _own_file)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _own_file(_dialect: object, _record: object, arguments: list[str], _options: object) -> None:
    """Make the file before SQLite does, readable for its owner alone; its journal gets the same rights."""
    path = Path(arguments[0])
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _SQLITE:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: one that first reads and then writes would fail instead of waiting."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
