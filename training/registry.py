"""Change which model runs: put a version in, promote it, go back. A kill at any moment leaves a registry that loads.

Whatever is new is written beside and comes into being by one rename; the rename of the pointer is the promotion. One
writer at a time: a lock that the system takes away from a process that died.
"""

from __future__ import annotations

import getpass
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of_package
from pathlib import Path
from typing import Any, BinaryIO

from detector import Detector
from detector.errors import DetectorError, ModelError, RegistryError
from detector.model import ARRAYS_FILE, MANIFEST_FILE
from detector.registry import RECORD_FILE, SHIPPED_NAME, Promotion, Registry

PATIENCE = 30
"""Seconds to wait for another process that is writing."""
_UNFINISHED = ".adding-"
_BROKEN = ".broken-"


@contextmanager
def writing(registry: Registry) -> Iterator[None]:
    """The registry to oneself, cleared of what killed runs left; RegistryError where it cannot be written."""
    try:
        registry.shelf.mkdir(parents=True, exist_ok=True)
        with (registry.root / ".lock").open("ab") as lock:
            _wait_for(lock, registry)
            _clear(registry)
            yield
    except OSError as error:
        place = error.filename or registry.root
        raise RegistryError(f"{place}: {error.strerror or error}; the registry is as it was") from None


def _wait_for(lock: BinaryIO, registry: Registry) -> None:
    until = time.monotonic() + PATIENCE
    while not _locked(lock):
        if time.monotonic() > until:
            raise RegistryError(f"{registry.root}: another scamjob has been writing there for {PATIENCE} s; try again")
        time.sleep(0.02)


