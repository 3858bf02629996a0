"""`scamjob models`: the versions of the model, which of them runs, and the way from one to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from training.commands.shared import (
    REFUSED,
    Reading,
    exit_if_refused,
    json_line,
    reading_options,
    steps,
    write,
)
from training.tally import Tally

if TYPE_CHECKING:
    from detector.registry import Registry
    from training.dataset import Example
    from training.gates import Report

json_option = click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
reason_option = click.option("--reason", default="", help="Why; stands in the history.")


def _registry() -> Registry:
    from detector.registry import Registry

    return Registry.here()


def _labelled(data: Sequence[str], reading: Reading, tally: Tally) -> list[Example]:
    """The labelled examples of the files, if there are any; bad rows are told."""
    if not data:
        return []
    with reading.examples(data, tally) as (rows, _):
        return list(rows)


@click.group()
def models() -> None:
    """Versions of the model: look at them, put one in, promote it, go back."""


@models.command("list")
@json_option
def models_list(as_json: bool) -> None:
    """Every version: which runs, where it came from, how good it is; then the history."""
    from training import versions

    registry = _registry()
    found, history = versions.overview(registry), registry.history()
    if as_json:
        write(json_line({"running": registry.running(), "versions": found, "history": versions.plain(history)}))
    else:
        write((versions.table(found) + versions.told(history)).encode())


@models.command("show")
@click.argument("version", default="promoted")
@json_option
def models_show(version: str, as_json: bool) -> None:
    """One version: its manifest, how it did at the gates, and when it ran."""
    from training import versions

    facts = versions.facts(_registry(), version)
    write(json_line(facts) if as_json else versions.shown(facts).encode())


@models.command("add")
@click.argument("path", type=click.Path(path_type=Path))
@json_option
def models_add(path: Path, as_json: bool) -> None:
    """Put a model folder in, whole and checked, without running it."""
    from training import registry as shelf

    added = shelf.add(_registry(), path)
    said = f"{added.version}: {'added' if added.is_new else 'was there already'}\n"
    write(json_line({"version": added.version, "is_new": added.is_new}) if as_json else said.encode())


@models.command("compare")
@click.argument("one")
@click.argument("other")
@click.argument("data", nargs=-1, metavar="[DATA]...")
@reading_options
@json_option
def models_compare(one: str, other: str, data: Sequence[str], as_json: bool, reading: Reading) -> None:
    """Two models (versions or folders) side by side: on labelled DATA, or without it by what is written down."""
    from training import versions

    tally, registry = Tally(), _registry()
    found = (
        versions.compared(registry, one, other, _labelled(data, reading, tally))
        if data
        else versions.side_by_side(registry, one, other)
    )
    write(json_line(found) if as_json else versions.columns(found).encode())
    exit_if_refused(tally)


@models.command("promote")
@click.argument("model", metavar="VERSION|PATH")
@click.option("--data", multiple=True, metavar="FILE", help="Labelled texts to measure on; none that it learned from.")
@click.option("--force", is_flag=True, help="Promote whatever the gates say; needs --reason.")
@reading_options
@reason_option
@json_option
def models_promote(  # one an option
    model: str, data: Sequence[str], force: bool, reason: str, as_json: bool, reading: Reading
) -> None:
    """Let a version run from now on, if it passes the gates; a folder is put in first.

    The gates compare it with the one that runs now: recall at fixed false alarms, false alarms, the functional suite,
    disguises, denials, speed. Running services take it up within seconds.
    """
    if force and not reason.strip():
        raise click.UsageError("--force needs --reason: it stands in the history")
    from training import registry as shelf
    from training import versions

    tally, registry = Tally(), _registry()
    version = versions.put_in(registry, model)
    before = versions.running_or_shipped(registry)
    if version == before:
        write(f"{version}: runs already; nothing to do\n".encode() if not as_json else json_line({"version": version}))
        return
    report = _through_the_gates(registry, version, before, data, _labelled(data, reading, tally))
    shelf.keep_gates(registry, version, report.plain())
    failed = [one.gate for one in report.failed]
    promoted = not failed or force
    if promoted:
        shelf.promote(registry, version, reason=reason, overruled=failed, instead_of=before)
    _tell(report, promoted, as_json)
    if not promoted:
        raise click.exceptions.Exit(REFUSED)
    exit_if_refused(tally)


def _through_the_gates(
    registry: Registry, version: str, before: str, data: Sequence[str], rows: Sequence[Example]
) -> Report:
    from training import gates, versions
    from training import registry as shelf
    from training.gate_readers import on_all_cores

    held_out = gates.cases_of(rows)
    if data and not held_out:
        raise click.UsageError(f"{', '.join(data)}: no labelled texts to measure on")
    running, against = versions.to_compare_with(registry, before)
    with steps() as step:
        reader = on_all_cores(registry.resolve(version), registry.resolve(against))
        outcomes = gates.compare(registry.load(version), running, held_out, step, reader)
    return gates.Report(version, against, shelf.now(), versions.said_of(data, held_out), outcomes)


def _tell(report: Report, promoted: bool, as_json: bool) -> None:
    from training import gates

    write(json_line({**report.plain(), "promoted": promoted}) if as_json else gates.table(report.outcomes).encode())
    if report.failed and promoted:
        click.echo(f"scamjob: promoted over {len(report.failed)} gates that refuse it", err=True)
    elif report.failed:
        worse = "; ".join(one.told for one in report.failed)
        cure = '--force --reason "..." promotes it all the same'
        click.echo(f"scamjob: {report.candidate} is refused: {worse}; {report.running} runs on ({cure})", err=True)
    elif not as_json:
        write(f"{report.candidate}: promoted instead of {report.running}\n".encode())


@models.command("rollback")
@reason_option
@json_option
def models_rollback(reason: str, as_json: bool) -> None:
    """Go back to the version that ran before the last promotion."""
    from training import registry as shelf
    from training import versions

    step = shelf.rollback(_registry(), reason=reason)
    said = f"{step.version}: runs again instead of {step.previous}\n"
    write(json_line(versions.plain([step])[0]) if as_json else said.encode())


@models.command("verify")
@click.argument("version", nargs=-1, metavar="[VERSION]...")
@json_option
def models_verify(version: Sequence[str], as_json: bool) -> None:
    """Load every version (or those named) whole: seal, hashes, shapes, and what the probe texts come out as."""
    from training import registry as shelf
    from training import versions

    registry = _registry()
    registry.promoted()
    found = shelf.verify(registry, [versions.known(registry, name) for name in version])
    lines: Mapping[str, Any] = {one.version: one.fault for one in found}
    if as_json:
        write(json_line({"sound": not any(lines.values()), "faults": lines}))
    else:
        write("".join(f"{name:14}{'ok' if fault is None else fault}\n" for name, fault in lines.items()).encode())
    if any(lines.values()):
        raise click.exceptions.Exit(REFUSED)
