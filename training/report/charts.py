"""Charts as inline SVG: drawn by matplotlib, then freed of what a strict page forbids.

Colours become classes, so that the page's own style decides (light or dark); other styles become attributes, which a
Content-Security-Policy without inline styles lets pass. Texts stay texts, in the fonts of the reader: no font is
embedded, and the layout uses the font that comes with matplotlib, so that every machine draws the same bytes.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from detector.types import HIGH_FROM, LOW_BELOW
from training.confidence import wilson
from training.report.figures import Calibration

INK, SOFT, SCAM, HONEST, OTHER, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
CLASSES = {INK: "ink", SOFT: "soft", SCAM: "scam", HONEST: "legit", OTHER: "other", PAPER: "paper"}
"""The colours that charts are drawn in, and what the page calls them."""

SIZE = (5.2, 3.5)
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.parse_math": False,
    "axes.edgecolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.facecolor": "none",
}
_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_KEPT = {"fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-dashoffset", "text-anchor"}

Draw = Callable[[Axes], None]


def precision_recall(curve: Sequence[tuple[int, float, float]]) -> str:
    """Precision over recall for every score, the borders of the levels marked; a plain frame where there is none."""

    def draw(axes: Axes) -> None:
        axes.plot([recall for _, recall, _ in curve], [right for _, _, right in curve], color=SCAM, linewidth=2)
        for border in (LOW_BELOW, HIGH_FROM):
            reached = [point for point in curve if point[0] >= border]
            if reached:
                _, recall, right = reached[-1]
                axes.plot([recall], [right], "o", color=INK, markersize=6)
                axes.text(recall - 0.02, right - 0.05, f"{border} 分", ha="right", va="top", color=INK)
        _shares(axes, "找出的骗局（召回率）", "判为骗局的里面真是骗局的（精确率）")

    return svg("precision-recall", draw)


def reliability(calibration: Calibration) -> str:
    """The share of scams over the mean score of ten bins, with intervals, beside the line of perfect scores."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
        for one in calibration.bins:
            share = wilson(one.scams, one.count)
            assert share is not None
            axes.plot([one.mean, one.mean], [share.low, share.high], color=SCAM, linewidth=2)
            axes.plot([one.mean], [share.value], "o", color=SCAM, markersize=5)
        _shares(axes, "分数 ÷ 100", "其中真是骗局的（竖线是 95% 区间）")

    return svg("reliability", draw)


def scores(histogram: Mapping[str, Sequence[int]]) -> str:
    """How many texts of each label score 0–9, 10–19 … 90–100, side by side."""

    def draw(axes: Axes) -> None:
        shown = (("scam", SCAM, "骗局"), ("legit", HONEST, "正常"), ("not_posting", OTHER, "非招聘"))
        for number, (label, colour, name) in enumerate(shown):
            places = [10 * at + 2 + 3 * number for at in range(10)]
            axes.bar(places, histogram[label], width=2.6, color=colour)
            axes.text(0.32 + 0.2 * number, 0.93, f"■ {name}", color=colour, transform=axes.transAxes)
        for border in (LOW_BELOW, HIGH_FROM):
            axes.axvline(border, color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_yscale("symlog", linthresh=10)
        axes.set_ylim(bottom=0)
        axes.set_xticks(range(0, 101, 10))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.minorticks_off()
        _names(axes, "分数（虚线是等级的界限）", "条数（对数刻度）")

    return svg("scores", draw)


def _shares(axes: Axes, below: str, above: str) -> None:
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        axis.set_major_formatter(lambda value, _: f"{value:.0%}")
    _names(axes, below, above)


def _names(axes: Axes, below: str, above: str) -> None:
    axes.grid(visible=True, axis="y", color=SOFT, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.text(0.5, -0.2, below, ha="center", transform=axes.transAxes)
    axes.text(-0.11, 1.05, above, ha="left", transform=axes.transAxes)


def svg(name: str, draw: Draw) -> str:
    """The chart as an SVG element; same data, same bytes. `name` keeps its ids apart from those of other charts."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    written = io.StringIO()
    with mpl.rc_context({**_SETTINGS, "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the reader's font has it
        figure = Figure(figsize=SIZE)
        figure.patch.set_visible(False)
        draw(figure.add_axes((0.11, 0.17, 0.86, 0.72)))
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return _freed(ET.fromstring(written.getvalue()), name)  # noqa: S314  # matplotlib wrote it just now


def _freed(root: ET.Element, name: str) -> str:
    """The SVG without scripts of style, metadata and sizes; its ids begin with the chart's name."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}:
                parent.remove(child)
    used = {element.get(_LINK, "").removeprefix("#") for element in root.iter()}
    used |= {element.get("clip-path", "").removeprefix("url(#").removesuffix(")") for element in root.iter()}
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        _restyle(element)
        _rename(element, used, name)
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update({"viewBox": box, "class": "chart", "role": "img", "aria-labelledby": f"{name}-name"})
    return ET.tostring(root, encoding="unicode")


def _rename(element: ET.Element, used: set[str], name: str) -> None:
    if (own := element.get("id")) is not None:
        del element.attrib["id"]
        if own in used:
            element.set("id", f"{name}-{own}")
    if (link := element.attrib.pop(_LINK, None)) is not None:
        element.set("href", f"#{name}-{link.removeprefix('#')}")
    if (clip := element.get("clip-path")) is not None:
        element.set("clip-path", clip.replace("#", f"#{name}-"))


def _restyle(element: ET.Element) -> None:
    """Colours become classes, what else a style says becomes attributes; the font is the page's."""
    classes = []
    for part in element.attrib.pop("style", "").split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key in {"fill", "stroke"}:
            if value in CLASSES:
                classes.append(f"{key}-{CLASSES[value]}")
            else:
                element.set(key, value)
        elif key in _KEPT:
            element.set(key, value)
    if classes:
        element.set("class", " ".join(classes))
