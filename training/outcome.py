"""What a training comes to before it is written: the same whether it went in memory or out of core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.conflicts import Conflict
from training.held_out import HeldOut
from training.vocabulary import Vocabulary
from training.weights import Weights


@dataclass(frozen=True)
class Outcome:
    """Weights and their rows, what held-out fits said, and what the manifest says of data and settings.

    `own` rows are the team's; `by_source` is how much rows count; `tried` are the figures of a search;
    `conflicts` are near-copies with different labels, as far as they were looked for.
    """

    fitted: Weights
    known: Vocabulary
    settings: Mapping[str, Any]
    data: Mapping[str, Any]
    held: HeldOut
    metrics: Mapping[str, float]
    audit: Mapping[str, Mapping[str, float]]
    by_source: Mapping[str, float]
    own: int
    tried: Sequence[Mapping[str, Any]] = ()
    conflicts: Sequence[Conflict] = ()
