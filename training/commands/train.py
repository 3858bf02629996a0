"""`scamjob train`: a model from labelled examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from detector.model import version_of
from training.commands.shared import steps
from training.fit import train as fit


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATA...")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="MODEL", help="Folder to write."
)
def train(data: Sequence[Path], output: Path) -> None:
    """Train a model from labelled examples: JSON lines, or folders of them."""
    with steps() as step:
        manifest = fit(list(data), output, step=step)
    click.echo(f"{output}: model {version_of(manifest)}")
