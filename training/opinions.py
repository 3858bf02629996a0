"""What a model says of many texts, on several cores; the processes that read them load no scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from detector.document import Document
from detector.model import Model
from detector.scoring import kindred
from detector.types import Posting
from detector.wording import Classifier

READ = 150
"""Texts that one process reads before it takes others."""


def opinions(model: Model, postings: Sequence[Posting], jobs: int) -> NDArray[np.float64]:
    """(postings, 4): shares of the kinds and the risk, as the detector reads them."""
    parts = [postings[start : start + READ] for start in range(0, len(postings), READ)]
    said = Parallel(n_jobs=jobs)(delayed(_read)(model, part) for part in parts)
    return np.array([row for part in said for row in part])


def _read(model: Model, postings: Sequence[Posting]) -> list[list[float]]:
    classifier = Classifier(model)
    read = [classifier.read(Document(posting)) for posting in postings]
    return [[*item.shares, item.risk * kindred(item.codes.values())] for item in read]
