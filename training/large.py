"""Training on more rows than fit in memory: texts are walked through once, their features lie on disk.

Words and runs of characters are counted page by page (`training.pages`), what is frequent enough gets a row of the
model, and a softmax over the kinds is fitted by small steps over rows in a random order (`training.spill`). A tenth of
the groups, at most 20,000 rows, is never trained on; the calibration and the figures come from those of them, up to
1,200, that are read in full with the rules. The model that is measured is the model that is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.wording import KINDS
from training.counts import count_all
from training.dataset import DataError, Example
from training.descent import BATCH, EPOCHS, RATE, fit_large
from training.evaluate import auc
from training.feature_cache import Cache
from training.frequent import frequent, least
from training.held_out import HeldOut, calibration, held_out_metrics, joined_risks, rule_audit
from training.mixture import Mix, kind_weights, own_weight
from training.opinions import opinions
from training.outcome import Outcome
from training.progress import Step, counted
from training.spill import HELD, Spilled, keep, kept, kept_at, spill
from training.walk import Walked
from training.weights import Rows, Weights, in_memory, softmax
from training.whole import scratch_folder

IN_MEMORY = 40_000
"""From more rows than this on, training goes this way."""


Go = Callable[[Cache], Walked]
"""Walks through the rows, or remembers an earlier walk through them."""


def train_large(go: Go, mix: Mix, settings: Mapping[str, Any], cache: Path | None, tell: Step) -> Outcome:
    """Train on the rows of a walk; pages and values lie in `cache`, or in a folder that goes afterwards."""
    with scratch_folder(cache) as folder:
        pages = Cache(cache or folder, "page")
        walked = go(pages)
        _refuse_too_little(walked)
        spilled = _spilled(walked, folder, cache, settings, tell)
        weights, by_source = _row_weights(walked, mix)
        turns = EPOCHS * spilled.buckets
        sample, examples = walked.sample()
        counts = count_all(examples, settings["jobs"], cache)
        fitted = fit_large(spilled, walked, weights, settings, counted(tell, "weights", turns, 0.7, 0.9))
        tell("held-out scores", 0.9)
        alone = _alone(spilled, walked, fitted)
        if cache:
            pages.prune()
    known = spilled.known
    audit = rule_audit(counts, examples)
    shares = opinions(in_memory(fitted, known, settings), counts)
    risks = joined_risks(shares, counts, audit)
    own = np.frombuffer(walked.own, np.int8)[sample] == 1
    curve = _curve(walked, examples, shares, risks, settings["prior"])
    how = {"least": least(len(walked)), "epochs": EPOCHS, "batch": BATCH, "rate": RATE}
    return Outcome(
        fitted=fitted,
        known=known,
        settings={**settings, "out_of_core": how},
        data=_summary(walked),
        held=HeldOut(examples, own, shares[:, :3], risks, curve),
        metrics={**held_out_metrics(shares[:, :3], risks, examples), **alone},
        audit=audit,
        by_source=by_source,
        own=int(np.frombuffer(walked.own, np.int8).sum()),
    )


def _spilled(walked: Walked, folder: Path, cache: Path | None, settings: Mapping[str, Any], tell: Step) -> Spilled:
    """The values of all rows: those that were kept of the same rows, or else new ones, kept if there is a cache."""
    place = kept_at(cache, walked, settings) if cache else None
    if place and (found := kept(place)):
        return found
    tell("vocabulary", 0.6)
    known = frequent(walked.pages, len(walked), settings)
    made = spill(walked, known, folder / "values", settings, counted(tell, "values", len(walked), 0.63, 0.7))
    return keep(made, place) if place else made


def _kinds(walked: Walked) -> NDArray[np.int64]:
    return np.frombuffer(walked.kinds, np.int8).astype(np.int64)


def _refuse_too_little(walked: Walked) -> None:
    held = np.bincount(_kinds(walked)[walked.held], minlength=len(KINDS))
    for label, many in zip(KINDS, held.tolist(), strict=True):
        if many < 2:
            raise DataError(
                f"only {many} held-out rows of {label!r} among {len(walked):,}; add examples of it, or --base shipped"
            )


def _row_weights(walked: Walked, mix: Mix) -> tuple[Rows | None, dict[str, float]]:
    own = np.frombuffer(walked.own, np.int8) == 1
    by_source = {"own": own_weight(int(own.sum()), int((~own).sum())), **mix.weights}
    names = np.array(list(walked.sources), np.str_)[np.frombuffer(walked.source, np.int32)]
    return kind_weights(names, own, _kinds(walked), by_source, mix.class_weight), by_source


def _alone(spilled: Spilled, walked: Walked, fitted: Weights) -> dict[str, float]:
    """What the classifier alone says of all held-out rows."""
    x, numbers = spilled.read(HELD)
    shares = softmax(fitted.logits(x)[:, : len(KINDS)])
    scam = _kinds(walked)[numbers] == 0
    loss = -np.log(np.maximum(shares[np.arange(len(numbers)), _kinds(walked)[numbers]], 1e-15)).mean()
    return {
        "classifier_auc": round(auc(shares[:, 0].tolist(), scam.tolist()) or 0.0, 4),
        "classifier_log_loss": round(float(loss), 4),
        "held_out": len(numbers),
    }


def _curve(
    walked: Walked,
    examples: list[Example],
    shares: NDArray[np.float64],
    risks: NDArray[np.float64],
    prior: float,
) -> list[list[float]]:
    """The calibration; texts read in full stand for all held-out ones of their label."""
    kinds = np.array([KINDS.index(item.label) for item in examples])
    all_of = np.bincount(_kinds(walked)[walked.held], minlength=len(KINDS))
    stands_for = all_of / np.maximum(1, np.bincount(kinds, minlength=len(KINDS)))
    posting = shares[:, 2] < np.maximum(shares[:, 0], shares[:, 1])
    return calibration(risks[posting], kinds[posting] == 0, prior, stands_for[kinds][posting])


def _summary(walked: Walked) -> dict[str, Any]:
    kinds = np.bincount(_kinds(walked), minlength=len(KINDS)).tolist()
    return {
        "sha256": walked.sha256,
        "examples": len(walked),
        "labels": dict(sorted(zip(KINDS, kinds, strict=True))),
        "groups": len(np.unique(np.frombuffer(walked.draw, np.uint64))),
        "sources": {name: dict(sorted(labels.items())) for name, labels in sorted(walked.counted.items())},
    }
