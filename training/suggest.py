"""Which unlabelled postings are most worth a person's time: those the model is unsure of, and of each sort only one.

The classifier's own shares say how unsure it is; the calibrated score does not, since it leans to the side of the many.
Asking for the most uncertain ones alone brings one kind of advert over and over, so they are put into as many clusters
as labels are wanted, and each cluster is asked about once. `training.bench_suggest` measures what that is worth.
"""

from __future__ import annotations

import heapq
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from detector.types import Posting
from training.near_copies import ALIKE
from training.sketches import near_copy_groups

POOL = 2_000
"""The most uncertain ones that are kept while reading; the choice is made among them."""
DIMENSIONS = 50
SURE = 0.05
"""What one that the model is sure of still weighs among the clusters."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unlabelled posting and the classifier's shares of scam and legit, 0 to 1; not_posting is the rest."""

    number: int
    """Its place in the file."""
    id: str | int | None
    posting: Posting
    scam: float
    legit: float

    @property
    def text(self) -> str:
        """All fields, one a line."""
        return "\n".join(value for _, value in self.posting.fields())

    @property
    def doubt(self) -> float:
        """0 where the classifier is sure, or takes it for no posting; 1 where scam and legit are even."""
        return 2 * min(self.scam, self.legit)


def choose(candidates: Iterable[Candidate], number: int) -> list[Candidate]:
    """Up to `number` of them, no two near-copies, the most doubtful first. Memory does not grow with the candidates."""
    pool = heapq.nlargest(max(POOL, 4 * number), candidates, key=lambda one: (one.doubt, -one.number))
    groups = near_copy_groups((one.text for one in pool), ALIKE)
    single = [pool[at] for at in np.unique(groups)]
    if len(single) <= number:
        return single
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # texts of one character are all the same point, which is no fault of the user
        chosen = set(_spread(single, number))
    rest = [at for at in range(len(single)) if at not in chosen]
    return [single[at] for at in sorted([*chosen, *rest[: number - len(chosen)]])]


def _spread(pool: Sequence[Candidate], number: int) -> list[int]:
    """Positions of the one nearest to the middle of each cluster; the doubtful pull the middles to them."""
    points = _points([one.text for one in pool])
    weights = np.array([one.doubt + SURE for one in pool])
    clusters = KMeans(number, n_init=2, random_state=0).fit(points, sample_weight=weights)
    away = clusters.transform(points)
    found = []
    for cluster in np.unique(clusters.labels_):
        members = np.flatnonzero(clusters.labels_ == cluster)
        found.append(int(members[away[members, cluster].argmin()]))
    return found


def _points(texts: Sequence[str]) -> NDArray[np.float64]:
    """(texts, up to DIMENSIONS) of length 1: pairs and triples of characters, the main directions among them."""
    counts = HashingVectorizer(analyzer="char", ngram_range=(2, 3), n_features=1 << 14, alternate_sign=False)
    size = min(DIMENSIONS, len(texts) - 1)
    return np.asarray(normalize(TruncatedSVD(size, random_state=0).fit_transform(counts.transform(texts))))
