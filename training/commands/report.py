"""`scamjob report`: one page that says how a model does on labelled files, and what is wrong with either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from training.commands.shared import Reading, exit_if_refused, reading_options, steps

path = click.Path(path_type=Path)


@click.command()
@click.argument("model", metavar="MODEL")
@click.argument("data", nargs=-1, required=True, metavar="DATA...")
@click.option("-o", "--output", required=True, type=path, metavar="HTML", help="The page to write.")
@click.option("--json", "json_output", type=path, metavar="FILE", help="Write the same as JSON, too.")
@click.option("--against", metavar="MODEL2", help="Compare with this model on the same texts.")
@reading_options
def report(
    model: str, data: Sequence[str], output: Path, json_output: Path | None, against: str | None, reading: Reading
) -> None:
    """Write a page on how MODEL does on labelled files: figures, label errors, mistakes, rules, words.

    MODEL and MODEL2 are folders or versions (`scamjob models list`), `promoted` or `shipped` too. The page holds texts
    of DATA.
    """
    from training.report.build import build
    from training.report.gated import gates_of
    from training.report.page import as_json, html
    from training.whole import write_whole

    folder, other = _folder(model), against and _folder(against)
    with reading.examples(data) as (examples, tally):
        rows = list(examples)
    with steps() as step:
        found = build(
            rows, folder, data, against=other or None, refused=tally.refused, gates=gates_of(folder), step=step
        )
    write_whole(output, html(found))
    if json_output:
        write_whole(json_output, as_json(found))
    click.echo(f"{output}: {found.summary.texts:,} texts, {len(found.errors):,} labels that may be wrong")
    exit_if_refused(tally)


def _folder(model: str) -> Path:
    """The folder of a model or a version, from which it loads."""
    from detector.model import load_model
    from detector.registry import Registry

    folder = Registry.here().resolve(model)
    load_model(folder)
    return folder
