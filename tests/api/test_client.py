"""The Python client is the one that the description makes, and works against a running service."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from api.client import Client, Problem
from api.make_client import CLIENT, formatted, source

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_the_client_is_made_from_the_description() -> None:
    assert CLIENT.read_text("utf-8") == formatted(source()), "run `python -m api.make_client`"


def test_it_assesses(live: str) -> None:
    client = Client(live)
    assert client.assess({"text": "交押金", "id": "1", "options": {"explain": "short"}})["risk_level"] == "high"
    assert (
        client.assess({"@context": "https://schema.org", "@type": "JobPosting", "title": "交押金"})["risk_level"]
        == "high"
    )
    batch = client.assess_batch({"postings": [{"text": "交押金"}, {"text": ""}]})["assessments"]
    assert [("error" in one) for one in batch] == [False, True]
    assert client.get_rule("upfront_fee.deposit")["code"] == "upfront_fee"
    assert client.health() == {"status": "ok"}
    assert client.list_rules()["codes"]
    assert client.get_model()["versions"]["model"] == "toy-model"
    assert client.ready()["status"] == "ready"


def test_it_streams(live: str) -> None:
    answers = list(Client(live).assess_stream({"text": "交押金", "id": str(number)} for number in range(500)))
    assert [one.get("id") for one in answers] == [str(number) for number in range(500)]


def test_a_problem_is_raised_with_its_type(live: str) -> None:
    with pytest.raises(Problem, match="422 Nothing to assess") as raised:
        Client(live).assess({"text": ""})
    assert raised.value.type == "/problems/empty-posting"
    with pytest.raises(Problem) as unknown:
        Client(live).get_rule("no/such rule")
    assert unknown.value.status == 404


class Busy(BaseHTTPRequestHandler):
    """Too busy twice, then well."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        status = 503 if self.asked < 3 else 200
        body = json.dumps({"status": "ok"} if status == 200 else {"title_en": "Busy"}).encode()
        self.send_response(status)
        for name, value in {
            "Retry-After": "0",
            "Content-Type": "application/json",
            "Content-Length": len(body),
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def busy() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Busy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_comes_back_when_it_is_told_to(busy: str) -> None:
    Busy.asked = 0
    assert Client(busy).health() == {"status": "ok"}
    Busy.asked = 0
    with pytest.raises(Problem, match="503"):
        Client(busy, retries=1).health()
