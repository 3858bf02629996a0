"""What operators see: figures that are right under several workers, ids, JSON lines, and no word of a user's."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families

from api import Assessor, Config, create_app, workers
from api.drift import BANDS, band, expected, stability
from api.exchange import request_id
from api.metrics import Metrics, record_feedback
from detector.types import Versions
from training.commands.serve import serve

from serving import ask, raw, served

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

Figures = dict[tuple[str, tuple[str, ...]], float]
SECRET = "王小明 13800000000 交押金"


def figures(text: str) -> Figures:
    return {
        (sample.name, tuple(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(port: int) -> Figures:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.status == 200
    text = answer.read().decode()
    connection.close()
    return figures(text)


@pytest.fixture
def toy_reader(app: Flask) -> Assessor:
    reader: Assessor = app.extensions["assessor"]
    return reader


@pytest.fixture
def fresh(toy_reader: Assessor) -> FlaskClient:
    return create_app(toy_reader).test_client()


def asked(client: FlaskClient, path: str, method: str = "POST", **sent: Any) -> None:
    """A request whose answer is read to its end, as a server does."""
    client.open(path, method=method, **sent).close()


def read(client: FlaskClient) -> Figures:
    return figures(client.get("/metrics").text)


def test_requests_levels_rules_and_what_was_set_aside_are_counted(fresh: FlaskClient) -> None:
    asked(fresh, "/api/v1/assessments", json={"text": "先交押金，不收押金"})
    asked(fresh, "/api/v1/assessments/batch", json={"postings": [{"text": "招店员"}, {"text": ""}, {"text": "垫付"}]})
    asked(fresh, "/", data={"text": "民警提醒"})
    seen = read(fresh)
    assert seen["scamjob_requests_total", ("POST", "/api/v1/assessments", "200")] == 1
    assert seen["scamjob_request_seconds_count", ("/api/v1/assessments/batch",)] == 1
    assert seen["scamjob_assessments_total", ("posting", "high")] == 2
    assert seen["scamjob_assessments_total", ("posting", "low")] == 1
    assert seen["scamjob_assessments_total", ("not_posting", "low")] == 1
    assert seen["scamjob_rule_hits_total", ("upfront_fee.deposit",)] == 1
    assert seen["scamjob_set_aside_total", ("denied",)] == 1
    assert seen["scamjob_batch_postings_sum", ()] == 3
    assert seen["scamjob_requests_in_flight", ()] == 1  # this very one
    assert seen["scamjob_workers", ()] == 1
    (info,) = [labels for name, labels in seen if name == "scamjob_info"]
    assert {"toy-model", "toy-rules"} <= set(info)


def test_a_readiness_probe_is_no_posting(fresh: FlaskClient) -> None:
    asked(fresh, "/readyz", "GET")
    assert not [name for name, _ in read(fresh) if name == "scamjob_assessments_total"]


def test_no_path_no_method_and_no_label_of_a_users_becomes_a_label(fresh: FlaskClient) -> None:
    for number in range(50):
        asked(fresh, f"/{SECRET}{number}", "GET")
        asked(fresh, f"/api/v1/rules/{SECRET}{number}", "GET")
        asked(fresh, "/healthz", f"X{number}")
    with fresh.application.test_request_context():
        record_feedback(SECRET)
    page = fresh.get("/metrics").text
    assert "王小明" not in page
    assert "13800000000" not in page
    seen = figures(page)
    assert seen["scamjob_requests_total", ("GET", "other", "404")] == 50
    assert seen["scamjob_requests_total", ("GET", "/api/v1/rules/<path:rule_id>", "404")] == 50
    assert seen["scamjob_requests_total", ("other", "other", "405")] == 50
    assert seen["scamjob_feedback_total", ("other",)] == 1


def test_two_applications_count_apart(fresh: FlaskClient, toy_reader: Assessor) -> None:
    other = create_app(toy_reader).test_client()
    asked(other, "/healthz", "GET")
    assert ("scamjob_requests_total", ("GET", "/healthz", "200")) not in read(fresh)


# --- several workers ---


def test_the_figures_of_all_workers_are_summed_and_outlive_a_killed_one() -> None:
    with served("port=0, workers=2") as (port, process):
        for _ in range(40):
            ask(port, "交押金")
        raw(port, b"nonsense\r\n\r\n")
        before = scraped(port)
        victim = next(labels[0] for name, labels in before if name == "scamjob_worker_memory_bytes")
        os.kill(int(victim), signal.SIGKILL)
        until = time.monotonic() + 60
        while (after := scraped(port))["scamjob_worker_starts_total", ()] < 3:
            assert time.monotonic() < until
            time.sleep(0.1)
        folder = Path(_variable(process.pid))
        files = sorted(path.name for path in folder.iterdir())
    asked = "scamjob_requests_total", ("POST", "/api/v1/assessments", "200")
    assert before[asked] == after[asked] == 40
    assert after["scamjob_score_band_total", (band(93),)] == 40
    assert before["scamjob_requests_total", ("other", "unreadable", "400")] == 1
    assert before["scamjob_workers", ()] == after["scamjob_workers", ()] == 2
    assert after["scamjob_requests_in_flight", ()] == 1
    assert not [name for name in files if victim in name]
    assert all(value > 10e6 for (name, _), value in after.items() if name == "scamjob_worker_memory_bytes")
    assert not folder.exists()


def test_counts_of_the_dead_are_folded_though_somebody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / workers.LOCK).touch()
    gone = []
    for amount in (3.0, 4.0):
        ended = subprocess.Popen(["true"])
        ended.wait()
        gone.append(ended.pid)
        counts = MmapedDict(str(tmp_path / f"counter_{ended.pid}.db"))
        counts.write_value('["a","a",{},""]', amount, 0.0)
        counts.close()
    alive = tmp_path / f"counter_{os.getpid()}.db"
    alive.touch()
    monkeypatch.setattr(workers, "PATIENCE", 0.05)
    with (tmp_path / workers.LOCK).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        workers.bury(tmp_path, gone[0])
    assert len(list(tmp_path.glob("counter_*.db"))) == 3, "a reader's files stay as they are"
    workers.bury(tmp_path, gone[1])
    assert {path.name for path in tmp_path.glob("*.db")} == {alive.name, "counter_0.db"}
    total = MmapedDict.read_all_values_from_file(str(tmp_path / "counter_0.db"))
    assert [value for _, value, _, _ in total] == [7.0]


def _variable(pid: int) -> str:
    """The folder of the counts: the newest that belongs to the server."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    found = re.search(r"(/\S*scamjob-metrics-[^/]+)/", maps)
    assert found
    assert Path(found[1]).stat().st_mode & 0o077 == 0
    return found[1]


