"""How well the predictions tell scams: thresholds, curves, confusions, sources, rules; each share with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score

from detector.rules import Rule
from detector.types import CODES, HIGH_FROM, LOW_BELOW, Kind
from training.confidence import Bin, Share, clustered, ece, ece_by_chance, reliability, wilson
from training.dataset import LABELS
from training.evaluate import auc
from training.report.predictions import Prediction

LEVELS = (10, 20, LOW_BELOW, 40, 50, 60, HIGH_FROM, 80, 90)
"""Scores that the table of thresholds shows; the two borders of the levels are among them."""
ANSWERS = ("low", "medium", "high", "not_posting")
SLACK = 0.05
"""How far a rule may fall short of its claim, beyond its interval, before the report says so."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """What calling everything from `score` on a scam gives; `alarms` is the share of what is honest called so."""

    score: int
    flagged: int
    precision: Share | None
    recall: Share | None
    alarms: Share | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a part of the texts, at the border of low."""

    texts: int
    scams: int
    honest: int
    accuracy: Share | None
    precision: Share | None
    recall: Share | None
    f1: float | None
    alarms: Share | None
    alarms_high: Share | None
    auc: float | None
    average_precision: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ten bins of scores with their scams, and the calibration error beside what chance alone would show."""

    bins: tuple[Bin, ...]
    error: float
    by_chance: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """How often a reason code is labelled, found and given where the label lacks it; what is given `instead`."""

    code: str
    labelled: int
    found: Share | None
    wrong: int
    right: Share | None
    instead: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What a rule hits, and whether it keeps its claim; `short` when even the interval lies below the claim."""

    rule: str
    title: str
    scam: int
    honest: int
    share: Share | None
    claimed: float
    right_code: Share | None
    short: bool


def threshold(said: Sequence[Prediction], score: int) -> Threshold:
    """What calling everything from that score on a scam gives."""
    told = [one.score >= score for one in said]
    return Threshold(
        score,
        sum(told),
        _share([(one.is_scam, one) for one, yes in zip(said, told, strict=True) if yes]),
        _share([(yes, one) for one, yes in zip(said, told, strict=True) if one.is_scam]),
        _share([(yes, one) for one, yes in zip(said, told, strict=True) if not one.is_scam]),
    )


def curve(said: Sequence[Prediction]) -> tuple[tuple[int, float, float], ...]:
    """(score, recall, precision) for every score that some text has, highest first; empty where no scam is."""
    scores = np.array([one.score for one in said], np.int64)
    scam = np.array([one.is_scam for one in said], np.bool_)
    if not scam.any():
        return ()
    every = np.bincount(scores, minlength=101)[::-1].cumsum()
    hits = np.bincount(scores[scam], minlength=101)[::-1].cumsum()
    present = np.unique(scores)[::-1]
    return tuple((int(at), hits[100 - at] / scam.sum(), hits[100 - at] / every[100 - at]) for at in present)


def figures(said: Sequence[Prediction]) -> Figures:
    """The figures of these texts; None where there is nothing to count."""
    scam = [one.is_scam for one in said]
    scores = [one.score for one in said]
    at = threshold(said, LOW_BELOW)
    both = 2 * sum(one.is_scam and one.is_flagged for one in said)
    return Figures(
        texts=len(said),
        scams=sum(scam),
        honest=len(said) - sum(scam),
        accuracy=_share([(one.is_scam == one.is_flagged, one) for one in said]),
        precision=at.precision,
        recall=at.recall,
        f1=both / (at.flagged + sum(scam)) if any(scam) else None,
        alarms=at.alarms,
        alarms_high=threshold(said, HIGH_FROM).alarms,
        auc=auc(scores, scam),
        average_precision=float(average_precision_score(scam, scores)) if any(scam) else None,
    )


def by_source(said: Sequence[Prediction]) -> dict[str, Figures]:
    """The figures of each source, largest first; of texts without one under ""."""
    parts: defaultdict[str, list[Prediction]] = defaultdict(list)
    for one in said:
        parts[one.example.source].append(one)
    return {name: figures(parts[name]) for name in sorted(parts, key=lambda name: (-len(parts[name]), name))}


def calibration(said: Sequence[Prediction]) -> Calibration:
    """Whether scores mean what they say."""
    scores, scam = [one.score / 100 for one in said], [one.is_scam for one in said]
    return Calibration(tuple(reliability(scores, scam)) if said else (), ece(scores, scam), ece_by_chance(scores))


def histogram(said: Sequence[Prediction]) -> dict[str, tuple[int, ...]]:
    """Label → how many texts score 0–9, 10–19 … 90–100."""
    counts = Counter((one.example.label, min(one.score // 10, 9)) for one in said)
    return {label: tuple(counts[label, at] for at in range(10)) for label in LABELS}


def confusion(said: Sequence[Prediction]) -> dict[str, dict[str, int]]:
    """Label → answer of ANSWERS → how many."""
    given = Counter((one.example.label, _answer(one)) for one in said)
    return {label: {answer: given[label, answer] for answer in ANSWERS} for label in LABELS}


def _answer(one: Prediction) -> str:
    return "not_posting" if one.kind is Kind.NOT_POSTING else one.level.value


def by_code(said: Sequence[Prediction]) -> tuple[CodeFigures, ...]:
    """Of each code that is labelled or given. Scams without codes say nothing of codes, and are left out."""
    known = [one for one in said if one.example.codes or not one.is_scam]
    found = [_code(code, known) for code in CODES]
    return tuple(one for one in found if one.labelled or one.wrong)


def _code(code: str, known: Sequence[Prediction]) -> CodeFigures:
    wanted = [one for one in known if code in one.example.codes]
    given = [one for one in known if code in one.codes]
    instead = Counter(
        other for one in wanted if code not in one.codes for other in one.codes.difference(one.example.codes)
    )
    return CodeFigures(
        code,
        len(wanted),
        _share([(code in one.codes, one) for one in wanted]),
        sum(code not in one.example.codes for one in given),
        _share([(code in one.example.codes, one) for one in given]),
        tuple(sorted(instead.items(), key=lambda item: (-item[1], item[0]))[:3]),
    )


def by_rule(said: Sequence[Prediction], rules: Iterable[Rule]) -> tuple[RuleFigures, ...]:
    """Every rule: those that fall short of their claim first, then the busiest."""
    hits: defaultdict[str, list[Prediction]] = defaultdict(list)
    for one in said:
        for rule in one.fired:
            hits[rule].append(one)
    found = [_rule(rule, hits[rule.id]) for rule in rules]
    return tuple(sorted(found, key=lambda one: (not one.short, -one.scam - one.honest, one.rule)))


def _rule(rule: Rule, hits: Sequence[Prediction]) -> RuleFigures:
    scam = sum(one.is_scam for one in hits)
    share = _share([(one.is_scam, one) for one in hits])
    return RuleFigures(
        rule.id,
        rule.title,
        scam,
        len(hits) - scam,
        share,
        rule.confidence,
        wilson(sum(rule.code in one.example.codes for one in hits), len(hits)),
        share is not None and share.high < rule.confidence - SLACK,
    )


def _share(judged: Sequence[tuple[bool, Prediction]]) -> Share | None:
    return clustered([hit for hit, _ in judged], [one.example.group for _, one in judged])


def spread(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts, largest first."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
