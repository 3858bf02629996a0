"""`scamjob models`: the versions of the model."""

from __future__ import annotations

from pathlib import Path

import click

from training.commands.shared import detector as load
from training.commands.shared import json_line, model_option, write


@click.group()
def models() -> None:
    """Look at the versions of the model."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one JSON object.")
@model_option
def models_list(as_json: bool, model: Path | None) -> None:
    """The model in use, and where it came from."""
    detector = load(model)
    if as_json:
        write(json_line(detector.manifest))
        return
    facts = {name: value for name, value in detector.manifest.items() if isinstance(value, str | int | float)}
    place = str(model) if model else "shipped with the program"
    lines = [f"model: {detector.versions.model}", f"place: {place}", f"rules: {detector.versions.rules}"]
    write("\n".join([*lines, *(f"{name}: {value}" for name, value in facts.items()), ""]).encode())
