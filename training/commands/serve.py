"""`scamjob serve`: the production server."""

from __future__ import annotations

from pathlib import Path

import click

from api.server import serve as run_server
from training.commands.shared import model_option


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, type=click.IntRange(0, 65535), show_default=True)
@click.option("--workers", default=2, type=click.IntRange(1, 64), show_default=True, help="Processes.")
@click.option("--threads", default=4, type=click.IntRange(1, 256), show_default=True, help="Threads a process.")
@model_option
def serve(host: str, port: int, workers: int, threads: int, model: Path | None) -> None:
    """Serve the web form and the API until stopped; running requests are finished first."""
    run_server(host=host, port=port, workers=workers, threads=threads, model=model)
