"""Words to callers' servers: what is to be told, where, what came of each try, and the secrets that sign them.

Each is told at least once, or given up after TRIES; the receiver knows by its id when it comes again.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Connection, Index, Integer, String, Table, delete, insert, select, update

from api.store import audit
from api.store.columns import Moment, Words, now
from api.store.tables import metadata, tenant_column

PAUSES = tuple(timedelta(seconds=number) for number in (10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200))
"""Between one try and the next; 22 hours in all."""
TRIES = len(PAUSES) + 1
UNDER_WAY = timedelta(seconds=60)
"""A try that was begun so long ago and is not over has died with its process."""
OLD_SECRET = timedelta(hours=24)
"""How long the last secret still signs beside the new one."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    tenant_column(),
    Column("job", String(32), nullable=False, index=True),
    Column("url", Words, nullable=False),
    Column("event", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # pending | delivered | failed
    Column("tries", Integer, nullable=False),
    Column("due", Moment),  # NULL: never again
    Column("status", Integer),  # of the last answer
    Column("cause", Words),  # why the last try failed
    Column("created", Moment, nullable=False),
    Column("finished", Moment),
    Index(None, "state", "due"),
)

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    tenant_column(primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("previous", String(64)),
    Column("changed", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try, about to be made."""

    id: str
    tenant: str
    url: str
    event: Mapping[str, Any]
    tries: int
    """This one counted."""
    secrets: tuple[str, ...]


def add(connection: Connection, tenant: str, job: str, url: str, event: Mapping[str, Any]) -> None:
    """Have an event told. It holds no text of the user's but the name of a bad column."""
    at = now()
    values = {"tenant": tenant, "job": job, "url": url, "event": {**event, "timestamp": at.isoformat()}}
    fresh = {"id": f"msg_{secrets.token_hex(12)}", "state": "pending", "tries": 0, "due": at, "created": at}
    connection.execute(insert(deliveries).values(values | fresh))


def claim(connection: Connection) -> Delivery | None:
    """The next one that is due; nobody else gets it for a while."""
    due = select(deliveries).where(deliveries.c.state == "pending", deliveries.c.due <= now())
    row = connection.execute(due.order_by(deliveries.c.due).limit(1).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    values = {"tries": row.tries + 1, "due": now() + UNDER_WAY}
    connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(values))
    return Delivery(row.id, row.tenant, row.url, row.event, row.tries + 1, signing(connection, row.tenant))


def settle(connection: Connection, tried: Delivery, status: int | None, cause: str | None) -> None:
    """What came of a try: told, to be tried again, or given up (after the last, or when the receiver says 410)."""
    values: dict[str, Any] = {"status": status, "cause": cause}
    if cause is None:
        values |= {"state": "delivered", "due": None, "finished": now()}
    elif tried.tries >= TRIES or status == 410:  # gone
        values |= {"state": "failed", "due": None, "finished": now()}
    else:
        values["due"] = now() + PAUSES[tried.tries - 1]
    mine = (deliveries.c.id == tried.id, deliveries.c.tries == tried.tries)
    connection.execute(update(deliveries).where(*mine).values(values))


def of_job(connection: Connection, job: str) -> dict[str, Any] | None:
    """The state, tries and last answer of the word about a job."""
    query = select(deliveries).where(deliveries.c.job == job).order_by(deliveries.c.created.desc()).limit(1)
    row = connection.execute(query).first()
    return {"state": row.state, "tries": row.tries, "status": row.status, "cause": row.cause} if row else None


def pending(connection: Connection) -> bool:
    """Whether any word is still to be told."""
    return connection.execute(select(deliveries.c.id).where(deliveries.c.state == "pending")).first() is not None


def forget(connection: Connection, before: datetime, tenant: str | None = None) -> int:
    """Delete what was settled before; how many."""
    query = delete(deliveries).where(deliveries.c.finished < before)
    if tenant is not None:
        query = query.where(deliveries.c.tenant == tenant)
    return connection.execute(query).rowcount


def signing(connection: Connection, tenant: str) -> tuple[str, ...]:
    """The secrets that sign for a tenant: its own, and for a day after a change the one before."""
    row = connection.execute(select(webhook_secrets).filter_by(tenant=tenant)).first()
    if row is None:
        return ()
    fresh = row.previous and row.changed > now() - OLD_SECRET
    return (row.secret, row.previous) if fresh else (row.secret,)


def new_secret(connection: Connection, tenant: str, by: str) -> str:
    """A new secret for a tenant, `whsec_…`; the last one signs for a day longer."""
    made = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    row = connection.execute(select(webhook_secrets).filter_by(tenant=tenant)).first()
    values = {"tenant": tenant, "secret": made, "previous": row.secret if row else None, "changed": now()}
    connection.execute(delete(webhook_secrets).filter_by(tenant=tenant))
    connection.execute(insert(webhook_secrets).values(values))
    audit.add(connection, by, "webhook.secret", tenant=tenant)
    return made
