"""`scamjob evaluate`: how good a model is on labelled files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from training import evaluate as evaluation
from training.commands.shared import REFUSED, json_line, labelled, model_option, write
from training.commands.shared import detector as load

if TYPE_CHECKING:
    from training.files import BadRow


@click.command()
@click.argument("data", nargs=-1, required=True, metavar="DATA...")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@model_option
def evaluate(data: Sequence[str], as_json: bool, model: str | None) -> None:
    """Measure a model on labelled files: jsonl, csv, parquet, xlsx, or folders of .jsonl."""
    refused: list[BadRow] = []
    result = evaluation.evaluate(load(model), labelled(data, refused))
    write(json_line(result) if as_json else evaluation.table(result).encode() + b"\n")
    if refused:
        raise click.exceptions.Exit(REFUSED)
