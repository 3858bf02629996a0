"""How sure a figure is: intervals for shares, and whether scores mean what they say."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

Z = 1.959964
"""Of a 95 % interval."""
DRAWS = 1000
AT_ONCE = 4_000_000
"""Groups drawn before they are summed up, so that memory does not grow with the texts."""
SEED = 7
BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `whole` counted things, with its 95 % interval; all of it within 0..1, or -1..1 for a difference."""

    value: float
    whole: int
    low: float
    high: float


def wilson(part: int, whole: int) -> Share | None:
    """Wilson's score interval: right for small counts and near 0 and 1. None of nothing."""
    if not whole:
        return None
    return _wilson(part / whole, whole, whole)


def _wilson(share: float, worth: float, whole: int) -> Share:
    """The interval of a share that `worth` independent texts show; `whole` are counted."""
    squared = Z * Z
    middle = (share + squared / (2 * worth)) / (1 + squared / worth)
    half = Z * sqrt(share * (1 - share) / worth + squared / (4 * worth * worth)) / (1 + squared / worth)
    return Share(share, whole, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def grouped(parts: ArrayLike, wholes: ArrayLike, groups: Sequence[Hashable]) -> Share | None:
    """sum(parts) / sum(wholes) with a bootstrap interval over groups: texts of one group stand or fall together."""
    number = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    of = np.array([number[group] for group in groups], np.int64)
    upper = np.bincount(of, weights=np.asarray(parts, np.float64), minlength=len(number)).astype(np.float64)
    lower = np.bincount(of, weights=np.asarray(wholes, np.float64), minlength=len(number)).astype(np.float64)
    if not lower.sum():
        return None
    low, high = np.quantile(_redrawn(upper, lower), [0.025, 0.975]).tolist()
    return Share(float(upper.sum() / lower.sum()), round(float(lower.sum())), low, high)


def _redrawn(upper: NDArray[np.float64], lower: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share in each of DRAWS samples of groups; samples that hold nothing to count are left out."""
    many, random, shares = len(lower), np.random.default_rng(SEED), []
    at_once = max(1, min(DRAWS, AT_ONCE // many))
    for start in range(0, DRAWS, at_once):
        times = random.multinomial(many, np.full(many, 1 / many), size=min(at_once, DRAWS - start))
        whole = times @ lower
        shares.append((times @ upper)[whole > 0] / whole[whole > 0])
    return np.concatenate(shares)


def share_of(hits: Sequence[bool], groups: Sequence[Hashable] = ()) -> Share | None:
    """The share of hits: bootstrap over groups where some have several texts, Wilson where none has or all agree."""
    plain = wilson(sum(hits), len(hits))
    if not groups or len(set(groups)) == len(hits) or plain is None or plain.value in (0.0, 1.0):
        return plain
    return grouped(hits, np.ones(len(hits)), groups)


def clustered(hits: Sequence[bool], groups: Sequence[Hashable]) -> Share | None:
    """The share of hits; texts of one group count as less than as many texts. As `share_of`, without drawing samples.

    Wilson's interval for the number of independent texts that would give the variance found between groups.
    """
    share = wilson(sum(hits), len(hits))
    if share is None or share.value in (0.0, 1.0):
        return share
    number = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    of = np.array([number[group] for group in groups], np.int64)
    off = np.bincount(of, weights=np.asarray(hits, np.float64) - share.value)
    squares = float(off @ off)
    worth = min(float(len(hits)), share.value * (1 - share.value) * len(hits) ** 2 / squares) if squares else len(hits)
    return _wilson(share.value, worth, len(hits))


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts whose scores fall in [start, start + 0.1): their mean score, and how many of them are scams."""

    start: float
    count: int
    mean: float
    scams: int


def reliability(scores: Sequence[float], scam: Sequence[bool]) -> list[Bin]:
    """The bins that hold anything, in order; scores are 0..1, and 1 belongs to the last."""
    values, told = np.asarray(scores, np.float64), np.asarray(scam, np.bool_)
    number = _bin_numbers(values)
    return [
        Bin(at / BINS, int(inside.sum()), float(values[inside].mean()), int(told[inside].sum()))
        for at in range(BINS)
        if (inside := number == at).any()
    ]


def ece(scores: Sequence[float], scam: Sequence[bool]) -> float:
    """Expected calibration error: how far mean score and share of scams lie apart in a bin, weighed by its texts."""
    return _ece(np.asarray(scores, np.float64), np.asarray(scam, np.float64))


def ece_by_chance(scores: Sequence[float]) -> tuple[float, float]:
    """The ECE that perfectly calibrated scores would show on so few texts: its mean, and what 95 % stay below."""
    values = np.asarray(scores, np.float64)
    if not len(values):
        return 0.0, 0.0
    random = np.random.default_rng(SEED)
    found = [_ece(values, (random.random(len(values)) < values).astype(np.float64)) for _ in range(DRAWS // 2)]
    return float(np.mean(found)), float(np.quantile(found, 0.95))


def _bin_numbers(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.minimum(np.floor(values * BINS + 1e-9), BINS - 1).astype(np.int64)


def _ece(values: NDArray[np.float64], scam: NDArray[np.float64]) -> float:
    gaps = np.bincount(_bin_numbers(values), weights=values - scam, minlength=BINS)
    return float(np.abs(gaps).sum() / max(1, len(values)))


def mcnemar(one: int, other: int) -> float:
    """The chance that two equally good models differ as much, by the exact binomial test; 1 where they never differ."""
    return float(binomtest(one, one + other, 0.5).pvalue) if one + other else 1.0
