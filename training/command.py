"""`scamjob`: the command line. A command is imported when it is called, so that `scamjob check` starts at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Never

import click

DONE, REFUSED, USAGE = 0, 1, 2
STOPPED, PIPE_CLOSED = 130, 141
"""What a shell gives a program that SIGINT or SIGPIPE ended."""

COMMANDS = {
    "check": "Assess one posting.",
    "score": "Assess many postings: .jsonl, .csv, .parquet, .xlsx, or a pipe.",
    "serve": "Serve the web form and the API until stopped.",
    "work": "Work on the files that were sent to the API as jobs.",
    "webhooks": "The secrets that sign webhooks.",
    "train": "Train a model from labelled examples.",
    "evaluate": "Measure a model on labelled files.",
    "report": "Write a page on how a model does: figures, label errors, mistakes.",
    "feedback": "What users and moderators said, on its way to training.",
    "suggest": "Pick the unlabelled postings most worth labelling.",
    "keys": "Make and revoke the keys of the API.",
    "purge": "Delete stored postings that are too old.",
    "models": "Look at the versions of the model.",
    "rules": "Look at the rules, and at what each one hits.",
    "examples": "Check labelled files, and exchange them with Label Studio.",
}
"""Each is the one of that name in `training/commands/NAME.py`; the lines are for `scamjob --help`, which loads none."""


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"training.commands.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The names with their lines, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="scamjob", message="%(version)s")
def cli() -> None:
    """Tell whether a Chinese job posting is a scam, why, and where in the text."""


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; the exit status. Whatever goes wrong is told in one line."""
    try:
        with cli.make_context("scamjob", list(arguments)) as context:
            cli.invoke(context)
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a user gets a line, never a traceback
        return _status(error)
    return DONE


def _status(error: BaseException) -> int:
    """The exit status after an error, which is told in one line."""
    match error:
        case click.exceptions.Exit():
            status = error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            status = USAGE
        case click.ClickException():
            status = _fail(error.format_message())
        case KeyboardInterrupt() | click.Abort():
            status = _fail("stopped", STOPPED)
        case BrokenPipeError():
            _silence_output()
            status = PIPE_CLOSED
        case OSError(strerror=str(), filename=str() | bytes()):
            status = _fail(f"{error.filename!s}: {error.strerror}")
        case _:
            status = _fail(_cause(error))
    return status


def _fail(message: str, status: int = USAGE) -> int:
    line = " ".join(message.split())
    click.echo(f"scamjob: {line}".encode(errors="backslashreplace"), err=True)
    return status


def _cause(error: BaseException) -> str:
    """The message of an error raised on purpose; a fault of ours gets its type and the way to see more."""
    from detector.errors import DetectorError
    from training.dataset import DataError
    from training.files import FileError

    if isinstance(error, DetectorError | DataError | FileError | OSError):
        return str(error)
    if os.environ.get("SCAMJOB_TRACEBACK"):
        raise error
    return f"a fault of the program: {type(error).__name__}: {error} (set SCAMJOB_TRACEBACK=1 to see where)"


def _silence_output() -> None:
    """Keep the interpreter from flushing into the closed pipe once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> Never:
    """The entry point of the installed `scamjob`."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
