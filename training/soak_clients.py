"""Clients of a service that is disturbed on purpose: they ask, compare each answer with the right one, and count."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

BATCH, LINES = 20, 30
AFTER_A_KILL = 5.0
"""Seconds after which a broken connection is no more the fault of a kill."""
TOLD = 10
"""Faults that are told in words; the others are counted."""
PAUSE = 0.05
"""Seconds between two pieces of feedback."""

Running = tuple[str, str]
"""Versions of model and rules."""
Truth = Mapping[Running, Sequence[Mapping[str, Any]]]
"""For what may run, the answer to each text, without `id` and `versions`."""


@dataclass
class Log:
    """What all clients saw together."""

    answers: Counter[str] = field(default_factory=Counter)
    """By the kind of request, postings."""
    faults: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    broken: list[float] = field(default_factory=list)
    """When a connection broke."""
    acknowledged: list[str] = field(default_factory=list)
    """Ids of feedback."""
    tried: set[str] = field(default_factory=set)
    """Keys of the feedback that was sent."""
    wanted: Running = ("", "")
    since: float = 0.0
    lag: float = 0.0
    """Seconds from a change to the last request that still got the answer of before."""
    kills: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, kind: str, words: str) -> None:
        """Something that must not be."""
        with self.lock:
            self.faults[kind] += 1
            if len(self.told) < TOLD:
                self.told.append(f"{kind}: {words}")

    def change(self, running: Running) -> None:
        """From now on this is to answer."""
        with self.lock:
            self.wanted, self.since = running, time.monotonic()

    def answered(self, kind: str, running: Running, begun: float) -> None:
        """One right answer."""
        with self.lock:
            self.answers[kind] += 1
            if running != self.wanted:
                self.lag = max(self.lag, begun - self.since)

    def unexplained(self) -> int:
        """Connections that broke, and no kill was near."""
        return sum(not any(0 <= at - kill < AFTER_A_KILL for kill in self.kills) for at in self.broken)


class Client:
    """Asks without a pause over one connection, until told to stop; tries again what a kill has broken."""

    def __init__(self, port: int, texts: Sequence[str], truth: Truth, log: Log, number: int) -> None:
        self.port = port
        self.texts = texts
        self.truth = truth
        self.log = log
        self.number = number
        self.connection = self._opened()

    def run(self, kind: str, over: threading.Event) -> None:
        """Ask again and again."""
        ask = {"single": self.single, "batch": self.batch, "stream": self.stream, "feedback": self.feedback}[kind]
        turn = self.number * 7
        while not over.is_set():
            try:
                ask(turn)
            except (OSError, HTTPException):
                with self.log.lock:
                    self.log.broken.append(time.monotonic())
                self.connection.close()
                self.connection = self._opened()
            else:
                turn += 1
        self.connection.close()

    def single(self, turn: int) -> None:
        """One posting."""
        which = turn % len(self.texts)
        begun = time.monotonic()
        answer = self._sent("/api/v1/assessments", json.dumps({"text": self.texts[which]}).encode())
        if answer is not None:
            self._compare("single", begun, [(which, json.loads(answer))])

    def batch(self, turn: int) -> None:
        """BATCH postings in one request."""
        which = [(turn * BATCH + at) % len(self.texts) for at in range(BATCH)]
        body = json.dumps({"postings": [{"text": self.texts[at]} for at in which]}).encode()
        begun = time.monotonic()
        answer = self._sent("/api/v1/assessments/batch", body)
        if answer is not None:
            given = json.loads(answer)["assessments"]
            self._compare("batch", begun, list(zip(which, given, strict=True)))

    def stream(self, turn: int) -> None:
        """LINES postings, a line each."""
        which = [(turn * LINES + at) % len(self.texts) for at in range(LINES)]
        body = b"".join(json.dumps({"text": self.texts[at]}).encode() + b"\n" for at in which)
        begun = time.monotonic()
        answer = self._sent("/api/v1/assessments/stream", body, "application/x-ndjson")
        if answer is not None:
            given = [json.loads(line) for line in answer.splitlines()]
            if len(given) != LINES:
                raise ConnectionError  # broken off; every line has an answer otherwise
            self._compare("stream", begun, list(zip(which, given, strict=True)))

    def feedback(self, turn: int) -> None:
        """What a text is, told once."""
        text = f"{self.texts[turn % len(self.texts)][:500]}（第{self.number}-{turn}条）"
        body = json.dumps({"text": text, "label": "scam" if turn % 3 else "legit"}).encode()
        key = f"soak-{self.number}-{turn}"
        with self.log.lock:
            self.log.tried.add(key)
        answer = self._sent("/api/v1/feedback", body, headers={"Idempotency-Key": key}, status=201)
        if answer is not None:
            with self.log.lock:
                self.log.acknowledged.append(json.loads(answer)["id"])
                self.log.answers["feedback"] += 1
        time.sleep(PAUSE)

    def _compare(self, kind: str, begun: float, given: Sequence[tuple[int, dict[str, Any]]]) -> None:
        """Each answer is that of its versions, and one request is answered by one model."""
        versions = [answer.pop("versions", {}) for _, answer in given]
        running = {(one.get("model"), one.get("rules")) for one in versions}
        if len(running) != 1 or not running <= self.truth.keys():
            self.log.fault("versions", f"{kind}: {sorted(map(str, running))}")
            return
        (versions_now,) = running
        right = self.truth[versions_now]
        for which, answer in given:
            answer.pop("id", None)
            if answer != right[which]:
                self.log.fault("wrong answer", f"{kind}, text {which}: {str(answer)[:200]}")
            else:
                self.log.answered(kind, versions_now, begun)

    def _opened(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=60)

    def _sent(
        self,
        path: str,
        body: bytes,
        media: str = "application/json",
        headers: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> bytes | None:
        """The body of the answer; None, and a fault, where it is no success."""
        self.connection.request("POST", path, body, {"Content-Type": media, **(headers or {})})
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != status:
            self.log.fault(f"status {response.status}", f"{path}: {answer[:200]!r}")
            return None
        return answer


def threads(
    port: int, kinds: Sequence[str], over: threading.Event, given: tuple[Sequence[str], Truth, Log]
) -> Iterator[threading.Thread]:
    """A started thread for each of these clients."""
    for number, kind in enumerate(kinds):
        thread = threading.Thread(target=Client(port, *given, number).run, args=(kind, over), name=kind, daemon=True)
        thread.start()
        yield thread
