"""`scamjob train`: a model from labelled examples."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from detector.model import version_of
from training.commands.shared import steps


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
@click.option("--jobs", type=click.IntRange(min=1), help="Processes. [default: one for each core]")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder for what was read. [default: in SCAMJOB_HOME]")
@click.option("--no-cache", is_flag=True, help="Read every text anew, and keep nothing.")
@click.option("--predictions", is_flag=True, help="Leave heldout.jsonl in MODEL: what held-out fits say of each text.")
def train(  # noqa: PLR0913, PLR0917  # one an option
    data: Sequence[Path],
    output: Path,
    base: str,
    weights: dict[str, float],
    class_weight: str,
    prior: float | None,
    search: bool,
    jobs: int | None,
    cache: Path | None,
    no_cache: bool,
    predictions: bool,
) -> None:
    """Train a model from labelled examples: files that `score` reads, or folders of JSON lines."""
    from detector.home import home  # --help loads no scikit-learn
    from training.fit import Plan
    from training.fit import train as fit
    from training.mixture import Mix
    from training.settings import SETTINGS

    changed = {"prior": prior, "jobs": jobs}
    plan = Plan(
        mix=Mix(base, weights, class_weight),
        cache=None if no_cache else cache or home() / "cache",
        search=search,
        predictions=predictions,
        command=" ".join(["scamjob", *sys.argv[1:]]),
    )
    settings = {**SETTINGS, **{name: value for name, value in changed.items() if value is not None}}
    with steps() as step:
        trained = fit(list(data), output, settings=settings, plan=plan, step=step)
    _tell(output, trained.manifest)


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
