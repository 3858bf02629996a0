"""A service with jobs on each kind of store, and a worker in this process around a detector that is a toy."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sending import Literal

from api import create_app
from api.config import Config
from api.store.jobs import Limits
from training.commands import work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from api.store import Store


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
