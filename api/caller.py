"""Who sends a request: a tenant, and within it the key that was used. Whoever checks keys sets it on the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import g

from api.store.tables import LOCAL


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf something is done, and by whom."""

    tenant: str = LOCAL
    name: str = LOCAL
    """The id of a key; `local` where none is asked for, `page` for the web form."""


def caller() -> Caller:
    """Who sent this request."""
    return cast("Caller", g.get("caller") or Caller())
