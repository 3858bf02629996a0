"""What is passed on between reading and laying out: lines of text and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RGB = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Bubble:
    """The patch of one colour that a line stands on, from its left to its right edge."""

    left: int
    right: int
    colour: RGB


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as it was read, in pixels of the upright picture."""

    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int
    bubble: Bubble | None = None
    joined: bool = False
    """Whether the line above stands in the same bubble, with nothing but its colour between."""

    @property
    def height(self) -> int:
        """From top to bottom; half as much again as the characters, at most."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """The height it stands at."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """All lines of one picture, from top to bottom, and the size of the picture."""

    width: int
    height: int
    lines: Sequence[Line]
    turned: int = 0
    """Quarter turns it took to make it upright."""
    animated: bool = False
    stopped: bool = False
    """Whether time or the number of lines ran out before its end."""
