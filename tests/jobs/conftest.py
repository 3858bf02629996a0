"""A service with jobs on each kind of store, and a worker in this process around a detector that is a toy."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from api import create_app
from api.config import Config
from api.store.jobs import Limits
from detector.types import Assessment, Kind, Level, Versions
from training.commands import work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from api.store import Store
    from detector.types import Posting


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
    manifest: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCAMJOB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(work, "detector", lambda _: Literal())
    return tmp_path / "home"


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return create_app(Literal(), Config(max_job_body=200_000, jobs=Limits(3, 500_000)), store).test_client()


@pytest.fixture
def once(store: Store) -> Callable[[], bool]:
    """Takes up the next job and carries it out; whether there was one."""
    return work.Worker(store, threading.Event())._next
