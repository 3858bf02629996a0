"""Who says what in a conversation: bubbles on the left are the other's, on the right one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from api.ocr.lines import Bubble, Line

OTHER, SELF = "对方", "我"
ASIDE = 0.04
"""By how many widths of the page a bubble is nearer to one side than to the other."""
ALIGNED = 0.03
"""How far the edges of bubbles on one side may differ, in widths."""
PORTRAIT = 0.14
"""How far the pictures of the speakers reach from either edge, in widths; what is read in one is nothing said."""
TALKED = 0.4
"""Share of all characters that stands in such bubbles where it is a conversation."""
_NAME = re.compile(r"[^：:，。！？;；\d][^：:，。！？;；]{0,15}")


def speakers(lines: Sequence[Line], width: int) -> list[str | None] | None:
    """For each line who says it, where anybody does; None where it is no conversation."""
    sides = [_side(line.bubble, width) for line in lines]
    left = [line.bubble for line, side in zip(lines, sides, strict=True) if side == OTHER and line.bubble]
    right = [line.bubble for line, side in zip(lines, sides, strict=True) if side == SELF and line.bubble]
    names = dict(_names(lines, sides))
    if not left or not (right or names) or not _in_a_column(lines, sides):
        return None
    aligned = _aligned([one.left for one in left], width) and _aligned([one.right for one in right], width)
    said = sum(len(line.text) for line, side in zip(lines, sides, strict=True) if side)
    if not aligned or said < TALKED * sum(len(line.text) for line in lines):
        return None
    return list(_named(lines, sides, names))


def _side(bubble: Bubble | None, width: int) -> str | None:
    if bubble is None or bubble.right < PORTRAIT * width or bubble.left > (1 - PORTRAIT) * width:
        return None
    more_room_on_the_right = (width - bubble.right - bubble.left) / width
    if abs(more_room_on_the_right) < ASIDE:
        return None
    return OTHER if more_room_on_the_right > 0 else SELF


def _aligned(edges: Sequence[int], width: int) -> bool:
    """Whether nearly all stand at one height; a picture sent, or a quotation, may stand elsewhere."""
    if not edges:
        return True
    typical = median(edges)
    return sum(abs(edge - typical) <= ALIGNED * width for edge in edges) >= 0.8 * len(edges)


def _in_a_column(lines: Sequence[Line], sides: Sequence[str | None]) -> bool:
    """Whether hardly two bubbles stand side by side, as labels and buttons do."""
    bubbles = [line for line, side in zip(lines, sides, strict=True) if side]
    beside = sum(
        abs(one.middle - other.middle) < 0.5 * min(one.height, other.height) and one.bubble != other.bubble
        for at, one in enumerate(bubbles)
        for other in bubbles[at + 1 : at + 4]
    )
    return beside <= 0.1 * len(bubbles)


def _names(lines: Sequence[Line], sides: Sequence[str | None]) -> Iterator[tuple[int, str]]:
    """Names above the bubbles of a group, by the number of their line: flush with the bubble, outside of any."""
    for at, line in enumerate(lines[:-1]):
        below = lines[at + 1]
        if line.bubble or sides[at + 1] != OTHER or below.bubble is None or below.joined:
            continue
        near = 0 <= below.top - line.top < 2.4 * below.height
        flush = abs(line.left - below.bubble.left) < 0.8 * below.height
        if near and flush and _NAME.fullmatch(line.text):
            yield at, line.text


def _named(lines: Sequence[Line], sides: Sequence[str | None], names: dict[int, str]) -> Iterator[str | None]:
    name = OTHER
    for at in range(len(lines)):
        if at in names:
            name = names[at]
            yield ""
        elif sides[at] == OTHER:
            yield name
        else:
            yield sides[at]
