"""Read labelled texts with a model and say all that is to be said: what `scamjob report` does between files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from detector.document import Document
from detector.model import load_model
from detector.rules import load_rules
from training.dataset import Example, data_hash
from training.held_out import HeldOut
from training.report.held_out import Reading
from training.report.predictions import Prediction, held_out, predictions
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


def build_held_out(held: HeldOut, model: Path, files: Sequence[str], against: Path, refused: int, step: Step) -> Study:
    """The study of what held-out fits said of the team's own rows while a model was trained, beside another model.

    A model that was trained on the very same texts is no match, and is left out.
    """
    rows = list(_own(held))
    many, rules, other = len(rows), load_rules(), load_model(against)
    read = (held_out(example, how, rules.read(Document(example.posting))) for example, how in rows)
    said = list(_told(read, many, step, 0, 0.4))
    same = other.manifest.get("data", {}).get("sha256") == load_model(model).manifest["data"]["sha256"]
    before = None if same else list(_told(predictions((row for row, _ in rows), against), many, step, 0.4, 0.8))
    step("figures", 0.8)
    compared = "" if same else other.version
    origin = Origin(load_model(model).version, rules.version, tuple(files), many, refused, against=compared)
    found = study(said, origin, model=model, before=before)
    step("done", 1.0)
    return found


def _own(held: HeldOut) -> Iterator[tuple[Example, Reading]]:
    rows = zip(held.examples, held.own.tolist(), held.shares.tolist(), held.risks.tolist(), held.scores(), strict=True)
    for example, own, (scam, legit, other), risk, score in rows:
        if own:
            yield example, Reading((scam, legit, other), risk, score)


def _told(found: Iterator[Prediction], many: int, step: Step, start: float, end: float) -> Iterator[Prediction]:
    for number, one in enumerate(found):
        if not number % 500:
            step(f"reading the texts, {number:,} of {many:,}", start + (end - start) * number / many)
        yield one
