"""Keeps a process that reads pictures while there is work for it. Needs nothing but Python, and is 10 MB.

It waits until somebody knocks at the socket, starts the reading process, which then takes the requests itself, and
waits again when that has ended, however it did. Its standard input is the lifeline: when the server ends, even by
force, that closes, and everything goes.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIFELINE = 0
PAUSE = 2.0
"""Seconds between two starts at least, should the process fail each time."""


def keep(listening: int, folder: Path) -> None:
    """Serve until the lifeline closes, then remove the folder of the socket."""
    try:
        while knocked(listening):
            begun = time.monotonic()
            process = started(listening)
            watched(process)
            select.select([LIFELINE], [], [], max(0.0, PAUSE - (time.monotonic() - begun)))
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def knocked(listening: int) -> bool:
    """Whether a request waits, rather than the end."""
    ready, _, _ = select.select([listening, LIFELINE], [], [])
    return LIFELINE not in ready


def started(listening: int) -> subprocess.Popen[bytes]:
    """The process that reads; it finds the same modules as this one's server."""
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    settings = {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "api.ocr.worker", str(listening), str(LIFELINE)],
        pass_fds=[listening],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
    )


def watched(process: subprocess.Popen[bytes]) -> None:
    """Wait until the process has ended, or end it with the server."""
    while process.poll() is None:
        ready, _, _ = select.select([LIFELINE], [], [], 0.25)
        if ready:
            process.kill()
            process.wait()


if __name__ == "__main__":
    keep(int(sys.argv[1]), Path(sys.argv[2]))
