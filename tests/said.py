"""Predictions made by hand."""

from __future__ import annotations

from detector.types import Evidence, Kind, Posting, Reason
from training.dataset import Example
from training.report.predictions import Prediction


def said(
    label: str,
    score: int,
    text: str = "招聘文员，月薪四千五。",
    *,
    name: str = "a",
    group: str = "",
    source: str = "",
    codes: tuple[str, ...] = (),
    given: tuple[str, ...] = (),
    fired: tuple[str, ...] = (),
    shares: tuple[float, float, float] | None = None,
    kind: Kind = Kind.POSTING,
) -> Prediction:
    """A prediction with that score; evidence is the first two characters."""
    evidence = (Evidence("text", 0, min(2, len(text)), text[:2]),)
    return Prediction(
        example=Example(name, Posting(text=text, id=name), label, codes, group or name, source),
        shares=shares or (score / 100, 1 - score / 100, 0.0),
        risk=score / 100,
        score=score,
        kind=kind,
        reasons=tuple(Reason(code, None, "题", "说明", "建议", 0.9, evidence) for code in given),
        fired=fired,
    )
