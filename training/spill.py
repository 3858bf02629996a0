"""A softmax fitted to rows that lie on disk, by small steps in a random order that is always the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from detector.wording import KINDS
from training.frequent import Lookup, write_values
from training.progress import Count, silent
from training.vocabulary import Vocabulary
from training.walk import CODES_AT, Walked
from training.weights import Rows, Weights, fit_code, softmax

BUCKET = 25_000
"""Rows that are shuffled in memory at a time."""
BATCH = 2048
EPOCHS = 3
RATE = 0.05
CODED = 20_000
"""Scams that the heads of reason codes learn from, at most."""
HELD = -1
"""The bucket of the rows that are never trained on."""


class Spilled:
    """Rows of values on disk, dealt at random into buckets that are read back whole.

    A piece is a file of the rows of one page, in the order of their buckets; what is known of each row stands here.
    """

    def __init__(self, folder: Path, buckets: int, columns: int) -> None:
        self._folder = folder
        self._columns = columns
        self.buckets = buckets
        self._numbers: list[NDArray[np.int64]] = []
        self._lengths: list[NDArray[np.int64]] = []
        self._dealt: list[NDArray[np.int64]] = []

    def piece(self, number: int) -> Path:
        """Where a page's rows lie: all columns, int32, then all values, float32."""
        return self._folder / f"{number}.values"

    def note(self, numbers: NDArray[np.int64], dealt: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        """What the next piece holds: the number of each row, its bucket, in order, and how many values it has."""
        self._numbers.append(numbers)
        self._dealt.append(dealt)
        self._lengths.append(lengths)

    def read(self, bucket: int) -> tuple[csr_matrix, NDArray[np.int64]]:
        """The rows of a bucket, and their numbers."""
        parts = [slice(*np.searchsorted(dealt, (bucket, bucket + 1)).tolist()) for dealt in self._dealt]
        inside = [lengths[part] for lengths, part in zip(self._lengths, parts, strict=True)]
        borders = np.cumsum(np.concatenate([[0], *inside]), dtype=np.int64)
        columns, values = np.empty(borders[-1], np.int32), np.empty(borders[-1], np.float32)
        done = 0
        for piece, (lengths, part) in enumerate(zip(self._lengths, parts, strict=True)):
            many, before = int(lengths[part].sum()), int(lengths[: part.start].sum())
            with self.piece(piece).open("rb") as file:
                for whole, offset in ((columns, before), (values, int(lengths.sum()) + before)):
                    file.seek(4 * offset)
                    whole[done : done + many] = np.fromfile(file, whole.dtype, many)
            done += many
        numbers = np.concatenate([numbers[part] for numbers, part in zip(self._numbers, parts, strict=True)])
        return csr_matrix((values, columns, borders), shape=(len(numbers), self._columns)), numbers


def spill(
    walked: Walked, known: Vocabulary, folder: Path, settings: Mapping[str, Any], done: Count = silent
) -> Spilled:
    """The values of all rows on disk: the held-out ones in bucket HELD, the others dealt at random."""
    held = walked.held
    buckets = max(1, -(-len(walked) // BUCKET))
    dealt = np.random.default_rng(7).integers(0, buckets, len(walked))
    dealt[held] = HELD
    spilled = Spilled(folder, buckets, known.rows)
    lookup = Lookup(known)
    parts = np.split(dealt, np.cumsum(walked.sizes)[:-1])
    work = Parallel(n_jobs=settings["jobs"], return_as="generator")(
        delayed(write_values)(path, part, lookup, known, settings, spilled.piece(number))
        for number, (path, part) in enumerate(zip(walked.pages, parts, strict=True))
    )
    start = 0
    for part, lengths in zip(parts, work, strict=True):
        order = np.argsort(part, kind="stable")
        spilled.note(start + order, part[order], lengths)
        start += len(part)
        done(start)
    return spilled


def fit_large(
    spilled: Spilled,
    walked: Walked,
    known: Vocabulary,
    rows: Rows | None,
    settings: Mapping[str, Any],
    done: Count = silent,
) -> Weights:
    """Softmax over the kinds by small steps, and logistic heads of the reason codes among scams."""
    kinds = np.frombuffer(walked.kinds, np.int8)
    adam = Adam(known.rows, len(KINDS))
    trained = int((~walked.held).sum())
    decay = 1 / (settings["C"] * trained)
    order = np.random.default_rng(11)
    many = EPOCHS * spilled.buckets
    for turn in range(many):
        x, numbers = spilled.read(turn % spilled.buckets)
        shuffled = order.permutation(x.shape[0])
        for start in range(0, x.shape[0], BATCH):
            part = shuffled[start : start + BATCH]
            weights = None if rows is None else rows[numbers[part]]
            adam.step(x[part], kinds[numbers[part]], weights, decay, RATE * (1 - turn / many))
        done(turn + 1)
    coefficients, intercepts = adam.weights.astype(np.float64), adam.intercepts.astype(np.float64)
    columns, more, heads = [*coefficients.T], [*intercepts], [*KINDS]
    scams, bits = _coded(spilled, walked, known.named)
    for code, place in CODES_AT.items():
        named = (bits >> place) & 1 == 1
        if named.sum() >= settings["least_code"] and not named.all():
            column, intercept = fit_code(scams, named, settings["C_codes"], None)
            columns.append(np.pad(column, (0, known.rows - len(column))))
            more.append(intercept)
            heads.append(code)
    return Weights(np.column_stack(columns), np.array(more), tuple(heads))


class Adam:
    """Weights (features, heads) under small steps down the gradient of a softmax, each scaled to its own history."""

    def __init__(self, features: int, heads: int) -> None:
        self.weights = np.zeros((features, heads), np.float32)
        self.intercepts = np.zeros(heads, np.float32)
        self._mean = np.zeros((features + 1, heads), np.float32)
        self._square = np.zeros((features + 1, heads), np.float32)
        self._steps = 0

    def step(
        self, x: csr_matrix, kinds: NDArray[np.int8], rows: NDArray[np.float64] | None, decay: float, rate: float
    ) -> None:
        """One step on a few rows."""
        self._steps += 1
        wrong = softmax(np.asarray(x @ self.weights) + self.intercepts)
        wrong[np.arange(len(kinds)), kinds] -= 1
        if rows is not None:
            wrong *= rows[:, None]
        wrong = (wrong / len(kinds)).astype(np.float32)
        slope = np.empty_like(self._mean)
        slope[:-1] = x.T @ wrong
        slope[:-1] += np.float32(decay) * self.weights
        slope[-1] = wrong.sum(axis=0)
        self._mean += np.float32(0.1) * (slope - self._mean)
        slope *= slope
        self._square += np.float32(0.01) * (slope - self._square)
        size = rate / (1 - 0.9**self._steps) * (1 - 0.99**self._steps) ** 0.5
        move = np.float32(size) * self._mean / (np.sqrt(self._square) + np.float32(1e-8))
        self.weights -= move[:-1]
        self.intercepts -= move[-1]


def _coded(spilled: Spilled, walked: Walked, named: int) -> tuple[csr_matrix, NDArray[np.int64]]:
    """Named features of scams, and their codes as bits."""
    kinds, codes = np.frombuffer(walked.kinds, np.int8), np.frombuffer(walked.codes, np.int32)
    parts, bits, many = [], [], 0
    for bucket in range(spilled.buckets) if codes.any() else ():
        x, numbers = spilled.read(bucket)
        scams = np.flatnonzero(kinds[numbers] == 0)
        parts.append(x[scams][:, :named])
        bits.append(codes[numbers[scams]].astype(np.int64))
        many += len(scams)
        if many >= CODED:
            break
    if not parts:
        return csr_matrix((0, named)), np.zeros(0, np.int64)
    return csr_matrix(vstack(parts, format="csr")), np.concatenate(bits)
