"""Line by line on the real server: with a client that waits, one that never reads, one that hangs up, and bad lines."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.schema import StreamLineAnswer
from api.stream import split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

HERE = Path(__file__).parent
STREAM = "/api/v1/assessments/stream"
NDJSON = "application/x-ndjson"
SCAM = json.dumps({"text": "交押金", "id": "a"}).encode() + b"\n"
START = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
import conftest, detector
class Toy(conftest.FakeDetector):
    @classmethod
    def load(cls, model=None):
        return cls()
detector.Detector = Toy
from api.config import Config
from api.server import Service, serve
serve(Service(port=0, workers=1, config=Config(stream_idle=1.5, max_streams=1)))
"""


def send(client: FlaskClient, body: bytes, media: str = NDJSON) -> list[dict[str, Any]]:
    response = client.post(STREAM, data=body, content_type=media)
    assert (response.status_code, response.mimetype) == (200, NDJSON)
    answers = [json.loads(line) for line in response.data.splitlines()]
    for answer in answers:
        StreamLineAnswer.model_validate(answer)
    return answers


def test_each_line_gets_its_answer_in_order(client: FlaskClient) -> None:
    answers = send(
        client, b'{"text": "\xe4\xba\xa4\xe6\x8a\xbc\xe9\x87\x91", "id": "1"}\r\n\n  \n{"text": "a", "id": "2"}'
    )
    assert [(one["id"], one["risk_level"]) for one in answers] == [("1", "high"), ("2", "low")]


def test_a_bad_line_gets_an_error_in_its_place_with_its_number(client: FlaskClient) -> None:
    lines = [SCAM.strip(), b"{", b"\xff", b'{"text": "", "id": "x"}', b"[" * 5000, b"{" + b" " * 600_000 + b"}", b"7"]
    answers = send(client, b"\n".join([*lines, SCAM]))
    assert [(one.get("line"), one.get("error", {}).get("type", "").rpartition("/")[2]) for one in answers] == [
        (None, ""),
        (2, "malformed-json"),
        (3, "not-utf-8"),
        (4, "empty-posting"),
        (5, "malformed-json"),
        (6, "line-too-long"),
        (7, "invalid-posting"),
        (None, ""),
    ]
    assert answers[3]["id"] == "x"


def test_options_and_job_postings_work_in_a_line(client: FlaskClient) -> None:
    job = {"@type": "JobPosting", "title": "a", "description": "<b>交</b>押金", "options": {"explain": "short"}}
    (answer,) = send(client, json.dumps(job).encode())
    assert [item["field"] for item in answer["reasons"][0]["evidence"]] == ["/description"]
    assert answer["reasons"][0]["advice"] == ""


def test_an_empty_stream_has_an_empty_answer(client: FlaskClient) -> None:
    assert send(client, b"") == send(client, b"\n\n") == []


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/x-ndjson; charset=gbk"])
def test_another_type_is_refused(client: FlaskClient, media: str) -> None:
    assert client.post(STREAM, data=SCAM, content_type=media).status_code == 415
    assert client.post(STREAM, data=SCAM, content_type=NDJSON, headers={"Content-Encoding": "gzip"}).status_code == 415


def test_a_failure_of_one_line_is_not_the_next_one_s(broken: Any, caplog: pytest.LogCaptureFixture) -> None:
    first, second = send(broken.test_client(), SCAM + b"{")
    assert (first["error"]["status"], second["error"]["status"]) == (500, 400)
    assert "交押金" not in caplog.text


def test_a_long_line_is_never_held() -> None:
    pieces = iter([b"ab\nc", b"d" * 8, b"e" * 1000, b"f\n", b"\ng", b"h"])
    assert list(split(pieces, 8)) == [b"ab", None, b"", b"gh"]
    assert list(split(iter([b"x" * 9]), 8)) == [None]
    assert list(split(iter([b"12345678\n123456789\n"]), 8)) == [b"12345678", None]


# --- on the real server ---


@contextmanager
def served() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    code = START.format(root=str(HERE.parent.parent), here=str(HERE))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+) ", line)
        assert found, line
        yield int(found[1]), process
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=40)
        assert "Traceback" not in errors, errors


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    with served() as running:
        yield running


class Caller:
    """A client of the stream that does one thing at a time."""

    def __init__(self, port: int, headers: bytes = b"Transfer-Encoding: chunked\r\n") -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.connection.sendall(
            b"POST "
            + STREAM.encode()
            + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
            + headers
            + b"\r\n"
        )
        self.answers = self.connection.makefile("rb")

    def send(self, data: bytes) -> None:
        self.connection.sendall(b"%x\r\n%b\r\n" % (len(data), data))

    def head(self) -> bytes:
        return b"".join(iter(self.answers.readline, b"\r\n"))

    def line(self) -> dict[str, Any] | None:
        """The next chunk as JSON; None for the last."""
        size = int(self.answers.readline(), 16)
        data = self.answers.read(size)
        self.answers.readline()
        return json.loads(data) if size else None

    def close(self) -> None:
        self.answers.close()
        self.connection.close()


