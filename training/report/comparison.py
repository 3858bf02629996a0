"""Two models on the same texts: which is right where the other is not, and whether chance would do as much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.confidence import mcnemar
from training.report.figures import Figures, figures
from training.report.predictions import Prediction


@dataclass(frozen=True, slots=True)
class Change:
    """A text, by position, whose level crosses the border of low: its label and both scores."""

    place: int
    label: str
    before: int
    after: int
    better: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both models' figures, the four counts of McNemar's test with its exact two-sided p, and what changed."""

    before: Figures
    after: Figures
    both_right: int
    only_after: int
    only_before: int
    both_wrong: int
    p: float
    changes: tuple[Change, ...]


def comparison(before: Sequence[Prediction], after: Sequence[Prediction]) -> Comparison:
    """What another model changes. Both lists are of the same texts in the same order; ValueError otherwise."""
    if [one.example.id for one in before] != [one.example.id for one in after]:
        raise ValueError("a comparison needs the same texts in the same order")
    right = [
        (one.is_flagged == one.is_scam, two.is_flagged == two.is_scam) for one, two in zip(before, after, strict=True)
    ]
    only_after, only_before = right.count((False, True)), right.count((True, False))
    changes = [
        Change(place, two.example.label, one.score, two.score, two.is_flagged == two.is_scam)
        for place, (one, two) in enumerate(zip(before, after, strict=True))
        if one.is_flagged != two.is_flagged
    ]
    return Comparison(
        before=figures(before),
        after=figures(after),
        both_right=right.count((True, True)),
        only_after=only_after,
        only_before=only_before,
        both_wrong=right.count((False, False)),
        p=mcnemar(only_after, only_before),
        changes=tuple(sorted(changes, key=lambda one: (one.better, -abs(one.after - one.before), one.place))),
    )
