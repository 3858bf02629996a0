"""Which features of very many texts get a row of the model, and the texts' values there, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from detector.features import FAMILIES
from detector.model import Index, index_bits
from detector.wording import BLOCK_OF, BLOCKS
from training.pages import Page, page_of
from training.vocabulary import Raw, Vocabulary, weigh
from training.whole import writing_to

MOST_ROWS = 300_000
"""Rows that a model may have; the rarest features go first."""
SLOTS = 24
"""Bits of a key by which it is counted before it is known to be frequent."""


def pages(paths: Sequence[str]) -> Iterator[Page]:
    """The pages, one at a time."""
    for path in paths:
        yield page_at(path)


def page_at(path: str) -> Page:
    """The page that lies there."""
    with np.load(path, allow_pickle=False) as stored:
        return page_of({name: stored[name] for name in stored.files})


def least(rows: int) -> int:
    """In so many texts a feature has to stand."""
    return max(3, rows // 25_000)


def frequent(paths: Sequence[str], rows: int, settings: Mapping[str, Any]) -> Vocabulary:
    """The features that stand in enough texts, MOST_ROWS at most, in the order of a model.

    First they are counted by the leading bits of their keys, which needs little memory however many there are.
    """
    many = np.zeros(1 << SLOTS, np.uint32)
    shift = np.uint64(64 - SLOTS)
    for page in pages(paths):
        np.add.at(many, (page.keys >> shift).astype(np.int64), page.many.astype(np.uint32))
    at_least = least(rows)
    keys, counts, family = np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
    for page in pages(paths):
        kept = many[(page.keys >> shift).astype(np.int64)] >= at_least
        keys, counts, family = _merged(keys, counts, family, page.keys[kept], page.many[kept], page.family[kept])
    kept = counts >= at_least
    if kept.sum() > MOST_ROWS:
        kept &= counts > np.sort(counts)[-MOST_ROWS]
    return _laid_out(keys[kept], counts[kept], family[kept], rows, settings)


def _merged(
    keys: NDArray[np.uint64],
    counts: NDArray[np.int64],
    family: NDArray[np.uint8],
    more: NDArray[np.uint64],
    more_counts: NDArray[np.int64],
    more_family: NDArray[np.uint8],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint8]]:
    """Two sorted sets of keys as one, counts added."""
    places = np.searchsorted(keys, more)
    known = np.zeros(len(more), np.bool_)
    inside = places < len(keys)
    known[inside] = keys[places[inside]] == more[inside]
    counts[places[known]] += more_counts[known]
    new = ~known
    at = places[new]
    return (
        np.insert(keys, at, more[new]),
        np.insert(counts, at, more_counts[new]),
        np.insert(family, at, more_family[new]),
    )


def _laid_out(
    keys: NDArray[np.uint64],
    counts: NDArray[np.int64],
    family: NDArray[np.uint8],
    rows: int,
    settings: Mapping[str, Any],
) -> Vocabulary:
    order = np.lexsort((keys, family))
    keys, counts, family = keys[order], counts[order], family[order]
    placed = np.zeros(len(keys), np.bool_)
    placed[Index(keys, index_bits(len(keys))).placed] = True
    return Vocabulary(
        keys=keys[placed],
        sizes=tuple(np.bincount(family[placed], minlength=len(FAMILIES)).tolist()),
        idf=np.log((1 + rows) / (1 + counts[placed])) + 1,
        blocks=np.array([BLOCKS.index(BLOCK_OF[name]) for name in FAMILIES])[family[placed]],
        rare=settings["unknown"] ** 0.5 * float(np.log((1 + rows) / 2) + 1),
    )


class Lookup:
    """Rows of the model by key, for pages whose keys are in order."""

    def __init__(self, known: Vocabulary) -> None:
        self._order = np.argsort(known.keys)
        self._keys = known.keys[self._order]
        self._known = known

    def raw(self, page: Page) -> Raw:
        """The counts of a page."""
        width, cells = np.diff(page.borders), page.texts * len(BLOCKS)
        column = np.repeat(self._columns(page), width)
        inside = column >= 0
        block = np.repeat(_BLOCK_OF_FAMILY[page.family], width)[~inside]
        cell = page.rows[~inside].astype(np.int64) * len(BLOCKS) + block
        unknown = np.zeros(cells) + np.bincount(cell, page.times[~inside], cells)
        rows = page.rows[inside]
        order = np.argsort(rows, kind="stable")
        borders = np.append(0, np.cumsum(np.bincount(rows, minlength=page.texts)))
        times = page.times[inside][order].astype(np.float64)
        shape = (page.texts, self._known.rows)
        return Raw(
            csr_matrix((times, column[inside][order], borders), shape=shape), unknown.reshape(page.texts, len(BLOCKS))
        )

    def _columns(self, page: Page) -> NDArray[np.int32]:
        """(features of the page,) the row of the model for each, -1 for none."""
        columns = np.full(len(page.keys), -1, np.int32)
        if len(page.keys):
            places = np.minimum(np.searchsorted(page.keys, self._keys), len(page.keys) - 1)
            found = page.keys[places] == self._keys
            columns[places[found]] = self._order[found]
        return columns


def write_values(
    path: str, dealt: NDArray[np.int64], lookup: Lookup, known: Vocabulary, settings: Mapping[str, Any], piece: Path
) -> NDArray[np.int64]:
    """Write what the texts of a page have in the rows of the model, in the order of `dealt` (texts,).

    All columns, int32, then all values, float32; gives how many each text has, in that order.
    """
    x = weigh(lookup.raw(page_at(path)), known, settings)[np.argsort(dealt, kind="stable")]
    with writing_to(piece.parent), piece.open("wb") as file:
        file.write(x.indices.astype(np.int32, copy=False).data)
        file.write(x.data.astype(np.float32).data)
    return np.asarray(np.diff(x.indptr), np.int64)


_BLOCK_OF_FAMILY = np.array([BLOCKS.index(BLOCK_OF[family]) for family in FAMILIES])
