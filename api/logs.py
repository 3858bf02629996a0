"""JSON lines for whoever collects logs: one a request, and the server's own complaints. Nothing that a user wrote."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from api.encoding import dumps
from api.exchange import Exchange, current

Write = Callable[[bytes], object]


def write(line: bytes) -> None:
    """One line to standard output in one piece, so that those of several workers do not mix."""
    try:
        os.write(sys.__stdout__.fileno() if sys.__stdout__ else 1, line)
    except OSError:
        return  # nobody reads any more; that is no reason to refuse a request


def now() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class RequestLog:
    """Writes a line for each exchange: the route's template, never the path; an address only when asked to."""

    def __init__(self, *, addresses: bool = False, write: Write = write) -> None:
        self.addresses = addresses
        self.write = write

    def __call__(self, exchange: Exchange) -> None:
        """Log one exchange that is over."""
        said: dict[str, object] = {
            "time": now(),
            "event": "request",
            "id": exchange.id,
            "method": exchange.method,
            "route": exchange.route,
            "status": exchange.status,
            "ms": round(exchange.seconds * 1000, 2),
            "bytes": exchange.sent,
            "worker": os.getpid(),
        }
        if exchange.postings:
            said["postings"] = exchange.postings
        if exchange.level:
            said["level"] = exchange.level
        if exchange.tenant:
            said["tenant"] = exchange.tenant
        if self.addresses:
            said["address"] = exchange.address
        self.write(dumps(said) + b"\n")


class JsonLines(logging.Formatter):
    """The program's own messages, one JSON object a line; a traceback is told by its places, not by its message."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        said: dict[str, object] = {
            "time": now(),
            "event": "log",
            "severity": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        exchange = current()
        if exchange is not None:
            said["id"] = exchange.id
        if record.exc_info and record.exc_info[0]:
            said["error"] = record.exc_info[0].__name__
            said["places"] = _places(record)
        return dumps(said).decode("utf-8")


def _places(record: logging.LogRecord) -> list[str]:
    trace = record.exc_info[2] if record.exc_info else None
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places


def as_json(*names: str) -> None:
    """Have these loggers write JSON lines to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
