"""Group near-copies among a million texts: a short sketch of each is kept, never the text.

A sketch is MinHash over character 4-grams, as in `training.near_copies`; what that module computes exactly is estimated
here from 64 values. A row costs 256 bytes, so a million texts take 256 MB.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from detector.fingerprint import MIX, gram_hashes
from training.near_copies import ALIKE, plain

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
    codes = _plain_codes(texts)
    lengths = np.array([len(one) for one in codes])
    hashes = gram_hashes(np.concatenate([*codes, np.zeros(_GRAM, np.uint32)]), _GRAM)
    many = lengths - _GRAM + 1
    inside = np.ones(len(hashes), np.bool_)
    for back in range(1, _GRAM):
        inside[np.cumsum(lengths) - back] = False
    inside[-1] = False
    return hashes[inside], np.append(0, np.cumsum(many)).astype(np.uint64)


def _plain_codes(texts: Sequence[str]) -> list[NDArray[np.uint32]]:
    """The code points of `near_copies.plain` of each text, all looked up together where a look-up can tell."""
    codes = [np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32) for text in texts]
    borders = np.cumsum([0, *map(len, codes)])
    together = np.concatenate(codes) if codes else np.zeros(0, np.uint32)
    plain = _plain_table()[np.minimum(together, _TABLED)]
    kept, hard = plain != _NOTHING, plain == _HARD
    left, right = (np.append(0, np.cumsum(flags))[borders].tolist() for flags in (kept, hard))
    plain = plain[kept]
    return [
        plain[left[at] : left[at + 1]]
        if right[at] == right[at + 1] and left[at + 1] - left[at] >= _GRAM
        else _hard_codes(text)
        for at, text in enumerate(texts)
    ]


def _hard_codes(text: str) -> NDArray[np.uint32]:
    """The same for a text with characters that go together, or hardly any."""
    codes = np.frombuffer(plain(text).encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes if len(codes) >= _GRAM else np.pad(codes, (0, _GRAM - len(codes)))


_TABLED = 0x20000
_HARD, _NOTHING = 0xFFFFFFFF, 0xFFFFFFFE
_AS_THEY_ARE = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xAC00, 0xD7A4))
"""Ideographs and Hangul syllables."""
_LOOKED_UP = (
    range(0x3400),
    range(0x4DC0, 0x4E00),
    range(0xA000, 0xAC00),
    range(0xF900, 0x10000),
    range(0x1F000, 0x1FB00),
)
_SECOND_OF_SYLLABLE = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))


@cache
def _plain_table() -> NDArray[np.uint32]:
    """(_TABLED + 1,) what each character is in a plain text; _NOTHING, or _HARD for what no look-up can tell."""
    table = np.full(_TABLED + 1, _HARD, np.uint32)
    for codes in _AS_THEY_ARE:
        table[codes] = codes
    seconds = {*map(chr, _SECOND_OF_SYLLABLE)}
    for codes in _LOOKED_UP:
        for character in map(chr, codes):
            parts = unicodedata.decomposition(character).split()
            if len(parts) == 2 and not parts[0].startswith("<"):  # a pair that is composed
                seconds.add(chr(int(parts[1], 16)))
    for codes in _LOOKED_UP:
        table[codes] = [_plain_code(chr(code), seconds) for code in codes]
    return table


def _plain_code(character: str, seconds: set[str]) -> int:
    folded = unicodedata.normalize("NFKC", character).casefold()
    if len(folded) != 1 or any(unicodedata.combining(one) or one in seconds for one in (character, folded)):
        return _HARD
    return _NOTHING if unicodedata.category(folded)[0] in "ZPC" else ord(folded)
