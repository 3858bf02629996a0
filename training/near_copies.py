"""Find texts that are almost the same, so that none is counted twice or measured on what it was trained on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from rensa import RMinHash, RMinHashLSH

ALIKE = 0.8
"""Jaccard similarity of character 4-grams from which on two texts are near-copies."""

_PERMUTATIONS = 128
_BANDS = 32
"""32 bands of 4 rows propose a pair at 0.8 with a chance of 1 - (1 - 0.8**4)**32, which is one to seven digits."""


def plain(text: str) -> str:
    """The text without what does not make it another one: width, case, spaces, punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(character for character in folded if unicodedata.category(character)[0] not in "ZPC")
    return kept or "".join(folded.split())


def grams(text: str, size: int = 4) -> frozenset[str]:
    """The character 4-grams of the plain text; a shorter text is its own only one."""
    text = plain(text)
    return frozenset(text[at : at + size] for at in range(max(1, len(text) - size + 1)))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity, 0 to 1."""
    both = len(one & other)
    return both / (len(one) + len(other) - both)


def near_copies(texts: Sequence[str], at_least: float = ALIKE) -> Iterator[tuple[int, int, float]]:
    """Pairs of positions, the earlier first, and their similarity: proposed by MinHash, then computed exactly."""
    sets = [grams(text) for text in texts]
    index = RMinHashLSH(threshold=at_least, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    for position, found in enumerate(sets):
        sketch = RMinHash(num_perm=_PERMUTATIONS, seed=1)
        sketch.update(sorted(found))
        for earlier in sorted(index.query(sketch)):
            similarity = alike(sets[earlier], found)
            if similarity >= at_least:
                yield earlier, position, similarity
        index.insert(position, sketch)
