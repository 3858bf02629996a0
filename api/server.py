"""The production server: gunicorn around one detector that is loaded once and shared by all workers."""

from __future__ import annotations

import errno
import gc
import logging
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING, Never, cast

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi as gunicorn_wsgi

from api import access, create_app, ocr, policy, reload, workers
from api.config import Config
from api.connections import Worker
from api.jobs import keeper
from api.limits import FILE, REDIS
from api.logs import as_json
from api.store import Store, StoreAway, StoreError, open_store
from detector.document import Document
from detector.errors import DetectorError
from detector.home import home
from detector.registry import Registry
from detector.rules import Rule
from detector.types import Posting

if TYPE_CHECKING:
    from flask import Flask
    from gunicorn._types import _WSGIAppType
    from gunicorn.config import Config as GunicornConfig

    from api.metrics import Metrics

log = logging.getLogger("api")

MEMORY = "/dev/shm"  # noqa: S108  # gunicorn makes an unnamed file there
"""Where workers show that they are alive; on a disk a slow write could look like a hanging worker."""


@dataclass(frozen=True, slots=True)
class Service:
    """How the service is run; times in seconds."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 4
    model: str | Path | None = None
    """A folder or a version, which stays; without it what is promoted, and what will be."""
    database: str | None = None
    """Where the store is; None is the installation's own."""
    connections: int = 1000
    """Open connections a worker; more wait in the system's queue."""
    timeout: int = 60
    """A worker that shows no sign of life for so long is replaced."""
    grace: int = 30
    """What running requests get to finish when the server stops."""
    jobs: int = 1
    """Processes that work on jobs, each started when there are some; 0 leaves them to `scamjob work` elsewhere."""
    recycle_after: int = 0
    """A worker is replaced after about so many requests; 0 is never."""
    config: Config = field(default_factory=Config)


def serve(service: Service) -> None:
    """Serve until told to stop. Exits with status 2 and one line when the model, the address or a number is bad."""
    if service.workers < 1 or service.threads < 1:
        _give_up("--workers and --threads must be at least 1")
    if not 0 <= service.port < 65536:
        _give_up(f"--port must be from 0 to 65535, not {service.port}")
    listener = listen(service.host, service.port)
    started, counts, keepers = os.getpid(), workers.share(), list[Popen[bytes]]()
    try:
        service = completed(service)
        application = load(service)
        application.extensions["desk"] = ocr.opened(ocr.Limits.of(service.threads))
        model = None if service.model is None else str(service.model)
        keepers += [keeper.opened(service.database, model, service.config.policy) for _ in range(service.jobs)]
        warm(application)
        gc.collect()
        gc.freeze()  # what is loaded now stays shared between the workers
        vars(gunicorn_wsgi)["SERVER"] = "scamjob"  # what the Server header says
        if service.config.log_requests:
            as_json("api")
        warn(application, service)
        Server(application, settings(service, listener, counts)).run()
    finally:
        if os.getpid() == started:
            keeper.let_go(keepers)
            shutil.rmtree(counts, ignore_errors=True)


def load(service: Service) -> Flask:
    """The application around the model, or one line that says what is wrong with it."""
    try:
        if service.model is not None:
            return create_app(Registry.here().load(service.model), service.config, opened(service.database))
        taken = reload.candidate_here()
        return reload.follow(create_app(taken.load(), service.config, opened(service.database)), taken)
    except (DetectorError, StoreError, policy.PolicyError) as error:
        _give_up(str(error))
    except ValueError as error:
        _give_up(f"{REDIS}: {error}")


def warm(application: Flask) -> None:
    """Read the rules' own proofs: patterns are compiled when first met, which each worker would do anew."""
    for rule in application.extensions["assessor"].rules:
        if isinstance(rule, Rule):
            rule.read(Document(Posting(text=rule.scam[0])))


def completed(service: Service) -> Service:
    """The service as the environment completes it; limits are counted where all workers, or all machines, see them."""
    said = service.config
    redis = said.redis or os.environ.get(REDIS) or None
    named = said.policy or os.environ.get(policy.POLICY) or None
    counts = said.counts or home() / FILE
    own = replace(said, counts=counts, redis=redis, policy=Path(named) if named else None)
    return replace(service, config=own)


def warn(application: Flask, service: Service) -> None:
    """Say who may use the API, where that is not told by keys; one line and the end where it must not be so."""
    try:
        told = access.starting(application.extensions["gate"], service.host)
    except (access.Closed, StoreError) as error:
        _give_up(str(error))
    if told and service.config.log_requests:
        log.warning(told)
    elif told:
        print(f"scamjob: {told}", file=sys.stderr)
    if store := application.extensions.get("store"):
        store.close()  # no connection is shared with the workers


def opened(database: str | None) -> Store:
    """The store, up to date; one that does not answer now is tried again when it is needed."""
    store = open_store(database)
    try:
        store.prepare()
    except StoreAway as error:
        print(f"scamjob: {error}; assessing goes on, feedback is refused until it is back", file=sys.stderr)
    store.close()  # no connection is shared with the workers
    return store


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


def settings(service: Service, listener: socket.socket, counts: Path) -> Mapping[str, object]:
    """What gunicorn is told. It writes no access log of its own: paths may hold what a user typed."""
    size = f"{service.workers} workers × {service.threads} threads"
    said = f"scamjob: serving on {address_of(listener)} ({size}; Ctrl+C stops)"
    return {
        "bind": f"fd://{listener.fileno()}",
        "workers": service.workers,
        "threads": service.threads,
        "worker_class": Worker,
        "preload_app": True,
        "worker_connections": service.connections,
        "graceful_timeout": service.grace,
        "timeout": service.timeout,
        "max_requests": service.recycle_after,
        "max_requests_jitter": service.recycle_after // 5,  # not all at once
        "keepalive": 15,
        "loglevel": "warning",
        "accesslog": None,
        "control_socket_disable": True,
        "worker_tmp_dir": MEMORY if os.access(MEMORY, os.W_OK) else None,
        "logger_class": JsonLog if service.config.log_requests else Logger,
        "post_worker_init": lambda worker: start(worker.wsgi),
        "when_ready": lambda _: print(said, flush=True),
        "pre_fork": lambda _server, worker: setattr(worker, "slot", Worker.shares.take()),
        "post_fork": lambda _server, worker: begin(worker),
        "child_exit": lambda _server, worker: over(worker, counts),
    }


def start(application: Flask) -> None:
    """Follow what may change while this worker lives."""
    reload.start(application)
    policy.start(application)


def begin(worker: Worker) -> None:
    """Count a worker that has just started; its own file of counts begins here."""
    metrics: Metrics = cast("Flask", worker.app.wsgi()).extensions["metrics"]
    metrics.worker_starts.inc()


def over(worker: Worker, counts: Path) -> None:
    """What is left to do when a worker has ended, however."""
    Worker.shares.give_back(worker.slot)
    workers.bury(counts, int(worker.pid))


class JsonLog(Logger):
    """gunicorn's own messages as JSON lines."""

    def setup(self, cfg: GunicornConfig) -> None:
        """As gunicorn sets it up, but for the form."""
        super().setup(cfg)
        as_json(self.error_log.name)


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
