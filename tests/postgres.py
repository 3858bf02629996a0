"""A PostgreSQL of the tests' own: in a temporary folder, on a Unix socket alone, stopped by its process id.

`make test` installs Debian's postgresql; no cluster of the machine's is used or touched.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "dynamic_shared_memory_type": "posix",
    "fsync": "off",  # the machine is not what these tests switch off
}


def binaries() -> Path | None:
    """The folder of initdb and postgres, the newest version's; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


class Postgres:
    """A server that can be stopped, killed and started again on the same data."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="scamjob-pg-"))
        self.user = _other_user()
        self.server: subprocess.Popen[bytes] | None = None
        self._own(self.folder)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "scamjob", "-A", "trust", "-E", "UTF8", "--no-sync",
                  "--locale=C")  # fmt: skip
        self.start()

    def url(self, database: str = "postgres") -> str:
        """Its address, as --database takes it."""
        return f"postgresql://scamjob@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *options]
        log = (self.folder / "log").open("ab")
        with log:
            self.server = subprocess.Popen(command, stdout=log, stderr=log, user=self.user, cwd=self.folder)
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self.server.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop as an administrator who is in a hurry: connections are cut."""
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(timeout=30)
            self.server = None

    def close(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def database(self, name: str) -> str:
        """The address of a new, empty database."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _own(self, path: Path) -> None:
        if self.user is not None:
            os.chown(path, self.user, -1)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, user=self.user, cwd=self.folder, timeout=60)
        assert done.returncode == 0, done.stderr.decode()


def _other_user() -> int | None:
    """PostgreSQL refuses to run as root; whom it may run as. None: as we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise AssertionError("neither a user postgres nor nobody")
