"""A short sketch of a text by which near-copies are known, and from which the text cannot be read.

MinHash over the character 3-grams of the normal text: two texts agree in about as many of the 64 values as they share
3-grams. Of each value one byte is kept, so a sketch is 64 bytes. Sketches are stored for months, so the arithmetic
stands here in full: a library may change its own between two versions. `seed` makes the sketches of one owner
meaningless beside another's, and keeps who has no seed from trying out texts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

PERMUTATIONS = 64
BANDS = 16
"""16 bands of 4 values propose a pair that shares 0.7 of its grams with a chance of 1 - (1 - 0.7**4)**16, 0.99."""
LEAST = 12
"""Different grams from which on a text can be told from others; shorter ones have no sketch."""
GRAM = 3
MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93)
_CHANCE = 1 / 256
"""How often bytes of two different values are the same."""


def sketch(text: str, seed: int) -> bytes | None:
    """The sketch of a normal text; None for one too short. Punctuation, symbols and the figures do not count."""
    grams = np.unique(gram_hashes(_told(text), GRAM))
    if len(grams) < LEAST:
        return None
    with np.errstate(over="ignore"):
        mixed = _mixed(grams ^ np.uint64(seed))
        factors, offsets = _permutations()
        least = np.full(PERMUTATIONS, np.iinfo(np.uint64).max, np.uint64)
        for at in range(0, len(mixed), 512):  # so that a long text takes no more memory than the cache holds
            part = mixed[at : at + 512, np.newaxis] * factors + offsets
            np.minimum(least, part.min(axis=0), out=least)
    return (_mixed(least) >> np.uint64(56)).astype(np.uint8).tobytes()


def bands(found: bytes) -> tuple[int, ...]:
    """(BANDS,) numbers, each of one place in the sketch; near-copies have one in common. From 0 to 2**36."""
    values = np.frombuffer(found, "<u4").astype(np.int64)
    return tuple((values | (np.arange(BANDS, dtype=np.int64) << 32)).tolist())


def agreement(one: bytes, others: Sequence[bytes]) -> NDArray[np.float64]:
    """(others,) about how many of their grams two texts share, 0 to 1."""
    many = np.frombuffer(b"".join(others), np.uint8).reshape(len(others), PERMUTATIONS)
    same = (many == np.frombuffer(one, np.uint8)).mean(axis=1)
    return np.asarray(np.maximum(0.0, (same - _CHANCE) / (1 - _CHANCE)))


def gram_hashes(codes: NDArray[np.uint32], size: int) -> Hashes:
    """(len(codes) - size + 1,) a hash of each run of `size` code points; none of fewer codes than that."""
    wide = codes.astype(np.uint64)
    hashes = np.zeros(max(0, len(wide) - size + 1), np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(size):
            hashes += wide[offset : offset + len(hashes)] * np.uint64(MIX[offset])
        return np.asarray((hashes ^ (hashes >> np.uint64(31))) * np.uint64(MIX[1]))


@cache
def silent(categories: str) -> NDArray[np.bool_]:
    """(code points,) whether a character is of these general categories, such as ZPC: spaces, punctuation, hidden."""
    return np.fromiter((unicodedata.category(chr(code))[0] in categories for code in range(0x110000)), np.bool_)


def _told(text: str) -> NDArray[np.uint32]:
    """The letters of a text, each run of digits as one zero: copies differ in numbers, and in nothing else."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = codes[~silent("ZPCSM")[codes]]
    figures = (codes >= ord("0")) & (codes <= ord("9"))
    again = np.zeros_like(figures)
    again[1:] = figures[1:] & figures[:-1]
    return np.where(figures, np.uint32(ord("0")), codes)[~again]


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(MIX[1])
    values = (values ^ (values >> np.uint64(27))) * np.uint64(MIX[2])
    return np.asarray(values ^ (values >> np.uint64(31)))


@lru_cache(1)
def _permutations() -> tuple[Hashes, Hashes]:
    """(PERMUTATIONS,) odd factors and offsets, the same on every machine."""
    with np.errstate(over="ignore"):
        numbers = _mixed(np.arange(1, 2 * PERMUTATIONS + 1, dtype=np.uint64) * np.uint64(MIX[0]))
    return numbers[:PERMUTATIONS] | np.uint64(1), numbers[PERMUTATIONS:]
