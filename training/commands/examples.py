"""`scamjob examples`: labelled rows before anything is trained on them, and their way to Label Studio and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.commands.shared import (
    Reading,
    detector,
    exit_if_refused,
    json_line,
    model_option,
    reading_options,
    write,
)

if TYPE_CHECKING:
    from training.files import BadRow


@click.group()
def examples() -> None:
    """Check labelled files, and exchange them with Label Studio."""


@examples.command("check")
@click.argument("data", nargs=-1, required=True, metavar="DATA...")
@click.option("--test", "tests", multiple=True, metavar="FILE", help="Held-out rows; what DATA gives away is named.")
@click.option("--conflicts", metavar="FILE", help="Write near-copies with different labels (.jsonl, .csv, .xlsx).")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@reading_options
def examples_check(
    data: Sequence[str], tests: Sequence[str], conflicts: str | None, as_json: bool, reading: Reading
) -> None:
    """What labelled files hold: rows, refusals, labels that contradict each other, near-copies, leaks into a test."""
    from training.labelled_check import check, table

    with reading.examples([*data, *tests]) as (rows, tally):
        found = check(rows, tally, [*data, *tests], len(tests), reading.names)
    if conflicts:
        _write_conflicts(conflicts, found.conflicts)
    write(json_line(found.facts()) if as_json else "\n".join([*table(found), ""]).encode("utf-8", "backslashreplace"))
    exit_if_refused(tally)


def _write_conflicts(path: str, found: Sequence[Sequence[BadRow]]) -> None:
    """Rows in the form that can be mended and read: the conflict's number stands in `cause`."""
    from training.refused import open_refused

    with open_refused(path, []) as refuse:
        for number, rows in enumerate(found, 1):
            for row in rows:
                refuse(f"conflict {number}", "row", row)


@examples.command("import")
@click.argument("export", metavar="EXPORT.json")
@click.option("-o", "--output", required=True, metavar="OUT.jsonl", help="Where the labelled rows go.")
@click.option("--majority", is_flag=True, help="Take what most annotators say; without it all have to agree.")
@reading_options
def examples_import(export: str, output: str, majority: bool, reading: Reading) -> None:
    """Labelled rows from a Label Studio export (JSON or JSON-MIN). Tasks without a clear label are refused."""
    from training.files import BadRow, FileError
    from training.label_studio import read_export
    from training.labelled import labelled_row
    from training.refused import open_refused
    from training.tally import Tally
    from training.writing import check_target, dumps, whole_file

    if Path(output).suffix.lower() != ".jsonl":
        raise FileError(f"{output}: has to end in .jsonl")
    check_target(output, export)
    tally = Tally()
    with open_refused(reading.refused, [export]) as refuse, whole_file(Path(output)) as stream:
        for number, row in read_export(export, reading.names, majority):
            taken = row if isinstance(row, BadRow) else labelled_row(f"{export}:{number}", row)
            if isinstance(taken, str) and not isinstance(row, BadRow):
                taken = BadRow(number, taken, row)
            if isinstance(taken, BadRow):
                tally.refuse(export, taken)
                refuse(export, "task", taken)
                click.echo(f"scamjob: {export}: task {number:,}: {taken.cause}", err=True)
            elif not isinstance(taken, str):
                tally.take(export, taken)
                stream.write(dumps(row) + b"\n")
    for line in tally.lines():
        click.echo(f"scamjob: {line}", err=True)
    exit_if_refused(tally)


@examples.command("export")
@click.argument("data", nargs=-1, required=True, metavar="DATA...")
@click.option("-o", "--output", required=True, metavar="TASKS.json", help="Where the tasks go.")
@click.option("--predict", is_flag=True, help="Add what the model says: label, codes, marked words and a score.")
@click.option("--config", metavar="FILE.xml", help="Write the labelling page for the project's settings as well.")
@reading_options
@model_option
def examples_export(
    data: Sequence[str], output: str, predict: bool, config: str | None, model: str | None, reading: Reading
) -> None:
    """Label Studio tasks from labelled rows, with the labels as annotations."""
    from training.label_studio import labeling_config, task_of
    from training.writing import check_target, dumps, whole_file

    for source in data:
        if Path(source).exists():
            check_target(output, source)
    judge = detector(model) if predict else None

    def tasks(rows: Iterator[object]) -> Iterator[bytes]:
        lead = b"[\n"
        for row in rows:
            yield lead + dumps(row)
            lead = b",\n"
        yield b"[]\n" if lead == b"[\n" else b"\n]\n"

    with reading.examples(data) as (rows, tally), whole_file(Path(output)) as stream:
        stream.writelines(tasks(task_of(row, judge) for row in rows))
    if config:
        with whole_file(Path(config)) as stream:
            stream.write(labeling_config().encode())
    exit_if_refused(tally)
