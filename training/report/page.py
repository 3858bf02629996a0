"""The report as one HTML file and as JSON: no script, no request, every text escaped, one style known by its hash."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from detector.types import CODES, HIGH_FROM, LOW_BELOW
from training.confidence import Share
from training.report import charts
from training.report.figures import SLACK
from training.report.study import CONFLICTS, SHOWN, SOURCES, Study
from training.verdict import plain

HERE = Path(__file__).parent
LABELS = {"scam": "骗局", "legit": "正常", "not_posting": "非招聘"}
ANSWERS = {"low": "低风险", "medium": "中风险", "high": "高风险", "not_posting": "判为非招聘"}
NAME = 60
"""Characters of a name (id, source, file) that are shown."""


def html(study: Study) -> bytes:
    """The whole page, UTF-8; the same study gives the same bytes."""
    style = (HERE / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _environment().get_template("report.html.jinja")
    text = page.render(
        study=study,
        style=Markup(style),  # noqa: S704  # ours
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        charts={
            name: Markup(drawn)  # noqa: S704  # drawn from numbers alone
            for name, drawn in {
                "curve": charts.precision_recall(study.curve),
                "calibration": charts.reliability(study.calibration),
                "scores": charts.scores(study.histogram),
            }.items()
        },
        labels=LABELS,
        answers=ANSWERS,
        codes=CODES,
        low=LOW_BELOW,
        high=HIGH_FROM,
        slack=SLACK,
        most={"texts": SHOWN, "conflicts": CONFLICTS, "sources": SOURCES},
    )
    return text.encode()


def _environment() -> Environment:
    """Templates that escape whatever they show, and show nothing that would steer a terminal or turn its direction."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters |= {"share": share, "number": number, "name": name, "thousand": thousand, "places": places}
    return environment


def _harmless(value: object) -> object:
    if isinstance(value, Markup) or value is None:
        return value
    return plain(str(value))


def number(value: float | None) -> str:
    """A figure between 0 and 1, or whole, for a reader."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def places(value: float) -> str:
    """A small figure with all digits that say something."""
    return f"{value:.2g}" if value < 0.01 else f"{value:.3f}"


def share(value: Share | None) -> Markup:
    """A share in per cent with its interval."""
    if value is None:
        return Markup("–")
    interval = f"{100 * value.low:.1f}–{100 * value.high:.1f}"
    return Markup('{} <span class="interval">{}</span>').format(f"{100 * value.value:.1f}%", interval)


def thousand(value: Share | None) -> Markup:
    """A share as so many in a thousand, with its interval."""
    if value is None:
        return Markup("–")
    interval = f"{1000 * value.low:.1f}–{1000 * value.high:.1f}"
    return Markup('{} <span class="interval">{}</span>').format(f"{1000 * value.value:.1f}", interval)


def name(value: str) -> str:
    """A name, cut where it is too long to be one."""
    flat = " ".join(value.split())
    return flat if len(flat) <= NAME else flat[: NAME - 1] + "…"


def as_json(study: Study) -> bytes:
    """The same as JSON: all figures, label errors, changes and conflicts, and the texts that the page shows."""
    return json.dumps(_plain(study), ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"


def _plain(value: object) -> object:
    """Dicts, lists, strings and numbers."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value.value if isinstance(value, Enum) else value
