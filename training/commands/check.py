"""`scamjob check`: one posting. The detector is imported once the text is there: a typing error is told at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.commands.shared import detector as load
from training.commands.shared import model_option, write

if TYPE_CHECKING:
    from detector import Assessment, Posting

READ_LIMIT = 1 << 20
"""Bytes of one posting that `check` reads; twelve times what 20,000 characters can take."""


@click.command()
@click.argument("file", default="-", metavar="[FILE|-]")
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as one JSON object.")
@model_option
def check(file: str, as_json: bool, model: str | None) -> None:
    """Assess one posting: a text file (UTF-8 or GB18030), or standard input."""
    text = _posting_text(file)
    from detector import Posting

    posting = Posting(text=text)
    assessment = load(model).assess(posting)
    if as_json:
        from training.writing import dumps

        write(dumps(assessment.to_dict()) + b"\n")
    else:
        write(_verdict(posting, assessment))


def _posting_text(file: str) -> str:
    from training.encodings import NotTextError, decode

    name = "standard input" if file == "-" else file
    try:
        text = decode(_read(file))
    except NotTextError as error:
        raise click.ClickException(f"{name}: {error}") from None
    if not text.strip():
        raise click.UsageError(f"{name}: there is no text in it; give one posting")
    return text


def _read(file: str) -> bytes:
    if file == "-":
        if sys.stdin.isatty():
            click.echo("Paste the posting, then press Ctrl+D on a line of its own.", err=True)
        data = sys.stdin.buffer.read(READ_LIMIT + 1)
    else:
        with Path(file).open("rb") as stream:
            data = stream.read(READ_LIMIT + 1)
    if len(data) > READ_LIMIT:
        raise click.ClickException("the text is over 1 MiB; one posting has at most 20,000 characters (many: score)")
    return data


def _verdict(posting: Posting, assessment: Assessment) -> bytes:
    from training.verdict import Style, render

    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return render(posting, assessment, Style(colour)).encode(sys.stdout.encoding or "utf-8", "replace")
