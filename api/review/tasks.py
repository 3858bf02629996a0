"""Tasks that take longer than a page may: a file to assess, a training, a promotion. Each is a folder of its own.

$SCAMJOB_HOME/tasks/ID/ holds what `conductor` needs and leaves. Nothing is kept in memory: any worker, and a service
that was started again, sees the same tasks. What is older than a week is removed, with its results.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from api.review.conductor import CANCELLED
from detector.home import home

ID = re.compile("[0-9a-f]{24}")
KEPT = timedelta(days=7)
MOST = 5
"""Tasks that run or wait for their turn, on the installation."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PERCENT = re.compile(r"(\d{1,3})%")
_ADDED = re.compile(r"^([0-9a-f]{12}): (?:added|was there already)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """A `scamjob` command of a task."""

    name: str
    arguments: Sequence[str]
    fine: Sequence[int] = (0,)
    """Exit statuses after which the next step comes."""
    needs: str = ""
    """A file of the folder that must not be empty."""
    without: str = ""
    """What the log says when it is."""


@dataclass(frozen=True)
class Task:
    """A task as its folder tells it."""

    folder: Path
    facts: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its name in addresses."""
        return self.folder.name

    @cached_property
    def state(self) -> Mapping[str, Any]:
        """How far it is."""
        return _json(self.folder / "state.json")

    @cached_property
    def is_alive(self) -> bool:
        """Whether its conductor lives."""
        return _held(self.folder / "lock")

    @property
    def status(self) -> str:
        """`waiting`, `running`, `done`, `partly`, `failed`, `cancelled`, or `broken` when its conductor was killed."""
        if "exit" in self.state:
            return {0: "done", CANCELLED: "cancelled"}.get(self.state["exit"], "partly" if self._is_fine else "failed")
        if self.is_alive or not self.state:
            young = datetime.now(UTC) - self.began < timedelta(seconds=30)
            return ("waiting" if self.state.get("waiting", True) else "running") if self.is_alive or young else "broken"
        return "broken"

    @property
    def _is_fine(self) -> bool:
        last = self.facts["steps"][-1]
        return self.state["step"] == len(self.facts["steps"]) - 1 and self.state["exit"] in last["fine"]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status not in {"waiting", "running"}

    @property
    def began(self) -> datetime:
        """When it was asked for."""
        return datetime.fromisoformat(self.facts["began"])

    @cached_property
    def log(self) -> str:
        """What its programs said, as a terminal would show it at the end: overwritten lines are gone."""
        try:
            raw = (self.folder / "log.txt").read_bytes()[-200_000:].decode("utf-8", "replace")
        except OSError:
            return ""
        lines = _ESCAPES.sub("", raw.replace("\r\n", "\n")).split("\n")
        return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)[-20_000:]

    @property
    def percent(self) -> int | None:
        """How far the present step is, if it says."""
        found = _PERCENT.findall(self.log)
        return min(100, int(found[-1])) if found else None

    @property
    def version(self) -> str | None:
        """The version of the model that it put in."""
        found = _ADDED.search(self.log)
        return found[1] if found else None

    def file(self, name: str) -> Path | None:
        """A file that it left."""
        path = self.folder / name
        return path if path.is_file() else None


class Busy(Exception):  # noqa: N818  # it says what is the case
    """Too many tasks wait already."""


def root() -> Path:
    """The folder of the tasks of this installation."""
    return home() / "tasks"


def prepare() -> Path:
    """An empty folder for a new task; old ones are removed. Busy: as many as may wait do."""
    root().mkdir(parents=True, exist_ok=True, mode=0o700)
    known = list(everyone())
    for task in known:
        if task.is_over and datetime.now(UTC) - task.began > KEPT:
            shutil.rmtree(task.folder, ignore_errors=True)
    if sum(not task.is_over for task in known) >= MOST:
        raise Busy
    folder = root() / secrets.token_hex(12)
    folder.mkdir(mode=0o700)
    return folder


def start(folder: Path, facts: Mapping[str, Any], steps: Sequence[Step], *, remove: Sequence[str], url: str) -> Task:
    """Start a task in a folder that `prepare` made; `url` is the database its commands use."""
    told = [asdict(step) for step in steps]
    task = {**facts, "began": datetime.now(UTC).isoformat(), "steps": told, "remove": list(remove)}
    (folder / "task.json").write_text(json.dumps(task, ensure_ascii=False), "utf-8")
    command = [sys.executable, "-m", "api.review.conductor", str(folder)]
    quiet = subprocess.DEVNULL
    environment = os.environ | {"SCAMJOB_DATABASE": url}
    child = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, env=environment)
    threading.Thread(target=child.wait, daemon=True).start()  # so that no dead process is left over
    return Task(folder, task)


def everyone(tenant: str | None = None) -> Iterator[Task]:
    """The tasks there are, of one tenant if it is named, the newest first."""
    folders = [path for path in root().iterdir() if ID.fullmatch(path.name)] if root().is_dir() else []
    tasks = [Task(folder, facts) for folder in folders if (facts := _json(folder / "task.json"))]
    tasks.sort(key=lambda task: str(task.facts["began"]), reverse=True)
    yield from (task for task in tasks if tenant is None or task.facts["tenant"] == tenant)


def find(tenant: str, key: str) -> Task | None:
    """A task of the tenant; None where it has none such."""
    facts = _json(root() / key / "task.json") if ID.fullmatch(key) else {}
    return Task(root() / key, facts) if facts and facts["tenant"] == tenant else None


def cancel(task: Task) -> None:
    """Let it end soon."""
    (task.folder / "cancel").touch()


def _json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _held(path: Path) -> bool:
    """Whether somebody holds the lock."""
    try:
        with path.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
