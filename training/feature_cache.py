"""What was read of a text before need not be read again: kept on disk as plain arrays, chunk by chunk.

A chunk is known by its texts and by the detector's own files, so a changed rule or feature is never served from here.
Chunks end where the hash of a text says so: a row put in changes its chunk alone. Two processes may share a folder; a
killed run leaves whole chunks, with which the next one goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

import detector
from detector.types import Posting
from training.whole import write_whole, writing_to

Arrays = Mapping[str, NDArray[Any]]

LIMIT = 4 << 30
"""Bytes that the folder may hold; what was used longest ago goes first."""

SUFFIX = ".npz"
VALUES = ".values"
"""Of a file that lies in the folder too, see `training.spill`; its index goes by SUFFIX."""


class Row(Protocol):
    """What has a posting to read."""

    @property
    def posting(self) -> Posting:
        """Its fields are what is read."""
        ...


AnyRow = TypeVar("AnyRow", bound=Row)


def text_key(row: Row) -> bytes:
    """16 bytes that know a posting by its fields."""
    said = repr(tuple(row.posting.fields())).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=16).digest()


def chunks(rows: Iterable[AnyRow], usual: int = 128) -> Iterator[list[AnyRow]]:
    """The rows in lists of about `usual`, at most twice as many, that end where the texts say so."""
    part: list[AnyRow] = []
    for row in rows:
        part.append(row)
        if len(part) == 2 * usual or int.from_bytes(text_key(row)[:4], "little") % usual == 0:
            yield part
            part = []
    if part:
        yield part


class Cache:
    """A folder of chunks of one kind. A chunk that is not whole, or not ours, is as good as none."""

    def __init__(self, folder: Path, kind: str, limit: int = LIMIT) -> None:
        self.folder = folder
        self._kind = kind
        self._limit = limit

    def path(self, rows: Sequence[Row]) -> Path:
        """Where the chunk of these rows lies, or would lie."""
        digest = hashlib.blake2b(f"{self._kind} {detector_version()}".encode(), digest_size=16)
        for row in rows:
            digest.update(text_key(row))
        return self.folder / f"{digest.hexdigest()}{SUFFIX}"

    def get(self, rows: Sequence[Row]) -> Arrays | None:
        """What is kept of these rows; None where nothing is."""
        return self.at(self.path(rows))

    def at(self, path: Path) -> Arrays | None:
        """What is kept there; None where nothing is."""
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            os.utime(path)
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            return None
        return arrays

    def put(self, rows: Sequence[Row], arrays: Arrays) -> None:
        """Keep it. Where the disk is full or read-only nothing is kept, and nothing half."""
        with contextlib.suppress(OSError):
            self.keep(self.path(rows), arrays)

    def keep(self, path: Path, arrays: Arrays) -> None:
        """Keep it there; OSError where it cannot be written."""
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)  # type: ignore[arg-type]  # its names are its files
        with writing_to(self.folder):
            self.folder.mkdir(0o700, parents=True, exist_ok=True)
            write_whole(path, buffer.getvalue())

    def prune(self) -> None:
        """Take out what was used longest ago, down to the limit."""
        found: list[tuple[float, int, Path]] = []
        for path in (*self.folder.glob(f"*{SUFFIX}"), *self.folder.glob(f"*{VALUES}")):
            with contextlib.suppress(OSError):  # another process may prune as well
                said = path.stat()
                found.append((said.st_mtime, said.st_size, path))
        held = 0
        for _, size, path in sorted(found, reverse=True):
            held += size
            if held > self._limit:
                with contextlib.suppress(OSError):
                    path.unlink()


@cache
def detector_version() -> str:
    """Knows the code, the rules and the tables that read a text; the model is not among them."""
    root = Path(detector.__file__).parent
    digest = hashlib.blake2b(np.__version__.encode(), digest_size=16)
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and inside.parts[0] != "model" and path.suffix != ".pyc":
            digest.update(inside.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
