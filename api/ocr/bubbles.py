"""Which lines stand in one speech bubble: the ground behind a line is followed to where its colour ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from api.ocr.lines import Bubble, Line
from api.ocr.pictures import Pixels

NEAR = 10
"""Steps of 255 by which a colour may waver; the bubbles of a dark WeChat differ from the page by 27."""
EVEN = 0.7
"""Share of the strip above and below a line that has one colour, where it stands on an even ground."""


def with_bubbles(pixels: Pixels, lines: Sequence[Line]) -> list[Line]:
    """The lines with the bubbles that they stand in."""
    found: list[Line] = []
    for line in lines:
        placed = replace(line, bubble=bubble_of(pixels, line))
        above = _above(found, placed)
        found.append(replace(placed, joined=above is not None and _connected(pixels, above, placed)))
    return found


def bubble_of(pixels: Pixels, line: Line) -> Bubble | None:
    """The patch around a line; None where it is the whole page, or the ground is uneven."""
    patience = max(3, line.height // 5)
    for strip in _strips(pixels, line):
        colour = np.median(strip[line.left : line.right], axis=0)
        even = _near(strip, colour)
        if even[line.left : line.right].mean() < EVEN:
            continue
        left = line.left - _reach(even[: line.left][::-1], patience)
        right = line.right + _reach(even[line.right :], patience)
        if right - left > 0.97 * pixels.shape[1]:
            return None
        red, green, blue = (int(value) for value in colour)
        return Bubble(left, right, (red, green, blue))
    return None


def _strips(pixels: Pixels, line: Line) -> Iterator[npt.NDArray[np.float32]]:
    """The colour of each column just above the line, and just below it, where the ink of its characters is not."""
    pad = max(3, line.height // 8)
    for first in (line.top - 1, line.bottom - pad):
        rows = pixels[max(0, first) : first + pad + 1]
        if rows.size and line.right > line.left:
            yield np.median(rows, axis=0).astype(np.float32)


def _near(colours: npt.NDArray[np.float32], colour: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    near: npt.NDArray[np.bool_] = np.abs(colours - colour).max(axis=-1) <= NEAR
    return near


def _reach(even: npt.NDArray[np.bool_], patience: int) -> int:
    """How many columns the colour goes on; a gap narrower than `patience` does not end it."""
    other = np.convolve(~even, np.ones(patience, int))[patience - 1 :]
    ends = np.flatnonzero(other[: max(0, len(even) - patience + 1)] == patience)
    return int(ends[0]) if len(ends) else len(even)


def _above(found: Sequence[Line], line: Line) -> Line | None:
    """The line above in what could be the same bubble."""
    bubble = line.bubble
    if bubble is None:
        return None
    for other in reversed(found[-6:]):
        same = other.bubble and max(abs(a - b) for a, b in zip(other.bubble.colour, bubble.colour, strict=True)) <= NEAR
        if same and other.left < bubble.right and other.right > bubble.left and other.middle < line.top:
            return other
    return None


def _connected(pixels: Pixels, above: Line, line: Line) -> bool:
    """Whether the bubble goes on between the lines; looked at in the margin beside them, where no ink is."""
    bubble = line.bubble
    assert bubble is not None
    if line.top - above.bottom > 3 * line.height:
        return False
    left, right = bubble.left + 1, min(above.left, line.left) - 1
    if right - left < 3:
        left, right = max(above.right, line.right) + 1, bubble.right - 1
    between = pixels[int(above.middle) : int(line.middle), left:right].astype(np.float32)
    if between.size == 0:
        return False
    rows = _near(np.median(between, axis=1), np.array(bubble.colour, np.float32))
    return bool(rows.mean() > 0.97)
