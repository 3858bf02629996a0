"""Fits in memory: a softmax over the kinds, and a logistic head for each reason code, by scikit-learn.

What trains out of core without reason codes does not load this module: scikit-learn is most of what a process holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from detector.types import CODES
from detector.wording import KINDS
from training.dataset import Example
from training.settings import SETTINGS
from training.vocabulary import Raw, Vocabulary, joined, weigh
from training.weights import Rows, Weights
from training.workers import in_threads

TOLERANCE = 1e-5
"""Where the solver stops. At scikit-learn's own 1e-4 it stops so far from the best weights that a few more texts move
the intercepts by .4, and with them the share of honest postings that are flagged."""


def fit_weights(
    raw: Raw,
    known: Vocabulary,
    examples: Sequence[Example],
    settings: Mapping[str, Any] = SETTINGS,
    codes: bool = True,
    rows: Rows | None = None,
) -> Weights:
    """Softmax over the kinds; for each code with enough examples a logistic head, among scams, over named features.

    `rows` (examples,) says how much each example counts; without it all count alike.
    """
    x = weigh(raw, known, settings)
    extra = weigh(joined(raw, examples, settings), known, settings)
    kinds = np.array([KINDS.index(example.label) for example in examples] + [KINDS.index("legit")] * extra.shape[0])
    both, weights = vstack([x, extra]), _with_extra(rows, kinds, extra.shape[0])
    is_scam = np.array([example.label == "scam" for example in examples])
    scams = x[is_scam, : known.named] if codes else None
    del raw, x, extra  # folds are fitted side by side, and each takes as much again
    with threadpool_limits(1):
        sure = LogisticRegression(C=settings["C"], tol=TOLERANCE, max_iter=1000)
        sure.fit(both, kinds, sample_weight=weights)
    columns, intercepts, heads, named_by = [*sure.coef_], [*sure.intercept_], [*KINDS], []
    for code in CODES if codes else ():
        named = np.array([code in example.codes for example in examples])[is_scam]
        if named.sum() >= settings["least_code"] and not named.all():
            named_by.append(named)
            heads.append(code)
    among = None if rows is None else rows[is_scam]
    fit = partial(fit_code, scams, c=settings["C_codes"], rows=among)
    for column, intercept in in_threads(fit, named_by, settings["jobs"]):
        columns.append(np.pad(column, (0, known.rows - len(column))))
        intercepts.append(intercept)
    return Weights(np.column_stack(columns), np.array(intercepts), tuple(heads))


def _with_extra(rows: Rows | None, kinds: NDArray[np.int64], extra: int) -> Rows | None:
    """Weights for the examples and the honest texts put together after them, which count as honest ones do."""
    if rows is None:
        return None
    honest = rows[kinds[: len(rows)] == KINDS.index("legit")]
    return np.append(rows, np.full(extra, honest.mean() if len(honest) else 1.0))


def fit_code(x: csr_matrix, named: NDArray[np.bool_], c: float, rows: Rows | None) -> tuple[NDArray[np.float64], float]:
    """Weights (features,) and intercept of a reason code among scams, `named` saying which have it."""
    with threadpool_limits(1):
        head = LogisticRegression(C=c, max_iter=200).fit(x, named, sample_weight=rows)
    return head.coef_[0], float(head.intercept_[0])
