"""What can go wrong with a store.

StoreError          the address or the database is not one we can use; the message says what to mend
└── StoreAway       it cannot be reached, is full or is locked just now; try again later
"""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot be used; one line that says why. Never quotes a row."""


class StoreAway(StoreError):  # noqa: N818  # it says what is the case
    """The database does not answer now. What was not acknowledged may or may not have been kept."""

    RETRY_AFTER = 2
    """Seconds after which trying again makes sense."""
