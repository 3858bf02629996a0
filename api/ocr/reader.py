"""A picture to lines of text: turned upright, cut into tiles where long, looked at more closely where small."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from api.ocr.bubbles import with_bubbles
from api.ocr.engine import Corners, Engine
from api.ocr.limits import Limits
from api.ocr.lines import Line, Sheet
from api.ocr.pictures import Picture, Pixels

SIDE = 736
"""The shorter side as the network looks at it: a phone's text is then 25 to 30 pixels high."""
TILE = 1.5
"""Height of a tile to its width, and what two tiles share."""
SHARED = 0.18
SMALL, GOOD = 15.0, 24.0
"""Boxes lower than the first are looked at again in a scale that makes them as high as the second."""
CLOSEST = 4.0
SURE = 0.5
"""What is less sure than this is no text."""
TRIED = 5
"""Boxes that are read in both directions to tell which is upright."""


class Reader:
    """Reads pictures, one after the other."""

    def __init__(self, limits: Limits) -> None:
        self.engine = Engine()
        self.limits = limits

    def read(self, picture: Picture, until: float, most: int) -> Sheet:
        """The lines of a picture from top to bottom, at most so many; stops at a time of the monotonic clock."""
        pixels, boxes, turned, whole = self._upright(picture.pixels, until)
        lines: list[Line] = []
        boxes.sort(key=lambda box: float(box[:, 1].mean()))
        whole = whole and len(boxes) <= most
        for start in range(0, min(len(boxes), most), 8):
            if time.monotonic() > until:
                whole = False
                break
            part = boxes[start : min(start + 8, most)]
            lines += [_line(box, *said) for box, said in zip(part, self.engine.read(pixels, part), strict=True)]
        kept = [line for line in lines if line.text.strip() and line.confidence >= SURE]
        height, width = pixels.shape[:2]
        return Sheet(width, height, with_bubbles(pixels, kept), turned, picture.animated, not whole)

    def _upright(self, pixels: Pixels, until: float) -> tuple[Pixels, list[Corners], int, bool]:
        boxes, whole = self._boxes(pixels, until)
        turned = self._turns(pixels, boxes)
        if turned:
            pixels = np.ascontiguousarray(np.rot90(pixels, turned))
            boxes, whole = self._boxes(pixels, until)
        return pixels, boxes, turned, whole

    def _turns(self, pixels: Pixels, boxes: Sequence[Corners]) -> int:
        """Quarter turns, counterclockwise, that make the picture upright."""
        if not boxes:
            return 0
        longest = sorted(boxes, key=lambda box: -max(_size(box)))[:TRIED]
        on_side = sum(height > width for width, height in map(_size, longest)) * 2 > len(longest)
        if on_side and all(max(_size(box)) < 2 * min(_size(box)) for box in longest):
            return 0  # single characters, or a column of them: nothing to tell it by
        choices = (1, 3) if on_side else (0, 2)
        sure = {choices[0]: self._sureness(pixels, longest, choices[0])}
        if choices[0] == 0 and sure[0] > 0.85:
            return 0
        sure[choices[1]] = self._sureness(pixels, longest, choices[1])
        best = max(choices, key=lambda turns: sure[turns])
        return best if best and sure[best] > 0.6 else 0

    def _sureness(self, pixels: Pixels, boxes: Sequence[Corners], turns: int) -> float:
        said = self.engine.read(pixels, boxes, turns)
        return sum(confidence for _, confidence in said) / len(said)

    def _boxes(self, pixels: Pixels, until: float) -> tuple[list[Corners], bool]:
        """All boxes of a picture, and whether time sufficed."""
        height, width = pixels.shape[:2]
        scale = min(SIDE / min(height, width), 2.0 if min(height, width) > 200 else CLOSEST)
        boxes, whole = self._tiled(pixels, scale, until)
        if not boxes:
            return boxes, whole
        typical = float(np.median([min(_size(box)) for box in boxes])) * scale
        closer = min(scale * GOOD / max(typical, 6.0), CLOSEST)
        if typical < SMALL and closer > scale * 1.2 and width * height * closer**2 < 24e6:
            boxes, whole = self._tiled(pixels, closer, until)
        return boxes, whole

    def _tiled(self, pixels: Pixels, scale: float, until: float) -> tuple[list[Corners], bool]:
        boxes: list[Corners] = []
        for top, bottom in tiles(pixels.shape[0], round(max(pixels.shape[1], SIDE / scale) * TILE)):
            if boxes and time.monotonic() > until:
                return boxes, False
            offset = np.array([0, top], np.float32)
            found = [box + offset for box in self.engine.find(pixels[top:bottom], scale)]
            boxes = merged(boxes, [box for box in found if _within(box, top, bottom, pixels.shape[0])], top)
        return boxes, True


def tiles(height: int, tall: int) -> Iterator[tuple[int, int]]:
    """Spans that cover the height, each sharing a part with the next, so that each line is whole in one of them."""
    step = round(tall * (1 - SHARED))
    top = 0
    while top + tall < height:
        yield top, top + tall
        top += step
    yield top, height


def _within(box: Corners, top: int, bottom: int, height: int) -> bool:
    """Whether no edge between tiles cuts the box; the tile next to it has it whole."""
    return (top == 0 or float(box[:, 1].min()) > top + 2) and (bottom == height or float(box[:, 1].max()) < bottom - 3)


def merged(boxes: Sequence[Corners], more: Sequence[Corners], top: int) -> list[Corners]:
    """The boxes of the tiles so far and of the next, which begins at `top`; what both have is kept once."""
    rival = [box for box in boxes if float(box[:, 1].max()) > top]
    return [*boxes, *(box for box in more if not any(_same(box, other) for other in rival))]


def _same(one: Corners, other: Corners) -> bool:
    left, top = np.maximum(one.min(axis=0), other.min(axis=0))
    right, bottom = np.minimum(one.max(axis=0), other.max(axis=0))
    shared = max(0.0, float(right - left)) * max(0.0, float(bottom - top))
    smaller = min(float(np.prod(np.ptp(one, axis=0))), float(np.prod(np.ptp(other, axis=0))))
    return shared > 0.5 * smaller


def _size(box: Corners) -> tuple[float, float]:
    width, height = np.ptp(box, axis=0)
    return float(width), float(height)


def _line(box: Corners, text: str, confidence: float) -> Line:
    (left, top), (right, bottom) = box.min(axis=0).astype(int), box.max(axis=0).astype(int)
    return Line(text.strip(), confidence, int(left), int(top), int(right), int(bottom))
