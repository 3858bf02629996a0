"""What fits say of texts whose group they never saw: every row is held out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from detector.wording import KINDS
from training.counts import Counts
from training.mixture import Mixed
from training.opinions import opinions
from training.progress import Count, silent
from training.regression import fit_weights
from training.settings import SETTINGS
from training.vocabulary import Raw, Vocabulary
from training.weights import in_memory
from training.workers import in_threads

Places = NDArray[np.int64]


def held_out(
    raw: Raw,
    known: Vocabulary,
    counts: Sequence[Counts],
    data: Mixed,
    settings: Mapping[str, Any] = SETTINGS,
    done: Count = silent,
) -> NDArray[np.float64]:
    """(examples, 4): shares of the kinds and the risk, each from a fit that saw nothing of the example's group."""
    examples, rows = data.examples, data.rows
    found = np.zeros((len(examples), len(KINDS) + 1))
    folds: list[tuple[Places, Places]] = list(GroupKFold(settings["folds"]).split(raw.known, groups=data.groups))

    def fold(parts: tuple[Places, Places]) -> NDArray[np.float64]:
        seen, unseen = parts
        some = [examples[at] for at in seen.tolist()]
        weights = None if rows is None else rows[seen]
        fitted = fit_weights(raw[seen], known, some, settings, codes=False, rows=weights)
        return opinions(in_memory(fitted, known, settings), [counts[at] for at in unseen.tolist()], codes=False)

    for number, ((_, unseen), said) in enumerate(zip(folds, in_threads(fold, folds, settings["jobs"]), strict=True), 1):
        found[unseen] = said
        done(number)
    return found
