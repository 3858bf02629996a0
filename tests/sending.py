"""A detector that is a toy, and files sent to a service as jobs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from detector.types import Assessment, Kind, Level, Posting, Versions

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


class Literal:
    """押金 is high, anything else low."""

    def assess(self, posting: Posting, /) -> Assessment:
        high = "押金" in posting.text
        level, score = (Level.HIGH, 90) if high else (Level.LOW, 5)
        return Assessment(posting.id, Kind.POSTING, level, score, (), (), (), Versions("toy", "toy"))

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        return map(self.assess, postings)

    versions = Versions("toy", "toy")
    rules = ()
    manifest: Mapping[str, object] = {}


NDJSON = "application/x-ndjson"
ROWS = (
    b'{"id": "a", "text": "\xe5\x85\x88\xe4\xba\xa4\xe6\x8a\xbc\xe9\x87\x91"}\nnot json\n{"id": "=1+1", "text": "x"}\n'
)


def sent(client: FlaskClient, data: bytes = ROWS, **options: Any) -> TestResponse:
    return client.post("/api/v1/jobs", data=data, **({"content_type": NDJSON} | options))


def many(count: int) -> bytes:
    return b"".join(json.dumps({"id": number, "text": "x" * 300}).encode() + b"\n" for number in range(count))


def lines(client: FlaskClient, job: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/jobs/{job}/result")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.data.splitlines()]
