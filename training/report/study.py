"""All that a report says, found once: the page and the JSON show the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.document import Document
from detector.rules import RuleSet, load_rules
from detector.types import CODES, Evidence, Posting
from training.report.comparison import Change, Comparison, comparison
from training.report.copies import Conflict, Summary, summary
from training.report.excerpts import Mark, Piece, pieces
from training.report.figures import (
    LEVELS,
    Calibration,
    CodeFigures,
    Figures,
    RuleFigures,
    Threshold,
    by_code,
    by_rule,
    by_source,
    calibration,
    confusion,
    curve,
    figures,
    histogram,
    threshold,
)
from training.report.label_errors import LabelError, label_errors
from training.report.predictions import Prediction
from training.report.terms import Term, terms

SHOWN = 200
"""Label errors and changed texts that are shown at most; the sections say how many there are."""
MISTAKES = 25
"""Of missed scams and of false alarms each."""
CONFLICTS = 50
SOURCES = 100


@dataclass(frozen=True, slots=True)
class Gate:
    """What a check before promotion said, in the registry's words."""

    name: str
    passed: bool
    figure: str
    limit: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What was read with what. `held_out` of the texts were read by fits that saw nothing of their group; `refused`
    rows could not be read; `seen` is true where the model was trained on these very texts and read them itself.
    """

    model: str
    rules: str
    files: tuple[str, ...]
    held_out: int = 0
    refused: int = 0
    seen: bool = False
    against: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A text on the page: where it comes from, what it is called, its words with the marks, and how long it is."""

    id: str
    source: str
    label: str
    codes: tuple[str, ...]
    given: tuple[str, ...]
    score: int
    length: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """All that a report says. Places in `errors`, `changes` and `conflicts` are keys of `texts`."""

    origin: Origin
    summary: Summary
    whole: Figures
    thresholds: tuple[Threshold, ...]
    curve: tuple[tuple[int, float, float], ...]
    calibration: Calibration
    histogram: dict[str, tuple[int, ...]]
    confusion: dict[str, dict[str, int]]
    codes: tuple[CodeFigures, ...]
    sources: dict[str, Figures]
    rules: tuple[RuleFigures, ...]
    errors: tuple[LabelError, ...]
    missed: tuple[int, ...]
    alarms: tuple[int, ...]
    terms: dict[str, tuple[Term, ...]]
    comparison: Comparison | None
    gates: tuple[Gate, ...]
    texts: dict[int, Shown]


def study(
    said: Sequence[Prediction],
    origin: Origin,
    *,
    model: Path | None = None,
    before: Sequence[Prediction] | None = None,
    gates: Iterable[Gate] = (),
) -> Study:
    """All that is to be said of the predictions; `before` are those of the running model on the same texts."""
    rules = load_rules()
    about = summary([one.example for one in said])
    errors = label_errors(said, about.conflicts)
    compared = comparison(before, said) if before is not None else None
    missed, alarms = _worst(said, scam=True), _worst(said, scam=False)
    shown = {*missed, *alarms, *_places(errors), *_places(compared.changes if compared else ()), *_pairs(about)}
    return Study(
        origin=origin,
        summary=about,
        whole=figures(said),
        thresholds=tuple(threshold(said, score) for score in LEVELS),
        curve=curve(said),
        calibration=calibration(said),
        histogram=histogram(said),
        confusion=confusion(said),
        codes=by_code(said),
        sources=by_source(said),
        rules=by_rule(said, rules.rules),
        errors=errors,
        missed=missed,
        alarms=alarms,
        terms=terms((one.example for one in said), model),
        comparison=compared,
        gates=tuple(gates),
        texts={place: _shown(said[place], rules) for place in sorted(shown)},
    )


def _worst(said: Sequence[Prediction], *, scam: bool) -> tuple[int, ...]:
    """The surest mistakes: scams with the lowest score, or what is honest with the highest."""
    wrong = [place for place, one in enumerate(said) if one.is_scam is scam and one.is_flagged is not scam]
    order = sorted(wrong, key=lambda place: ((said[place].risk if scam else -said[place].risk), place))
    return tuple(order[:MISTAKES])


def _places(found: Iterable[LabelError | Change]) -> list[int]:
    return [one.place for one in found][:SHOWN]


def _pairs(about: Summary) -> Iterable[int]:
    conflicts: Sequence[Conflict] = about.conflicts[:CONFLICTS]
    return [place for one in conflicts for place in (one.first, one.second)]


def _shown(one: Prediction, rules: RuleSet) -> Shown:
    """A text with what reasons point at, or, where no reason is given, what the rules saw; and what was set aside."""
    posting = one.example.posting
    finding = rules.read(Document(posting))
    reasons = [place for reason in (one.reasons or finding.reasons) for place in reason.evidence]
    aside = [place for item in finding.set_aside for place in item.evidence]
    return Shown(
        id=one.example.id,
        source=one.example.source,
        label=one.example.label,
        codes=one.example.codes,
        given=tuple(code for code in CODES if code in one.codes),
        score=one.score,
        length=len(one.example.text),
        pieces=pieces(one.example.text, [*_marks(posting, reasons, "reason"), *_marks(posting, aside, "aside")]),
    )


def _marks(posting: Posting, places: Iterable[Evidence], how: str) -> Iterable[Mark]:
    """Where evidence stands in all fields together, one a line, as `Example.text` has them."""
    starts, at = {}, 0
    for name, value in posting.fields():
        starts[name] = at
        at += len(value) + 1
    return [(starts[one.field] + one.start, starts[one.field] + one.end, how) for one in places if one.field in starts]
