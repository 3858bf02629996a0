"""How many planted label errors the report finds: `python -m training.report.planted`, some minutes for all texts.

Turns one label in twenty of our own examples, trains as `scamjob train --predictions` does, and counts how many of the
turned labels are among those that are called probably wrong. What was wrong before counts as a false finding.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from training.command import run
from training.dataset import DATA, LABELS, Example, read_examples
from training.report.copies import summary
from training.report.label_errors import label_errors
from training.report.predictions import predictions


def sample(examples: Sequence[Example], many: int, seed: int) -> list[Example]:
    """About so many of the examples, whole groups at a time, in their order."""
    groups = list(dict.fromkeys(one.group for one in examples))
    np.random.default_rng(seed).shuffle(groups)
    sizes = dict.fromkeys(groups, 0)
    for one in examples:
        sizes[one.group] += 1
    taken = np.cumsum([sizes[group] for group in groups]) <= many
    chosen = {group for group, yes in zip(groups, taken.tolist(), strict=True) if yes}
    return [one for one in examples if one.group in chosen]


def planted(examples: Sequence[Example], rate: float, seed: int) -> tuple[list[Example], frozenset[int]]:
    """The examples with that share of their labels turned to another by chance, and the places of these."""
    random = np.random.default_rng(seed)
    places = frozenset(random.choice(len(examples), round(rate * len(examples)), replace=False).tolist())
    return [
        _turned(one, str(random.choice([label for label in LABELS if label != one.label]))) if at in places else one
        for at, one in enumerate(examples)
    ], places


def _turned(one: Example, label: str) -> Example:
    return replace(one, label=label, codes=())


@click.command()
@click.option("--texts", default=0, help="So many of our own examples, or all.")
@click.option("--rate", default=0.05, help="Share of labels that are turned.")
@click.option("--base", type=click.Choice(["none", "rest"]), default="none", help="Train with the other examples, too.")
@click.option("--seed", default=1)
def main(texts: int, rate: float, base: str, seed: int) -> None:
    """Count how many planted label errors are found, and how many of the found were planted."""
    everything = read_examples([DATA])
    chosen = sample(everything, texts, seed) if texts else everything
    rows, places = planted(chosen, rate, seed)
    inside = {one.id for one in chosen}
    rest = [one for one in everything if one.id not in inside] if base == "rest" else []
    with tempfile.TemporaryDirectory() as folder:
        data, model = Path(folder) / "planted.jsonl", Path(folder) / "model"
        data.write_text("".join(json.dumps(_row(one)) + "\n" for one in [*rows, *rest]), "utf-8")
        if run(["train", str(data), "-o", str(model), "--predictions"]):
            raise click.exceptions.Exit(1)
        said = list(predictions(rows, model))
    found = [one.place for one in label_errors(said, summary(rows).conflicts)]
    hits = len(places.intersection(found))
    click.echo(f"{len(rows):,} texts, {len(places):,} labels turned, {len(found):,} listed, {hits:,} of them turned")
    click.echo(f"precision {hits / max(1, len(found)):.3f}  recall {hits / max(1, len(places)):.3f}")


def _row(one: Example) -> dict[str, object]:
    return {"id": one.id, "label": one.label, "codes": one.codes, "group": one.group, **dict(one.posting.fields())}


if __name__ == "__main__":
    main()
