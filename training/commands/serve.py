"""`scamjob serve`: the production server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from api.config import Config
from api.server import Service
from api.server import serve as run_server
from training.commands.shared import database_option, model_option

Decorated = TypeVar("Decorated", bound=Callable[..., object])


def seconds(name: str, default: int, text: str) -> Callable[[Decorated], Decorated]:
    """An option that takes whole seconds."""
    return click.option(name, default=default, type=click.IntRange(1, 3600), show_default=True, help=text)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, type=click.IntRange(0, 65535), show_default=True)
@click.option("--workers", default=2, type=click.IntRange(1, 64), show_default=True, help="Processes.")
@click.option("--threads", default=4, type=click.IntRange(1, 256), show_default=True, help="Threads a process.")
@click.option(
    "--connections",
    default=1000,
    type=click.IntRange(10, 100_000),
    show_default=True,
    help="Open connections a process; more wait until one is closed.",
)
@seconds("--timeout", 60, "Seconds after which a process that shows no sign of life is replaced.")
@seconds("--grace", 30, "Seconds that running requests get when the server stops.")
@click.option(
    "--jobs",
    default=1,
    type=click.IntRange(0, 16),
    show_default=True,
    help="Processes for files in the background, started when there are some; 0 leaves them to `scamjob work`.",
)
@click.option(
    "--recycle-after",
    default=0,
    type=click.IntRange(0),
    show_default=True,
    help="Replace a process after about so many requests; 0 is never.",
)
@click.option(
    "--remember",
    default=0,
    type=click.IntRange(0, 1_000_000),
    show_default=True,
    help="Answers that each process keeps in memory for postings that come again word for word.",
)
@click.option(
    "--policy",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What each tenant wants otherwise, as TOML; taken up when it changes. Without it $SCAMJOB_POLICY.",
)
@click.option("--open", "open_to_all", is_flag=True, help="Ask for no key, though keys exist, on any address.")
@click.option("--log-requests", is_flag=True, help="Write a JSON line a request to standard output.")
@click.option("--log-addresses", is_flag=True, help="With the caller's address in it.")
@model_option
@database_option
def serve(**options: Any) -> None:  # noqa: ANN401  # as Service declares them
    """Serve the web form and the API until stopped; running requests are finished first."""
    config = Config(
        **{name: options.pop(name) for name in ("log_requests", "log_addresses", "remember", "open_to_all", "policy")}
    )
    run_server(Service(**options, config=config))
