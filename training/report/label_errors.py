"""Which labels are probably wrong: those that held-out scores, rules and copies of the text all speak against.

Confident learning (Northcutt et al. 2021) with one change that the figures asked for: what is looked at is the share
that a text's own label gets, on average by the classifier alone and with the rules joined in, and the rate of errors
is found from all shares at once instead of from thresholds for each class. `python -m training.report.planted`
measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.dataset import LABELS
from training.report.copies import Conflict
from training.report.predictions import Prediction

ROUNDS = 50
FROM = 0.5
"""A label that is wrong with at least this chance is listed."""
MOST = 0.3
"""Higher no rate of errors is taken: then it is the model that is wrong."""


@dataclass(frozen=True, slots=True)
class LabelError:
    """A label that is probably wrong: the chance of it, what the model would say, and what else speaks for that."""

    place: int
    label: str
    likely: str
    chance: float
    own_share: float
    rules: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


def label_errors(said: Sequence[Prediction], conflicts: Sequence[Conflict] = ()) -> tuple[LabelError, ...]:
    """The labels that are probably wrong, surest first; `place` is the position of the text."""
    if len({one.example.label for one in said}) < 2:
        return ()
    shares = np.array([_joined(one) for one in said])
    own = np.array([LABELS.index(one.example.label) for one in said])
    mine = shares[np.arange(len(said)), own]
    chances = wrong(mine)
    copies = _copies(conflicts)
    for place, others in copies.items():
        if mine[place] <= min(mine[other] for other in others):  # two labels of one text: the less likely is wrong
            chances[place] = max(chances[place], FROM)
    shares[np.arange(len(said)), own] = -1
    likely = shares.argmax(axis=1)
    order = sorted(np.flatnonzero(chances >= FROM).tolist(), key=lambda place: (-chances[place], mine[place], place))
    return tuple(
        LabelError(
            place,
            said[place].example.label,
            LABELS[likely[place]],
            round(float(chances[place]), 4),
            round(float(mine[place]), 4),
            said[place].fired if LABELS[likely[place]] == "scam" else (),
            tuple(said[other].example.id for other in copies.get(place, ())),
        )
        for place in order
    )


def wrong(mine: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance that each label is wrong, given the share that it got; the rate of errors is that of its own result.

    By Bayes: a wrong label gets what is left of the share, a right one the share, each weighed by its rate.
    """
    rate = 0.05
    chances = np.zeros(len(mine))
    for _ in range(ROUNDS):
        against = rate * (1 - mine)
        chances = against / np.maximum(against + (1 - rate) * mine, 1e-12)
        rate = min(float(chances.mean()), MOST)
    return chances


def _joined(one: Prediction) -> list[float]:
    """The shares of the labels: mean of the classifier's own and of those with the rules joined in."""
    scam, legit, other = one.shares
    if other > max(scam, legit):
        return [scam, legit, other]
    rest = (1 - one.risk) / max(legit + other, 1e-12)
    return [(scam + one.risk) / 2, legit * (1 + rest) / 2, other * (1 + rest) / 2]


def _copies(conflicts: Sequence[Conflict]) -> dict[int, list[int]]:
    """Texts that are the same but for spaces and signs and bear another label, by position."""
    found: dict[int, list[int]] = {}
    for one in conflicts:
        if one.alike == 1.0:
            found.setdefault(one.first, []).append(one.second)
            found.setdefault(one.second, []).append(one.first)
    return found
