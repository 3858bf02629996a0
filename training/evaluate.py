"""Measure a detector on labelled examples: what a user would notice, in figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np

from detector.types import CODES, Assessment, Kind, Level, Posting
from training.dataset import Example

BINS = 10
"""Of the calibration table: scores 0-9, 10-19, ..."""


class Assessor(Protocol):
    """What measuring asks of a detector; a peer can be measured the same way."""

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        """How likely each posting is a scam, and why; in order."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """One answer beside its label."""

    label: str
    source: str
    wanted: frozenset[str]
    kind: Kind
    level: Level
    score: int
    given: frozenset[str]

    @property
    def is_scam(self) -> bool:
        """What the label says."""
        return self.label == "scam"

    @property
    def is_flagged(self) -> bool:
        """What the detector says: medium or high."""
        return self.level is not Level.LOW


def evaluate(detector: Assessor, rows: Iterable[Example]) -> dict[str, object]:
    """All figures as plain dicts and numbers; shares are None where there is nothing to count."""
    answered = _answered(detector, list(rows))
    sources = defaultdict(list)
    for row in answered:
        sources[row.source].append(row)
    return {
        **_figures(answered),
        "kind": _kinds(answered),
        "calibration": _calibration(answered),
        "codes": _codes(answered),
        "sources": {name: _figures(sources[name]) for name in sorted(sources)},
    }


def _answered(detector: Assessor, examples: Sequence[Example]) -> list[Row]:
    assessments = detector.assess_many(example.posting for example in examples)
    return [
        Row(
            label=example.label,
            source=example.source or example.id.partition("-")[0],
            wanted=frozenset(example.codes),
            kind=assessment.kind,
            level=assessment.risk_level,
            score=assessment.risk_score,
            given=frozenset(reason.code for reason in assessment.reasons),
        )
        for example, assessment in zip(examples, assessments, strict=True)
    ]


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    hits = sum(row.is_scam and row.is_flagged for row in rows)
    scams = sum(row.is_scam for row in rows)
    flagged = sum(row.is_flagged for row in rows)
    honest = [row for row in rows if not row.is_scam]
    precision, recall = _share(hits, flagged), _share(hits, scams)
    return {
        "rows": len(rows),
        "scam": scams,
        "honest": len(honest),
        "accuracy": _share(sum(row.is_scam == row.is_flagged for row in rows), len(rows)),
        "precision": precision,
        "recall": recall,
        "f1": _share(2 * hits, flagged + scams),
        "auc": auc([row.score for row in rows], [row.is_scam for row in rows]),
        "false_alarms": _share(flagged - hits, len(honest)),
        "false_alarms_high": _share(sum(row.level is Level.HIGH for row in honest), len(honest)),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def auc(scores: Sequence[float], is_positive: Sequence[bool]) -> float | None:
    """The chance that a positive scores above a negative, ties counting half; None when one kind is missing."""
    positive = np.array(is_positive, dtype=bool)
    many, few = int(positive.sum()), int((~positive).sum())
    if not many or not few:
        return None
    _, index, counts = np.unique(np.array(scores, dtype=float), return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[index][positive].sum() - many * (many + 1) / 2) / (many * few))


def _kinds(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Labelled kind → given kind → how many."""
    counts = Counter((Kind.NOT_POSTING if row.label == "not_posting" else Kind.POSTING, row.kind) for row in rows)
    return {wanted.value: {given.value: counts[wanted, given] for given in Kind} for wanted in Kind}


def _calibration(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Of the texts scored in each band, the mean score and the share of scams, both in 0..100."""
    bands = defaultdict(list)
    for row in rows:
        bands[min(row.score // (100 // BINS), BINS - 1)].append(row)
    return [
        {
            "from": band * 100 // BINS,
            "rows": len(inside),
            "mean_score": sum(row.score for row in inside) / len(inside),
            "scams": 100 * sum(row.is_scam for row in inside) / len(inside),
        }
        for band, inside in sorted(bands.items())
    ]


def _codes(rows: Sequence[Row]) -> dict[str, dict[str, object]]:
    """Of each code: how often labelled, found, and given where the label lacks it. Scams without codes say nothing."""
    known = [row for row in rows if row.wanted or not row.is_scam]
    wanted = Counter(code for row in known for code in row.wanted)
    found = Counter(code for row in known for code in row.wanted & row.given)
    wrong = Counter(code for row in known for code in row.given - row.wanted)
    return {
        code: {
            "labelled": wanted[code],
            "found": found[code],
            "recall": _share(found[code], wanted[code]),
            "wrongly_given": wrong[code],
            "precision": _share(found[code], found[code] + wrong[code]),
        }
        for code in CODES
        if wanted[code] or wrong[code]
    }


_COLUMNS = ("rows", "scam", "accuracy", "precision", "recall", "f1", "auc", "false_alarms", "false_alarms_high")


def table(result: Mapping[str, object]) -> str:
    """The figures for a person."""
    sources = cast(Mapping[str, Mapping[str, object]], result["sources"])
    lines = [_line("", [name.replace("false_alarms", "alarms") for name in _COLUMNS])]
    lines += [_line(name, [figures[column] for column in _COLUMNS]) for name, figures in sources.items()]
    lines += [_line("all", [result[column] for column in _COLUMNS]), ""]
    kinds = cast(Mapping[str, Mapping[str, int]], result["kind"])
    lines += [
        f"kind {wanted}: " + ", ".join(f"{n} {given}" for given, n in row.items()) for wanted, row in kinds.items()
    ]
    columns = ("labelled", "found", "recall", "wrongly_given", "precision")
    lines += ["", _line("code", columns)]
    codes = cast(Mapping[str, Mapping[str, object]], result["codes"])
    lines += [_line(code, [figures[column] for column in columns]) for code, figures in codes.items()]
    lines += ["", _line("score from", ("rows", "mean_score", "scams in 100"))]
    bands = cast(Sequence[Mapping[str, object]], result["calibration"])
    lines += [_line(str(band["from"]), [band["rows"], band["mean_score"], band["scams"]]) for band in bands]
    return "\n".join(lines)


def _line(name: str, cells: Sequence[object]) -> str:
    return f"{name[:24]:24}" + "".join(f"{_cell(cell):>14}" for cell in cells)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
