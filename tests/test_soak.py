"""The soak runs, briefly: no wrong answer, no lost feedback, and nothing broken but by a kill."""

from __future__ import annotations

import json
import time

from training.bench_soak import Memory, lines_of, soak
from training.soak_clients import AFTER_A_KILL, Client, Log


def test_a_short_soak_finds_nothing_wrong() -> None:
    lines = soak(15, every=5)
    told = {line.name: line for line in lines}
    assert not [line for line in lines if line.good is False], lines
    assert {"single, postings", "batch, postings", "stream, postings", "feedback, postings"} <= told.keys()
    assert int(told["workers killed"].ours) >= 1
    assert int(told["feedback acknowledged, lost"].ours.split(",")[0]) > 0


RIGHT = {"risk_level": "high", "reasons": []}
NOW = ("m1", "r1")


def told(answer: dict[str, object], running: tuple[str, str] = NOW) -> dict[str, object]:
    return {**answer, "id": None, "versions": {"model": running[0], "rules": running[1], "api": "1"}}


def test_a_wrong_answer_is_found() -> None:
    log = Log()
    client = Client(1, ["x", "y"], {NOW: [RIGHT, RIGHT]}, log, 0)
    client._compare("batch", 0.0, [(0, told(RIGHT)), (1, told({**RIGHT, "risk_level": "low"}))])
    assert (log.answers["batch"], log.faults) == (1, {"wrong answer": 1})
    client._compare("single", 0.0, [(0, told(RIGHT, ("m1", "r9")))])
    assert log.faults["versions"] == 1


def test_a_request_answered_by_two_models_is_found() -> None:
    log = Log()
    other = ("m2", "r1")
    client = Client(1, ["x"], {NOW: [RIGHT], other: [RIGHT]}, log, 0)
    client._compare("stream", 0.0, [(0, told(RIGHT)), (0, told(RIGHT, other))])
    assert log.faults["versions"] == 1


def test_what_is_lost_kept_twice_or_broken_without_a_kill_fails() -> None:
    log = Log(acknowledged=["a", "b"], tried={"k1", "k2"}, kills=[100.0])
    log.answers["single"] = 1
    log.broken += [100.0 + AFTER_A_KILL / 2, 99.0]
    memory = Memory(0, [(time.monotonic() + at, 100 << 20) for at in range(10)])
    lines = {line.name: line for line in lines_of(log, memory, ["a", "c", "d"], 600)}
    assert lines["connections broken"].ours == "2, 1 away from a kill"
    failed = {name for name, line in lines.items() if line.good is False}
    assert failed == {"connections broken", "feedback acknowledged, lost", "feedback kept twice"}


def test_memory_that_grows_fails() -> None:
    log = Log()
    log.answers["single"] = 1
    memory = Memory(0, [(float(at), (100 + at) << 20) for at in range(100)])
    lines = {line.name: line for line in lines_of(log, memory, [], 600)}
    assert lines["memory, last tenth to third"].good is False
    assert json.loads(lines["memory, last tenth to third"].ours) > 1.05
