"""Several pictures of one conversation: what a picture repeats of the one before it is kept once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from api.ocr.lines import Line

LOOKED_AT = 40
"""Lines at the end of one picture and at the beginning of the next."""
ALIKE = 0.92
"""Two readings of one line differ by a character in twenty at most, and never in a number."""
ENOUGH = 8
"""Characters that have to be the same."""
_DIGITS = re.compile(r"\d+")
HEAD = 2
"""Lines at the top of a picture that may come before what is repeated: a title, or half a line."""


def repeated(before: Sequence[Line], lines: Sequence[Line]) -> tuple[int, int]:
    """How many lines to drop at the end of the picture before, and at the beginning of this one."""
    tail, start = before[-LOOKED_AT:], lines[:LOOKED_AT]
    for length in range(min(len(tail), len(start)), 0, -1):
        for cut in (0, 1):
            old = tail[len(tail) - cut - length : len(tail) - cut]
            for skipped in range(HEAD + 1):
                new = start[skipped : skipped + length]
                if len(old) == len(new) == length and _same(old, new):
                    return cut, skipped + length
    title = bool(before and lines) and alike(before[0].text, lines[0].text)
    return 0, int(title)


def _same(old: Sequence[Line], new: Sequence[Line]) -> bool:
    return sum(len(line.text) for line in old) >= ENOUGH and all(
        alike(one.text, other.text) for one, other in zip(old, new, strict=True)
    )


def alike(one: str, other: str) -> bool:
    """Whether two readings are of the same words."""
    if one == other:
        return True
    shorter, longer = sorted((len(one), len(other)))
    if shorter < 0.85 * longer or longer > 400 or _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
