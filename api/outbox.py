"""Sightings on their way to the store: written some at a time by a thread of their own, so that no answer waits.

They are a memory, not an acknowledgement. A worker that is killed takes those of its last half second along; when the
database is away they wait, no more than `MOST` of them; those beyond are let go, and the log says how many.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from api.store import Store, StoreError, retention, sightings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.store.sightings import Seen

MOST = 5_000
"""Sightings that wait at a time."""
AT_ONCE = 50
"""Sightings written in one transaction: feedback waits that long at most."""
PAUSE = 0.25
"""Seconds between two looks."""
AWAY_PAUSE = 5.0
"""The same while the database does not answer."""
TRIM_AFTER = 2_000
"""Sightings written by a process, after which it brings the memory back to its size."""

log = logging.getLogger("api")


class Outbox:
    """What one process has to write. May be made before a fork; each child begins with an empty one."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._waiting: deque[Seen] = deque()
        self._thread: threading.Thread | None = None
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._lost = 0
        self._written = 0

    def put(self, seen: Sequence[Seen]) -> None:
        """Have these written soon; returns at once."""
        room = max(0, MOST - len(self._waiting))
        self._waiting.extend(seen[:room])
        self._lost += len(seen) - len(seen[:room])
        self._start()

    def flush(self) -> bool:
        """Write what waits; whether the database took it. What it did not take waits on."""
        with self._writing:
            while self._waiting:
                part = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                try:
                    self._write(part)
                except StoreError as error:
                    self._waiting.extendleft(reversed(part))
                    log.warning("campaign memory: %s", error)
                    return False
        return True

    def _start(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():  # none survives a fork
                self._thread = threading.Thread(target=self._go_on, name="outbox", daemon=True)
                self._thread.start()
                atexit.unregister(self.flush)
                atexit.register(self.flush)

    def _go_on(self) -> None:
        """Write until nothing waits; the next sighting starts a new thread."""
        pause = PAUSE
        while True:
            time.sleep(pause)
            pause = PAUSE if self._flush_safely() else AWAY_PAUSE
            with self._starting:
                if not self._waiting:
                    self._thread = None
                    return

    def _flush_safely(self) -> bool:
        lost, self._lost = self._lost, 0
        if lost:
            log.warning("campaign memory: %d sightings let go, too many wait", lost)
        try:
            return self.flush()
        except Exception as error:  # noqa: BLE001  # this thread must not end; its message could quote a row
            log.warning("campaign memory: %s", type(error).__name__)
            return False

    def _write(self, part: Sequence[Seen]) -> None:
        try:
            with self.store.write() as connection:
                for one in part:
                    sightings.add(connection, one)
        except IntegrityError:
            # a posting was deleted meanwhile, or another worker wrote the same: find out which, one by one
            if len(part) > 1:
                for one in part:
                    self._write([one])
            return
        self._written += len(part)
        if self._written >= TRIM_AFTER:
            self._written = 0
            for tenant in {one.trace.tenant for one in part}:
                retention.forget_sightings(self.store, tenant)
