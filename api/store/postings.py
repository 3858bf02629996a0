"""Postings that are kept because their sender asked for it, or because somebody told us what they are."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from api.store import audit, waiting
from api.store.columns import now, storable
from api.store.sightings import forget_postings
from api.store.tables import assessments, postings

if TYPE_CHECKING:
    from detector.types import Assessment, Posting


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a posting comes from, beyond its text."""

    tenant: str
    origin: str
    """`assessment` or `feedback`."""
    poster: str | None = None
    """Who posted it, as the caller names them."""


def new_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_hex(12)


def keep(connection: Connection, posting: Posting, about: Kept) -> str:
    """Keep the posting; its id."""
    key = new_id()
    fields = {name: storable(value) for name, value in posting.fields()}
    own = {"own_id": posting.id, "poster": about.poster, "origin": about.origin, "tenant": about.tenant}
    row = {"id": key, "fields": fields, "digest": digest(fields), "created": now()}
    connection.execute(insert(postings).values(row | own))
    return key


def keep_assessed(connection: Connection, posting: Posting, assessment: Assessment, about: Kept) -> str:
    """Keep the posting with what was found in it, for a reviewer to look at; the id of both."""
    key = keep(connection, posting, about)
    facts = {
        "id": key,
        "tenant": about.tenant,
        "kind": assessment.kind.value,
        "risk_level": assessment.risk_level.value,
        "risk_score": assessment.risk_score,
        "codes": [reason.code for reason in assessment.reasons],
        "model": assessment.versions.model,
        "rules": assessment.versions.rules,
        "created": now(),
    }
    connection.execute(insert(assessments).values(facts))
    wait(connection, key, posting, about, waiting.Facts.of(assessment))
    return key


def wait(connection: Connection, key: str, posting: Posting, about: Kept, facts: waiting.Facts) -> None:
    """Let a kept posting wait for a reviewer."""
    waiting.take_in(connection, about.tenant, key, dict(posting.fields()), facts, about.poster)


def fields_of(connection: Connection, tenant: str, key: str) -> dict[str, str] | None:
    """The fields of a posting; None where the tenant has no such posting."""
    query = select(postings.c.fields).where(postings.c.tenant == tenant, postings.c.id == key)
    found = connection.execute(query).scalar()
    return dict(found) if found is not None else None


def forget(connection: Connection, tenant: str, key: str, actor: str) -> bool:
    """Delete a posting and all that was said or remembered of it; whether there was one. The trail keeps the id."""
    if fields_of(connection, tenant, key) is not None:
        forget_postings(connection, [key])
    gone = connection.execute(delete(postings).where(postings.c.tenant == tenant, postings.c.id == key)).rowcount > 0
    if gone:
        audit.add(connection, actor, "posting.delete", key, tenant=tenant)
    return gone


def digest(fields: Mapping[str, str]) -> str:
    """The same for the same words."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
