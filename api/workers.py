"""Counters that several processes share: a private folder, a file a worker, and what dead workers leave behind."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

if TYPE_CHECKING:
    from prometheus_client.core import Metric

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""How prometheus_client is told where the files are."""
LOCK = "lock"
DEAD = 0
"""The process number that stands for all that are gone; none has it."""
PATIENCE = 1.0
"""Seconds that the parent process waits for readers before it folds a dead worker's counts: no request waits for it."""
_LIVING = re.compile(r"gauge_livesum_(\d+)\.db")
_COUNTED = re.compile(r"(counter|histogram)_(\d+)\.db")


def share() -> Path:
    """Make the folder and have all counters made from now on kept in it. For a process that serves, once."""
    folder = Path(tempfile.mkdtemp(prefix="scamjob-metrics-"))
    (folder / LOCK).touch()
    os.environ[VARIABLE] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # chosen at import otherwise, which was earlier
    return folder


def shared_folder() -> Path | None:
    """The folder, in a process that shares its counters."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """No worker's files are folded while another reads them. BlockingIOError when `how` says not to wait."""
    with (folder / LOCK).open("rb") as lock:
        fcntl.flock(lock, how)
        yield


def collect(folder: Path) -> list[Metric]:
    """The sums over all workers, those that are gone too."""
    with _locked(folder, fcntl.LOCK_SH):
        return list(MultiProcessCollector(CollectorRegistry(), str(folder)).collect())


def bury(folder: Path, pid: int) -> None:
    """Fold the counts of a dead worker into one file, so that a thousand restarts do not leave a thousand files.

    What could not be folded when it died, because somebody went on reading, is folded with the next one.
    """
    mark_process_dead(pid, str(folder))
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                for path in folder.iterdir():
                    counted = _COUNTED.fullmatch(path.name)
                    if counted and not _alive(int(counted[2])):
                        _fold(path, folder / f"{counted[1]}_{DEAD}.db")
                return
        except BlockingIOError:
            if time.monotonic() > until:
                return  # the files count where they are
            time.sleep(0.01)


def _alive(pid: int) -> bool:
    """Whether a process has this number, or the number stands for the dead."""
    if pid == DEAD:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, now that ours is gone: folded another time
    return True


def _fold(one: Path, into: Path) -> None:
    total = MmapedDict(str(into))
    try:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(one)):
            before, _ = total.read_value(key)
            total.write_value(key, before + value, 0.0)
    finally:
        total.close()
    one.unlink()


def living(folder: Path) -> Sequence[int]:
    """Process numbers of the workers that have begun to count."""
    found = (_LIVING.fullmatch(path.name) for path in folder.iterdir())
    pids = sorted(int(match[1]) for match in found if match)
    return [pid for pid in pids if pid != os.getppid()]


def resident(pid: int) -> int:
    """Bytes resident; 0 when the process is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
