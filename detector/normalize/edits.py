"""A disguised word written as the plain word it stands for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.normalize.aligned import AlignedText, union
from detector.normalize.characters import in_telling_words


class Edit(NamedTuple):
    """A disguised word: half-open span, the plain word; whether it is evidence, None where that is up to the word."""

    start: int
    end: int
    plain: str
    hidden: bool | None


def none_overlapping(edits: list[Edit]) -> list[Edit]:
    """The leftmost, of those the longest, of those the first given; none overlaps another."""
    apart: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not apart or apart[-1].end <= edit.start:
            apart.append(edit)
    return apart


_Shift = tuple[int, int, int, int]
"""Where an edit lay in the old text and lies in the new one: old start, old end, new start, new end."""


def edited(aligned: AlignedText, edits: list[Edit]) -> AlignedText:
    """The text with the edits made, which are in order and apart; what was hidden is marked as disguised."""
    pieces: list[str] = []
    starts: list[NDArray[np.int32]] = []
    ends: list[NDArray[np.int32]] = []
    done = 0
    for start, end, word, _ in edits:
        pieces += [aligned.text[done:start], word]
        origin_start, origin_end = aligned.origin(start, end)
        starts += [aligned.starts[done:start], np.full(len(word), origin_start, np.int32)]
        ends += [aligned.ends[done:start], np.full(len(word), origin_end, np.int32)]
        done = end
    plain = "".join([*pieces, aligned.text[done:]])
    return AlignedText(
        aligned.original,
        plain,
        np.concatenate([*starts, aligned.starts[done:]]),
        np.concatenate([*ends, aligned.ends[done:]]),
        _disguised(plain, edits, aligned.disguised),
    )


def _disguised(plain: str, edits: list[Edit], before: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans of the new text that were written in disguise, with those that were known before."""
    shifts = _shifts(edits)
    hidden = [shift[2:] for shift, edit in zip(shifts, edits, strict=True) if edit.hidden]
    perhaps = [shift[2:] for shift, edit in zip(shifts, edits, strict=True) if edit.hidden is None]
    return union([*hidden, *(_shifted(span, shifts) for span in before), *in_telling_words(plain, perhaps)])


def _shifts(edits: list[Edit]) -> list[_Shift]:
    shifts: list[_Shift] = []
    grown = 0
    for start, end, word, _ in edits:
        shifts.append((start, end, start + grown, start + grown + len(word)))
        grown += len(word) - (end - start)
    return shifts


def _shifted(span: tuple[int, int], shifts: list[_Shift]) -> tuple[int, int]:
    """Where a span of the old text lies in the new one; an edit that it lies in, even in part, it covers."""
    start, end = span
    first = bisect_right(shifts, start, key=lambda shift: shift[0]) - 1
    if first >= 0:
        _, old_end, new_start, new_end = shifts[first]
        start = new_start if start < old_end else start + new_end - old_end
    last = bisect_left(shifts, end, key=lambda shift: shift[0]) - 1
    if last >= 0:
        _, old_end, _, new_end = shifts[last]
        end = new_end if end <= old_end else end + new_end - old_end
    return start, end
