"""The choice of settings by what fits say of groups they never saw: a small grid, every figure kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold

from detector.wording import KINDS
from training.mixture import Mixed
from training.progress import Count
from training.regression import fit_weights
from training.vocabulary import Raw, Vocabulary, weigh
from training.weights import softmax
from training.workers import in_threads

STRENGTHS = (1.25, 2.5, 5.0, 10.0)
"""Values of C: lower ones trust the examples less."""
READINGS = (0.6, 1.0)
"""How much what the rules' reader sees counts beside words and characters."""
FOLDS = 3
ENOUGH = 50
"""So many own scams, and others, are enough to choose by the own rows alone."""
BETTER = 0.001
"""A setting has to beat the present one by more than this in log loss: less is chance."""


def grid(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The settings to try, the present ones first."""
    yield dict(settings)
    for c in STRENGTHS:
        for reading in READINGS:
            changed = {**settings, "C": c, "blocks": {**settings["blocks"], "reading": reading}}
            if changed != dict(settings):
                yield changed


def searched(
    raw: Raw,
    known: Vocabulary,
    data: Mixed,
    settings: Mapping[str, Any],
    counting: Callable[[int], Count],
) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """The best settings of the grid by held-out log loss of the kinds, and the figures of all.

    Judged on the team's own rows where there are enough, on all otherwise; weights count as in training.
    """
    tried = list(grid(settings))
    folds = list(GroupKFold(FOLDS).split(raw.known, groups=data.groups))
    done = counting(len(tried) * len(folds))
    tasks = [(one, seen, unseen) for one in tried for seen, unseen in folds]
    work = in_threads(lambda task: _shares(raw, known, data, *task), tasks, settings["jobs"])
    found = np.zeros((len(tried), len(data.examples), len(KINDS)))
    for number, shares in enumerate(work):
        found[number // len(folds), folds[number % len(folds)][1]] = shares
        done(number + 1)
    figures = [_figures(one, shares, data) for one, shares in zip(tried, found, strict=True)]
    best = min(range(len(tried)), key=lambda at: (figures[at]["log_loss"] + BETTER * (at > 0), at))
    figures[best]["chosen"] = True
    return tried[best], figures


def _shares(
    raw: Raw,
    known: Vocabulary,
    data: Mixed,
    settings: Mapping[str, Any],
    seen: NDArray[np.int64],
    unseen: NDArray[np.int64],
) -> NDArray[np.float64]:
    rows = None if data.rows is None else data.rows[seen]
    examples = [data.examples[at] for at in seen]
    fitted = fit_weights(raw[seen], known, examples, settings, codes=False, rows=rows)
    return softmax(fitted.logits(weigh(raw[unseen], known, settings)))


def _figures(settings: Mapping[str, Any], shares: NDArray[np.float64], data: Mixed) -> dict[str, Any]:
    kinds = np.array([KINDS.index(item.label) for item in data.examples])
    scams = int(((kinds == 0) & data.own).sum())
    judged = data.own if min(scams, int(data.own.sum()) - scams) >= ENOUGH else np.ones(len(kinds), np.bool_)
    shares, kinds = shares[judged], kinds[judged]
    return {
        "C": settings["C"],
        "blocks": dict(settings["blocks"]),
        "texts": len(kinds),
        "log_loss": round(float(log_loss(kinds, shares, labels=[0, 1, 2])), 4),
        "auc": round(float(roc_auc_score(kinds == 0, shares[:, 0])), 4),
        "average_precision": round(float(average_precision_score(kinds == 0, shares[:, 0])), 4),
    }
