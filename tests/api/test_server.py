"""The production server: starts in one line, refuses in one line, stops gently, and answers everything itself."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from serving import ask, command, raw, served

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    with served() as running:
        yield running


def test_it_serves_and_does_not_say_with_what(server: tuple[int, subprocess.Popen[str]]) -> None:
    port, _ = server
    assert ask(port, "交押金")["risk_level"] == "high"
    answer = raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"gunicorn" not in answer.lower()


POST = b"POST /api/v1/assessments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
UNREADABLE = [
    (b"nonsense\r\n\r\n", 400),
    (b"GET / HTTP/9.9\r\n\r\n", 400),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 20_000 + b"\r\n\r\n", 431),
    (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n10\r\n{}", 400),
    (POST + b"Content-Length: 100\r\n\r\n{}", 400),
    (POST.replace(b"json", b"x-www-form-urlencoded").replace(b"api/v1/assessments", b"")
     + b"Content-Length: 100\r\n\r\ntext=a", 400),
]  # fmt: skip


@pytest.mark.parametrize(("request_bytes", "status"), UNREADABLE)
def test_an_unreadable_request_is_a_problem_too(
    server: tuple[int, subprocess.Popen[str]], request_bytes: bytes, status: int
) -> None:
    head, _, body = raw(server[0], request_bytes).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/problem+json" in head
    assert b"nosniff" in head
    assert json.loads(body)["status"] == status


def test_a_chunked_body_is_read_and_one_without_end_is_not(server: tuple[int, subprocess.Popen[str]]) -> None:
    start = (
        b"POST /api/v1/assessments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    body = json.dumps({"text": "交押金"}).encode()
    good = raw(server[0], start + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    assert good.startswith(b"HTTP/1.1 200")
    with socket.create_connection(("127.0.0.1", server[0]), timeout=10) as connection:
        connection.sendall(start)
        for _ in range(9):
            connection.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")


def test_workers_share_and_load_nothing_heavy(server: tuple[int, subprocess.Popen[str]]) -> None:
    _, process = server
    children: list[str] = []
    deadline = time.monotonic() + 60
    while len(children) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
        born = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        children = [pid for pid in born if b"keeper.py" not in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(children) == 2
    for pid in children:
        maps = Path(f"/proc/{pid}/maps").read_text()
        assert not re.search(r"/(sklearn|pandas|scipy|pyarrow)/", maps)
        resident = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        assert resident
        print(f"worker {pid}: {int(resident[1]) / 1024:.0f} MiB resident")
        assert int(resident[1]) < 130 * 1024


METRICS = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def test_a_running_request_is_answered_before_it_stops() -> None:
    answers: list[dict[str, object]] = []
    with served() as (port, process):
        asking = threading.Thread(target=lambda: answers.append(ask(port, "慢慢慢慢慢交押金")))
        asking.start()
        while b"in_flight 2" not in raw(port, METRICS):  # it, and this
            assert not answers, "it was answered before anybody saw it"
        process.send_signal(signal.SIGTERM)
        asking.join(timeout=60)
        assert process.wait(timeout=60) == 0
    assert answers[0]["risk_level"] == "high"


def refused(arguments: str) -> str:
    run = subprocess.run(command(arguments), capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert run.stdout == ""
    lines = run.stderr.splitlines()
    assert len(lines) == 1, run.stderr
    return lines[0]


def test_a_bad_model_is_refused_in_one_line() -> None:
    line = refused("port=0, model=__import__('pathlib').Path('bad/model')")
    assert line == "scamjob: bad/model: no manifest.json; run `make model` or give another --model"


def test_a_port_in_use_is_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        line = refused(f"port={taken.getsockname()[1]}")
    assert "it is in use" in line


@pytest.mark.parametrize(
    "arguments", ["host='no.such.host.invalid'", "port=70000", "port=0, workers=0", "port=0, threads=0"]
)
def test_a_bad_number_or_address_is_refused_in_one_line(arguments: str) -> None:
    assert refused(arguments).startswith("scamjob: ")
