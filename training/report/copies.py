"""The texts themselves: how many of what, how long, which are almost the same and contradict each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from training.dataset import Example
from training.near_copies import near_copies
from training.report.figures import spread
from training.texts import LENGTHS


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two texts, by position, that are almost the same (`alike`, 0..1) and have different labels."""

    first: int
    second: int
    alike: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What the data holds. `copies` are pairs of near-copies in different groups; texts of one group may be alike."""

    texts: int
    groups: int
    labels: dict[str, int]
    sources: dict[str, int]
    codes: dict[str, int]
    lengths: dict[str, int]
    copies: int
    conflicts: tuple[Conflict, ...]


def summary(examples: Sequence[Example]) -> Summary:
    """What the data holds."""
    pairs = [
        Conflict(first, second, alike)
        for first, second, alike in near_copies([_whole(one.text) for one in examples])
        if examples[first].group != examples[second].group
    ]
    lengths = Counter(_band(len(one.text)) for one in examples)
    return Summary(
        texts=len(examples),
        groups=len({one.group for one in examples}),
        labels=spread(Counter(one.label for one in examples)),
        sources=spread(Counter(one.source for one in examples)),
        codes=spread(Counter(code for one in examples for code in one.codes)),
        lengths={name: lengths[name] for name in map(_band, LENGTHS[:-1]) if lengths[name]},
        copies=len(pairs),
        conflicts=tuple(pair for pair in pairs if examples[pair.first].label != examples[pair.second].label),
    )


def _whole(text: str) -> str:
    """The text with what is no character replaced; MinHash takes UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _band(length: int) -> str:
    low = max(start for start in LENGTHS[:-1] if start <= length)
    high = LENGTHS[LENGTHS.index(low) + 1]
    return f"{low}–{high - 1}" if low != LENGTHS[-2] else f"{low}+"
