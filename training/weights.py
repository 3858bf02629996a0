"""The weights of the classifier, which `training.regression` and `training.spill` fit, and what they say of texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from detector.model import Index, Model, index_bits
from detector.wording import KINDS
from training.settings import SETTINGS
from training.vocabulary import Vocabulary

Rows = NDArray[np.float64]
"""(examples,) how much each counts."""


@dataclass(frozen=True)
class Weights:
    """(features, heads) weights and (heads,) intercepts; the first three heads are the kinds."""

    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    heads: tuple[str, ...]

    def logits(self, x: csr_matrix) -> NDArray[np.float64]:
        """(examples, heads) decision values."""
        return np.asarray(x @ self.weights + self.intercepts)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of the three kinds, rows sum to 1."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def in_memory(fitted: Weights, known: Vocabulary, settings: Mapping[str, Any] = SETTINGS) -> Model:
    """A model that was never written."""
    kinds = len(KINDS)
    return Model(
        keys=known.keys,
        sizes=known.sizes,
        table=np.column_stack([known.idf, fitted.weights[:, :kinds]]).astype(np.float32),
        code_weights=fitted.weights[: known.named, kinds:].astype(np.float32),
        intercepts=fitted.intercepts.astype(np.float32),
        heads=fitted.heads,
        manifest={"blocks": settings["blocks"], "settings": {**settings, "rare": known.rare}},
        index=Index(known.keys, index_bits(known.rows)),
    )
