"""Which features of very many texts get a row of the model, and the texts' values there, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from detector.features import FAMILIES
from detector.model import Index, index_bits
from detector.wording import BLOCK_OF, BLOCKS
from training.pages import Page, page_of
from training.vocabulary import Raw, Vocabulary, weigh

MOST_ROWS = 300_000
"""Rows that a model may have; the rarest features go first."""
SLOTS = 24
"""Bits of a key by which it is counted before it is known to be frequent."""


def page_at(path: str) -> Page:
    """The page that lies there."""
    with np.load(path, allow_pickle=False) as stored:
        return page_of({name: stored[name] for name in stored.files if name != "sketches"})


def keys_at(path: str) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint8]]:
    """The features of the page that lies there, in how many of its texts each stands, and their families."""
    with np.load(path, allow_pickle=False) as stored:
        return stored["keys"], np.diff(stored["borders"]).astype(np.int64), stored["family"]


def least(rows: int) -> int:
    """In so many texts a feature has to stand."""
    return max(3, rows // 25_000)


def frequent(paths: Sequence[str], rows: int, settings: Mapping[str, Any]) -> Vocabulary:
    """The features that stand in enough texts, MOST_ROWS at most, in the order of a model.

    First they are counted by the leading bits of their keys, which needs little memory however many there are.
    """
    many = np.zeros(1 << SLOTS, np.uint32)
    shift = np.uint64(64 - SLOTS)
    for keys, inside, _ in map(keys_at, paths):
        np.add.at(many, (keys >> shift).astype(np.int64), inside.astype(np.uint32))
    at_least = least(rows)
    keys, counts, family = np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
    for more, inside, of in map(keys_at, paths):
        kept = many[(more >> shift).astype(np.int64)] >= at_least
        keys, counts, family = _merged(keys, counts, family, more[kept], inside[kept], of[kept])
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
    """Rows of the model by key, for pages."""

    def __init__(self, known: Vocabulary) -> None:
        self.known = known
        self._index = Index(known.keys, index_bits(known.rows))

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
        shape = (page.texts, self.known.rows)
        return Raw(
            csr_matrix((times, column[inside][order], borders), shape=shape), unknown.reshape(page.texts, len(BLOCKS))
        )

    def _columns(self, page: Page) -> NDArray[np.int32]:
        """(features of the page,) the row of the model for each, -1 for none."""
        columns = np.full(len(page.keys), -1, np.int32)
        rows, places = self._index.find(page.keys)
        columns[places] = rows
        return columns


def values_of(
    page: tuple[str, NDArray[np.int64]], lookup: Lookup, settings: Mapping[str, Any]
) -> tuple[bytes, NDArray[np.int64]]:
    """What the texts of a page, by its path, have in the rows of the model, in the order of the `dealt` beside it.

    All columns, int32, then all values, float32; and how many each text has, in that order.
    """
    path, dealt = page
    x = weigh(lookup.raw(page_at(path)), lookup.known, settings)[np.argsort(dealt, kind="stable")]
    raw = x.indices.astype(np.int32, copy=False).tobytes() + x.data.astype(np.float32).tobytes()
    return raw, np.asarray(np.diff(x.indptr), np.int64)


_BLOCK_OF_FAMILY = np.array([BLOCKS.index(BLOCK_OF[family]) for family in FAMILIES])