def test_silent_and_slow_clients_hold_nobody_up() -> None:
    slow: list[socket.socket] = []
    with served("port=0, workers=1, threads=2") as (port, process):
        try:
            for number in range(100):
                slow.append(socket.create_connection(("127.0.0.1", port), timeout=5))
                if number % 2:
                    slow[-1].sendall(b"POST /api/v1/assessments HTTP/1.1\r\nHost: x\r\n")
            start = time.monotonic()
            assert ask(port, "交押金")["risk_level"] == "high"
            assert time.monotonic() - start < 20  # one after the other they would take minutes
            slow[1].sendall(b"Content-Length: 0\r\n\r\n")
            assert slow[1].recv(64).startswith(b"HTTP/1.1 415")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            for one in slow:
                one.close()


# --- request ids and logs ---


def test_an_answer_carries_the_callers_id_and_a_problem_repeats_it(client: FlaskClient) -> None:
    answer = client.post("/api/v1/assessments", json={}, headers={"X-Request-Id": "order-17.a"})
    assert answer.headers["X-Request-Id"] == "order-17.a" == answer.get_json()["request_id"]
    first, second = (client.get("/healthz").headers["X-Request-Id"] for _ in "ab")
    assert first != second


@pytest.mark.parametrize("sent", ["", "a" * 65, "a b", "a\nb", "押金", "-x", 'a"', None])
def test_an_id_that_could_not_stand_in_a_log_is_replaced(sent: str | None) -> None:
    assert re.fullmatch(r"[0-9a-f]{20}", request_id(sent))


