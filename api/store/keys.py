"""API keys at rest: a public id, and the SHA-256 of the whole key. The key itself is shown once and never kept.

Of 32 random bytes a plain digest can no more be undone than a slow one, and checking it costs a microsecond.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, Column, Connection, Integer, String, Table, insert, select, update

from api.store import audit
from api.store.columns import Moment, Words, now
from api.store.tables import metadata, tenant_column, tenants

SCOPES = ("assess", "feedback", "review", "admin")
"""What a key may do; `admin` is all of it."""
FORM = re.compile(r"sj_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
TENANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

keys = Table(
    "keys",
    metadata,
    Column("id", String(16), primary_key=True),  # the beginning of the key, by which it is recognised
    tenant_column(),
    Column("name", Words, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the key
    Column("scopes", JSON, nullable=False),
    Column("per_minute", Integer),  # postings; NULL: as many as may be
    Column("per_day", Integer),
    Column("created", Moment, nullable=False),
    Column("expires", Moment),
    Column("revoked", Moment),  # the row stays: that keys were ever made keeps the service closed
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept."""

    id: str
    tenant: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    per_minute: int | None
    per_day: int | None
    created: datetime
    expires: datetime | None
    revoked: datetime | None

    def state(self, at: datetime) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= at else "valid"

    def allows(self, scope: str) -> bool:
        """Whether it may be used for that; any key may for what asks for no scope."""
        return not scope or scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new key is to be."""

    tenant: str
    name: str
    scopes: tuple[str, ...]
    per_minute: int | None = None
    per_day: int | None = None
    expires: datetime | None = None


def digest(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def create(connection: Connection, wish: Wish, actor: str) -> str:
    """Make a key, and its tenant where that is new; the key, which nobody can show again."""
    if connection.execute(select(tenants.c.id).where(tenants.c.id == wish.tenant)).first() is None:
        connection.execute(insert(tenants).values(id=wish.tenant, name=wish.tenant, created=now()))
    own = secrets.token_hex(4)
    while connection.execute(select(keys.c.id).where(keys.c.id == own)).first() is not None:
        own = secrets.token_hex(4)
    key = f"sj_{own}_{secrets.token_urlsafe(32)}"
    said = {"tenant": wish.tenant, "name": wish.name, "per_minute": wish.per_minute, "per_day": wish.per_day}
    more = {"scopes": list(wish.scopes), "expires": wish.expires, "created": now(), "digest": digest(key)}
    connection.execute(insert(keys).values({"id": own} | said | more))
    audit.add(connection, actor, "key.create", own, tenant=wish.tenant, scopes=",".join(wish.scopes))
    return key


def revoke(connection: Connection, key: str, actor: str) -> bool:
    """Make a key worthless from now on, by its id; whether there was one that was not revoked yet."""
    query = (
        update(keys).where(keys.c.id == key, keys.c.revoked.is_(None)).values(revoked=now()).returning(keys.c.tenant)
    )
    tenant = connection.execute(query).scalar()
    if tenant is not None:
        audit.add(connection, actor, "key.revoke", key, tenant=tenant)
    return tenant is not None


def per_day(connection: Connection, key: str) -> int | None:
    """Postings that a key may ask about in a day, by its id; None is without limit."""
    return connection.execute(select(keys.c.per_day).where(keys.c.id == key)).scalar()


def everyone(connection: Connection, tenant: str | None = None) -> Iterator[Key]:
    """All keys there ever were, of all tenants or of one, the oldest first."""
    query = select(keys).order_by(keys.c.created, keys.c.id)
    if tenant is not None:
        query = query.where(keys.c.tenant == tenant)
    for row in connection.execute(query):
        values = dict(row._mapping)
        yield Key(**values | {"scopes": tuple(values["scopes"])})
