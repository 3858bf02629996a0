"""Which unlabelled postings are most worth a person's time: those the model is unsure of, and no two alike.

Asking for the most uncertain ones alone brings fifty copies of one advert; so near-copies count once, and each choice
makes what resembles it less worth.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from detector.types import Posting
from training.near_copies import ALIKE, alike, grams

POOL = 2_000
"""The most uncertain ones that are kept while reading; the choice is made among them."""
SHARE = 0.3
"""Of the score, what likeness to those already chosen takes away at most."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unlabelled posting with what the model thinks of it."""

    number: int
    """Its place in the file."""
    id: str | int | None
    posting: Posting
    risk: float
    """Calibrated, 0 to 1."""

    @property
    def text(self) -> str:
        """All fields, one a line."""
        return "\n".join(value for _, value in self.posting.fields())

    @property
    def doubt(self) -> float:
        """0 where the model is sure, 1 at even odds."""
        return 1 - abs(2 * self.risk - 1)


@dataclass(frozen=True, slots=True)
class Choice:
    """One that is worth labelling."""

    candidate: Candidate
    worth: float


def choose(candidates: Iterable[Candidate], number: int) -> list[Choice]:
    """Up to `number` of them, the most worth first. Memory does not grow with the candidates."""
    pool = heapq.nlargest(max(POOL, 4 * number), candidates, key=lambda one: (one.doubt, -one.number))
    return list(_spread(pool, number))


def _spread(pool: Sequence[Candidate], number: int) -> Iterator[Choice]:
    sets = [grams(one.text) for one in pool]
    nearest = [0.0] * len(pool)
    left = set(range(len(pool)))
    while left and number > 0:
        best = max(left, key=lambda at: (pool[at].doubt - SHARE * nearest[at], -pool[at].number))
        left.discard(best)
        yield Choice(pool[best], pool[best].doubt - SHARE * nearest[best])
        number -= 1
        for at in tuple(left):
            nearest[at] = max(nearest[at], alike(sets[best], sets[at]))
            if nearest[at] >= ALIKE:
                left.discard(at)
