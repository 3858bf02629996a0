"""How long texts stay: by tenant, in days; what is older is deleted with all that was said of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, text, update

from api.store import audit, sightings
from api.store.columns import now
from api.store.errors import StoreError
from api.store.idempotency import KEPT
from api.store.store import Store
from api.store.tables import idempotency, postings, tenants

DAYS = 180
"""Unless $SCAMJOB_RETENTION_DAYS or the tenant says otherwise."""
RETENTION = "SCAMJOB_RETENTION_DAYS"
MEMORY_DAYS = "SCAMJOB_CAMPAIGN_DAYS"
MEMORY_MOST = "SCAMJOB_CAMPAIGN_MOST"
AT_ONCE = 500
"""Postings deleted in one transaction: a long one would keep others waiting."""


def days() -> int:
    """The days of the installation; StoreError when the setting is no whole number from 1."""
    return _set(RETENTION, DAYS, 36_500)


def memory_days() -> int:
    """The days for which the campaign memory keeps what no moderator decided on; StoreError as above."""
    return _set(MEMORY_DAYS, 90, 3650)


def memory_most() -> int:
    """Sightings of a tenant that the campaign memory keeps; StoreError as above."""
    return _set(MEMORY_MOST, 1_000_000, 100_000_000)


def _set(name: str, usual: int, most: int) -> int:
    said = os.environ.get(name, str(usual))
    if not (said.isascii() and said.isdigit() and len(said) < 10 and 1 <= int(said) <= most):
        what = "days" if name.endswith("_DAYS") else "postings"
        raise StoreError(f"{name} must be a whole number of {what} from 1 to {most}, not {said[:20]!r}")
    return int(said)


def keep_for(connection: Connection, tenant: str, how_many_days: int | None, actor: str) -> bool:
    """Set the days of one tenant (None: the installation's); whether there is such a tenant."""
    done = connection.execute(update(tenants).where(tenants.c.id == tenant).values(retention_days=how_many_days))
    if done.rowcount:
        audit.add(connection, actor, "tenant.retention", tenant, tenant=tenant, days=how_many_days)
    return bool(done.rowcount)


def limits(connection: Connection, only: str | None = None) -> Mapping[str, datetime]:
    """For each tenant the moment before which nothing is kept."""
    query = select(tenants.c.id, tenants.c.retention_days)
    if only is not None:
        query = query.where(tenants.c.id == only)
    at, usual = now(), days()
    return {row.id: at - timedelta(days=row.retention_days or usual) for row in connection.execute(query)}


def count(connection: Connection, tenant: str, before: datetime) -> int:
    """Postings of the tenant that are older."""
    query = select(func.count()).where(postings.c.tenant == tenant, postings.c.created < before)
    return int(connection.execute(query).scalar_one())


def purge(store: Store, tenant: str, before: datetime, actor: str) -> int:
    """Delete the tenant's postings that are older, and all that was said of them; how many."""
    return sum(_purge(store, tenant, before, actor))


def _purge(store: Store, tenant: str, before: datetime, actor: str) -> Iterator[int]:
    old = select(postings.c.id).where(postings.c.tenant == tenant, postings.c.created < before).limit(AT_ONCE)
    gone = AT_ONCE
    while gone == AT_ONCE:
        with store.write() as connection:
            found = connection.execute(old).scalars().all()
            sightings.forget_postings(connection, found)
            gone = connection.execute(delete(postings).where(postings.c.id.in_(found))).rowcount
            if gone:
                audit.add(connection, actor, "posting.purge", tenant=tenant, before=before.isoformat(), count=gone)
        yield gone


def forget_sightings(store: Store, tenant: str) -> int:
    """Delete what the campaign memory of a tenant holds beyond its days and its size, the oldest first; how many."""
    return sum(_forget_sightings(store, tenant))


def _forget_sightings(store: Store, tenant: str) -> Iterator[int]:
    before, most = now() - timedelta(days=memory_days()), memory_most()
    with store.read() as connection:
        beyond = max(0, sightings.count(connection, tenant) - most)
    while True:
        with store.write() as connection:
            found = sightings.oldest(connection, tenant, before, AT_ONCE)
            if not found and beyond:
                found = sightings.oldest(connection, tenant, None, min(beyond, AT_ONCE))
            if found:
                sightings.drop(connection, found)
        if not found:
            return
        beyond = max(0, beyond - len(found))
        yield len(found)


def tidy(store: Store) -> None:
    """Forget answers that are no longer repeated; leave nothing of what was deleted in SQLite's journal."""
    with store.write() as connection:
        connection.execute(delete(idempotency).where(idempotency.c.created < now() - KEPT))
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
