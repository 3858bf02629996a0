"""Charts as inline SVG that a strict page lets pass: shapes with classes, no style, no script, no library.

Each is a picture for the eye; the page puts the same numbers beside it as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 48, 8, 12, 28


def stacked(names: Sequence[str], series: Mapping[str, Sequence[float]], title: str) -> Markup:
    """One bar a name, the series stacked in it in their order; a series' key is its class."""
    totals = [sum(column) for column in zip(*series.values(), strict=True)] or [0.0] * len(names)
    top = ceiling(max(totals, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(names))
    shapes = [*_axis(top), *_names(names, step)]
    for index in range(len(names)):
        below = 0.0
        for key, values in series.items():
            low, high = _y(below, top), _y(below + values[index], top)
            if values[index]:
                x = LEFT + step * index + step * 0.12
                shapes.append(_rect(x, high, step * 0.76, low - high, f"s-{key}"))
            below += values[index]
    return _svg(shapes, title)


def side_by_side(names: Sequence[str], series: Mapping[str, Sequence[float]], title: str) -> Markup:
    """One group of bars a name, the series beside each other."""
    top = ceiling(max((value for values in series.values() for value in values), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(names))
    width = step * 0.8 / max(1, len(series))
    shapes = [*_axis(top), *_names(names, step)]
    for number, (key, values) in enumerate(series.items()):
        for index, value in enumerate(values):
            x = LEFT + step * index + step * 0.1 + width * number
            shapes.append(_rect(x, _y(value, top), width, _y(0, top) - _y(value, top), f"s-{key}"))
    return _svg(shapes, title)


def bar(share: float, low: float | None = None, high: float | None = None) -> Markup:
    """A small bar for a share of 0..1, with its interval as a line; says nothing to a screen reader."""
    shapes = [_rect(0, 2, 100, 10, "ground"), _rect(0, 2, round(100 * share, 1), 10, "s-seen")]
    if low is not None and high is not None:
        shapes.append(Markup('<path class="interval" d="M{:.1f} 7H{:.1f}"/>').format(100 * low, 100 * high))
    return Markup('<svg class="share" viewBox="0 0 100 14" width="100" height="14" aria-hidden="true">{}</svg>').format(
        Markup("").join(shapes)
    )


def ceiling(value: float) -> float:
    """The next round number from the largest value on, whose half is one too: 1, 2, 4, 6 or 8 with zeros."""
    if value <= 0:
        return 1.0
    scale = 1e-9
    while True:
        for lead in (1, 2, 4, 6, 8):
            if lead * scale >= value:
                return lead * scale
        scale *= 10


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _axis(top: float) -> list[Markup]:
    shapes = []
    for part in (0.0, 0.5, 1.0):
        y = _y(part * top, top)
        shapes.append(Markup('<path class="grid" d="M{} {:.1f}H{}"/>').format(LEFT, y, WIDTH - RIGHT))
        shapes.append(Markup('<text class="end" x="{}" y="{:.1f}">{:g}</text>').format(LEFT - 6, y + 4, part * top))
    return shapes


def _names(names: Sequence[str], step: float) -> list[Markup]:
    """As many names as there is room for."""
    each = next((number for number in (1, 2, 5, 7, 10, 15, 30) if step * number >= 52), 30)
    return [
        Markup('<text class="mid" x="{:.1f}" y="{}">{}</text>').format(LEFT + step * (index + 0.5), HEIGHT - 8, name)
        for index, name in enumerate(names)
        if index % each == 0
    ]


def _rect(x: float, y: float, width: float, height: float, name: str) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        name, x, y, max(0.0, width), max(0.0, height)
    )


def _svg(shapes: Sequence[Markup], title: str) -> Markup:
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, escape(title), Markup("").join(shapes)
    )
