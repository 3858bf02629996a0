"""How far a text's length or voice alone gives the label away; a model would learn that instead of what is said."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from training.labelled_rows import Row

FOLDS = 5
LENGTHS = (15, 20, 25, 30, 40, 50, 60, 80, 100, 130, 160, 200, 250, 300, 400, 600)
"""Characters at which a new length band begins."""


def postings(rows: Sequence[Row]) -> list[Row]:
    """What is either a scam or honest; whatever is no posting is told apart by what it is, not by how it leans."""
    return [row for row in rows if row.label in ("scam", "legit")]


def length_auc(rows: Sequence[Row]) -> float | None:
    """AUC for scam of the length band alone, cross-validated by group; None where there is too little to say."""
    return _auc(rows, [str(int(np.digitize(len(row.text), LENGTHS))) for row in postings(rows)])


def voice_auc(rows: Sequence[Row]) -> float | None:
    """AUC for scam of the voice alone, cross-validated by group; None where there is too little to say."""
    return _auc(rows, [row.voice for row in postings(rows)])


def median_length(rows: Sequence[Row], label: str) -> int:
    """Characters of the middle text with this label; 0 where there is none."""
    lengths = [len(row.text) for row in rows if row.label == label]
    return round(median(lengths)) if lengths else 0


def _auc(rows: Sequence[Row], category: Sequence[str]) -> float | None:
    used = postings(rows)
    scam: NDArray[np.int64] = np.array([row.label == "scam" for row in used], dtype=np.int64)
    groups = [row.group for row in used]
    if len(set(groups)) < 20 * FOLDS or not 0 < scam.sum() < len(scam):
        return None
    _, kind = np.unique(np.array(category), return_inverse=True)
    chance = np.zeros(len(used))
    for seen, unseen in GroupKFold(FOLDS).split(kind, scam, groups):
        chance[unseen] = _share_of_scams(kind[seen], scam[seen], int(kind.max()) + 1)[kind[unseen]]
    return float(roc_auc_score(scam, chance))


def _share_of_scams(kind: NDArray[np.int64], scam: NDArray[np.int64], kinds: int) -> NDArray[np.float64]:
    """(kinds,) share of scams in each kind; a rare kind is drawn to the share in all."""
    count = np.bincount(kind, minlength=kinds)
    scams = np.bincount(kind, weights=scam, minlength=kinds)
    share: NDArray[np.float64] = (scams + scam.mean()) / (count + 1)
    return share