def free(port: int) -> bool:
    """Whether another stream is taken at once."""
    caller = Caller(port)
    caller.send(SCAM)
    caller.connection.sendall(b"0\r\n\r\n")
    taken = b" 200 " in caller.head()
    caller.close()
    return taken


def wait_until_free(port: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not free(port):
        assert time.monotonic() < deadline, "the stream was not let go"
        time.sleep(0.1)


def test_a_line_is_answered_before_the_next_is_sent(server: tuple[int, subprocess.Popen[str]]) -> None:
    caller = Caller(server[0])
    for number in range(20):
        caller.send(json.dumps({"text": "交押金", "id": str(number)}).encode() + b"\n")
        if number == 0:
            assert caller.head().startswith(b"HTTP/1.1 200")
        answer = caller.line()
        assert answer
        assert answer["id"] == str(number)
    caller.connection.sendall(b"0\r\n\r\n")
    assert caller.line() is None
    caller.connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert caller.head().startswith(b"HTTP/1.1 200"), "the connection goes on"
    caller.close()


def test_lines_arrive_in_any_pieces(server: tuple[int, subprocess.Popen[str]]) -> None:
    caller = Caller(server[0])
    for byte in SCAM * 2:
        caller.send(bytes([byte]))
    caller.connection.sendall(b"0\r\n\r\n")
    caller.head()
    assert [caller.line() is not None for _ in range(3)] == [True, True, False]
    caller.close()


def test_a_body_of_announced_length_is_read_as_it_comes(server: tuple[int, subprocess.Popen[str]]) -> None:
    caller = Caller(server[0], b"Expect: 100-continue\r\nContent-Length: %d\r\n" % (2 * len(SCAM)))
    assert caller.head().startswith(b"HTTP/1.1 100")
    caller.connection.sendall(SCAM)
    assert caller.head().startswith(b"HTTP/1.1 200")
    assert caller.line()
    caller.connection.sendall(SCAM + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert caller.line()
    assert caller.line() is None
    assert caller.head().startswith(b"HTTP/1.1 200")
    caller.close()


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        (b"Content-Length: 100\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n", b"zz\r\n"),
    ],
)
def test_a_body_that_breaks_off_is_told_in_the_last_line(
    server: tuple[int, subprocess.Popen[str]], headers: bytes, rest: bytes
) -> None:
    caller = Caller(server[0], headers)
    caller.send(SCAM) if b"chunked" in headers else caller.connection.sendall(SCAM)
    caller.connection.sendall(rest)
    caller.connection.shutdown(socket.SHUT_WR)
    caller.head()
    assert caller.line()
    last = caller.line()
    assert last
    assert (last["line"], last["error"]["type"]) == (2, "/problems/bad-request")
    assert caller.line() is None
    caller.close()


def test_a_caller_that_falls_silent_is_let_go(server: tuple[int, subprocess.Popen[str]]) -> None:
    caller = Caller(server[0])
    caller.send(SCAM)
    caller.head()
    assert caller.line()
    last = caller.line()
    assert last
    assert last["error"]["type"] == "/problems/idle-too-long"
    caller.close()
    wait_until_free(server[0], 2)


def test_no_more_streams_than_leave_room_for_others(server: tuple[int, subprocess.Popen[str]]) -> None:
    first = Caller(server[0])
    first.send(SCAM)
    first.head()
    second = Caller(server[0])
    head = second.head()
    assert head.startswith(b"HTTP/1.1 503")
    assert b"Retry-After: 5" in head
    first.close()
    second.close()
    wait_until_free(server[0], 5)


def memory(process: subprocess.Popen[str]) -> int:
    """Resident memory of the server's children, in KiB."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in children]
    return sum(int(size) for text in texts for size in re.findall(r"VmRSS:\s+(\d+) kB", text))


@pytest.mark.slow
def test_a_caller_that_never_reads_fills_no_memory_and_is_let_go(server: tuple[int, subprocess.Popen[str]]) -> None:
    port, process = server
    before = memory(process)
    caller = Caller(port)
    caller.connection.settimeout(0.5)
    sent = 0
    with suppress(TimeoutError, ConnectionError):
        while sent < 150e6:
            caller.send(SCAM * 1000)
            sent += 1000 * len(SCAM)
    assert sent < 150e6, "it was read on and on"
    assert memory(process) - before < 30_000
    wait_until_free(port, 6)
    caller.close()


def test_a_caller_that_hangs_up_ends_the_work(server: tuple[int, subprocess.Popen[str]]) -> None:
    port, _ = server
    caller = Caller(port)
    caller.send(SCAM * 50)
    caller.head()
    caller.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    caller.close()
    wait_until_free(port, 1)
