"""A text and where each of its characters came from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class AlignedText:
    """A text and where each of its characters came from.

    `starts` and `ends` are int32 arrays of len(text): character i of `text` stands for original[starts[i]:ends[i]].
    Where they are not given, every character stands for the one at its own place, and the arrays are made when asked
    for. `disguised` are half-open spans of `text` that were written in disguise, in order, none inside another.
    """

    __slots__ = ("_ends", "_starts", "disguised", "original", "text")

    def __init__(
        self,
        original: str,
        text: str,
        starts: NDArray[np.int32] | None = None,
        ends: NDArray[np.int32] | None = None,
        disguised: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.original = original
        self.text = text
        self._starts = starts
        self._ends = ends
        self.disguised = disguised

    @property
    def starts(self) -> NDArray[np.int32]:
        """Where in the original each character begins."""
        if self._starts is None:
            self._starts = np.arange(len(self.text), dtype=np.int32)
        return self._starts

    @property
    def ends(self) -> NDArray[np.int32]:
        """Where in the original each character ends."""
        if self._ends is None:
            self._ends = self.starts + np.int32(1)
        return self._ends

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the original that text[start:end] stands for."""
        if start >= end:
            at = int(self.starts[start]) if start < len(self.text) else len(self.original)
            return at, at
        if self._starts is None and start >= 0 and end <= len(self.text):
            return start, end
        return int(self.starts[start]), int(self.ends[end - 1])

    def is_disguised(self, start: int, end: int) -> bool:
        """Whether any of text[start:end] was written in disguise."""
        before = bisect_left(self.disguised, (end,)) - 1
        return before >= 0 and start < self.disguised[before][1]


def union(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same places as spans in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif start < end:
            merged.append((start, end))
    return tuple(merged)


def code_points(text: str) -> NDArray[np.uint32]:
    """(len(text),) code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
