"""A Redis of the tests' own: on a Unix socket in a temporary folder, stopped by its process id."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import redis


class RedisServer:
    """A server that can be stopped and started again."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="scamjob-redis-"))
        self.url = f"unix://{self.folder}/socket"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = ["redis-server", "--port", "0", "--unixsocket", f"{self.folder}/socket", "--save", "", "--dir"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen([*command, str(self.folder)], stdout=quiet, stderr=quiet)
        deadline = time.monotonic() + 20
        while True:
            with suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
                client.ping()
                return
            assert time.monotonic() < deadline, "Redis does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=20)
            self.process = None

    def close(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)