def test_a_request_is_one_json_line_without_a_word_of_it(toy_reader: Assessor, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []
    monkeypatch.setattr("os.write", lambda _, line: lines.append(line))
    client = create_app(toy_reader, Config(log_requests=True)).test_client()
    asked(client, f"/api/v1/assessments?q={SECRET}", json={"text": SECRET})
    asked(client, f"/{SECRET}", "GET")
    first, second = (json.loads(line) for line in lines)
    assert b"\xe6\x8a\xbc" not in b"".join(lines)
    assert "13800000000" not in str((first, second))
    assert "127.0.0.1" not in str(first)
    assert {key: first[key] for key in ("method", "route", "status", "level", "postings")} == {
        "method": "POST", "route": "/api/v1/assessments", "status": 200, "level": "high", "postings": 1,
    }  # fmt: skip
    assert first["bytes"] > 100
    assert (second["route"], second["status"]) == ("other", 404)


def test_the_server_writes_them_to_standard_output() -> None:
    with served("port=0, config=__import__('api').Config(log_requests=True, log_addresses=True)") as (port, process):
        ask(port, SECRET)
        raw(port, b"nonsense\r\n\r\n")
        assert process.stdout
        line: dict[str, Any] = json.loads(process.stdout.readline())
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert line["address"] == "127.0.0.1"
    complaints = [json.loads(one) for one in errors.splitlines()]
    told = Counter(one["message"].partition(":")[0] for one in complaints)
    assert told == {"no keys": 1, "Unreadable request": 1}
    assert complaints[-1]["message"] == "Unreadable request: InvalidRequestLine"


def test_an_exchange_is_over_even_if_the_client_goes_before_the_end(fresh: FlaskClient) -> None:
    answer = fresh.get("/openapi.json", buffered=False)
    assert read(fresh)["scamjob_requests_in_flight", ()] == 2
    answer.close()
    assert read(fresh)["scamjob_requests_total", ("GET", "/openapi.json", "200")] == 1


# --- drift ---


def test_the_same_scores_are_no_drift_and_others_are() -> None:
    wanted = expected({"scores": [70, 10, 5, 3, 2, 2, 2, 2, 2, 2]})
    assert wanted is not None
    assert stability([share * 1000 for share in wanted], wanted) == pytest.approx(0)
    assert stability([0] * 9 + [500], wanted) > 0.25
    assert stability([0] * 10, wanted) == 0


@pytest.mark.parametrize("scores", [None, [], [1] * 9, ["a"] * 10, [0] * 10, [-1] * 10, 7])
def test_a_model_without_scores_has_no_drift_to_show(scores: object) -> None:
    assert expected({"scores": scores}) is None


def test_each_score_has_its_band() -> None:
    assert [band(score) for score in (0, 9, 10, 89, 90, 99, 100)] == [BANDS[i] for i in (0, 0, 1, 8, 9, 9, 9)]


def test_drift_is_shown_for_a_model_that_says_its_scores(toy_reader: Assessor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(toy_reader), "manifest", {"scores": [9, 0, 0, 0, 0, 0, 0, 0, 0, 1]})
    client = create_app(toy_reader).test_client()
    assert read(client)["scamjob_score_drift_psi", ()] == 0
    for _ in range(5):
        asked(client, "/api/v1/assessments", json={"text": "交押金"})
    seen = read(client)
    assert seen["scamjob_score_drift_psi", ()] > 1
    assert seen["scamjob_score_band_expected", ("0-9",)] == 0.9


def test_the_operators_page_names_every_figure_and_every_option() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    counters = Metrics()
    shown = counters.exposition(Versions("m", "r"), {"scores": [1] * 10}).decode()
    names = set(re.findall(r"^# TYPE (scamjob_\w+) ", shown, re.MULTILINE))
    assert all(f"`{name}`" in page for name in names if not name.endswith("_created"))
    options = {option for parameter in serve.params for option in parameter.opts}
    assert set(re.findall(r"`(--[a-z-]+)`", page)) <= options
    ours = ("--workers", "--threads", "--connections", "--timeout", "--grace", "--recycle-after", "--remember")
    assert all(f"| `{option}` |" in page for option in ours)
