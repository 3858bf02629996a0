"""Which features get a row of the model, and the values that texts have there: as the detector computes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from detector.features import FAMILIES, NAMED
from detector.model import Index, index_bits
from detector.wording import BLOCK_OF, BLOCKS
from training.counts import Counts
from training.dataset import Example
from training.settings import SETTINGS

WEIGHED = 512
"""Texts weighed at a time."""


@dataclass(frozen=True)
class Vocabulary:
    """Which features get a row: `keys` in the order of the rows, `sizes` rows for each of FAMILIES.

    `idf` and `blocks` (a place in BLOCKS) have one entry a row; `rare` is the idf of what has no row.
    """

    keys: NDArray[np.uint64]
    sizes: tuple[int, ...]
    idf: NDArray[np.float64]
    blocks: NDArray[np.int64]
    rare: float

    @property
    def rows(self) -> int:
        """How many features there are."""
        return len(self.keys)

    @property
    def named(self) -> int:
        """How many are not runs of characters; those come first."""
        return sum(self.sizes[:NAMED])

    @property
    def starts(self) -> list[int]:
        """The first row of each family."""
        return [0, *accumulate(self.sizes[:-1])]


def vocabulary(counts: Sequence[Counts], settings: Mapping[str, Any] = SETTINGS) -> Vocabulary:
    """Features that stand in at least `min_df` examples, with their smoothed idf."""
    tables: list[NDArray[np.uint64]] = []
    many: list[NDArray[np.int64]] = []
    held = zip(*([keys for keys, _ in item.held] for item in counts), strict=True)
    for family, parts in zip(FAMILIES, held, strict=True):
        keys, seen = np.unique(np.concatenate(parts), return_counts=True)
        kept = seen >= settings["min_df"][family]
        tables.append(keys[kept])
        many.append(seen[kept])
    together = np.concatenate(tables)
    placed = np.zeros(len(together), np.bool_)
    placed[Index(together, index_bits(len(together))).placed] = True
    family_of = np.repeat(np.arange(len(FAMILIES)), [len(table) for table in tables])[placed]
    idf = np.log((1 + len(counts)) / (1 + np.concatenate(many)[placed])) + 1
    rare = settings["unknown"] ** 0.5 * float(np.log((1 + len(counts)) / 2) + 1)
    return Vocabulary(
        keys=together[placed],
        sizes=tuple(np.bincount(family_of, minlength=len(FAMILIES)).tolist()),
        idf=idf,
        blocks=np.array([BLOCKS.index(BLOCK_OF[family]) for family in FAMILIES])[family_of],
        rare=rare,
    )


@dataclass(frozen=True)
class Raw:
    """Counts of examples: `known` (examples, features), and `unknown` (examples, blocks) occurrences without a row."""

    known: csr_matrix
    unknown: NDArray[np.float64]

    def __getitem__(self, rows: NDArray[np.int64]) -> Raw:
        return Raw(self.known[rows], self.unknown[rows])


def raw_counts(counts: Sequence[Counts], known: Vocabulary) -> Raw:
    """How often each feature stands in each example."""
    rows: list[NDArray[np.int32]] = []
    data: list[NDArray[np.float64]] = []
    borders = [0]
    unknown = np.zeros((len(counts), len(BLOCKS)))
    tables = np.split(known.keys, known.starts[1:])
    for number, item in enumerate(counts):
        length = borders[-1]
        for family, start, table, (keys, times) in zip(FAMILIES, known.starts, tables, item.held, strict=True):
            places = np.searchsorted(table, keys)
            found = np.zeros(len(keys), np.bool_)
            found[places < len(table)] = table[places[places < len(table)]] == keys[places < len(table)]
            rows.append((places[found] + start).astype(np.int32))
            data.append(times[found].astype(np.float64))
            length += int(found.sum())
            unknown[number, BLOCKS.index(BLOCK_OF[family])] += times[~found].sum()
        borders.append(length)
    shape = (len(counts), known.rows)
    return Raw(
        csr_matrix((np.concatenate(data), np.concatenate(rows), np.array(borders, np.int32)), shape=shape), unknown
    )


def weigh(raw: Raw, known: Vocabulary, settings: Mapping[str, Any] = SETTINGS) -> csr_matrix:
    """Values as `detector.wording.Encoder` computes them: (1 + log count) × idf, each block scaled to its norm.

    What has no row counts in the norm too, as if rare: a text full of words never seen is no clearer a case for it.
    """
    x, many = raw.known, len(BLOCKS)
    scale = np.array([settings["blocks"][name] for name in BLOCKS])
    weighed = np.empty(len(x.data))
    for start in range(0, x.shape[0], WEIGHED):  # some rows at a time: what is worked out on the way is much more
        borders = x.indptr[start : start + WEIGHED + 1]
        here = slice(borders[0], borders[-1])
        columns = x.indices[here]
        values = (1 + np.log(x.data[here])) * known.idf[columns]
        block = known.blocks[columns]
        cell = np.repeat(np.arange(len(borders) - 1) * many, np.diff(borders)) + block
        unknown = raw.unknown[start : start + WEIGHED].ravel()
        norms = np.sqrt(np.bincount(cell, values**2, len(unknown)) + unknown * known.rare**2)
        weighed[here] = values * scale[block] / norms[cell]
    return csr_matrix((weighed, x.indices, x.indptr), shape=x.shape)


def matrix(counts: Sequence[Counts], known: Vocabulary, settings: Mapping[str, Any] = SETTINGS) -> csr_matrix:
    """(examples, features) values as `detector.wording.Encoder` computes them."""
    return weigh(raw_counts(counts, known), known, settings)


def joined(raw: Raw, examples: Sequence[Example], settings: Mapping[str, Any] = SETTINGS) -> Raw:
    """Counts of honest texts put together, two to four at a time.

    Real honest postings are long and gather many weak signs; these teach that a sum of weak signs is no scam.
    """
    honest = [number for number, example in enumerate(examples) if example.label == "legit"]
    many = round(settings["joined"] * len(honest)) if len(honest) >= 4 else 0
    random = np.random.default_rng(7)
    parts = [random.choice(honest, size=2 + at % 3, replace=False) for at in range(many)]
    row = np.repeat(np.arange(many), [len(part) for part in parts])
    column = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    chosen = csr_matrix((np.ones(len(row)), (row, column)), shape=(many, len(examples)))
    return Raw(csr_matrix(chosen @ raw.known), chosen @ raw.unknown)
