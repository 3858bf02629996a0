"""Read labelled texts with a model and say all that is to be said: what `scamjob report` does between files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from detector.model import load_model
from detector.rules import load_rules
from training.dataset import Example, data_hash
from training.report.predictions import Prediction, predictions
from training.report.study import Gate, Origin, Study, study

Step = Callable[[str, float], None]
"""Told the name of a step and how much of the whole is done, 0..1."""


def build(
    examples: Sequence[Example],
    model: Path,
    files: Sequence[str],
    *,
    against: Path | None = None,
    refused: int = 0,
    gates: Iterable[Gate] = (),
    step: Step,
) -> Study:
    """The study of what the model in a folder says of the examples, beside another model if there is one."""
    end = 0.4 if against else 0.8
    said = list(_told(predictions(examples, model), len(examples), step, 0.0, end))
    before = list(_told(predictions(examples, against), len(examples), step, end, 0.8)) if against else None
    step("figures", 0.8)
    loaded = load_model(model)
    origin = Origin(
        model=loaded.version,
        rules=load_rules().version,
        files=tuple(files),
        held_out=sum(one.held_out for one in said),
        refused=refused,
        seen=not any(one.held_out for one in said)
        and loaded.manifest.get("data", {}).get("sha256") == data_hash(examples),
        against=load_model(against).version if against else "",
    )
    found = study(said, origin, model=model, before=before, gates=gates)
    step("done", 1.0)
    return found


def _told(found: Iterator[Prediction], many: int, step: Step, start: float, end: float) -> Iterator[Prediction]:
    for number, one in enumerate(found):
        if not number % 500:
            step(f"reading the texts, {number:,} of {many:,}", start + (end - start) * number / many)
        yield one
