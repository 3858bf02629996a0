"""`scamjob serve` around the toy detector, as a process of its own on a free port."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parent.parent
HERE = ROOT / "tests" / "api"
START = """
import sys, time
sys.path[:0] = [{root!r}, {here!r}]
import conftest, detector
from detector.errors import ModelError

class Toy(conftest.FakeDetector):
    @classmethod
    def load(cls, model=None):
        if model is not None:
            raise ModelError(f"{{model}}: no manifest.json; run `make model`\\nor give another --model")
        return cls()

    def assess(self, posting):
        time.sleep(posting.text.count("慢"))
        return super().assess(posting)

detector.Detector = Toy
from api.server import Service, serve
serve(Service({arguments}))
"""


def command(arguments: str) -> list[str]:
    return [sys.executable, "-c", START.format(root=str(ROOT), here=str(HERE), arguments=arguments)]


@contextmanager
def served(arguments: str = "port=0") -> Iterator[tuple[int, subprocess.Popen[str]]]:
    process = subprocess.Popen(command(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+) ", line)
        assert found, line
        yield int(found[1]), process
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=90)
        assert "Traceback" not in errors


def raw(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def ask(port: int, text: str) -> dict[str, object]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"text": text}).encode()
    connection.request("POST", "/api/v1/assessments", body, {"Content-Type": "application/json"})
    answer: dict[str, object] = json.loads(connection.getresponse().read())
    connection.close()
    return answer
