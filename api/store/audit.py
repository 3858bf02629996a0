"""The audit trail: who decided, deleted or exported what and when. Only added to; each entry seals the one before.

An entry holds ids, labels and counts, never text, so that it may stay when the text has to go.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text

from api.store.columns import now
from api.store.tables import audit

_START = "0" * 64
_LOCK = 0x5CA4
"""The PostgreSQL advisory lock under which entries follow one another; SQLite has one writer anyway."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done."""

    seq: int
    tenant: str
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]
    previous: str
    digest: str

    def seal(self) -> str:
        """The SHA-256 that the entry must carry."""
        facts = [self.seq, self.tenant, self.at.isoformat(), self.actor, self.action, self.subject, self.details]
        line = json.dumps([*facts, self.previous], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(line.encode()).hexdigest()


def add(
    connection: Connection, actor: str, action: str, subject: str = "", *, tenant: str, **details: str | int | None
) -> None:
    """Add an entry to the transaction; as the last thing in it, for the others wait until it ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = connection.execute(select(audit.c.seq, audit.c.digest).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.digest) if last else (1, _START)
    entry = Entry(seq, tenant, now(), actor[:64], action, subject[:128], details, previous, "")
    connection.execute(insert(audit).values(_values(entry) | {"digest": entry.seal()}))


def entries(connection: Connection, tenant: str | None = None) -> Iterator[Entry]:
    """All entries, the first first; of one tenant, when it is named."""
    query = select(audit).order_by(audit.c.seq)
    if tenant is not None:
        query = query.where(audit.c.tenant == tenant)
    with connection.execute(query, execution_options={"yield_per": 1000}) as rows:
        for row in rows:
            yield Entry(**row._mapping)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries; what is empty does not narrow."""

    actor: str = ""
    action: str = ""
    subject: str = ""


def newest(connection: Connection, tenant: str, sought: Sought, before: int | None, most: int) -> list[Entry]:
    """Entries of a tenant, the newest first, older than a number."""
    query = select(audit).where(audit.c.tenant == tenant).order_by(audit.c.seq.desc()).limit(most)
    for name in Sought.__slots__:
        if getattr(sought, name):
            query = query.where(audit.c[name] == getattr(sought, name))
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [Entry(**row._mapping) for row in connection.execute(query)]


def first_broken(connection: Connection) -> int | None:
    """The number of the first entry that was changed, or follows one that was taken out; None when all is well.

    Entries cut off at the end leave no trace here: write down the last number and digest elsewhere from time to time.
    """
    previous, expected = _START, 1
    for entry in entries(connection):
        if (entry.seq, entry.previous) != (expected, previous) or entry.digest != entry.seal():
            return entry.seq
        previous, expected = entry.digest, expected + 1
    return None


def _values(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Entry.__slots__}
