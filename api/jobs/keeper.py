"""Keeps `scamjob work` running while there is work. Needs nothing but Python, and is 10 MB.

It looks at the file `knock` in the folder of jobs, which the web workers touch; a worker that has had nothing to do
leaves by itself. Its standard input is the lifeline: when the server ends, even by force, that closes, and all goes.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIFELINE = 0
PAUSE = 2.0
"""Seconds between two starts at least, should the worker fail each time."""
LOOK = 0.5
IDLE = 60
GRACE = 15.0


def keep(folder: Path, arguments: list[str]) -> None:
    """Serve until the lifeline closes."""
    seen = 0.0 if left_over(folder) else knocked(folder)
    while not gone(LOOK):
        if (at := knocked(folder)) == seen:
            continue
        seen, begun = at, time.monotonic()
        if not watched(started(arguments)):
            seen = 0.0  # it died: there may be something left to do
        if gone(max(0.0, PAUSE - (time.monotonic() - begun))):
            return


def left_over(folder: Path) -> bool:
    """Whether there may be unfinished jobs from before, or words still to be told."""
    return folder.is_dir() and any(path.is_dir() for path in folder.iterdir())


def knocked(folder: Path) -> float:
    """When there was work last."""
    try:
        return (folder / "knock").stat().st_mtime
    except OSError:
        return 1.0


def gone(seconds: float) -> bool:
    """Whether the server ends within so many seconds."""
    ready, _, _ = select.select([LIFELINE], [], [], seconds)
    return bool(ready)


def started(arguments: list[str]) -> subprocess.Popen[bytes]:
    """A worker, which leaves the processor to the web workers first."""
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    settings = {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-m", "training.command", "work", "--lifeline", "--leave-after", str(IDLE)]
    return subprocess.Popen(
        ["nice", "-n", "10", *command, *arguments],  # noqa: S607  # coreutils' own
        stdout=subprocess.DEVNULL,
        env=os.environ | settings,
    )


def watched(process: subprocess.Popen[bytes]) -> bool:
    """Wait until the worker has left, or end it with the server; whether it left of its own accord."""
    while process.poll() is None:
        if gone(0.25):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            return True
    return process.returncode == 0


def opened(database: str | None, model: str | None, policy: Path | None = None) -> subprocess.Popen[bytes]:
    """A keeper of its own process. To be opened before workers are forked; ends with whoever opened it."""
    from api.jobs.folder import root  # noqa: PLC0415  # the keeper itself does without

    told = {"SCAMJOB_DATABASE": database} if database else {}  # where a password is not seen by all
    told |= {"SCAMJOB_POLICY": str(policy.absolute())} if policy else {}
    return subprocess.Popen(
        [sys.executable, "-I", __file__, str(root()), *(["--model", model] if model else [])],
        stdin=subprocess.PIPE,
        env=os.environ | told,
        start_new_session=True,  # Ctrl+C is for the server, which finishes what it has begun
    )


def let_go(keepers: Sequence[subprocess.Popen[bytes]]) -> None:
    """End the keepers, and with them the workers, which give back what they had begun."""
    for one in keepers:
        assert one.stdin
        one.stdin.close()
    for one in keepers:
        with suppress(subprocess.TimeoutExpired):
            one.wait(GRACE)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), sys.argv[2:])
