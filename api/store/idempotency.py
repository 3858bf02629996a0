"""The same request sent twice under one Idempotency-Key is done once, and answered twice.

with store.write() as connection:
answer = once(connection, scope, lambda: add(...))
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text

from api.store.columns import now
from api.store.tables import idempotency

KEPT = timedelta(hours=24)


class OtherBody(Exception):  # noqa: N818  # it says what is the case
    """The key was used for another request."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A key as one tenant sent it to one route with one body."""

    tenant: str
    route: str
    key: str
    body: bytes


def once(connection: Connection, scope: Scope, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `act` gives, or gave the first time within a day. OtherBody when the body is another than then.

    What `act` gives is kept: it must hold no text of the user's. Two that come at once wait for one another.
    """
    key, body = (hashlib.sha256(part).hexdigest() for part in (scope.key.encode(), scope.body))
    if connection.dialect.name == "postgresql":
        own = f"{scope.tenant} {scope.route} {key}"
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:own, 0))"), {"own": own})
    connection.execute(delete(idempotency).where(idempotency.c.created < now() - KEPT))
    where = {"tenant": scope.tenant, "route": scope.route, "key": key}
    known = connection.execute(select(idempotency).filter_by(**where)).first()
    if known is not None:
        if known.body != body:
            raise OtherBody
        return dict(known.answer)
    answer = act()
    connection.execute(insert(idempotency).values(where | {"body": body, "answer": answer, "created": now()}))
    return answer
