"""What several commands share: options, output as bytes, progress, labelled files with their bad rows told."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from detector import Detector
    from training.dataset import Example
    from training.naming import Names
    from training.refused import Refuse
    from training.tally import Tally

DONE, REFUSED, USAGE = 0, 1, 2
TOLD = 10
"""Refused rows told one by one where all of them go into a file."""

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


@dataclass(frozen=True)
class Reading:
    """How labelled files are to be read, as the options say."""

    names: Names
    refused: str | None = None

    @contextmanager
    def examples(self, paths: Sequence[str], tally: Tally | None = None) -> Iterator[tuple[Iterator[Example], Tally]]:
        """The labelled examples of all files, one at a time, and the counts, which are told in the end.

        Refused rows are named on standard error, and written to the file for them, which is there when this is left.
        """
        from training.labelled import labelled_files
        from training.refused import open_refused
        from training.tally import Tally

        counts = tally or Tally()
        files = labelled_files(paths)
        with open_refused(self.refused, files) as refuse:
            yield self._rows(files, counts, refuse), counts
        for line in counts.lines():
            click.echo(f"scamjob: {line}", err=True)
        if self.refused and counts.refused:
            click.echo(f"scamjob: {self.refused}: mend these rows and feed the file again", err=True)

    def stream(self, paths: Sequence[str], tally: Tally, most_refused: float = 1.0) -> Iterator[Example]:
        """The same to its end, told and written before what comes next; DataError when too many rows were refused.

        `most_refused` is the share of the rows that may be.
        """
        from training.dataset import DataError

        with self.examples(paths, tally) as (rows, _):
            yield from rows
        if tally.refused > most_refused * tally.read:
            raise DataError(
                f"{tally.refused:,} of {tally.read:,} rows were refused, more than {most_refused:.0%}: nothing was "
                "trained; mend them, or raise --max-refused"
            )

    def _rows(self, files: Sequence[str], counts: Tally, refuse: Refuse) -> Iterator[Example]:
        from training.files import BadRow
        from training.labelled import read_labelled

        for path, unit, row in read_labelled(files, self.names, counts):
            if not isinstance(row, BadRow):
                yield row
                continue
            refuse(path, unit, row)
            if not self.refused or counts.refused <= TOLD:
                click.echo(f"scamjob: {path}: {unit} {row.number:,}: {row.cause}", err=True)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that reads labelled files; it is called with `reading: Reading` in their place."""

    @click.option("--column", "columns", multiple=True, metavar="OURS=YOURS", help="Your name of a column: text=描述.")
    @click.option("--label-value", "labels", multiple=True, metavar="YOURS=OURS", help="Your label: 诈骗=scam.")
    @click.option("--refused", metavar="FILE", help="Write refused rows there (.jsonl, .csv, .xlsx), to be mended.")
    @wraps(command)
    def with_reading(columns: Sequence[str], labels: Sequence[str], refused: str | None, **others: object) -> None:
        from training.naming import Names, NamingError

        try:
            reading = Reading(Names.of(columns, labels), refused)
        except NamingError as error:
            raise click.UsageError(str(error)) from None
        command(reading=reading, **others)

    return with_reading


def exit_if_refused(tally: Tally) -> None:
    """Leave with REFUSED when a row was."""
    if tally.refused:
        raise click.exceptions.Exit(REFUSED)


@contextmanager
def steps() -> Iterator[Callable[[str, float], None]]:
    """What takes the name of a step and the share that is done: a bar on a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    bar: ProgressBar[object]

    def named(step: object) -> str:
        return str(step or "")  # there is none before the first

    with click.progressbar(length=1000, item_show_func=named, file=sys.stderr, width=24, show_eta=False) as bar:

        def step(name: str, share: float) -> None:
            bar.update(round(share * 1000) - bar.pos, name)

        yield step


SECONDS_BETWEEN = 10.0


def _lines() -> Callable[[str, float], None]:
    """A line for every step, and one now and then while it lasts."""
    last, told = "", 0.0

    def step(name: str, share: float) -> None:
        nonlocal last, told
        kind, now = name.partition(":")[0], time.monotonic()
        over = ":" not in name or name.endswith(" s")
        if share and (kind != last or over or now - told > SECONDS_BETWEEN):
            last, told = kind, now
            click.echo(f"scamjob: {share:4.0%} {name}", err=True)

    return step
