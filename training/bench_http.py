"""Speed over HTTP, beside the usual service served the same way in the same run: `make bench-http`.

Both run under gunicorn with 2 workers of 4 threads; wrk asks over a few kept connections, in turns, so that whatever
else the machine does weighs on both. An empty Flask view in the usual service shows what the framework alone takes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, create_server
from statistics import median
from urllib.request import Request, urlopen

from training.bench import LENGTH, TEXT, Line, machine, report
from training.naive_service import VARIABLE

WORKERS, THREADS = 2, 4
ROUNDS = 3
BODIES = 64
SIZE = 100
"""Postings a batch."""
CONNECTIONS: Mapping[str, int] = {"single": 8, "batch": 2, "stream": 2}
SECONDS: Mapping[str, int] = {"single": 4, "batch": 12, "stream": 12}
"""Of a round."""

LUA = """
local bodies, at = {}, 0
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line:gsub("\\t", "\\n") end
wrk.method = "POST"
wrk.headers["Content-Type"] = os.getenv("MEDIA")
function request()
  at = at % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "microseconds": %d, "p50": %f, "p99": %f, "refused": %d, "broken": %d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.status,
    e.connect + e.read + e.write + e.timeout))
end
"""
"""Asks with one body after the other (a tab stands for a line's end), and says what came of it as JSON."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of wrk measured; times in milliseconds."""

    rate: float
    p50: float
    p99: float


def texts() -> list[str]:
    """Different texts of 340 characters, cut from the labelled ones."""
    from training.dataset import DATA, read_examples  # noqa: PLC0415  # pandas and its like, not needed for a look

    stream = "。".join(example.text for example in read_examples([DATA])).replace("\t", " ")
    cut = len(stream) // (BODIES * SIZE)
    return [stream[at * cut : at * cut + LENGTH] or TEXT for at in range(BODIES * SIZE)]


def bodies(some: Sequence[str]) -> Mapping[str, list[str]]:
    """The bodies of requests: single postings, batches, streams."""
    packs = [some[at : at + SIZE] for at in range(0, len(some), SIZE)]
    return {
        "single": [json.dumps({"text": text}, ensure_ascii=False) for text in some[:BODIES]],
        "batch": [json.dumps({"postings": [{"text": text} for text in pack]}, ensure_ascii=False) for pack in packs],
        "stream": ["\t".join(json.dumps({"text": text}, ensure_ascii=False) for text in pack) for pack in packs],
    }


@contextmanager
def running(command: Sequence[str], port: int, **variables: str) -> Iterator[str]:
    """A server in a process of its own, until it answers; its address."""
    server = subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 90
        while True:
            try:
                create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)


def free_port() -> int:
    """A port that nobody listens on."""
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def services(folder: Path, model: Path | None) -> Iterator[tuple[str, str]]:
    """Addresses of our service and of the usual one."""
    pipeline = folder / "naive.joblib"
    subprocess.run([sys.executable, "-W", "ignore", "-m", "training.naive_service", str(pipeline)], check=True)
    ours, theirs = free_port(), free_port()
    size = ["--workers", str(WORKERS), "--threads", str(THREADS)]
    serve = [sys.executable, "-m", "training.command", "serve", "--port", str(ours), *size]
    naive = [sys.executable, "-W", "ignore", "-m", "gunicorn", "--preload", "--worker-class", "gthread", *size]
    naive += ["--bind", f"127.0.0.1:{theirs}", "--log-level", "warning", "training.naive_service:create()"]
    with ExitStack() as stack:
        ours_at = stack.enter_context(running([*serve, *(["--model", str(model)] if model else [])], ours))
        yield ours_at, stack.enter_context(running(naive, theirs, **{VARIABLE: str(pipeline)}))


def load(url: str, asked: Path, script: Path, media: str = "application/json") -> Load:
    """One round of wrk. RuntimeError when an answer was no success."""
    connections, seconds = CONNECTIONS[asked.name], SECONDS[asked.name]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", str(script), url]
    variables = {**os.environ, "BODIES": str(asked), "MEDIA": media}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout[done.stdout.rindex("{") :])
    if said["refused"] or said["broken"] or not said["requests"]:
        raise RuntimeError(f"{url}: {said}")
    return Load(said["requests"] / said["microseconds"] * 1e6, said["p50"] / 1000, said["p99"] / 1000)


def in_turns(urls: Mapping[str, str], asked: Path, script: Path) -> dict[str, Load]:
    """The median of the rounds for each of the addresses, which are asked by turns."""
    rounds = [{name: load(url, asked, script) for name, url in urls.items()} for _ in range(ROUNDS)]
    return {
        name: Load(*(median(getattr(one[name], value) for one in rounds) for value in Load.__slots__)) for name in urls
    }


def compare(model: Path | None = None) -> Iterator[Line]:
    """All comparisons."""
    with tempfile.TemporaryDirectory() as name, services(Path(name), model) as (ours, theirs):
        folder = Path(name)
        script = folder / "ask.lua"
        script.write_text(LUA, "utf-8")
        for kind, lines in bodies(texts()).items():
            (folder / kind).write_text("\n".join(lines) + "\n", "utf-8")
        assess = f"{ours}/api/v1/assessments"
        single = in_turns(
            {"ours": assess, "theirs": f"{theirs}/single", "empty": f"{theirs}/empty"}, folder / "single", script
        )
        yield from lines_of("single", single, 1, 4)
        yield Line("empty Flask view, requests/s", "-", f"{single['empty'].rate:.0f}", "-", "ceiling", good=None)
        batch = in_turns({"ours": f"{assess}/batch", "theirs": f"{theirs}/batch"}, folder / "batch", script)
        yield from lines_of(f"batch of {SIZE}", batch, SIZE, 7)
        if answers(f"{assess}/stream"):
            stream = load(f"{assess}/stream", folder / "stream", script, "application/x-ndjson")
            yield Line(f"stream of {SIZE}, postings/s", f"{stream.rate * SIZE:.0f}", "-", "-", "-", good=None)
            yield Line("  p50 / p99, ms", f"{stream.p50:.0f} / {stream.p99:.0f}", "-", "-", "-", good=None)


def answers(url: str) -> bool:
    """Whether there is such a route."""
    request = Request(url, b'{"text": "x"}', {"Content-Type": "application/x-ndjson"})  # noqa: S310  # our own server
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def lines_of(name: str, loads: Mapping[str, Load], postings: int, least: float) -> Iterator[Line]:
    """Postings a second and the times of one kind of request."""
    ours, theirs = loads["ours"], loads["theirs"]
    ratio = ours.rate / theirs.rate
    left, right = (f"{one.rate * postings:.0f}" for one in (ours, theirs))
    yield Line(f"{name}, postings/s", left, right, f"{ratio:.1f}×", f"≥ {least:g}×", ratio >= least)
    left, right = (f"{one.p50:.1f} / {one.p99:.1f}" for one in (ours, theirs))
    yield Line("  p50 / p99, ms", left, right, "-", "our p99 ≤ their p50", ours.p99 <= theirs.p50)


def main() -> int:
    """Print the comparisons; 1 when one falls short."""
    kept = ", ".join(f"{number} for {kind}" for kind, number in CONNECTIONS.items())
    print(f"{machine()}\n{WORKERS} workers × {THREADS} threads; connections: {kept}; {LENGTH} characters a posting")
    print(f"median of {ROUNDS} rounds of {SECONDS['single']} s (batches {SECONDS['batch']} s) in turns\n", flush=True)
    lines = list(compare(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
    print(report(lines))
    return 1 if any(line.good is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
