"""How many connections each worker has open, as all workers see it, so that one does not get what two could share.

The kernel wakes whichever worker it likes, and a connection stays where it was accepted: a proxy that keeps two open
would keep one processor busy and leave the other idle.
"""

from __future__ import annotations

import mmap
from ctypes import c_int32

SLOTS = 512
"""Workers that can be told apart at a time; more are served all the same."""
NOBODY = -1
CLOSED = 0x7FFF_FFFF
"""Of a worker that takes none: it is starting, stopping or full."""
SLACK = 8
"""One worker may have an eighth more than another before it holds back."""


class Shares:
    """A table in memory that a fork shares: a number a worker. Made before workers are forked."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._open = (c_int32 * slots).from_buffer(mmap.mmap(-1, 4 * slots))
        self._open[:] = [NOBODY] * slots

    def take(self) -> int | None:
        """A slot for a worker that is about to start; none when there are too many."""
        free = next((slot for slot, many in enumerate(self._open) if many == NOBODY), None)
        if free is not None:
            self._open[free] = CLOSED
        return free

    def say(self, slot: int | None, many: int) -> None:
        """So many connections are open there now."""
        if slot is not None:
            self._open[slot] = many

    def give_back(self, slot: int | None) -> None:
        """The worker is gone."""
        self.say(slot, NOBODY)

    def others_have_fewer(self, slot: int | None, many: int) -> bool:
        """Whether a connection more would better go to another worker."""
        if slot is None:
            return False
        rest = self._open[:slot] + self._open[slot + 1 :]
        fewest = min((one for one in rest if one != NOBODY), default=CLOSED)
        return many > fewest + fewest // SLACK
