"""Training with all features in memory: every row is held out once, and the model is fitted to all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.wording import KINDS
from training.counts import count_all
from training.dataset import DataError, Example, data_hash
from training.folds import held_out
from training.held_out import HeldOut, calibration, held_out_metrics, joined_risks, kinship, rule_audit
from training.mixture import Mixed, source_counts
from training.outcome import Outcome
from training.progress import Step, counted
from training.regression import fit_weights
from training.search import searched
from training.vocabulary import raw_counts, vocabulary, weigh


def train_in_memory(data: Mixed, settings: Mapping[str, Any], cache: Path | None, search: bool, tell: Step) -> Outcome:
    """Train with all features in memory; every row is held out once."""
    examples, many = data.examples, len(data.examples)
    _refuse_too_little(data, settings["folds"])
    reading = counted(tell, "reading the texts", many, 0.03, 0.25)
    counts = count_all(examples, settings["jobs"], cache, reading)
    tell("vocabulary", 0.25)
    known = vocabulary(counts, settings)
    raw = raw_counts(counts, known)
    audit = rule_audit(counts, examples)
    tried: list[dict[str, Any]] = []
    if search:
        settings, tried = searched(raw, known, data, settings, lambda many: counted(tell, "search", many, 0.28, 0.3))
    folds = settings["folds"]
    folded = counted(tell, "held-out scores", folds, 0.3, 0.6)
    shares = held_out(raw, known, counts, data, settings, folded)
    tell("final weights", 0.6)
    fitted = fit_weights(raw, known, examples, settings, rows=data.rows)
    tell("calibration", 0.95)
    shares[:, 3] *= kinship(fitted, weigh(raw, known, settings), known)
    risks = joined_risks(shares, counts, audit)
    held = _held_out(data, shares[:, :3], risks, settings["prior"])
    metrics = held_out_metrics(held.shares, risks, examples)
    own = int(data.own.sum())
    return Outcome(fitted, known, settings, summary(examples), held, metrics, audit, data.by_source, own, tried)


def _held_out(data: Mixed, shares: NDArray[np.float64], risks: NDArray[np.float64], prior: float) -> HeldOut:
    """What was said of the texts, with the curve fitted on those that were taken for postings."""
    scam = np.array([item.label == "scam" for item in data.examples])
    posting = shares[:, 2] < np.maximum(shares[:, 0], shares[:, 1])
    rows = None if data.rows is None else data.rows[posting]
    return HeldOut(data.examples, data.own, shares, risks, calibration(risks[posting], scam[posting], prior, rows))


def summary(examples: Sequence[Example]) -> dict[str, Any]:
    """What a manifest says of the data."""
    return {
        "sha256": data_hash(examples),
        "examples": len(examples),
        "labels": dict(sorted(Counter(example.label for example in examples).items())),
        "groups": len({example.group for example in examples}),
        "sources": source_counts(examples),
    }


def _refuse_too_little(data: Mixed, folds: int) -> None:
    kinds = np.array([item.label for item in data.examples], np.str_)
    for label in KINDS:
        many = len(np.unique(data.groups[kinds == label]))
        if many < folds:
            raise DataError(
                f"{many} groups with examples of {label!r} ({int((kinds == label).sum()):,} rows); training needs at "
                f"least {folds} of each label (an example is a group of its own, together with its near-copies and its "
                "poster's others, with --keep-sources its source's); with --base shipped the shipped examples are added"
            )
