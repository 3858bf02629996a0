"""The production server: gunicorn around one detector that is loaded once and shared by all workers."""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Never, cast

from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.http import errors
from gunicorn.http import wsgi as gunicorn_wsgi
from gunicorn.workers.gthread import ThreadWorker

from api import create_app
from api.encoding import dumps
from api.headers import SECURITY
from api.problems import KINDS, MEDIA_TYPE, by_status, problem
from detector import Detector
from detector.errors import DetectorError

if TYPE_CHECKING:
    from flask import Flask
    from gunicorn._types import _WSGIAppType
    from gunicorn.http.message import Request

GRACE = 30
"""Seconds that running requests get to finish when the server stops."""

MEMORY = "/dev/shm"  # noqa: S108  # gunicorn makes an unnamed file there
"""Where workers show that they are alive; on a disk a slow write could look like a hanging worker."""


def serve(
    host: str = "127.0.0.1", port: int = 8000, workers: int = 2, threads: int = 4, model: Path | None = None
) -> None:
    """Serve until told to stop. Exits with status 2 and one line when the model, the address or a number is bad."""
    if workers < 1 or threads < 1:
        _give_up("--workers and --threads must be at least 1")
    if not 0 <= port < 65536:
        _give_up(f"--port must be from 0 to 65535, not {port}")
    listener = listen(host, port)
    application = load(model)
    gc.collect()
    gc.freeze()  # what is loaded now stays shared between the workers
    vars(gunicorn_wsgi)["SERVER"] = "scamjob"  # what the Server header says
    Server(application, settings(listener, workers, threads)).run()


def load(model: Path | None) -> Flask:
    """The application around the model, or one line that says what is wrong with it."""
    try:
        return create_app(Detector.load(model))
    except DetectorError as error:
        _give_up(str(error))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or one line that says why there is none."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        busy = error.errno == errno.EADDRINUSE
        cure = "it is in use; stop the other server or choose another --port" if busy else error.strerror
        _give_up(f"cannot listen on {host}:{port}: {cure}")


def _give_up(line: str) -> Never:
    print(f"scamjob: {' '.join(line.split())}", file=sys.stderr)
    raise SystemExit(2)


def address_of(listener: socket.socket) -> str:
    """Where to point a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def settings(listener: socket.socket, workers: int, threads: int) -> Mapping[str, object]:
    """What gunicorn is told. There is no access log: paths may hold what a user typed."""
    said = f"scamjob: serving on {address_of(listener)} ({workers} workers × {threads} threads; Ctrl+C stops)"
    return {
        "bind": f"fd://{listener.fileno()}",
        "workers": workers,
        "threads": threads,
        "worker_class": Worker,
        "preload_app": True,
        "graceful_timeout": GRACE,
        "timeout": 60,
        "keepalive": 15,
        "loglevel": "warning",
        "accesslog": None,
        "control_socket_disable": True,
        "worker_tmp_dir": MEMORY if os.access(MEMORY, os.W_OK) else None,
        "when_ready": lambda _: print(said, flush=True),
    }


class Server(BaseApplication):
    """gunicorn without its command line and configuration files."""

    def __init__(self, application: Flask, options: Mapping[str, object]) -> None:
        self.application = application
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the settings as they are."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> _WSGIAppType:
        """The application, loaded before the workers were forked."""
        return cast("_WSGIAppType", self.application)


REFUSALS: Mapping[type[Exception], int] = {
    errors.LimitRequestLine: 414,
    errors.LimitRequestHeaders: 431,
    errors.ExpectationFailed: 417,
    errors.UnsupportedTransferCoding: 501,
    errors.ParseException: 400,
}
"""What the server answers to a request that never reaches the application; the first that fits."""


class Worker(ThreadWorker):
    """A worker that answers an unreadable request with a problem, too, and does not repeat it in the log."""

    def handle_error(
        self, req: Request | None, client: socket.socket, addr: tuple[str, int] | str | int, exc: BaseException
    ) -> None:
        """Answer what could not be parsed; faults of the server go the usual way."""
        status = next((status for kind, status in REFUSALS.items() if isinstance(exc, kind)), None)
        if status is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Unreadable request: %s", type(exc).__name__)
        try:
            util.write_nonblock(client, unreadable(status))
        except OSError:
            self.log.debug("The client did not wait for the answer.")


def unreadable(status: int) -> bytes:
    """A whole HTTP answer with the problem for that status."""
    body = dumps(problem(KINDS["bad-request"]) if status == 400 else by_status(status))
    lines = [
        f"HTTP/1.1 {status} {by_status(status)['title_en']}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "Cache-Control: no-store",
        *(f"{name}: {value}" for name, value in SECURITY.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body
