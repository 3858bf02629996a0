"""Postings line by line, as long as the caller likes: each line is read, assessed and answered before the next.

Nothing is gathered. A caller that does not read its answers is not read either, as the sockets between fill up; one
that stays silent, or does not read, for `Config.stream_idle` seconds is let go. A stream keeps a thread of its worker
busy, so there are never more than `Config.max_streams` in one.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Flask, Response, current_app, request, stream_with_context

from api import openapi, schema, submission
from api.assessing import assess_value, default_options
from api.config import config
from api.encoding import dumps
from api.limits import charge
from api.openapi import BODY, Operation
from api.problems import KINDS, Refused, by_status, problem, refuse, refuse_until
from api.reading import CUT_OFF, cut_off, is_plain, loads
from api.store import StoreError

if TYPE_CHECKING:
    import socket

    from api.config import Config

log = logging.getLogger("api")
lines = Blueprint("stream", __name__)

NDJSON = "application/x-ndjson"
TYPES = {NDJSON, "application/ndjson", "application/jsonl", "application/x-jsonlines"}
PIECE = 64 * 1024
RETRY_AFTER = 5
"""Seconds after which a caller that found all streams taken may try again."""


@lines.post("/api/v1/assessments/stream")
def assess_stream() -> Response:
    """Lines in, lines out."""
    if request.mimetype not in TYPES or not is_plain(request):
        refuse(
            "unsupported-media-type", f"请用 Content-Type: {NDJSON}，UTF-8，不压缩。", f"Use Content-Type: {NDJSON}."
        )
    free = cast("threading.BoundedSemaphore", current_app.extensions["streams"])
    if not free.acquire(blocking=False):
        refuse_until("busy", RETRY_AFTER)
    once = ExitStack()
    once.callback(free.release)
    response = Response(stream_with_context(answers(once)), mimetype=NDJSON)
    response.headers["X-Accel-Buffering"] = "no"  # nginx would gather the answers
    response.call_on_close(once.close)  # the answers may never have been begun
    return response


def answers(ending: ExitStack) -> Iterator[bytes]:
    """An answer for each line that is not blank, in order; a last one that says why, when the body breaks off."""
    default = default_options()
    number = 1
    try:
        with ending, patience(request.environ.get("gunicorn.socket"), config().stream_idle):
            for number, line in enumerate(split(arriving(), config().max_body), 1):
                if line is None or line.strip():
                    yield dumps(answer_line(number, line, default)) + b"\n"
    except Exception as error:
        if not isinstance(error, TimeoutError | BlockingIOError) and not cut_off(error):
            raise
        yield dumps({"line": number + 1, "id": None, "error": broken_off(error)}) + b"\n"


def broken_off(error: Exception) -> dict[str, object]:
    """The problem that ends a stream before its time."""
    if isinstance(error, TimeoutError | BlockingIOError):
        return problem(KINDS["idle-too-long"])
    return problem(KINDS["bad-request"], *CUT_OFF)


def answer_line(number: int, line: bytes | None, default: submission.Options) -> dict[str, Any]:
    """The assessment of one line, or the error object that stands in its place."""
    value: object = None
    try:
        charge(1)
        if line is None:
            refuse("line-too-long", limit=config().max_body)
        value = loads(line)
        return assess_value(value, default)
    except Refused as error:
        told = error.to_dict()
    except StoreError as error:
        log.warning("store: %s", error)
        told = problem(KINDS["store-unavailable"])
    except Exception as error:  # noqa: BLE001  # one line's failure is not the next one's
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s in a stream\n%s", type(error).__name__, place)  # noqa: TRY400  # its message could quote the user
        told = by_status(500)
    return {"line": number, "id": submission.usable_id(value), "error": told}


# --- reading ---


def split(pieces: Iterator[bytes], limit: int) -> Iterator[bytes | None]:
    """The lines in these pieces; None for one of more than `limit` bytes, of which no more than that is ever held."""
    held = bytearray()
    skipping = False
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for end in whole:
            yield None if skipping or len(held) + len(end) > limit else bytes(held) + end
            held.clear()
            skipping = False
        skipping = skipping or len(held) + len(rest) > limit
        held = bytearray() if skipping else held + rest
    if skipping or held:
        yield None if skipping else bytes(held)


def arriving() -> Iterator[bytes]:
    """The body in pieces as they come. WSGI's own ways to read wait until a whole kilobyte is there."""
    body = request.environ["wsgi.input"]
    if type(body).__module__ != "gunicorn.http.body":
        return iter(lambda: request.stream.read(PIECE), b"")
    return from_gunicorn(body)


def from_gunicorn(body: Any) -> Iterator[bytes]:  # noqa: ANN401  # its readers have no types
    """What has arrived of a request's body under gunicorn, one `recv` at a time."""
    body.failed = True  # until all of it is read: nothing further can be asked on this connection
    reader = body.reader
    yield from chunked(reader) if hasattr(reader, "parser") else measured(reader)
    body.failed = False


def chunked(reader: Any) -> Iterator[bytes]:  # noqa: ANN401
    """A body in chunks."""
    for piece in reader.parser:
        if piece:
            yield piece
    reader.parser = None


def measured(reader: Any) -> Iterator[bytes]:  # noqa: ANN401
    """A body of announced length; ConnectionError when it breaks off."""
    while reader.length:
        got = reader.unreader.read(None, read_ahead=min(reader.length, PIECE))
        if not got:
            raise ConnectionError("the body is not whole")
        piece, beyond = got[: reader.length], got[reader.length :]
        if beyond:
            reader.unreader.unread(beyond)
        reader.length -= len(piece)
        yield piece


class patience:  # noqa: N801  # a context manager, read as a word
    """Within, neither reading nor writing waits longer than so many seconds at a stretch."""

    def __init__(self, connection: socket.socket | None, seconds: float) -> None:
        self.connection = connection
        self.seconds = seconds

    def __enter__(self) -> None:
        if self.connection is not None:
            self.connection.settimeout(self.seconds)

    def __exit__(self, *_: object) -> None:
        if self.connection is not None:
            self.connection.settimeout(None)


OPERATIONS = (
    Operation(
        "post",
        "/api/v1/assessments/stream",
        "assessStream",
        "Assess postings line by line, each answered before the next is read",
        schema.StreamLineAnswer,
        submission.AssessmentRequest,
        (*BODY, "busy"),
        scope="assess",
        sent={"line": {"id": "1", "text": "招聘店员，月薪3800元"}},
        media=NDJSON,
    ),
)


def register(app: Flask) -> None:
    """Add the stream to the application."""
    app.extensions["streams"] = threading.BoundedSemaphore(cast("Config", app.extensions["config"]).max_streams)
    app.register_blueprint(lines)
    openapi.add(app, OPERATIONS)
