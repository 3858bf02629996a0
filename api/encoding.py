"""JSON on the way out: fast, and never a failure, whatever the text holds."""

from __future__ import annotations

import json
from collections.abc import Mapping

import orjson
from flask import Response


def dumps(value: object) -> bytes:
    """JSON in UTF-8; a lone surrogate, which UTF-8 cannot hold, comes out as its escape."""
    try:
        return orjson.dumps(value, default=_plain)
    except TypeError:
        return json.dumps(value, default=_plain, separators=(",", ":")).encode("ascii")


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)


def answer(value: object, status: int = 200, mimetype: str = "application/json") -> Response:
    """A JSON response."""
    return Response(dumps(value), status, mimetype=mimetype)
