"""`scamjob score`: many postings, row by row."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Never

import click

from training.bulk import assessing
from training.commands.shared import REFUSED, model_option
from training.reading import open_rows
from training.writing import open_results

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from training.bulk import Scored
    from training.reading import Block, Rows


@click.command()
@click.argument("source", metavar="IN")
@click.option("-o", "--output", required=True, metavar="OUT", help="Where the results go; - is standard output.")
@click.option("--workers", default=1, type=click.IntRange(1, 64), show_default=True, help="Processes; order is kept.")
@model_option
def score(source: str, output: str, workers: int, model: str | None) -> None:
    """Assess many postings: .jsonl, .csv, .parquet or .xlsx by ending, - for a pipe of JSON lines.

    Rows have the column text, or title, company, salary, location, contact, description; id is kept. A row that cannot
    be read is named on standard error and left out, and the exit status is 1.
    """
    signal.signal(signal.SIGTERM, _terminate)
    scored = refused = 0
    with open_rows(source) as rows, assessing(model, workers) as assess, open_results(output, source) as write:
        for block in assess(_with_progress(rows)):
            write(block.results)
            _tell(block, rows.unit)
            scored += len(block.results)
            refused += len(block.refused)
    click.echo(f"scamjob: {scored:,} rows assessed, {refused:,} refused", err=True)
    if refused:
        raise click.exceptions.Exit(REFUSED)


def _terminate(number: int, _frame: object) -> Never:
    """Leave as by Ctrl+C: half a file is removed, workers are stopped."""
    raise SystemExit(128 + number)


def _with_progress(rows: Rows) -> Iterator[Block]:
    if not sys.stderr.isatty():
        yield from rows.blocks
        return
    bar: ProgressBar[int]
    with click.progressbar(length=rows.size, label="scoring", file=sys.stderr, show_pos=not rows.size) as bar:
        for block in rows.blocks:
            yield block
            bar.update(rows.done() - bar.pos if rows.size else len(block))


def _tell(block: Scored, unit: str) -> None:
    clear = "\r\x1b[2K" if sys.stderr.isatty() else ""
    for bad in block.refused:
        click.echo(f"{clear}scamjob: {unit} {bad.number:,}: {bad.cause}", err=True)
