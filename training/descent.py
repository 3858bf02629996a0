"""A softmax fitted to rows that lie on disk, by small steps in a random order that is always the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from detector.wording import KINDS
from training.progress import Count, silent
from training.spill import Spilled
from training.walk import CODES_AT, Walked
from training.weights import Rows, Weights, softmax

BATCH = 2048
EPOCHS = 5
RATE = 0.05
CODED = 20_000
"""Scams that the heads of reason codes learn from, at most."""


def fit_large(
    spilled: Spilled,
    walked: Walked,
    rows: Rows | None,
    settings: Mapping[str, Any],
    done: Count = silent,
) -> Weights:
    """Softmax over the kinds by small steps, and logistic heads of the reason codes among scams."""
    kinds, known = np.frombuffer(walked.kinds, np.int8), spilled.known
    adam = Adam(known.rows, len(KINDS))
    trained = int((~walked.held).sum())
    decay = 1 / (settings["C"] * trained)
    order = np.random.default_rng(11)
    many = EPOCHS * spilled.buckets
    for turn, (x, numbers) in enumerate(_read_ahead(spilled, many)):
        shuffled = order.permutation(x.shape[0])
        for start in range(0, x.shape[0], BATCH):
            part = shuffled[start : start + BATCH]
            weights = None if rows is None else rows[numbers[part]]
            adam.step(x[part], kinds[numbers[part]], weights, decay, RATE * (1 - turn / many))
        done(turn + 1)
    coefficients, intercepts = adam.weights.astype(np.float64), adam.intercepts.astype(np.float64)
    columns, more, heads = [*coefficients.T], [*intercepts], [*KINDS]
    scams, bits = _coded(spilled, walked, known.named)
    if len(bits):
        from training.regression import fit_code
    for code, place in CODES_AT.items():
        named = (bits >> place) & 1 == 1
        if named.sum() >= settings["least_code"] and not named.all():
            column, intercept = fit_code(scams, named, settings["C_codes"], None)
            columns.append(np.pad(column, (0, known.rows - len(column))))
            more.append(intercept)
            heads.append(code)
    return Weights(np.column_stack(columns), np.array(more), tuple(heads))


def _read_ahead(spilled: Spilled, turns: int) -> Iterator[tuple[csr_matrix, NDArray[np.int64]]]:
    """The buckets by turns; while one is fitted, the next is read."""
    with ThreadPoolExecutor(1) as aside:
        coming = aside.submit(spilled.read, 0)
        for turn in range(1, turns + 1):
            here = coming.result()
            if turn < turns:
                coming = aside.submit(spilled.read, turn % spilled.buckets)
            yield here


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