def _locked(lock: BinaryIO) -> bool:
    """Whether the lock is ours now; it goes with the process."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  # there is no fcntl there

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  # nor the other here

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _clear(registry: Registry) -> None:
    for left in [*registry.shelf.glob(".*"), *registry.root.glob(".promoted.*"), *registry.root.glob(".history.*")]:
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Added:
    """A version that lies in the registry, and whether it was new there."""

    version: str
    is_new: bool


def add(registry: Registry, source: Path) -> Added:
    """Copy a model folder into the registry, once it has loaded from there; DetectorError says why it is refused."""
    if not source.is_dir():
        raise ModelError(f"{source}: not a folder with a model; `scamjob train DATA... -o MODEL` makes one")
    with writing(registry), _beside(registry) as beside:
        _copy(source, beside)
        version = _refuse_unfit(beside, source)
        place = registry.folder(version)
        if place.exists():
            if _why_unfit(place) is None:
                return Added(version, is_new=False)
            place.rename(Path(tempfile.mkdtemp(dir=registry.shelf, prefix=_BROKEN)) / "model")
        _write_durably(beside / RECORD_FILE, _json(_birth(registry, source)))
        beside.chmod(0o755)
        beside.rename(place)
        _sync_folder(registry.shelf)
    return Added(version, is_new=True)


@contextmanager
def _beside(registry: Registry) -> Iterator[Path]:
    """A folder to prepare a version in; gone afterwards unless it was renamed."""
    folder = Path(tempfile.mkdtemp(dir=registry.shelf, prefix=_UNFINISHED))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    for name in (MANIFEST_FILE, ARRAYS_FILE):
        try:
            raw = (source / name).read_bytes()
        except OSError as error:
            raise ModelError(f"{source / name}: {error.strerror}; give a folder that `scamjob train` wrote") from None
        _write_durably(target / name, raw)


def _refuse_unfit(copy: Path, source: Path) -> str:
    """The version of a copy that loads whole: seal, hashes, shapes and probe texts."""
    try:
        return Detector.load(copy).versions.model
    except DetectorError as error:
        raise ModelError(str(error).replace(str(copy), str(source))) from None


def _why_unfit(folder: Path) -> str | None:
    try:
        if Detector.load(folder).versions.model == folder.name:
            return None
    except DetectorError as error:
        return str(error)
    return f"{folder}: another model lies under this version; put the right one in with `scamjob models add`"


def _birth(registry: Registry, source: Path) -> dict[str, Any]:
    try:
        over = registry.running()
    except RegistryError:
        over = None
    return {
        "added": now(),
        "who": who(),
        "source": str(source.absolute()),
        "over": over,
        "program": program(),
        "gates": [],
    }


def keep_gates(registry: Registry, version: str, report: Mapping[str, Any]) -> None:
    """Write the outcome of the gates into the record of a version; the latest five stay."""
    if version == SHIPPED_NAME:
        return
    with writing(registry):
        record = registry.record(version)
        record["gates"] = [*record.get("gates", ()), dict(report)][-5:]
        _replace(registry.folder(version) / RECORD_FILE, _json(record))


def promote(
    registry: Registry, version: str, *, reason: str = "", overruled: Sequence[str] = (), instead_of: str | None = None
) -> Promotion:
    """Let a version run from now on, once it has loaded. With `instead_of`: only if that one still runs."""
    with writing(registry):
        if instead_of is not None and (found := _running_or_damaged(registry)) != instead_of:
            raise RegistryError(f"{found} was promoted while the gates compared with {instead_of}; promote once more")
        registry.load(version)
        return _commit(registry, "promote", version, reason, overruled)


def rollback(registry: Registry, *, reason: str = "") -> Promotion:
    """Let the version run that ran before the last promotion."""
    with writing(registry):
        stack = standing(registry.history())
        if not stack:
            raise RegistryError("nothing to go back from: the model that comes with the program runs")
        target = stack[-2] if len(stack) > 1 else SHIPPED_NAME
        try:
            registry.load(target)
        except ModelError as error:
            raise ModelError(f"the one before cannot be used either: {error}; `models promote` another") from None
        return _commit(registry, "rollback", target, reason)


def standing(history: Sequence[Promotion]) -> list[str]:
    """The promotions that no rollback took back, the last one running; a rollback undoes one promotion."""
    stack: list[str] = []
    for step in history:
        if step.action == "rollback":
            stack = stack[:-1]
        else:
            stack.append(step.version)
    return stack


def _running_or_damaged(registry: Registry) -> str:
    try:
        return registry.running()
    except RegistryError:
        return SHIPPED_NAME


def _commit(registry: Registry, action: str, version: str, reason: str, overruled: Sequence[str] = ()) -> Promotion:
    """Both files are written in full before either is renamed: what can fail for want of space has failed by then."""
    history = registry.history()
    number = history[-1].number + 1 if history else 1
    previous = _running_or_damaged(registry)
    step = Promotion(number, action, version, previous, now(), who(), reason, tuple(overruled))
    log, pointer = registry.root / ".history.new", registry.root / ".promoted.new"
    try:
        if len(registry.logged()) < len(history):  # a kill kept the last one out of the log; another would lose it
            _write_durably(log, b"".join(one.to_line() for one in history))
            log.replace(registry.log)
        _write_durably(log, b"".join(one.to_line() for one in [*history, step]))
        _write_durably(pointer, step.to_line())
        pointer.replace(registry.pointer)
    except BaseException:
        pointer.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        raise
    log.replace(registry.log)
    _sync_folder(registry.root)
    return step


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether one version is what it was when it was made; `fault` is None where it is."""

    version: str
    fault: str | None


def verify(registry: Registry, versions: Sequence[str] = ()) -> list[Checked]:
    """Each version (default: all, the shipped one too) loaded whole: seal, hashes, shapes, name and probe texts."""
    names = versions or [SHIPPED_NAME, *registry.versions()]
    return [Checked(name, _fault(registry, name)) for name in names]


def _fault(registry: Registry, version: str) -> str | None:
    if version != SHIPPED_NAME:
        return _why_unfit(registry.folder(version))
    try:
        Detector.load()
    except DetectorError as error:
        return str(error)
    return None


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def who() -> str:
    """The account that runs this; a number where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def program() -> str:
    """The version of this program."""
    try:
        return version_of_package("scamjob")
    except PackageNotFoundError:
        return ""


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def _write_durably(path: Path, raw: bytes) -> None:
    """Write a file that nobody reads yet, down to the disk."""
    try:
        with path.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path.parent)) from None


def _replace(path: Path, raw: bytes) -> None:
    """Write a file that others may be reading: there whole or not at all."""
    beside = path.parent / f".{path.name}.new"
    try:
        _write_durably(beside, raw)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system lets one."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
