"""One request and its answer as operators see them: an id, a route, a status, a time. Never what somebody wrote."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import has_request_context, request

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

KEY = "scamjob.exchange"
"""Where it stands in the WSGI environment."""
OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,63}")


@dataclass(slots=True)
class Exchange:
    """What is known of a request; whoever answers it adds what it learns."""

    id: str
    method: str
    address: str
    started: float = field(default_factory=time.perf_counter)
    route: str = OTHER
    """The template, as in `/api/v1/rules/<path:rule_id>`: a path itself could hold what somebody typed."""
    tenant: str | None = None
    level: str | None = None
    """Of the assessment, where there was one."""
    postings: int = 0
    status: int = 500
    sent: int = 0
    """Bytes of the answer's body."""
    seconds: float = 0.0


Observer = Callable[[Exchange], object]


def current() -> Exchange | None:
    """The exchange of the request that is being answered; none outside of one."""
    return cast("Exchange | None", request.environ.get(KEY)) if has_request_context() else None


def request_id(sent: str | None) -> str:
    """The caller's own id when it can stand in a log and a header, or a new one."""
    return sent if sent and _SANE_ID.fullmatch(sent) else os.urandom(10).hex()


class Observed:
    """The application with an id on every answer, and with each exchange told to the observers when it is over."""

    def __init__(self, application: WSGIApplication, began: Sequence[Observer], ended: Sequence[Observer]) -> None:
        self.application = application
        self.began = began
        self.ended = ended

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI application does."""
        method = environ.get("REQUEST_METHOD", "")
        exchange = environ[KEY] = Exchange(
            request_id(environ.get("HTTP_X_REQUEST_ID")),
            method if method in METHODS else OTHER,
            environ.get("REMOTE_ADDR", ""),
        )
        for observer in self.began:
            observer(exchange)

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            exchange.status = int(status[:3])
            return start_response(status, [*headers, ("X-Request-Id", exchange.id)], exc_info)

        try:
            return Answer(self.application(environ, start), exchange, self.ended)
        except BaseException:
            end(exchange, self.ended)
            raise


class Answer:
    """The body on its way out; the exchange is over when it is closed, however long a stream takes."""

    def __init__(self, pieces: Iterable[bytes], exchange: Exchange, ended: Sequence[Observer]) -> None:
        self.pieces = pieces
        self.exchange = exchange
        self.ended = ended

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.exchange.sent += len(piece)
            yield piece

    def close(self) -> None:
        """Called by the server once, also when the client has gone."""
        try:
            getattr(self.pieces, "close", bool)()
        finally:
            end(self.exchange, self.ended)


def end(exchange: Exchange, ended: Iterable[Observer]) -> None:
    """Take the time and tell the observers."""
    exchange.seconds = time.perf_counter() - exchange.started
    for observer in ended:
        observer(exchange)


def note_route() -> None:
    """Remember which route answers."""
    exchange = current()
    if exchange is not None and request.url_rule is not None:
        exchange.route = request.url_rule.rule


def register(app: Flask, began: Sequence[Observer], ended: Sequence[Observer]) -> None:
    """Observe every request of the application; the last layer to be added, so that it is the outermost."""
    app.before_request(note_route)
    app.wsgi_app = Observed(app.wsgi_app, began, ended)  # type: ignore[method-assign]  # Flask's documented way
