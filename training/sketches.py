"""Group near-copies among a million texts: a short sketch of each is kept, never the text.

A sketch is MinHash over character 4-grams, as in `training.near_copies`; what that module computes exactly is estimated
here from 64 values. A row costs 256 bytes, so a million texts take 256 MB.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from detector.fingerprint import MIX, gram_hashes, silent
from training.near_copies import ALIKE

Sketch = NDArray[np.uint32]
Numbers = NDArray[np.int64]

PERMUTATIONS = 64
BANDS = 16
"""16 bands of 4 rows propose a pair at 0.8 with a chance of 1 - (1 - 0.8**4)**16, 0.9998."""
ESTIMATED = ALIKE - 0.1
"""Agreement of sketches from which on texts are taken for near-copies: two standard deviations (0.05 at 64 values)
below ALIKE, since a copy that is missed spoils a measurement and a stranger in the group does no harm."""
BLOCK = 2048
"""Texts sketched together."""
LEADERS = 16
"""How many different texts one bucket may hold; what is like none of the first 16 is left alone in that bucket."""
_GRAM = 4


def near_copy_groups(texts: Iterable[str], at_least: float = ESTIMATED) -> Numbers:
    """(texts,) the position of the first text of each one's group. Texts are gone through once and not kept."""
    return groups_of(sketches(texts), at_least)


def sketches(texts: Iterable[str]) -> Sketch:
    """(texts, PERMUTATIONS) sketches: two texts agree in about as many values as they share character 4-grams."""
    rest = iter(texts)
    found = [_sketch(block) for block in iter(lambda: list(islice(rest, BLOCK)), [])]
    return np.concatenate(found) if found else np.zeros((0, PERMUTATIONS), np.uint32)


def groups_of(found: Sketch, at_least: float = ESTIMATED) -> Numbers:
    """(texts,) the first of each group of sketches that agree in `at_least` of their values, directly or in a chain."""
    first = equal(_hash_rows(found))
    single = np.unique(first)
    own, found = np.arange(len(single)), found[single]
    for band in np.split(found, BANDS, axis=1):
        own = joined(own, *_alike(found, equal(_hash_rows(band)), own, at_least))
    return np.asarray(single[own][np.searchsorted(single, first)])


def equal(keys: NDArray[np.uint64] | Numbers) -> Numbers:
    """(keys,) the position of the first that equals each."""
    _, first, number = np.unique(keys, return_index=True, return_inverse=True)
    return np.asarray(first[number], np.int64)


def joined(groups: Numbers, one: Numbers, other: Numbers) -> Numbers:
    """(positions,) the first position of each one's group, once `one[i]` and `other[i]` belong together as well.

    `groups` are such first positions too.
    """
    size = len(groups)
    rows, columns = np.concatenate([np.arange(size), one]), np.concatenate([groups, other])
    links = coo_matrix((np.ones(len(rows), np.bool_), (rows, columns)), shape=(size, size))
    return equal(connected_components(links, directed=False)[1])


def _alike(found: Sketch, bucket: Numbers, groups: Numbers, at_least: float) -> tuple[Numbers, Numbers]:
    """Pairs within buckets that agree in `at_least` of their values.

    Each is compared with the first of its bucket, what is unlike that one with the first of those, and so on.
    """
    positions = np.arange(len(bucket))
    pairs = [(positions[:0], positions[:0])]
    for _ in range(LEADERS):
        leaders = positions[equal(bucket[positions])]
        open_pairs = groups[positions] != groups[leaders]
        near = ~open_pairs
        near[open_pairs] = _agreement(found, positions[open_pairs], leaders[open_pairs]) >= at_least
        pairs.append((leaders[near & open_pairs], positions[near & open_pairs]))
        positions = positions[~near]
    return np.concatenate([one for one, _ in pairs]), np.concatenate([other for _, other in pairs])


def _agreement(found: Sketch, one: Numbers, other: Numbers) -> NDArray[np.float64]:
    """(pairs,) the share of equal values, some thousand pairs at a time."""
    shares = np.zeros(len(one))
    for at in range(0, len(one), 1 << 16):
        part = slice(at, at + (1 << 16))
        shares[part] = (found[one[part]] == found[other[part]]).mean(axis=1)
    return shares


def _hash_rows(rows: NDArray[np.generic]) -> NDArray[np.uint64]:
    keys = np.zeros(len(rows), np.uint64)
    with np.errstate(over="ignore"):
        for column in rows.T:
            keys = (keys ^ column.astype(np.uint64)) * np.uint64(MIX[0])
            keys ^= keys >> np.uint64(29)
    return keys


def _sketch(texts: list[str]) -> Sketch:
    hashes, borders = _gram_hashes(texts)
    rows = RMinHash.digest_matrix_from_flat_token_hashes(hashes, borders, PERMUTATIONS, 1).to_rows()
    return np.array(rows, dtype=np.uint32)


def _gram_hashes(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The hashes of all 4-grams of the plain texts, one text after the other, and where each text begins and ends.

    A text shorter than a gram is filled up with zeros, so that it is its own only one.
    """
    codes = [_plain_codes(text) for text in texts]
    hashes = gram_hashes(np.concatenate([*codes, np.zeros(_GRAM, np.uint32)]), _GRAM)
    ends = np.cumsum([len(one) for one in codes])
    many = np.maximum(1, np.array([len(one) for one in codes]) - _GRAM + 1)
    starts = ends - [len(one) for one in codes]
    whole = np.concatenate([np.arange(start, start + n) for start, n in zip(starts, many, strict=True)])
    return hashes[whole], np.append(0, np.cumsum(many)).astype(np.uint64)


def _plain_codes(text: str) -> NDArray[np.uint32]:
    """The code points of `near_copies.plain`, without going through the text character by character."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    codes = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), np.uint32)
    kept = codes[~silent("ZPC")[codes]]
    if not len(kept):
        kept = codes
    return kept if len(kept) >= _GRAM else np.pad(kept, (0, _GRAM - len(kept)))
