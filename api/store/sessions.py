"""Who is signed in at the review desk. The browser holds a random token, the store its hash: a copy opens nothing."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from api.store.columns import now
from api.store.review_tables import sessions

LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """One signing in: with which key of which tenant, and since when."""

    tenant: str
    key: str
    created: datetime


def begin(connection: Connection, tenant: str, key: str) -> str:
    """Sign in; the token for the browser. Sessions that have run out are forgotten."""
    at, token = now(), secrets.token_urlsafe(32)
    connection.execute(delete(sessions).where(sessions.c.expires < at))
    row = {"token": hashed(token), "tenant": tenant, "key": key, "created": at, "expires": at + LASTS}
    connection.execute(insert(sessions).values(row))
    return token


def find(connection: Connection, token: str) -> Session | None:
    """The session of a token, unless it has run out or was ended."""
    query = select(sessions).where(sessions.c.token == hashed(token), sessions.c.expires > now())
    row = connection.execute(query).first()
    return Session(row.tenant, row.key, row.created) if row else None


def end(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(delete(sessions).where(sessions.c.token == hashed(token)))


def hashed(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
