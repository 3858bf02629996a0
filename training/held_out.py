"""What fits say of texts whose group they never saw: the curve that makes a score mean what it says, and figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.sparse import csr_matrix

from detector.scoring import believed, calibrated, families, kindred, noisy_or
from detector.types import LOW_BELOW
from detector.wording import KINDS
from training.counts import Counts
from training.dataset import DataError, Example
from training.evaluate import auc
from training.feature_cache import text_key
from training.vocabulary import Vocabulary
from training.weights import Rows, Weights

HELD_OUT_FILE = "heldout.jsonl"
"""In a model folder: a line for each text of HeldOut, without the text."""


@dataclass(frozen=True)
class HeldOut:
    """What fits that saw nothing of a text's group said of it: the figures of a model before anybody uses it.

    `shares` (texts, 3) are those of scam, legit and not_posting; `risks` (texts,), 0..1, have the rules joined in and
    are not calibrated; `curve` makes scores of them. `own` marks the texts that are not the shipped ones.
    """

    examples: Sequence[Example]
    own: NDArray[np.bool_]
    shares: NDArray[np.float64]
    risks: NDArray[np.float64]
    curve: Sequence[Sequence[float]]

    def scores(self) -> list[int]:
        """(texts,) 0..100, as a user would have got them."""
        found = [round(100 * calibrated(risk, self.curve)) for risk in self.risks.tolist()]
        news = self.shares[:, 2] >= self.shares[:, :2].max(axis=1)
        return [min(score, LOW_BELOW - 1) if other else score for score, other in zip(found, news, strict=True)]

    def bands(self, prior: float) -> list[float]:
        """Share of the texts in each band of scores, see `score_bands`."""
        posting = self.shares[:, 2] < self.shares[:, :2].max(axis=1)
        scam = np.array([item.label == "scam" for item in self.examples])
        return score_bands(np.interp(self.risks, *np.transpose(self.curve)), posting, scam, prior)

    def lines(self) -> bytes:
        """JSON lines: id, key (`text_key` of the text), label, source, group, own, shares, risk, score."""
        rows = zip(
            self.examples, self.own.tolist(), self.shares.tolist(), self.risks.tolist(), self.scores(), strict=True
        )
        return b"".join(
            _line(
                {
                    "id": item.id,
                    "key": text_key(item).hex(),
                    "label": item.label,
                    "source": item.source,
                    "group": item.group,
                    "own": own,
                    "shares": [round(share, 5) for share in shares],
                    "risk": round(risk, 5),
                    "score": score,
                }
            )
            for item, own, shares, risk, score in rows
        )


def joined_risks(
    shares: NDArray[np.float64], counts: Sequence[Counts], audit: Mapping[str, Mapping[str, float]]
) -> NDArray[np.float64]:
    """(texts,) risks of `held_out` with what the rules claim."""
    return np.array(
        [
            noisy_or(risk, families(item.rules, audit, legit).values())
            for (_, legit, _, risk), item in zip(shares.tolist(), counts, strict=True)
        ]
    )


def kinship(fitted: Weights, x: csr_matrix, known: Vocabulary) -> NDArray[np.float64]:
    """(texts,) how much of each risk stands by the likeliest reason code, see `detector.scoring.kindred`.

    The heads of the codes were fitted on the scams among these texts, which flatters scams a little and nothing else.
    """
    kinds, named = len(KINDS), known.named
    logits = np.asarray(x[:, :named] @ fitted.weights[:named, kinds:] + fitted.intercepts[kinds:])
    return np.array([kindred(row) for row in (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).tolist()])


def calibration(
    raw: NDArray[np.float64], scam: NDArray[np.bool_], prior: float, rows: Rows | None = None
) -> list[list[float]]:
    """A monotone curve of (raw, share of scams) points from held-out scores, for traffic that is `prior` scams.

    `rows` (scores,) says how much each counts.
    """
    rows = np.ones(len(raw)) if rows is None else rows
    share = float(np.average(scam, weights=rows)) if len(raw) else 0.0
    if not 0 < share < 1:
        raise DataError("the held-out postings are all of one label, so no score can be calibrated; add examples")
    weights = rows * np.where(scam, prior / share, (1 - prior) / (1 - share))
    points, place = np.unique(raw, return_inverse=True)
    held = np.bincount(place, weights)
    rates = np.bincount(place, weights * scam) / held
    grid = np.linspace(0, 1, 41)
    values = np.interp(grid, points, isotonic_regression(rates, weights=held).x)
    smooth = np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    rising = np.maximum.accumulate(np.clip(smooth, 0.002, 0.995))
    rising[0], rising[-1] = min(rising[0], 0.01), max(rising[-1], 0.97)
    return [[round(float(a), 4), round(float(b), 4)] for a, b in zip(grid, rising, strict=True)]


def score_bands(
    share: NDArray[np.float64], posting: NDArray[np.bool_], scam: NDArray[np.bool_], prior: float
) -> list[float]:
    """Share of held-out texts with a score of 0-9, 10-19, … 90-100, for traffic that is `prior` scams.

    The service compares what it gives out with this (`scamjob_score_drift_psi`).
    """
    score = np.rint(100 * share)
    score[~posting] = np.minimum(score[~posting], LOW_BELOW - 1)
    weights = np.where(scam, prior / scam.mean(), (1 - prior) / (1 - scam.mean()))
    bands = np.bincount(np.minimum(score // 10, 9).astype(np.intp), weights, minlength=10)
    return [round(float(band), 4) for band in bands / bands.sum()]


def held_out_metrics(
    shares: NDArray[np.float64], raw: NDArray[np.float64], examples: Sequence[Example]
) -> dict[str, float]:
    """How well the held-out scores tell scams, before calibration, at 0.5."""
    scam = np.array([example.label == "scam" for example in examples])
    kinds = np.array([KINDS.index(example.label) for example in examples])
    told = (raw >= 0.5) & (shares.argmax(axis=1) != 2)
    hit = float((told & scam).sum())
    return {
        "accuracy": round(float((told == scam).mean()), 4),
        "f1": round(2 * hit / float(told.sum() + scam.sum()), 4),
        "recall": round(hit / float(scam.sum()), 4),
        "false_alarms": round(float((told & ~scam).sum() / (~scam).sum()), 4),
        "auc": round(auc(raw.tolist(), scam.tolist()) or 0.0, 4),
        "kind_accuracy": round(float(((shares.argmax(axis=1) == 2) == (kinds == 2)).mean()), 4),
    }


def rule_audit(counts: Sequence[Counts], examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """For each rule that fired: in how many texts of each label, what it claims, and what may be believed of it."""
    fired: dict[str, Counter[str]] = {}
    claims: dict[str, float] = {}
    for item, example in zip(counts, examples, strict=True):
        for rule, claim in item.rules.items():
            fired.setdefault(rule, Counter())[example.label] += 1
            claims[rule] = claim
    return {
        rule: {
            "claimed": claims[rule],
            "believed": round(believed(claims[rule], labels["scam"], labels["legit"]), 3),
            **{label: labels[label] for label in KINDS},
        }
        for rule, labels in sorted(fired.items())
    }


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
