"""The values of rows in the rows of the model, on disk: dealt at random into buckets that are read back whole.

A file holds a piece for each page: the columns of its rows, int32, then their values, float32, in the order of the
rows' buckets. Where it lies in the cache with its index beside it, a training on the same rows goes on from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.feature_cache import SUFFIX, VALUES, detector_version
from training.frequent import MOST_ROWS, Lookup, values_of
from training.progress import Count, silent
from training.vocabulary import Vocabulary
from training.walk import Walked
from training.whole import write_whole, writing_to
from training.workers import in_threads

BUCKET = 12_500
"""Rows that are shuffled in memory at a time."""
HELD = -1
"""The bucket of the rows that are never trained on."""
KEPT = 1 << 30
"""Bytes of values that are kept for the next training, at most; more would drive the pages out of the cache."""
_LAID_OUT = 1
"""Changes when files are laid out in another way."""
_BYTES = 8
"""Of a column and its value."""


@dataclass(frozen=True)
class Spilled:
    """What lies in the file at `path`, piece by piece.

    `known` has the columns. (rows,) each, in the order of the file: `numbers` says which row of the walk it is, `dealt`
    which bucket it is in, `lengths` how many values it has; `sizes` (pieces,) how many rows there are of each page.
    """

    path: Path
    known: Vocabulary
    buckets: int
    numbers: NDArray[np.int64]
    dealt: NDArray[np.int64]
    lengths: NDArray[np.int64]
    sizes: NDArray[np.int64]
    checksum: int

    def read(self, bucket: int) -> tuple[csr_matrix, NDArray[np.int64]]:
        """The rows of a bucket, and their numbers."""
        inside = self.dealt == bucket
        lengths = self.lengths[inside]
        borders = np.cumsum(np.append(0, lengths), dtype=np.int32)
        columns, values = np.empty(borders[-1], np.int32), np.empty(borders[-1], np.float32)
        firsts = np.append(0, np.cumsum(self.sizes))[:-1]
        whole = np.add.reduceat(self.lengths, firsts)
        ours = np.add.reduceat(np.where(inside, self.lengths, 0), firsts)
        before = np.add.reduceat(np.where(self.dealt < bucket, self.lengths, 0), firsts)
        starts = np.append(0, np.cumsum(whole))[:-1]
        done = 0
        with self.path.open("rb", buffering=0) as file:
            for start, size, skip, many in np.column_stack([starts, whole, before, ours]).tolist():
                for part, offset in ((columns, 2 * start + skip), (values, 2 * start + size + skip)):
                    file.seek(4 * offset)
                    file.readinto(part[done : done + many].data)
                done += many
        return csr_matrix((values, columns, borders), shape=(len(lengths), self.known.rows)), self.numbers[inside]


def spill(walked: Walked, known: Vocabulary, path: Path, settings: Mapping[str, Any], done: Count = silent) -> Spilled:
    """Write the values of all rows: the held-out ones in bucket HELD, the others dealt at random."""
    buckets = max(1, -(-len(walked) // BUCKET))
    dealt = np.random.default_rng(7).integers(0, buckets, len(walked))
    dealt[walked.held] = HELD
    parts = np.split(dealt, np.cumsum(walked.sizes)[:-1])
    work = partial(values_of, lookup=Lookup(known), settings=settings)
    numbers, lengths = [], []
    checksum = start = 0
    with writing_to(path.parent), path.open("wb") as file:
        for part, (raw, many) in zip(
            parts, in_threads(work, zip(walked.pages, parts, strict=True), settings["jobs"]), strict=True
        ):
            file.write(raw)
            checksum = zlib.crc32(raw, checksum)
            numbers.append(start + np.argsort(part, kind="stable"))
            lengths.append(many)
            start += len(part)
            done(start)
    order = np.concatenate(numbers)
    sizes = np.array(walked.sizes, np.int64)
    return Spilled(path, known, buckets, order, dealt[order], np.concatenate(lengths), sizes, checksum)


def kept_at(cache: Path, walked: Walked, settings: Mapping[str, Any]) -> Path:
    """Where the values of this walk lie in a cache, or would lie."""
    how = (detector_version(), _LAID_OUT, MOST_ROWS, BUCKET, settings["blocks"], settings["unknown"], walked.sha256)
    digest = hashlib.blake2b(repr(how).encode(), digest_size=16)
    digest.update(walked.held.tobytes())
    return cache / f"{digest.hexdigest()}{VALUES}"


def keep(spilled: Spilled, path: Path) -> Spilled:
    """The same, lying in the cache for the next training; where they are too many or that fails, they stay."""
    if spilled.path.stat().st_size > KEPT:
        return spilled
    buffer = io.BytesIO()
    known = spilled.known
    columns = {name: np.asarray(getattr(spilled, name)) for name in _COLUMNS}
    columns |= {f"known_{name}": np.asarray(getattr(known, name)) for name in _KNOWN}
    np.savez(buffer, **columns)  # type: ignore[arg-type]  # its names are its files
    try:
        spilled.path.replace(path)
        moved = replace(spilled, path=path)
    except OSError:
        return spilled
    with contextlib.suppress(OSError):
        write_whole(_index(path), buffer.getvalue())
    return moved


def kept(path: Path) -> Spilled | None:
    """What was kept there, if it is whole."""
    try:
        with np.load(_index(path), allow_pickle=False) as stored:
            columns = {name: stored[name] for name in _COLUMNS}
            known = {name: stored[f"known_{name}"] for name in _KNOWN}
        checksum = 0
        with path.open("rb") as file:
            for block in iter(partial(file.read, 1 << 22), b""):
                checksum = zlib.crc32(block, checksum)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if checksum != int(columns.pop("checksum")):
        return None
    with contextlib.suppress(OSError):  # the folder may be read-only; then nothing goes from it either
        path.touch()
        _index(path).touch()
    vocabulary = Vocabulary(
        keys=known["keys"],
        sizes=tuple(known["sizes"].tolist()),
        idf=known["idf"],
        blocks=known["blocks"],
        rare=float(known["rare"]),
    )
    return Spilled(path, vocabulary, int(columns.pop("buckets")), **columns, checksum=checksum)


def _index(path: Path) -> Path:
    return path.with_suffix(f"{VALUES}{SUFFIX}")


_COLUMNS = ("numbers", "dealt", "lengths", "sizes", "buckets", "checksum")
_KNOWN = ("keys", "sizes", "idf", "blocks", "rare")
