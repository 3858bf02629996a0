"""A running service takes up what is promoted, loses no request over it, and goes on with what it has when it must."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kills import variant

from api import create_app, reload
from detector.errors import ModelError
from detector.model import ARRAYS_FILE, SHIPPED
from detector.registry import Registry
from detector.types import Assessment, Posting, Versions
from training import registry as shelf

from toys import ToyDetector

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).parent.parent.parent


# --- one worker, with toys ---


class Named(ToyDetector):
    """The toy under another name."""

    def __init__(self, name: str) -> None:
        self.versions = Versions(name, "rules")


class Blind(Named):
    """Sees no scam anywhere."""

    def assess(self, posting: Posting, /) -> Assessment:
        return super().assess(Posting(text="店员"))


def candidate(name: str, load: Callable[[], ToyDetector] | None = None) -> reload.Candidate:
    return reload.Candidate(name, ((name, 1, 1, 1),), load or (lambda: Named(name)))


@pytest.fixture
def app() -> Flask:
    return reload.follow(create_app(Named("one")), candidate("one"))


def version_of(app: Flask) -> str:
    answer = app.test_client().post("/api/v1/assessments", json={"text": "先交押金"}).get_json()
    return str(answer["versions"]["model"])


def running(app: Flask) -> dict[str, object]:
    found: dict[str, object] = app.test_client().get("/api/v1/model").get_json()["running"]
    return found


def look(app: Flask, found: reload.Candidate) -> bool:
    watch: reload.Watch = app.extensions["watch"]
    watch.look_for = lambda: found
    return watch.look()


def test_what_is_promoted_is_taken_up_once(app: Flask) -> None:
    assert not look(app, candidate("one"))
    assert look(app, candidate("two"))
    assert not look(app, candidate("two"))
    assert version_of(app) == "two"
    assert running(app)["place"] == "promoted"
    assert running(app)["refused"] is None


def broken() -> ToyDetector:
    raise ModelError(f"{Registry.here().shelf}/two/model.npz: altered or cut short")


def unexpected() -> ToyDetector:
    raise MemoryError


@pytest.mark.parametrize(
    ("load", "cause"),
    [
        (broken, "two/model.npz: altered or cut short"),
        (unexpected, "MemoryError"),
        (lambda: Blind("two"), "model two: does not tell a plain scam from an honest posting"),
    ],
)
def test_what_is_unfit_is_refused_and_the_one_before_goes_on(
    app: Flask, load: Callable[[], ToyDetector], cause: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        assert not look(app, candidate("two", load))
    assert version_of(app) == "one"
    refused = running(app)["refused"]
    assert isinstance(refused, dict)
    assert (refused["version"], refused["cause"]) == ("two", cause)
    assert len(caplog.records) == 1
    assert look(app, candidate("three"))
    assert running(app)["refused"] is None


def test_what_was_refused_is_tried_again_after_a_while(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not look(app, candidate("two", unexpected))
    assert not look(app, candidate("two"))
    monkeypatch.setattr(reload, "AGAIN", 0)
    assert look(app, candidate("two"))


def test_going_back_to_what_runs_takes_the_refusal_away(app: Flask) -> None:
    look(app, candidate("two", unexpected))
    look(app, candidate("one"))
    assert running(app)["refused"] is None


def test_a_batch_is_answered_by_the_model_that_it_began_with(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    once = Named.assess

    def assess_and_promote(self: Named, posting: Posting) -> Assessment:
        if posting.text == "先交押金":
            look(app, candidate("two"))
        return once(self, posting)

    monkeypatch.setattr(Named, "assess", assess_and_promote)
    batch = {"postings": [{"text": "先交押金"}] * 5}
    answers = app.test_client().post("/api/v1/assessments/batch", json=batch).get_json()["assessments"]
    assert {answer["versions"]["model"] for answer in answers} == {"one"}
    assert version_of(app) == "two"


def test_an_application_around_a_given_model_follows_nothing() -> None:
    app = create_app(Named("mine"))
    reload.start(app)
    assert running(app) == {"place": "given", "since": None, "refused": None, "policy": None}
    assert not [thread for thread in threading.enumerate() if thread.name == "reload"]


def test_changed_rules_are_another_candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAMJOB_HOME", str(tmp_path))
    monkeypatch.setattr(reload, "PACKS", tmp_path)
    before = reload.candidate_here()
    assert reload.candidate_here().stamp == before.stamp
    (tmp_path / "upfront_fee.toml").write_text("code = 'upfront_fee'")
    assert reload.candidate_here().stamp != before.stamp


NUDGES = (("one", 0.0001), ("two", 0.0002))


# --- the real server, two workers, under load ---


@dataclass
class Load:
    """Clients that ask without a pause, some over connections that stay open."""

    port: int
    answers: list[tuple[float, int, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def ask(self, keep: bool) -> None:
        body = json.dumps({"text": "打字员，入职先交押金300元。"}).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self.stopped.is_set():
            try:
                connection.request("POST", "/api/v1/assessments", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                said = json.loads(response.read())
                self.answers.append((time.monotonic(), response.status, said["versions"]["model"]))
            except (OSError, ValueError, KeyError) as error:
                self.faults.append(repr(error))
            if not keep:
                connection.close()
            self.stopped.wait(0.005)
        connection.close()

    def since(self, moment: float) -> set[str]:
        return {version for at, _, version in list(self.answers) if at > moment}

    def until_only(self, version: str, seconds: float) -> float:
        """Wait until all answers of a second are of that version; how long it took until the first such second."""
        began = time.monotonic()
        while time.monotonic() < began + seconds + 1:
            last = time.monotonic()
            time.sleep(1)
            if self.since(last) == {version}:
                return last - began
        raise AssertionError(f"{self.since(last)} still answer")


@contextmanager
def served(home: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "training.command", "serve", "--port", "0", "--workers", "2"]
    env = os.environ | {"SCAMJOB_HOME": str(home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:(\d+) ", line := process.stdout.readline())
        assert found, line
        yield int(found[1])
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=40)
        print(errors)
        assert "Traceback" not in errors


@contextmanager
def load_on(port: int) -> Iterator[Load]:
    load = Load(port)
    clients = [threading.Thread(target=load.ask, args=(number % 2 == 0,)) for number in range(4)]
    for client in clients:
        client.start()
    try:
        yield load
    finally:
        load.stopped.set()
        for client in clients:
            client.join(timeout=30)


def facts(port: int) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/api/v1/model")
    found: dict[str, Any] = json.loads(connection.getresponse().read())["running"]
    connection.close()
    return found


@pytest.mark.slow
def test_a_promotion_under_load_loses_no_request_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "home" / "models")
    one, two = (shelf.add(registry, variant(SHIPPED, tmp_path / name, nudge)).version for name, nudge in NUDGES)
    with served(tmp_path / "home") as port, load_on(port) as load:
        shipped = registry.load().versions.model
        load.until_only(shipped, 60)
        shelf.promote(registry, one)
        taken = load.until_only(one, 60)
        print(f"taken up by both workers after {taken:.1f} s; {len(load.answers)} answers")

        (registry.folder(two) / ARRAYS_FILE).write_bytes(b"half a file")
        with shelf.writing(registry):
            shelf._commit(registry, "promote", two, "a disk that lost what it had written")
        promoted = time.monotonic()
        refused = None
        while refused is None and time.monotonic() < promoted + 60:
            time.sleep(0.2)
            refused = facts(port)["refused"]
        assert refused["version"] == two
        assert refused["cause"].startswith(f"{two}/model.npz: altered or cut short")
        time.sleep(2)
        assert load.since(promoted) == {one}
        shelf.rollback(registry)
        shelf.rollback(registry)
        load.until_only(shipped, 60)
    assert load.faults == []
    assert {status for _, status, _ in load.answers} == {200}
    assert len(load.answers) > 100
