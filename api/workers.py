"""Counters that several processes share: a private folder, a file a worker, and what dead workers leave behind."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
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
_LIVING = re.compile(r"gauge_livesum_(\d+)\.db")


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
    """Fold the counts of a dead worker into one file, so that a thousand restarts do not leave a thousand files."""
    mark_process_dead(pid, str(folder))
    try:
        with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            for kind in ("counter", "histogram"):
                _fold(folder / f"{kind}_{pid}.db", folder / f"{kind}_{DEAD}.db")
    except BlockingIOError:
        return  # being read just now; the file counts where it is


def _fold(one: Path, into: Path) -> None:
    if not one.exists():
        return
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
