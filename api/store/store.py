"""Transactions on the store, and what becomes of them when the database is away."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.store import migrate
from api.store.engine import address, engine_for, shown
from api.store.errors import StoreAway, StoreError

_AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout, OSError)
"""Not reachable, stopped in the middle, full, read-only, locked for too long."""

PAUSE = 1.0
"""Seconds after a failure to connect in which nobody tries again: waiting would hold the threads that assess."""


class Store:
    """Feedback, decisions and the rest in one database. May be shared by threads, and taken along by a fork."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.address = shown(engine.url)
        self._checked = False
        self._opening = threading.Lock()
        self._paused_until = 0.0
        _STORES.add(self)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction; once the block is left without an error, what it wrote is on the disk."""
        with self._transaction(writes=True) as connection:
            yield connection

    def prepare(self) -> None:
        """Bring the database up to date, once a process. StoreError when it is newer than the program."""
        with self._opening:
            if self._checked:
                return
            with self._connected(writes=True) as connection:
                migrate.upgrade(connection)
            self._checked = True

    def is_there(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.read() as connection:
                connection.execute(text("SELECT 1"))
        except StoreAway:
            return False
        return True

    def close(self) -> None:
        """Close all connections; the next transaction opens new ones."""
        self.engine.dispose()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        if not self._checked:
            self.prepare()
        with self._connected(writes=writes) as connection:
            yield connection

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[Connection]:
        if time.monotonic() < self._paused_until:
            raise StoreAway(f"{self.address}: does not answer")
        try:
            connection = self.engine.connect()
        except _AWAY:
            self._paused_until = time.monotonic() + PAUSE
            raise StoreAway(f"{self.address}: does not answer") from None
        try:
            with connection.execution_options(writes=writes) as connection, connection.begin():
                yield connection
        except _AWAY as error:
            raise StoreAway(f"{self.address}: gave up ({type(error).__name__})") from None

    def _after_fork(self) -> None:
        """A child neither uses nor closes the connections of its parent."""
        self.engine.dispose(close=False)
        self._opening = threading.Lock()


_STORES: weakref.WeakSet[Store] = weakref.WeakSet()


def _after_fork() -> None:
    for store in list(_STORES):
        store._after_fork()


os.register_at_fork(after_in_child=_after_fork)


def open_store(url: str | None = None) -> Store:
    """The store at that address, or the installation's own. Connects when it is first used.

    StoreError: not an address, or not of a database that can be the store.
    """
    return Store(engine_for(address(url)))


__all__ = ["Store", "StoreAway", "StoreError", "open_store"]
