"""What `scamjob suggest` is worth: the model after 50 labels that it asked for, and after 50 taken at random.

    python -m training.bench_suggest POOL TEST [SEEDS]

POOL and TEST are labelled files of one platform's traffic, TEST with none that is in POOL. Each seed trains the
classifier on 1,500 of the shipped examples, takes 50 of 600 from POOL in both ways, and measures it on TEST, without
the rules.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from detector.home import home
from training.counts import count_all
from training.dataset import DATA, Example
from training.mixture import OWN_AT_MOST, read_all
from training.regression import fit_weights
from training.settings import SETTINGS
from training.suggest import Candidate, choose
from training.vocabulary import raw_counts, vocabulary, weigh
from training.weights import Weights, softmax

BASE, STARTS, POOL, ASKED = 3_000, 1_500, 600, 50
Places = NDArray[np.int64]


class Trial:
    """The texts, counted once: a part of the shipped ones, the pool, the test."""

    def __init__(self, pool: Path, test: Path) -> None:
        shipped, own, held = (list(read_all([path])) for path in (DATA, pool, test))
        chosen = np.sort(np.random.default_rng(0).choice(len(shipped), min(BASE, len(shipped)), replace=False))
        self.examples: Sequence[Example] = [*(shipped[at] for at in chosen), *own, *held]
        borders = np.cumsum([len(chosen), len(own), len(held)])
        self.base, self.pool, self.test = np.split(np.arange(borders[-1]), borders[:-1])
        counts = count_all(self.examples, -1, home() / "cache")
        self.known = vocabulary(counts[: borders[1]])
        self.raw = raw_counts(counts, self.known)
        self.scam = np.array([item.label == "scam" for item in self.examples])

    def fitted(self, base: Places, asked: Places) -> Weights:
        """The classifier trained on these, what was asked for counting as own rows do."""
        places = np.concatenate([base, asked])
        rows = np.where(np.arange(len(places)) < len(base), 1.0, OWN_AT_MOST)
        examples = [self.examples[at] for at in places]
        return fit_weights(self.raw[places], self.known, examples, SETTINGS, codes=False, rows=rows)

    def shares(self, fitted: Weights, places: Places) -> NDArray[np.float64]:
        """(places, kinds)."""
        return softmax(fitted.logits(weigh(self.raw[places], self.known)))

    def precision(self, base: Places, asked: Places) -> float:
        """Average precision on the test."""
        return float(
            average_precision_score(self.scam[self.test], self.shares(self.fitted(base, asked), self.test)[:, 0])
        )

    def once(self, seed: int) -> tuple[float, float, float]:
        """Before any label, after random ones, after those that were asked for."""
        chance = np.random.default_rng(seed)
        base, none = chance.choice(self.base, min(STARTS, len(self.base)), replace=False), np.arange(0)
        pool = chance.choice(self.pool, min(POOL, len(self.pool)), replace=False)
        said = self.shares(self.fitted(base, none), pool)
        candidates = (
            Candidate(number, None, self.examples[at].posting, float(scam), float(legit))
            for number, (at, (scam, legit, _)) in enumerate(zip(pool, said, strict=True))
        )
        asked = pool[[one.number for one in choose(candidates, ASKED)]]
        random = chance.choice(pool, ASKED, replace=False)
        return self.precision(base, none), self.precision(base, random), self.precision(base, asked)


def main(pool: str, test: str, seeds: str = "12") -> None:
    """Print the means, and the gain over random choice with its standard error."""
    trial = Trial(Path(pool), Path(test))
    found = np.array([trial.once(seed) for seed in range(int(seeds))])
    before, random, asked = found.mean(axis=0)
    gain = found[:, 2] - found[:, 1]
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    print(f"average precision: before {before:.4f}, {ASKED} at random {random:.4f}, {ASKED} suggested {asked:.4f}")
    print(f"gain over random {gain.mean():+.4f} ± {error:.4f} ({len(gain)} seeds, better in {int((gain > 0).sum())})")


if __name__ == "__main__":
    main(*sys.argv[1:4])
