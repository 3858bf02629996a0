"""Files and folders are there whole or not at all: written beside their place, made durable, then renamed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.dataset import DataError

_AT_FDCWD = -100
_EXCHANGE = 2


def write_whole(path: Path, raw: bytes) -> None:
    """Write a file so that it is there whole or not at all: temporary file, fsync, rename."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


@contextlib.contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """What goes wrong while writing is said of this place; of a full disk the system alone says nothing more."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), str(place)) from None


def new_folder_beside(folder: Path, ours: frozenset[str]) -> Path:
    """An empty folder from which `put_in_place` may make `folder`.

    DataError where `folder` holds anything else than files named in `ours`, which a new one would sweep away.
    """
    if folder.is_dir():
        others = sorted(path.name for path in folder.iterdir() if path.name not in ours)
        if others:
            raise DataError(f"{folder}: holds more than a model ({others[0]}); name a new folder, or empty this one")
    elif folder.exists():
        raise DataError(f"{folder}: not a folder; name another")
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.new-{os.getpid()}-"))
    made.chmod(0o755)
    return made


@contextlib.contextmanager
def scratch_folder(within: Path | None) -> Iterator[Path]:
    """A folder that goes afterwards, in a folder that is made if need be; of killed processes it goes with the next."""
    if within is None:
        with tempfile.TemporaryDirectory(prefix="scamjob-") as name:
            yield Path(name)
        return
    within.mkdir(0o700, parents=True, exist_ok=True)
    _sweep(within / "scratch")
    with tempfile.TemporaryDirectory(prefix=f".scratch.new-{os.getpid()}-", dir=within) as name:
        yield Path(name)


def put_in_place(made: Path, folder: Path) -> None:
    """Make `made` the folder: at every moment the old one stands there, or the new one (or none, where none stood)."""
    target = folder.resolve()
    _sync_folder(made)
    if not target.exists():
        made.rename(target)
    elif _exchanged(made, target):
        shutil.rmtree(made, ignore_errors=True)
    else:
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.new-{os.getpid()}-"))
        target.replace(old)
        made.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    _sync_folder(target.parent)


def write_folder(folder: Path, files: Mapping[str, bytes], ours: frozenset[str]) -> None:
    """A folder of these files, whole or not at all."""
    made = new_folder_beside(folder, ours)
    try:
        for name, raw in files.items():
            write_whole(made / name, raw)
        put_in_place(made, folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _sweep(target: Path) -> None:
    """Take away what killed processes left beside the folder."""
    for path in target.parent.glob(f".{target.name}.new-*"):
        owner = path.name.removeprefix(f".{target.name}.new-").partition("-")[0]
        if owner.isdigit() and not _runs(int(owner)):
            shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the two changed places in one step; only Linux can, and not on every file system."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
