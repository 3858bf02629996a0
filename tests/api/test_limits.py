"""A key gets what it was given, from all workers and machines together, and is told what is left."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from api import Config, create_app, limits
from api.limits import DAY, Account, Charge, Counts, Ledger, Limits, Progress, Shared, settle
from api.store import Store, keys, open_store
from api.store.keys import Wish

from redis_server import RedisServer

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from api.config import Assessor

HONEST = "招聘店员，月薪3800元"
A_MINUTE = Charge("k", 1, 60, None)
A_DAY = Charge("k", 1, None, 3)


def passed(account: Account, charge: Charge, *moments: float, day: int = 0) -> tuple[Account, int]:
    good = 0
    for at in moments:
        account, refused = settle(account, charge, at, day)
        good += not refused
    return account, good


def test_a_minutes_share_may_be_asked_for_at_once_and_fills_up_evenly() -> None:
    account, good = passed(Account(), A_MINUTE, *[100.0] * 70)
    assert good == 60
    account, good = passed(account, A_MINUTE, *[110.0] * 70)
    assert good == 10
    assert passed(account, A_MINUTE, *[1000.0] * 70)[1] == 60


def test_a_batch_larger_than_the_share_passes_once_and_is_paid_back() -> None:
    batch = Charge("k", 600, 60, None)
    account, good = passed(Account(), batch, 0.0, 1.0)
    assert good == 1
    assert passed(account, A_MINUTE, 500.0)[1] == 0
    assert passed(account, A_MINUTE, 542.0)[1] == 1


def test_a_monotonic_clock_that_began_anew_neither_shuts_out_nor_refills() -> None:
    account, _ = passed(Account(), A_MINUTE, *[9e6] * 60)
    account, good = passed(account, A_MINUTE, 5.0)
    assert good == 0
    assert passed(account, A_MINUTE, *[15.0] * 20)[1] == 10


def test_a_quota_is_for_a_day_whichever_way_the_day_changes() -> None:
    account, good = passed(Account(), A_DAY, *[0.0] * 5, day=20_000)
    assert good == 3
    for day in (20_001, 19_000):
        assert passed(account, A_DAY, *[0.0] * 5, day=day)[1] == 3


def test_the_day_begins_in_beijing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.time, "time", lambda: 16 * 3600 - 1.0)
    before, left = limits.today()
    monkeypatch.setattr(limits.time, "time", lambda: 16 * 3600 + 0.0)
    assert (left, limits.today()) == (1, (before + 1, DAY))


# --- where they are counted ---


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    if not shutil.which("redis-server"):
        pytest.skip("Redis is not installed; `make test` installs it on Debian")
    server = RedisServer()
    server.start()
    yield server
    server.close()


@pytest.fixture(params=["memory", "file", "redis"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Counts, Counts]]:
    """What two processes count with."""
    made: tuple[Counts, Counts]
    if request.param == "memory":
        made = (Ledger(),) * 2
    elif request.param == "file":
        made = Ledger(tmp_path / "new" / "limits.db"), Ledger(tmp_path / "new" / "limits.db")
    else:
        url = request.getfixturevalue("redis_server").url
        made = Shared(url), Shared(url)
    yield made
    for one in made:
        one.close()


def take(own: Limits, charge: Charge) -> int:
    """What is spent after the charge, made by a process that ends then."""
    spent = own.take(charge).spent
    own.close()
    return spent


def test_two_that_count_together_let_no_more_through_than_one(two: tuple[Counts, Counts]) -> None:
    charge = Charge(f"together{time.monotonic()}", 1, 30, 50)
    began = time.monotonic()
    standings = [two[number % 2].take(charge) for number in range(40)]
    filled = (time.monotonic() - began) * 30 / 60  # meanwhile
    assert 30 <= sum(not one.refused for one in standings) <= 31 + filled
    last = [one for one in standings if one.refused][-1]
    assert (last.refused, last.retry_after() in {1, 2}) == ("rate-limited", True)
    assert last.headers()["RateLimit-Policy"] == '"minute";q=30;w=60, "day";q=50;w=86400'
    minute, day = last.headers()["RateLimit"].split(", ")
    assert minute.startswith('"minute";r=0;t=')
    assert day.startswith(f'"day";r={50 - last.spent};t=')


def test_a_quota_is_counted_together_and_a_refused_batch_costs_nothing(two: tuple[Counts, Counts]) -> None:
    name = f"quota{time.monotonic()}"
    assert not two[0].take(Charge(name, 8, None, 10)).refused
    too_many = two[1].take(Charge(name, 3, None, 10))
    assert (too_many.refused, too_many.retry_after() == too_many.midnight) == ("quota-exceeded", True)
    assert not two[1].take(Charge(name, 2, None, 10)).refused


def test_rows_that_come_again_after_a_kill_are_charged_once(two: tuple[Counts, Counts]) -> None:
    name = f"work{time.monotonic()}"

    def take_rows(who: int, rows: int, upto: int, own: str = name) -> tuple[int, int, str]:
        standing = two[who].take(Charge(own, rows, None, 100, Progress(f"~job:{own}", upto)))
        return standing.charge.cost, standing.spent, standing.refused

    assert take_rows(0, 40, 40) == (40, 40, "")
    assert take_rows(1, 40, 40) == (0, 40, "")  # the first was killed
    assert take_rows(1, 30, 70) == (30, 70, "")
    assert take_rows(0, 40, 80) == (10, 80, "")  # part of it is known
    assert take_rows(0, 30, 110) == (30, 80, "quota-exceeded")  # and refused is not charged
    assert take_rows(0, 20, 100) == (20, 100, "")
    assert take_rows(1, 100, 100) == (0, 100, "")
    assert take_rows(1, 5, 5, f"{name}.") == (5, 5, "")


def test_threads_that_charge_at_once_lose_no_count(tmp_path: Path) -> None:
    ledgers = [Ledger(tmp_path / "limits.db") for _ in range(2)]
    counted = [Limits() for _ in ledgers]
    for one, ledger in zip(counted, ledgers, strict=True):
        one.shared = [ledger]
    charge = Charge("k", 1, None, 1000)
    work = [threading.Thread(target=lambda one=one: [one.take(charge) for _ in range(50)]) for one in counted * 2]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert (
        sum(one.own.take(Charge("k", 0, None, 1000)).spent for one in counted)
        + ledgers[0].take(Charge("k", 0, None, 1000)).spent
        == 200
    )


def test_without_redis_a_process_counts_for_itself_and_takes_it_up_again(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits, "PAUSE", 0.2)
    own = Limits(url=redis_server.url)
    charge = Charge("down", 1, None, 5)
    assert own.take(charge).spent == 1
    redis_server.stop()
    try:
        began = time.monotonic()
        assert [own.take(charge).spent for _ in range(3)] == [1, 2, 3]
        assert time.monotonic() - began < 10
        assert "Shared does not count" in caplog.text
    finally:
        redis_server.start()
    time.sleep(0.25)
    assert take(own, charge) == 1  # it kept nothing, as a Redis without a disk does


def test_a_redis_that_accepts_and_says_nothing_is_given_up_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own = Limits(url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        assert take(own, A_DAY) == 1
        assert time.monotonic() - began < 20


@pytest.mark.parametrize("content", [b"", b"no database" * 400])
def test_a_damaged_or_missing_file_stops_nobody(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "limits.db"
    path.write_bytes(content)
    assert take(Limits(path), A_DAY) == 1
    assert take(Limits(tmp_path / "limits.db" / "below"), A_DAY) == 1


def test_the_counts_are_there_after_a_restart(tmp_path: Path) -> None:
    assert take(Limits(tmp_path / "limits.db"), A_DAY) == 1
    assert take(Limits(tmp_path / "limits.db"), A_DAY) == 2
    with closing(sqlite3.connect(tmp_path / "limits.db")) as connection:
        assert connection.execute("SELECT name FROM used").fetchall() == [("k",)]


def test_what_is_no_address_of_a_redis_is_refused() -> None:
    with pytest.raises(ValueError, match="redis://"):
        Limits(url="localhost")


# --- over HTTP ---


@pytest.fixture
def client(fake: Assessor, tmp_path: Path) -> Iterator[FlaskClient]:
    store = open_store(f"sqlite:///{tmp_path}/keys.db")
    app = create_app(fake, Config(counts=tmp_path / "limits.db"), store)
    yield app.test_client()
    app.extensions["limits"].close()
    store.close()


def header(client: FlaskClient, per_minute: int | None, per_day: int | None) -> dict[str, str]:
    store: Store = client.application.extensions["store"]
    with store.write() as connection:
        key = keys.create(connection, Wish("acme", "测试", ("assess",), per_minute, per_day), "tester")
    return {"Authorization": f"Bearer {key}"}


def test_the_postings_of_a_batch_are_what_counts(client: FlaskClient) -> None:
    own = header(client, None, 10)
    batch = {"postings": [{"text": HONEST}, {"text": ""}, {"text": HONEST}]}
    for left in (7, 4, 1):
        answer = client.post("/api/v1/assessments/batch", json=batch, headers=own)
        assert answer.status_code == 200
        assert f'"day";r={left};' in answer.headers["RateLimit"]
    answer = client.post("/api/v1/assessments/batch", json=batch, headers=own)
    assert (answer.status_code, answer.get_json()["type"]) == (429, "/problems/quota-exceeded")
    assert int(answer.headers["Retry-After"]) == answer.get_json()["retry_after"]
    assert '"day";r=1;' in answer.headers["RateLimit"]
    assert client.post("/api/v1/assessments", json={"text": HONEST}, headers=own).status_code == 200
    assert client.post("/api/v1/assessments", json={"text": HONEST}, headers=own).status_code == 429


def test_a_batch_larger_than_the_minutes_share_passes_over_http(client: FlaskClient) -> None:
    own = header(client, 2, None)
    batch = {"postings": [{"text": HONEST}] * 5}
    assert client.post("/api/v1/assessments/batch", json=batch, headers=own).status_code == 200
    answer = client.post("/api/v1/assessments/batch", json=batch, headers=own)
    assert (answer.status_code, answer.get_json()["type"]) == (429, "/problems/rate-limited")


def test_a_batch_that_is_none_costs_as_much_as_one_posting(client: FlaskClient) -> None:
    own = header(client, None, 2)
    for _ in range(2):
        assert client.post("/api/v1/assessments/batch", json={"postings": 3}, headers=own).status_code == 422
    assert client.post("/api/v1/assessments/batch", json={"postings": 3}, headers=own).status_code == 429


def test_a_stream_goes_on_past_the_lines_that_are_refused(client: FlaskClient) -> None:
    own = header(client, None, 2) | {"Content-Type": "application/x-ndjson"}
    body = b"\n".join(json.dumps({"text": HONEST}).encode() for _ in range(3))
    answer = client.post("/api/v1/assessments/stream", data=body, headers=own)
    lines = [json.loads(line) for line in answer.data.splitlines()]
    assert ["risk_level" in line for line in lines] == [True, True, False]
    assert lines[2]["error"]["type"] == "/problems/quota-exceeded"
    assert lines[2]["error"]["retry_after"] > 0


def test_a_key_without_limits_is_told_of_none(client: FlaskClient) -> None:
    answer = client.get("/api/v1/rules", headers=header(client, None, None))
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers
