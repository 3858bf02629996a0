"""`scamjob train`: a model from labelled examples."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.model import version_of
from training.commands.shared import Reading, exit_if_refused, reading_options, steps

if TYPE_CHECKING:
    from training.fit import Trained
    from training.tally import Tally

Step = Callable[[str, float], None]


def _weights(_context: click.Context, _option: click.Parameter, given: Sequence[str]) -> dict[str, float]:
    """SOURCE=2.0, several times."""
    found: dict[str, float] = {}
    for one in given:
        name, sign, number = one.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            sign = ""
        if not sign or not name:
            raise click.BadParameter(f"{one!r} is not SOURCE=NUMBER")
    return found


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATA...")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="MODEL", help="Folder to write."
)
@click.option(
    "--base",
    type=click.Choice(["none", "shipped"]),
    default="none",
    show_default=True,
    help="Examples to train on besides DATA: those that come with the program, or none.",
)
@click.option(
    "--weight",
    "weights",
    multiple=True,
    callback=_weights,
    metavar="SOURCE=NUMBER",
    help="How much rows of a source count; `own` are all of DATA. [default: own rows up to 4]",
)
@click.option(
    "--class-weight",
    type=click.Choice(["none", "balanced"]),
    default="none",
    show_default=True,
    help="Let every label count alike, however many rows it has.",
)
@click.option(
    "--prior",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Share of scams in the traffic that will be scored. [default: 0.2]",
)
@click.option("--search", is_flag=True, help="Choose settings by grouped cross-validation first.")
@click.option("--keep-sources", is_flag=True, help="Never have rows of one source on both sides of a fold.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes. [default: one for each core]")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder for what was read. [default: in SCAMJOB_HOME]")
@click.option("--no-cache", is_flag=True, help="Read every text anew, and keep nothing.")
@click.option("--predictions", is_flag=True, help="Leave heldout.jsonl in MODEL: what held-out fits say of each text.")
@click.option("--report", type=click.Path(path_type=Path), metavar="HTML", help="Write a page on the held-out figures.")
@click.option("--against", default="shipped", show_default=True, metavar="MODEL2", help="What the page compares with.")
@click.option(
    "--max-refused",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Train on the rest while no more of the rows are refused.",
)
@reading_options
def train(  # noqa: PLR0913, PLR0917  # one an option
    data: Sequence[Path],
    output: Path,
    base: str,
    weights: dict[str, float],
    class_weight: str,
    prior: float | None,
    search: bool,
    keep_sources: bool,
    jobs: int | None,
    cache: Path | None,
    no_cache: bool,
    predictions: bool,
    report: Path | None,
    against: str,
    max_refused: float,
    reading: Reading,
) -> None:
    """Train a model from labelled examples: files that `score` reads, folders and globs of them.

    Rows that cannot be read are named and left out; the model is made of the rest, and the exit status is 1.
    """
    from detector.home import home  # --help loads no scikit-learn
    from training.fit import Plan
    from training.fit import train as fit
    from training.mixture import Mix, Source
    from training.settings import SETTINGS
    from training.tally import Tally

    changed = {"prior": prior, "jobs": jobs}
    plan = Plan(
        mix=Mix(base, weights, class_weight),
        cache=None if no_cache else cache or home() / "cache",
        search=search,
        sources=keep_sources,
        predictions=predictions,
        command=" ".join(["scamjob", *sys.argv[1:]]),
    )
    settings = {**SETTINGS, **{name: value for name, value in changed.items() if value is not None}}
    tally = Tally()
    source = Source(lambda paths: reading.stream(paths, tally, max_refused), reading.names, tally)
    with steps() as step:
        trained = fit(list(data), output, settings=settings, plan=plan, step=step, source=source)
    _warn(trained, tally)
    _tell(output, trained.manifest)
    if report:
        _write_report(report, trained, output, against, tally)
    exit_if_refused(tally)


def _warn(trained: Trained, tally: Tally) -> None:
    """What the rows themselves leave to be desired."""
    if tally.taken and len(tally.labels) == 1:
        (label,) = tally.labels
        click.echo(f"scamjob: all {tally.taken:,} rows of yours are {label}: nothing says what is not", err=True)
    if trained.conflicts:
        first = " | ".join(f"{row.id:.40} {row.label}" for row in list(trained.conflicts[0].rows.values())[:4])
        click.echo(
            f"scamjob: {len(trained.conflicts):,} groups of near-copies have labels that contradict each other, the "
            f"first is {first}; `scamjob examples check --conflicts FILE` lists those among your rows",
            err=True,
        )


def _write_report(page: Path, trained: Trained, model: Path, against: str, tally: Tally) -> None:
    """The page on what held-out fits said of the team's own rows."""
    from detector.registry import Registry
    from training.report.build import build_held_out
    from training.report.page import html
    from training.whole import write_whole

    other = Registry.here().resolve(against)
    with steps() as step:
        found = build_held_out(trained.held_out, model, tuple(tally.files), other, tally.refused, step)
    write_whole(page, html(found))
    click.echo(f"{page}: {found.summary.texts:,} texts, {len(found.errors):,} labels that may be wrong")


def _tell(output: Path, manifest: Mapping[str, Any]) -> None:
    for one in manifest["made"]["search"]:
        mark = "*" if one.get("chosen") else " "
        click.echo(
            f"{mark} C {one['C']:<5g} reading {one['blocks']['reading']:<4g} log loss {one['log_loss']:.4f}  "
            f"AUC {one['auc']:.4f}  average precision {one['average_precision']:.4f}  ({one['texts']:,} texts)"
        )
    metrics = manifest["metrics"]
    click.echo(
        f"held out: F1 {metrics['f1']:.4f}, recall {metrics['recall']:.4f}, "
        f"false alarms {metrics['false_alarms']:.4f}, AUC {metrics['auc']:.4f}"
    )
    click.echo(f"{output}: model {version_of(manifest)}")
