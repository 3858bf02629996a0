"""Where the files of jobs lie: $SCAMJOB_HOME/jobs/ID with `input.csv` and the segments of the result."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from detector.home import home

PIECE = 256 * 1024
ORPHAN = 24 * 3600
"""Seconds after which a folder that no job belongs to is litter."""


def root() -> Path:
    """The folder of all jobs; whoever works on them elsewhere must have it mounted."""
    path = home() / "jobs"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def folder(job: str) -> Path:
    """The folder of a job."""
    return root() / job


def input_of(job: str, form: str) -> Path:
    """The file that was sent."""
    return folder(job) / f"input.{form}"


def knock() -> None:
    """Tell the keeper of this machine that there is work."""
    (root() / "knock").touch()


def synced(path: Path) -> None:
    """See to it that a folder's entries are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(job: str) -> None:
    """Delete all files of a job, if there are any."""
    shutil.rmtree(folder(job), ignore_errors=True)


def result(job: str, segments: Sequence[tuple[str, int]]) -> Iterator[bytes]:
    """What counts of the segments, in pieces."""
    for name, size in segments:
        left = size
        if not left:
            continue
        with (folder(job) / name).open("rb") as stream:
            while left and (piece := stream.read(min(left, PIECE))):
                left -= len(piece)
                yield piece


def sweep(known: set[str]) -> int:
    """Delete folders that belong to no job, a day after they were last written to; how many."""
    litter = [
        path
        for path in root().iterdir()
        if path.is_dir() and path.name not in known and path.stat().st_mtime < time.time() - ORPHAN
    ]
    for path in litter:
        shutil.rmtree(path, ignore_errors=True)
    return len(litter)
