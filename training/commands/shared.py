"""What several commands share: options, output as bytes, progress, labelled files with their bad rows told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from detector import Detector
    from training.dataset import Example
    from training.files import BadRow

DONE, REFUSED, USAGE = 0, 1, 2

model_option = click.option(
    "--model",
    metavar="PATH|VERSION",
    help="A model folder or a version (`scamjob models list`); without it the promoted or the shipped one.",
)

database_option = click.option(
    "--database",
    metavar="URL",
    help="sqlite:///FILE or postgresql://…; without it $SCAMJOB_DATABASE, or scamjob.db in the installation's folder.",
)


def detector(model: str | None) -> Detector:
    """The detector around a model folder or a version, or around the one that runs here."""
    from detector.registry import load

    return load(model)


def json_line(value: object) -> bytes:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=dict).encode("utf-8", "backslashreplace") + b"\n"


def write(data: bytes) -> None:
    """Bytes as they are, whatever the terminal's locale."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def labelled(paths: Iterable[str], refused: list[BadRow]) -> Iterator[Example]:
    """The labelled examples of all files; bad rows are named, counted and left out."""
    from training.files import BadRow
    from training.labelled import read_labelled

    for path, unit, row in read_labelled(paths):
        if isinstance(row, BadRow):
            refused.append(row)
            click.echo(f"scamjob: {path}: {unit} {row.number:,}: {row.cause}", err=True)
        else:
            yield row


@contextmanager
def steps() -> Iterator[Callable[[str, float], None]]:
    """What takes the name of a step and the share that is done: a bar on a terminal, a line each elsewhere."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    bar: ProgressBar[object]
    with click.progressbar(length=1000, item_show_func=str, file=sys.stderr, width=24, show_eta=False) as bar:

        def step(name: str, share: float) -> None:
            bar.update(round(share * 1000) - bar.pos, name)

        yield step


def _lines() -> Callable[[str, float], None]:
    """A line for each step, when it has first got anywhere."""
    told: set[str] = set()

    def step(name: str, share: float) -> None:
        if share and name not in told:
            told.add(name)
            click.echo(f"scamjob: {share:4.0%} {name}", err=True)

    return step
