"""Words with one character taken apart, or replaced by one that sounds or looks alike: 扌甲金, 鸭金."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import rjieba
from numpy.typing import NDArray

from detector.errors import TableError
from detector.normalize.aligned import code_points
from detector.normalize.edits import Edit
from detector.normalize.separators import REACH
from detector.normalize.tables import REFERENCE, word_rows

VARIANT_FILE = REFERENCE / "variants.npy"
VARIANT = np.dtype([("key", "<u8"), ("word", "<u2")])
"""A row of the variant table: a written form as a number, the place of its word in the word table."""
_LONGEST = 4
"""Characters of the longest written form; the shortest has two."""
_BITS = np.uint64(16)
"""So many stand for a character in a key."""
_PAIRS = 1 << 20


def window_key(form: str) -> int:
    """The number that stands for a written form of up to four characters in the variant table."""
    key = 0
    for char in form:
        key = key << 16 | ord(char)
    return key


def by_shape_and_sound(text: str) -> list[Edit]:
    """Words with one character taken apart, or replaced by one that sounds or looks alike."""
    if len(text) < 2:
        return []
    keys, numbers, words, begins = _variants()
    codes = np.zeros(len(text) + _LONGEST, np.uint64)
    codes[: len(text)] = code_points(text)
    pairs = codes[: len(text) - 1] << _BITS | codes[1 : len(text)]
    places = begins[_pair_hash(pairs)].nonzero()[0]
    edits: list[Edit] = []
    key = pairs[places]
    for size in range(2, _LONGEST + 1):
        at = np.minimum(keys.searchsorted(key), len(keys) - 1)
        hit = keys[at] == key
        for start, number in zip(places[hit].tolist(), numbers[at[hit]].tolist(), strict=True):
            if max(text[start : start + size]) < "\U00010000" and not is_chance(text, start, size, words[number]):
                edits.append(Edit(start, start + size, words[number], None))
        key = key << _BITS | codes[places + size]
    return edits


BOUND = "讠扌钅釒纟亻氵氺忄犭饣礻衤阝刂攵灬艹冫宀冖辶廴囗疒"
"""Parts of characters that never stand alone: what they stand beside is one character taken apart."""
_BOUND = re.compile(f"[{BOUND}]")


_ABOUT = frozenset("个十百千")
"""After one of these 来 says about: 三个来小时."""


def is_chance(text: str, start: int, size: int, word: str) -> bool:
    """Whether the span is a form by chance: what it changes belongs to another word (身[无分]文, [体验]费)."""
    if _BOUND.search(text, start, start + size):
        return False
    if text[start] == "来" and text[start - 1 : start] in _ABOUT:
        return True
    first = max(0, start - REACH)
    changed = [at for at, char in enumerate(word) if text[start + at] != char] if len(word) == size else []
    at = first - start
    for token in rjieba.cut(text[first : start + size + REACH], False):
        end = at + len(token)
        inside = len(token) > 1 and end > 0 and at < size
        if inside and (at < 0 or end > size or any(at <= place < end for place in changed)):
            return True
        at = end
    return False


def _pair_hash(pairs: NDArray[np.uint64]) -> NDArray[np.int64]:
    """One of _PAIRS places, as indices that numpy need not convert."""
    return ((pairs ^ pairs >> np.uint64(13)) & np.uint64(_PAIRS - 1)).view(np.int64)


@cache
def _variants() -> tuple[NDArray[np.uint64], NDArray[np.uint16], list[str], NDArray[np.bool_]]:
    """Keys of the written forms in order, the place of the word of each, words, and which hashes of pairs begin one."""
    try:
        table: NDArray[np.void] = np.load(VARIANT_FILE, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise TableError(f"{VARIANT_FILE}: {error}; rebuild it with `python -m training.tables words`") from None
    words = [word for word, _, _ in word_rows()]
    keys: NDArray[np.uint64] = np.ascontiguousarray(table["key"])
    first = keys.copy()
    for size in (4, 3):
        longer = first >= np.uint64(1 << 16 * (size - 1))
        first[longer] >>= np.uint64(16)
    begins = np.zeros(_PAIRS, np.bool_)
    begins[_pair_hash(first)] = True
    return keys, table["word"], words, begins
