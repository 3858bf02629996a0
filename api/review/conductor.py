"""Runs the steps of one task after the other, outside of the service: `python -m api.review.conductor FOLDER`.

The service may stop meanwhile. One task runs at a time on an installation; the others wait for their turn. The folder
says all there is to know: `task.json` what to do, `state.json` how far it is, `log.txt` what the programs say, and a
lock that is held as long as this process lives. A file `cancel` ends it.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

POLL = 0.2
MOST_LOG = 2_000_000
"""Bytes of a log that are kept."""
PATIENCE = 10.0
"""Seconds that a program gets to stop by itself."""
CANCELLED = -1000


def main(folder: Path) -> None:
    """Run the task of a folder, from its turn to its end."""
    os.nice(10)
    with (folder / "lock").open("ab") as own, (folder.parent / "turn").open("ab") as turn:
        fcntl.flock(own, fcntl.LOCK_EX)
        task = json.loads((folder / "task.json").read_text("utf-8"))
        write_state(folder, step=0, waiting=True)
        ended = run(folder, task["steps"]) if wait_for(turn, folder) else CANCELLED
        for name in task["remove"]:
            remove(folder / name)
        write_state(folder, **ended_as(folder, ended))


def wait_for(turn: BinaryIO, folder: Path) -> bool:
    """Whether our turn has come; it has not when somebody cancelled."""
    while not is_cancelled(folder):
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(POLL)
        else:
            return True
    return False


def run(folder: Path, steps: Sequence[dict[str, Any]]) -> int:
    """Run the steps until one fails; the exit status of the last."""
    status = 0
    with (folder / "log.txt").open("ab") as log:
        for number, step in enumerate(steps):
            write_state(folder, step=number)
            if is_missing(folder, step["needs"]):
                log.write(f"\n{step['without']}\n".encode())
                return 1
            status = run_step([sys.executable, "-m", "training.command", *step["arguments"]], folder, log)
            if status not in step["fine"]:
                break
    return status


def is_missing(folder: Path, name: str) -> bool:
    """Whether a file that a step needs is not there, or empty."""
    path = folder / name
    return bool(name) and not (path.is_file() and path.stat().st_size)


def run_step(command: Sequence[str], folder: Path, log: BinaryIO) -> int:
    """Run a program on a terminal of its own, for it shows its progress on one; CANCELLED when somebody did."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": "100", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        while copy(ours, log):
            if is_cancelled(folder):
                stop(child)
                return CANCELLED
        return child.wait()
    finally:
        os.close(ours)


def copy(source: int, log: BinaryIO) -> bool:
    """Take what the program says to the log; False once it has closed its terminal."""
    if not select.select([source], [], [], POLL)[0]:
        return True
    try:
        said = os.read(source, 65536)
    except OSError:  # how Linux says that nobody holds the other end any more
        return False
    if log.tell() < MOST_LOG:
        log.write(said)
        log.flush()
    return bool(said)


def stop(child: subprocess.Popen[bytes]) -> None:
    """Ask the program to stop, then make it."""
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def is_cancelled(folder: Path) -> bool:
    """Whether somebody wants it to end."""
    return (folder / "cancel").exists()


def ended_as(folder: Path, status: int) -> dict[str, object]:
    """The last state."""
    step = json.loads((folder / "state.json").read_text("utf-8"))["step"]
    return {"step": step, "exit": status, "ended": datetime.now(UTC).isoformat()}


def write_state(folder: Path, **state: object) -> None:
    """Replace the state in one step."""
    beside = folder / "state.new"
    beside.write_text(json.dumps(state), "utf-8")
    beside.replace(folder / "state.json")


def remove(path: Path) -> None:
    """Remove a file or a folder that may not be there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
