"""Very many texts as features, a few thousand at a time: words and runs of characters, in one sweep over all of them.

A page holds what `detector.features` would say of each text by itself, but for the `reading` family, which no batch can
hasten: it stays empty, so a model made of pages has no rows for it and reads exactly what was trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.features import FAMILIES, features
from detector.normalize import AlignedText
from detector.roles import may_deny, without_denials
from detector.types import Posting
from training.feature_cache import Arrays, Cache, Row

USUAL = 2048
"""Texts on a page, about; at most twice as many."""

SHEET = 64
"""Texts that are read as one: so many stay in the processor's cache."""

_NOWHERE = np.zeros(0, np.int32)
_MOST = 255


@dataclass(frozen=True)
class Page:
    """Distinct features of a few thousand texts, by key.

    `keys` (features,) in order, `family` (features,) places in FAMILIES; the texts of feature i and how often it stands
    in each are `rows` and `times` from borders[i] to borders[i + 1].
    """

    texts: int
    keys: NDArray[np.uint64]
    family: NDArray[np.uint8]
    borders: NDArray[np.int32]
    rows: NDArray[np.uint16]
    times: NDArray[np.uint8]

    @property
    def many(self) -> NDArray[np.int64]:
        """(features,) in how many texts each stands."""
        return np.diff(self.borders).astype(np.int64)

    def arrays(self) -> Arrays:
        """As they are kept."""
        return {
            "texts": np.array(self.texts),
            "keys": self.keys,
            "family": self.family,
            "borders": self.borders,
            "rows": self.rows,
            "times": self.times,
        }


def page_of(stored: Arrays) -> Page:
    """The page in arrays that were kept."""
    found = dict(stored)
    return Page(int(found.pop("texts")), **found)


def kept_page(rows: Sequence[Row], kept: Cache) -> str:
    """The page of these rows is in the folder afterwards; gives its path. OSError where it cannot be written."""
    path = kept.path(rows)
    if not path.exists():
        kept.put(rows, read_page([row.posting for row in rows]).arrays(), strict=True)
    return str(path)


def read_page(postings: Sequence[Posting]) -> Page:
    """What stands in these texts, read as one document whose lines they are; nothing reaches from one to the next."""
    texts = [normal_text(posting) for posting in postings]
    parts = [_sheet(texts[start : start + SHEET], start) for start in range(0, len(texts), SHEET)]
    keys, family, row = (np.concatenate([part[at] for part in parts]) for at in range(3))
    return _page(len(texts), keys, family, row)


def _sheet(texts: Sequence[str], first: int) -> tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64]]:
    """Key, family and text of every feature of a few texts, whose numbers begin with `first`."""
    lengths = np.array([len(text) for text in texts], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]])
    found = features(_as_one("\n".join(texts)), reading=False)
    row = np.searchsorted(starts, found.starts, side="right") - 1
    family = np.repeat(np.arange(len(FAMILIES), dtype=np.uint8), found.sizes)
    inside = found.ends <= (starts + lengths)[row]
    return found.keys[inside], family[inside], row[inside] + first


def normal_text(posting: Posting) -> str:
    """The normal text without its mere denials."""
    document = Document(posting)
    return without_denials(document).text if may_deny(document.text) else document.text


def _as_one(text: str) -> Document:
    document = Document(Posting(text=text))
    document.aligned = AlignedText(text, text, _NOWHERE, _NOWHERE, ())
    return document


def _page(texts: int, keys: NDArray[np.uint64], family: NDArray[np.uint8], row: NDArray[np.int64]) -> Page:
    order = np.argsort(keys, kind="stable")
    keys, row = keys[order], row[order]
    new_key = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    new = new_key | np.append(True, row[1:] != row[:-1])[: len(keys)]
    first = np.flatnonzero(new)
    times = np.diff(first, append=len(keys))
    return Page(
        texts,
        keys[new_key],
        family[order][new_key],
        np.append(np.flatnonzero(new_key[first]), len(first)).astype(np.int32),
        row[first].astype(np.uint16),
        np.minimum(times, _MOST).astype(np.uint8),
    )
