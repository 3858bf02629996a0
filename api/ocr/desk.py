"""Where the web workers hand in pictures: a queue with an end, in front of the one process that reads them."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from api.ocr import keeper, wire
from api.ocr.limits import Limits
from api.ocr.refusals import Unreadable

EXTRA = ("rapidocr", "onnxruntime", "PIL", "pillow_heif")
"""The packages of the extra `[ocr]`."""
_FULL = {errno.EAGAIN, errno.ECONNREFUSED, errno.ETIMEDOUT}


class ReadsImages(Protocol):
    """What the service asks of whoever reads pictures."""

    @property
    def limits(self) -> Limits:
        """What it takes."""
        ...

    def place(self) -> AbstractContextManager[bool]:
        """Whether there is room for one more, for as long as the context lasts; to be asked before a body is read."""
        ...

    def read(self, images: list[bytes]) -> dict[str, Any]:
        """`{"text", "lines", "warnings"}`. Raises Unreadable."""
        ...


@dataclass
class Desk:
    """A door to the reading process, shared by all workers that are forked after it was made."""

    address: str
    limits: Limits
    keeper: subprocess.Popen[bytes]
    places: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.places = threading.Semaphore(self.limits.waiting)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """One of the few places of this worker, if one is free."""
        free = self.places.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self.places.release()

    def read(self, images: list[bytes]) -> dict[str, Any]:
        """What the pictures say; refuses at once when too many wait, and after a time when no answer comes."""
        answer = self._ask(images)
        if "error" in answer:
            raise Unreadable(answer["error"], answer["image"], **answer["figures"])
        return answer

    def _ask(self, images: list[bytes]) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                self._connect(connection)
                connection.settimeout(self.limits.deadline)
                wire.send(connection, images)
                (answer,) = wire.receive(connection, 64 * 1024 * 1024)
        except OSError:
            raise Unreadable("images-not-read") from None
        value: dict[str, Any] = json.loads(answer)
        return value

    def _connect(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            connection.connect(self.address)
        except OSError as error:
            if error.errno in _FULL:
                raise Unreadable("images-busy") from None
            raise

    def close(self) -> None:
        """Let the keeper go, and with it the reading process. The end of the server does the same."""
        assert self.keeper.stdin
        self.keeper.stdin.close()
        self.keeper.wait(10)


def installed() -> bool:
    """Whether the extra `[ocr]` is there; nothing of it is loaded."""
    return os.name == "posix" and all(importlib.util.find_spec(name) for name in EXTRA)


def opened(limits: Limits | None = None) -> Desk | None:
    """A desk with a keeper behind it, or None without the extra. To be opened before workers are forked."""
    if not installed():
        return None
    limits = limits or Limits()
    folder = tempfile.mkdtemp(prefix="scamjob-ocr-")  # only its owner may enter
    address = str(Path(folder) / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(limits.backlog)
        process = subprocess.Popen(
            [sys.executable, "-I", keeper.__file__, str(listener.fileno()), folder],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl+C is for the server, which finishes what it has begun
        )
    return Desk(address, limits, process)
