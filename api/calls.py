"""What the client in api/client.py sends its requests with: the standard library, time limits, and patience when told.

Written by hand; api/client.py, which has a method for each route, is made from the OpenAPI description.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

AGAIN = {429, 503}
"""Answers that say nothing was done, and when to come back."""


class Problem(Exception):  # noqa: N818  # the name that RFC 9457 gives it
    """An answer that is an error: `status`, `type`, `title`, and the whole problem object."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = dict(problem)
        self.type = str(problem.get("type", "about:blank"))
        super().__init__(f"{status} {problem.get('title_en', '')}: {problem.get('detail_en', '')}")


class Calls:
    """A service at an address. `timeout` in seconds holds for each wait; `retries` for 429 and 503."""

    def __init__(
        self, address: str = "http://127.0.0.1:8000", key: str | None = None, timeout: float = 30, retries: int = 3
    ) -> None:
        self.parts = urlsplit(address)
        self.key = key
        self.timeout = timeout
        self.retries = retries

    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401
        """The JSON of the answer (None where it has no body, text where it is no JSON); a Problem for an error."""
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        for left in range(self.retries, -1, -1):
            connection = self._open()
            try:
                connection.request(method, self._path(path), sent, self._headers("application/json", headers))
                response = connection.getresponse()
                data = response.read()
            finally:
                connection.close()
            if response.status not in AGAIN or not left:
                return _value(response, data)
            time.sleep(min(float(response.headers.get("Retry-After", "1")), self.timeout))
        raise AssertionError

    def stream(self, path: str, items: Iterable[object]) -> Iterator[Any]:
        """An answer for each item, as they come: items are taken while answers are read, so neither piles up."""
        connection = self._open()
        connection.putrequest("POST", self._path(path))
        for name, value in self._headers("application/x-ndjson", None).items():
            connection.putheader(name, value)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        sending = threading.Thread(target=_send, args=(connection, items), daemon=True)
        sending.start()
        try:
            response = connection.getresponse()
            if response.status != 200:
                _value(response, response.read())
            for line in response:
                yield json.loads(line)
        finally:
            connection.close()
            sending.join(self.timeout)

    def _open(self) -> HTTPConnection:
        kind = HTTPSConnection if self.parts.scheme == "https" else HTTPConnection
        return kind(self.parts.hostname or "127.0.0.1", self.parts.port, timeout=self.timeout)

    def _path(self, path: str) -> str:
        return self.parts.path.rstrip("/") + path

    def _headers(self, media: str, more: Mapping[str, str] | None) -> dict[str, str]:
        key = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return {"Content-Type": media, "Accept": "application/json", **key, **(more or {})}


def _send(connection: HTTPConnection, items: Iterable[object]) -> None:
    with suppress(OSError):  # the reader learns it from the answer
        for item in items:
            line = json.dumps(item, ensure_ascii=False).encode() + b"\n"
            connection.send(b"%x\r\n%b\r\n" % (len(line), line))
        connection.send(b"0\r\n\r\n")


def _value(response: HTTPResponse, data: bytes) -> Any:  # noqa: ANN401
    media = response.headers.get_content_type()
    value = json.loads(data) if data and media.endswith("json") else data.decode("utf-8", "replace") or None
    if response.status >= 400:
        raise Problem(response.status, value if isinstance(value, dict) else {"title_en": response.reason})
    return value
