"""`scamjob evaluate`: how good a model is on labelled files."""

from __future__ import annotations

from collections.abc import Sequence

import click

from training import evaluate as evaluation
from training.commands.shared import Reading, exit_if_refused, json_line, model_option, reading_options, write
from training.commands.shared import detector as load


@click.command()
@click.argument("data", nargs=-1, required=True, metavar="DATA...")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@reading_options
@model_option
def evaluate(data: Sequence[str], as_json: bool, model: str | None, reading: Reading) -> None:
    """Measure a model on labelled files: jsonl, csv, parquet, xlsx, folders of them, or globs."""
    with reading.examples(data) as (examples, tally):
        result = evaluation.evaluate(load(model), examples)
    write(json_line(result) if as_json else evaluation.table(result).encode() + b"\n")
    exit_if_refused(tally)
