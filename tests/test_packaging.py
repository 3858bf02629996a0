from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (path,) = folder.glob("*.whl")
    return path


def run(*command: str, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_and_no_place_on_this_machine(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"http|://|file:|index|/opt|/work|/root|find-links| @ ", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_of_a_lock_is_pinned_and_hashed(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9.-]*==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_dev_lock_has_the_same_versions_as_the_lock() -> None:
    run_time, dev = (set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)) for name in LOCKS)
    assert run_time <= dev


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {LOCKS[0]: project["dependencies"], LOCKS[1]: project["optional-dependencies"]["dev"]}
    for name, requirements in wanted.items():
        locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        names = {re.match(r"[a-z0-9-]+", requirement.lower())[0] for requirement in requirements}  # type: ignore[index]
        assert names <= locked


def test_make_lists_its_targets() -> None:
    listed = set(re.findall(r"make (\S+)", run("make", "-C", str(ROOT))))
    assert {"setup", "serve", "test", "check", "bench", "measure", "model"} <= listed


def test_ci_calls_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text("utf-8")


@pytest.mark.slow
def test_the_wheel_holds_everything_that_running_needs(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    on_disk = {
        str(path.relative_to(ROOT))
        for package in ("detector", "training", "api", "data")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert on_disk <= inside
    assert not [name for name in inside if name.startswith("tests/")]
    assert any(name.endswith("licenses/LICENSE") for name in inside)


SERVE = """
import sys
from api import create_app
from detector import Detector
client = create_app(Detector.load()).test_client()
page = client.get("/")
assert page.status_code == 200, page.status
assert client.get("/openapi.json").status_code == 200
assert "site-packages" in sys.modules["api"].__file__
"""


@pytest.mark.slow
def test_the_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed with the lock alone and away from the sources, it checks a posting and serves the page."""
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = str(binaries / "python")
    quiet = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*quiet, "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    run(*quiet, "--no-deps", "--no-index", str(wheel))
    run(python, "-m", "pip", "check")
    scamjob = str(binaries / "scamjob")
    answer = run(scamjob, "check", "--json", cwd=tmp_path, input="招打字员，日结300，入职先交200元押金，三天后退还。")
    assert json.loads(answer)["risk_level"] == "high"
    assert run(scamjob, "--version").strip() == wheel.name.split("-")[1]
    run(python, "-c", SERVE, cwd=tmp_path)
