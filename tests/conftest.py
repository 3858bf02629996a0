"""A small model trained on the spot from rows written for it, and the shipped one."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from api.store import Store, open_store
from detector import Detector
from detector.model import MANIFEST_FILE, SHIPPED
from training.fit import train
from training.settings import SETTINGS

from postgres import Postgres, binaries

hypothesis.settings.register_profile("repeatable", derandomize=True)
hypothesis.settings.register_profile("other", max_examples=1000)
hypothesis.settings.load_profile("repeatable")  # `make fuzz` asks for other examples than the last time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what a shell starts with &, programs too

TOY_ROWS = Path(__file__).parent / "toy.jsonl"
TOY_SETTINGS: Mapping[str, Any] = {**SETTINGS, "jobs": 1}


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation folder of the tests' own, for the programs they start too."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAMJOB_HOME", str(folder))
        patch.delenv("SCAMJOB_DATABASE", raising=False)
        yield folder


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder trained on 120 short rows."""
    folder = tmp_path_factory.mktemp("toy") / "model"
    train([TOY_ROWS], folder, settings=TOY_SETTINGS)
    return folder


@pytest.fixture(scope="session")
def toy(toy_model: Path) -> Detector:
    """The real rules with the small model."""
    return Detector.load(model=toy_model)


@pytest.fixture(scope="session")
def detector(toy: Detector) -> Detector:
    """The shipped detector; the toy one while no model is built (test_model.py fails then)."""
    return Detector.load() if (SHIPPED / MANIFEST_FILE).exists() else toy


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the tests' own."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; `make test` installs it on Debian")
    server = Postgres(programs)
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store' / 'scamjob.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database(f"t{secrets.token_hex(6)}")


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """An empty store on each kind of database."""
    opened = open_store(database)
    yield opened
    opened.close()
