"""`scamjob suggest`: the unlabelled postings most worth labelling."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cells import harmless
from detector.types import Posting
from training.commands.shared import REFUSED, detector, json_line, model_option

if TYPE_CHECKING:
    from training.suggest import Candidate


@click.command()
@click.argument("source", metavar="FILE")
@click.option("-n", "--number", default=50, type=click.IntRange(1, 2_000), show_default=True, help="How many.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help=".jsonl or .csv, by ending."
)
@model_option
def suggest(source: str, number: int, output: Path, model: str | None) -> None:
    """Pick postings whose labels would teach the model most: it is unsure of them, and they are of many sorts.

    FILE is any that `scamjob score` reads. The output has their columns, risk_score, and an empty label to fill in.
    """
    if output.suffix not in {".jsonl", ".csv"}:
        raise click.UsageError(f"{output}: the ending must be .jsonl or .csv")
    from training.suggest import choose
    from training.whole import write_whole

    refused: list[str] = []
    assess = detector(model).assess
    chosen = choose(_candidates(source, model, refused), number)
    rows = [_row(one, assess(one.posting).risk_score) for one in chosen]
    write_whole(output, _csv(rows) if output.suffix == ".csv" else b"".join(map(json_line, rows)))
    for line in refused:
        click.echo(f"scamjob: {line}", err=True)
    click.echo(f"{output}: {len(chosen):,} postings to label", err=True)
    if refused:
        raise click.exceptions.Exit(REFUSED)


def _candidates(source: str, model: str | None, refused: list[str]) -> Iterator[Candidate]:
    """Every row of the file with the classifier's shares; bad rows are named and left out."""
    from detector.document import Document
    from detector.model import load_model
    from detector.registry import Registry
    from detector.wording import Classifier
    from training.files import BadRow, item_of
    from training.reading import open_rows
    from training.suggest import Candidate

    registry = Registry.here()
    classifier = Classifier(load_model(registry.resolve(model or registry.running())))
    with open_rows(source) as rows:
        for block in rows.blocks:
            for row in block:
                item = item_of(row)
                if isinstance(item, BadRow):
                    refused.append(f"{rows.unit} {item.number:,}: {item.cause}")
                else:
                    opinion = classifier.read(Document(item.posting))
                    yield Candidate(item.number, item.id, item.posting, opinion.scam, opinion.legit)


def _row(one: Candidate, score: int) -> dict[str, object]:
    key = one.number if one.id is None else one.id
    return {"id": key, **dict(one.posting.fields()), "risk_score": score, "label": ""}


def _csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    """With a byte order mark, which Excel needs, and no cell that it would run as a formula."""
    said = {name for row in rows for name in row}
    columns = ["id", *(name for name in Posting.FIELDS if name in said), "risk_score", "label"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8-sig")
