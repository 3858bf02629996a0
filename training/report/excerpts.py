"""What a page shows of a text: all of a short one, of a long one the beginning and what is pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

OPENING = 240
AROUND = 40
WHOLE = 600
"""A text up to this length is shown whole."""
MARKS = 24
"""So many places at most are marked in a text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text. `how` is plain, reason, aside (seen and not counted) or word; or gap, with no text."""

    text: str
    how: str
    left_out: int = 0


Mark = tuple[int, int, str]
"""A half-open span and how it is shown; of marks that overlap the first counts."""


def pieces(text: str, marks: Sequence[Mark] = ()) -> tuple[Piece, ...]:
    """The text cut at its marks; what is far from any is left out of a long text, and counted."""
    chosen: list[Mark] = []
    for start, end, how in marks:
        free = all(end <= left or right <= start for left, right, _ in chosen)
        if 0 <= start < end <= len(text) and free and len(chosen) < MARKS:
            chosen.append((start, min(end, start + OPENING), how))
    chosen.sort()
    borders = [0, *(edge for start, end, _ in chosen for edge in (start, end)), len(text)]
    hows = {(start, end): how for start, end, how in chosen}
    found: list[Piece] = []
    for start, end in pairwise(borders):
        if (start, end) in hows:
            found.append(Piece(text[start:end], hows[start, end]))
        elif start < end:
            found += _between(text, start, end)
    return tuple(found)


def _between(text: str, start: int, end: int) -> list[Piece]:
    """A stretch without marks; its middle is left out where the text is long."""
    head = OPENING if start == 0 else AROUND
    tail = AROUND if end < len(text) else 0
    if len(text) <= WHOLE or end - start <= head + tail + AROUND:
        return [Piece(text[start:end], "plain")]
    left_out = end - start - head - tail
    parts = [Piece(text[start : start + head], "plain"), Piece("", "gap", left_out)]
    return [*parts, Piece(text[end - tail : end], "plain")] if tail else parts
