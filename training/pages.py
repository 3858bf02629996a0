"""Very many texts as features, a few thousand at a time: words and runs of characters, in one sweep over all of them.

A page holds what `detector.features` would say of each text by itself, but for the `reading` family, which no batch can
hasten: it stays empty, so a model made of pages has no rows for it and reads exactly what was trained.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.features import FAMILIES, features
from detector.normalize import AlignedText, normalize
from detector.roles import possible_denials, without_denials
from detector.types import Posting
from training.feature_cache import Arrays, Cache, Row
from training.sketches import Sketch, sketches

Keys = NDArray[np.uint64]

USUAL = 512
"""Texts on a page, about; at most twice as many."""

SHEET = 64
"""Texts that are read as one: so many stay in the processor's cache."""

_MOST = 255


@dataclass(frozen=True)
class Page:
    """Distinct features of a few thousand texts, by key.

    `keys` (features,) in order, `family` (features,) places in FAMILIES; the texts of feature i and how often it stands
    in each are `rows` and `times` from borders[i] to borders[i + 1].
    """

    texts: int
    keys: Keys
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
    found = {name: values for name, values in stored.items() if name != "sketches"}
    return Page(int(found.pop("texts")), **found)


def kept_page(rows: Sequence[Row], kept: Cache) -> tuple[str, Sketch]:
    """The page of these rows is in the folder afterwards; gives its path, and the sketches that lie in it.

    OSError where it cannot be written.
    """
    path = kept.path(rows)
    stored = kept.at(path)
    if stored is None or "sketches" not in stored:
        postings = [row.posting for row in rows]
        stored = {**read_page(postings).arrays(), "sketches": sketches(map(as_one_text, postings))}
        kept.keep(path, stored)
    return str(path), stored["sketches"]


def read_page(postings: Sequence[Posting]) -> Page:
    """What stands in these texts; nothing reaches from one to the next."""
    parts = [_sheet(postings[start : start + SHEET], start) for start in range(0, len(postings), SHEET)]
    return _page(len(postings), *(np.concatenate([part[at] for part in parts]) for at in range(3)))


def normal_texts(postings: Sequence[Posting]) -> list[str]:
    """The normal text of each posting, without its mere denials.

    They are read as one, with full stops between them: no word reaches across one, however it is written.
    """
    originals = [as_one_text(posting) for posting in postings]
    together = normalize("。".join(originals))
    stops = np.searchsorted(together.starts, np.cumsum([len(original) + 1 for original in originals]) - 1)
    borders = [-1, *stops[:-1].tolist(), len(together.text)]
    texts = [together.text[before + 1 : after] for before, after in pairwise(borders)]
    for number in {bisect_right(borders, place) - 1 for place in possible_denials(together.text)}:
        texts[number] = without_denials(_read(texts[number])).text
    return texts


def as_one_text(posting: Posting) -> str:
    """All fields, one a line, as a document has them."""
    return "\n".join(value for _, value in posting.fields())


def _sheet(postings: Sequence[Posting], first: int) -> tuple[Keys, NDArray[np.uint8], NDArray[np.uint16]]:
    """Key, family and text of every feature of a few texts, read as one document whose lines they are.

    Their numbers begin with `first`.
    """
    texts = normal_texts(postings)
    lengths = np.array([len(text) for text in texts], np.int64)
    text_of = np.repeat(np.arange(first, first + len(texts), dtype=np.uint16), lengths + 1)
    found = features(_read("\n".join(texts)), reading=False)
    family = np.repeat(np.arange(len(FAMILIES), dtype=np.uint8), found.sizes)
    row = text_of[found.starts]
    inside = text_of[found.ends] == row
    return found.keys[inside], family[inside], row[inside]


def _read(text: str) -> Document:
    """The document of a text that is normal already."""
    document = Document(Posting(text=text))
    document.aligned = AlignedText(text, text)
    return document


_ROW, _FAMILY = np.uint64((1 << 12) - 1), np.uint64(7 << 12)
"""Bits of a packed number that say in which text, and of which family; the others are the head of the key."""


def _page(texts: int, keys: Keys, family: NDArray[np.uint8], row: NDArray[np.uint16]) -> Page:
    """Keys, families and texts are sorted as one number each, which is many times as fast as by key."""
    packed = keys & ~(_ROW | _FAMILY)
    packed |= family.astype(np.uint64) << np.uint64(12)
    packed |= row
    packed.sort()
    first = np.flatnonzero(_new(packed))
    times = np.diff(first, append=len(packed))
    packed = packed[first]
    new_key = _new(packed & ~_ROW)
    distinct = np.sort(keys)
    distinct = distinct[_new(distinct)]
    if len(distinct) != new_key.sum():  # two keys with one head: once in some thousand pages
        return _page_by_key(texts, keys, family, row)
    borders = np.append(np.flatnonzero(new_key), len(first)).astype(np.int32)
    family = (packed[new_key] >> np.uint64(12)).astype(np.uint8) & np.uint8(7)
    rows = (packed & _ROW).astype(np.uint16)
    return Page(texts, distinct, family, borders, rows, np.minimum(times, _MOST).astype(np.uint8))


def _new(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """(ordered,) where a value differs from the one before."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]


def _page_by_key(texts: int, keys: Keys, family: NDArray[np.uint8], row: NDArray[np.uint16]) -> Page:
    order = np.argsort(keys, kind="stable")
    keys, row = keys[order], row[order]
    new_key = _new(keys)
    first = np.flatnonzero(new_key | np.append(True, row[1:] != row[:-1])[: len(keys)])
    times = np.diff(first, append=len(keys))
    return Page(
        texts,
        keys[new_key],
        family[order][new_key],
        np.append(np.flatnonzero(new_key[first]), len(first)).astype(np.int32),
        row[first].astype(np.uint16),
        np.minimum(times, _MOST).astype(np.uint8),
    )
