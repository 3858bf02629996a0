"""`Idempotency-Key`: a request that is sent again, because its answer was lost, does nothing a second time."""

from __future__ import annotations

import re

from flask import current_app, request

from api.caller import caller
from api.problems import refuse
from api.store.idempotency import Scope

KEY = re.compile(r"[\x21-\x7e]{1,255}")
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again within 24 hours with the same body, it gets the same answer and does nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    "example": "5f0c8a8e-7f7e-4d0e-9a51-0d4c1c8f1b2e",
}


def idempotency_key() -> str | None:
    """The Idempotency-Key of this request; a refusal when it is not 1 to 255 visible ASCII characters."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        refuse(
            "bad-request",
            "Idempotency-Key 必须是 1 到 255 个可见的 ASCII 字符。",
            "Idempotency-Key must be 1 to 255 visible ASCII characters.",
        )
    return key


def scope_of(route: str) -> Scope | None:
    """By what a repetition of this request is known; None where it has no key, or nothing is ever kept."""
    key = idempotency_key()
    if key is None or "store" not in current_app.extensions:
        return None
    return Scope(caller().tenant, route, key, request.get_data())
