"""A request body as a JSON value; what is too large, cut off, or open to two readings is refused by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Never

from werkzeug.exceptions import HTTPException

from api.problems import refuse

if TYPE_CHECKING:
    from flask import Request


def body_of(request: Request, limit: int) -> object:
    """The JSON value that a request carries; the body is read no further than `limit` bytes."""
    if not _plain_json(request):
        refuse("unsupported-media-type")
    return loads(bytes_of(request, limit))


def bytes_of(request: Request, limit: int) -> bytes:
    """The whole body. Werkzeug alone would hand over the beginning of one that is cut off or goes on past the limit."""
    request.max_content_length = limit
    try:
        body = request.get_data()
    except HTTPException:
        raise
    except Exception as error:
        if cut_off(error):
            refuse("bad-request", *CUT_OFF)
        raise
    announced = request.content_length
    if announced is None and len(body) >= limit:
        refuse("body-too-large")
    if announced is not None and len(body) < announced:
        refuse("bad-request", *CUT_OFF)
    return body


CUT_OFF = ("请求体不完整。", "The body is not whole.")


def cut_off(error: Exception) -> bool:
    """Whether a body broke off or was badly chunked, told by an error of the server's own; no fault of ours."""
    return isinstance(error, OSError) or type(error).__module__.startswith("gunicorn.")


JSON_TYPES = {"application/json", "application/ld+json"}


def is_plain(request: Request) -> bool:
    """Whether the body is neither compressed nor in another encoding than UTF-8."""
    encoding = request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower()
    return encoding == "identity" and request.mimetype_params.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


def _plain_json(request: Request) -> bool:
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        return False
    if request.content_type == "application/json":  # nearly always, and ten times as fast to find out
        return True
    return request.mimetype in JSON_TYPES and is_plain(request)


def loads(body: bytes) -> object:
    """The value in a body that holds exactly one JSON value in UTF-8."""
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        refuse("not-utf-8", f"第 {error.start + 1} 个字节不是 UTF-8。", f"Byte {error.start + 1} is not UTF-8.")
    except RecursionError:
        refuse("malformed-json", "JSON 嵌套太深。", "The JSON is nested too deeply.")
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        refuse(
            "malformed-json",
            f"第 {line} 行第 {column} 列处无法解析。",
            f"Cannot be parsed at line {line}, column {column}.",
        )
    except ValueError:
        refuse("malformed-json", "数字不合 JSON 或过长。", "A number is not JSON, or is too long.")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        refuse("duplicate-key")
    return value


def _no_constant(name: str) -> Never:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
