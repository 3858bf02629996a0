"""The end of a job is told, signed, to a checked address alone; again and again until it is taken, and no further."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from api.jobs import webhooks
from api.jobs.targets import NETWORKS
from api.store import deliveries
from api.store.columns import now
from api.store.tables import LOCAL
from training.command import run
from training.commands.work import Worker

from serving import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from api.store import Store


SNIPPET = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "docs" / "jobs.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is told, and answers what the path says."""

    told: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
        if self.path == "/drip":
            with suppress(OSError):  # who asked has left
                for _ in range(600):
                    self.wfile.write(b"H")
                    self.wfile.flush()
                    time.sleep(0.05)
            return
        self.send_response(int(self.path[1:]))
        self.send_header("Location", f"http://{self.headers['Host']}/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv(NETWORKS, "127.0.0.1/32")
    Receiver.told = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def made(client: FlaskClient, url: str) -> str:
    answer = client.post("/api/v1/jobs", data=b'{"text": "x"}', content_type="text/csv", query_string={"webhook": url})
    assert answer.status_code == 202, answer.json
    return str(answer.json["id"])


def secret_of(store: Store) -> str:
    with store.write() as connection:
        return deliveries.new_secret(connection, LOCAL, "me")


def told(client: FlaskClient, job: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/v1/jobs/{job}").json["webhook"]
    return answer


def test_the_end_of_a_job_is_told_and_signed(
    client: FlaskClient, store: Store, receiver: str, once: Callable[[], bool]
) -> None:
    secret = secret_of(store)
    job = made(client, f"{receiver}/200")
    once()
    assert told(client, job) == {"state": "pending", "tries": 0, "status": None, "cause": None}
    worker = Worker(store, threading.Event())
    assert worker._tell_one()
    assert not worker._tell_one()
    ((headers, body),) = Receiver.told
    event = json.loads(body)
    assert (event["type"], event["data"]["id"]) == ("job.failed", job)
    assert event["data"]["cause"].startswith("no column text")
    names: dict[str, Any] = {}
    exec(SNIPPET[0], names)  # the program that docs/jobs.md gives receivers
    assert names["genuine"](secret, headers, body)
    assert not names["genuine"](secret, headers, body + b" ")
    assert not names["genuine"](secret, {**headers, "webhook-timestamp": "1614265330"}, body)
    assert told(client, job) == {"state": "delivered", "tries": 1, "status": 200, "cause": None}


def test_a_signature_is_that_of_standard_webhooks() -> None:
    known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="  # the example of standardwebhooks.com
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    assert webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == known


def test_what_is_not_taken_is_told_again_and_later_each_time(client: FlaskClient, store: Store, receiver: str) -> None:
    secret_of(store)
    job = made(client, f"{receiver}/500")
    client.delete(f"/api/v1/jobs/{job}")
    worker = Worker(store, threading.Event())
    waits = []
    for number in range(1, deliveries.TRIES + 1):
        assert worker._tell_one()
        with store.write() as connection:
            row = connection.execute(deliveries.deliveries.select()).one()
            assert row.tries == number
            if row.due:
                waits.append(row.due - now())
                connection.execute(deliveries.deliveries.update().values(due=now()))
    assert not worker._tell_one()
    assert waits == sorted(waits)
    assert timedelta(hours=20) < sum(waits, timedelta()) < timedelta(hours=26)
    assert told(client, job) == {"state": "failed", "tries": 9, "status": 500, "cause": "answered 500"}
    assert len({headers["webhook-id"] for headers, _ in Receiver.told}) == 1


def test_a_receiver_that_is_gone_is_left_alone(client: FlaskClient, store: Store, receiver: str) -> None:
    secret_of(store)
    job = made(client, f"{receiver}/410")
    client.delete(f"/api/v1/jobs/{job}")
    Worker(store, threading.Event())._tell_one()
    assert told(client, job)["state"] == "failed"


def test_a_redirect_is_not_followed(client: FlaskClient, store: Store, receiver: str) -> None:
    secret_of(store)
    job = made(client, f"{receiver}/307")
    client.delete(f"/api/v1/jobs/{job}")
    Worker(store, threading.Event())._tell_one()
    assert told(client, job) == {
        "state": "pending",
        "tries": 1,
        "status": 307,
        "cause": "redirects are not followed",
    }
    assert len(Receiver.told) == 1


def delivery(url: str) -> deliveries.Delivery:
    return deliveries.Delivery("msg_1", LOCAL, url, {"type": "job.done"}, 1, ("whsec_AAAA",))


def test_an_answer_that_drips_is_given_up(receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 0.5)
    begun = time.monotonic()
    status, cause = webhooks.tell(delivery(f"{receiver}/drip"))
    assert status is None
    assert cause is not None
    assert "no answer within" in cause
    assert time.monotonic() - begun < 15  # it would drip for half a minute


def test_a_name_that_resolves_to_another_address_the_second_time_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver rebinds after the check; the connection goes to what was checked."""
    asked: list[str] = []
    connected: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], _timeout: float) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.create_connection", connect)
    status, cause = webhooks.tell(delivery("https://example.com/"), rebinding)
    assert (status, cause) == (None, "cannot be reached (ConnectionRefusedError)")
    assert (asked, connected) == (["example.com"], ["93.184.215.14"])
    status, cause = webhooks.tell(delivery("https://example.com/"), rebinding)
    assert cause == "the address leads to an internal address"
    assert connected == ["93.184.215.14"]


def test_a_word_whose_teller_died_is_told_by_the_next(client: FlaskClient, store: Store, receiver: str) -> None:
    secret_of(store)
    job = made(client, f"{receiver}/200")
    client.delete(f"/api/v1/jobs/{job}")
    with store.write() as connection:
        assert deliveries.claim(connection)
        assert deliveries.claim(connection) is None
        connection.execute(deliveries.deliveries.update().values(due=now()))
    assert Worker(store, threading.Event())._tell_one()
    assert told(client, job)["state"] == "delivered"


def test_a_new_secret_signs_beside_the_last_one_for_a_day(store: Store) -> None:
    first, second = secret_of(store), secret_of(store)
    with store.write() as connection:
        assert deliveries.signing(connection, LOCAL) == (second, first)
        connection.execute(deliveries.webhook_secrets.update().values(changed=now() - timedelta(hours=25)))
        assert deliveries.signing(connection, LOCAL) == (second,)


def test_the_command_shows_the_secret_and_makes_a_new_one(database: str, capfd: pytest.CaptureFixture[str]) -> None:
    for extra in ([], [], ["--new"]):
        assert run(["webhooks", "secret", "--database", database, *extra]) == 0
    first, second, third = capfd.readouterr().out.split()
    assert first == second != third
    assert third.startswith("whsec_")
    assert run(["webhooks", "secret", "--database", database, "--tenant", "nobody"]) == 2
    assert "no tenant 'nobody'" in capfd.readouterr().err
