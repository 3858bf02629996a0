"""A service under load for minutes while models are promoted, rules changed and workers killed: `make soak`.

Every answer is compared with what the model and the rules that it names have to say; every acknowledged feedback has to
be in the store at the end; nothing but a kill may break a connection; and memory has to stay as it is. The worker that
is killed is always the youngest, so that another one grows old. The service is a copy of the program in a temporary
folder, with a home and a database of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from urllib.request import urlopen

import click

from detector import Detector, Posting
from detector.model import MANIFEST_FILE, SHIPPED, seal
from detector.registry import Registry
from detector.rules import PACKS
from training import registry as shelf
from training.bench import MIB, Line, machine, report
from training.bench_http import free_port
from training.soak_clients import Log, Running, Truth, threads

ROOT = Path(__file__).parent.parent
WORKERS, THREADS = 2, 4
CLIENTS = ("single", "single", "single", "batch", "stream", "feedback", "feedback")
TEXTS = 60
EVERY = 20.0
"""Seconds between two kills, two promotions, two changes of the rules; they come by turns."""
SLICES = 10
"""The third of so many parts of the run is compared with the last, by memory."""
GROWTH = 1.05
CHANGED = "upfront_fee.toml"
"""The pack that has two wordings."""


@dataclass
class World:
    """The service, what it runs on, and what it has to answer."""

    folder: Path
    models: Sequence[str]
    packs: Sequence[tuple[str, bytes]]
    """(version, content of the changed pack)."""
    truth: Truth
    texts: Sequence[str]

    @property
    def tree(self) -> Path:
        """The copy of the program."""
        return self.folder / "program"

    @property
    def home(self) -> Path:
        """The installation."""
        return self.folder / "home"


@dataclass
class Memory:
    """Proportional memory of the service in bytes, over time."""

    pid: int
    at: list[tuple[float, int]] = field(default_factory=list)

    def watch(self, over: threading.Event) -> None:
        """Look again and again."""
        while not over.wait(1.0):
            self.at.append((time.monotonic(), sum(proportional(pid) for pid in family(self.pid))))

    def slices(self) -> list[float]:
        """The mean of each part of the run, MiB."""
        first, last = self.at[0][0], self.at[-1][0]
        parts: list[list[int]] = [[] for _ in range(SLICES)]
        for moment, size in self.at:
            parts[min(SLICES - 1, int((moment - first) / max(last - first, 1e-9) * SLICES))].append(size)
        return [mean(part) / MIB if part else 0.0 for part in parts]


def family(pid: int) -> list[int]:
    """A process with all that come from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def proportional(pid: int) -> int:
    """Bytes in memory, those shared divided by their sharers; 0 of a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def prepared(folder: Path) -> World:
    """A copy of the program, two models on the shelf of its home, two wordings of a pack, and all right answers."""
    for package in ("detector", "api", "training"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, folder / "program" / package, ignore=ignored)
    registry = Registry(folder / "home" / "models")
    models = [shelf.add(registry, variant(folder / f"model-{at}", at)).version for at in (1, 2)]
    shelf.promote(registry, models[0])
    texts = some_texts()
    packs, truth = [], dict[Running, list[Mapping[str, object]]]()
    for at in (0, 1):
        place = folder / f"packs-{at}"
        shutil.copytree(PACKS, place)
        raw = (PACKS / CHANGED).read_bytes()
        if at:
            raw = raw.replace(b'\ntitle = "', '\ntitle = "新：'.encode())
        (place / CHANGED).write_bytes(raw)
        for model in models:
            detector = Detector.load(registry.folder(model), place)
            said = [dict(detector.assess(Posting(text=text)).to_dict()) for text in texts]
            truth[model, detector.versions.rules] = [_plain(one) for one in said]
        packs.append((detector.versions.rules, raw))
    return World(folder, models, packs, truth, texts)


def _plain(answer: dict[str, object]) -> Mapping[str, object]:
    told = {name: value for name, value in answer.items() if name not in {"id", "versions"}}
    plain: Mapping[str, object] = json.loads(json.dumps(told))
    return plain


def some_texts() -> list[str]:
    """Labelled ones of our own, from everywhere in the files."""
    from training.dataset import DATA, read_examples  # noqa: PLC0415  # pandas and its like, not needed for a look

    found = [example.text for example in read_examples([DATA]) if len(example.text) > 20]
    return found[:: max(1, len(found) // TEXTS)][:TEXTS]


def variant(to: Path, number: int) -> Path:
    """The shipped model with another calibration, hence other scores and another version."""
    shutil.copytree(SHIPPED, to)
    manifest = json.loads((to / MANIFEST_FILE).read_text("utf-8"))
    manifest["calibration"] = [[x, round(y * (1 - 0.02 * number), 6)] for x, y in manifest["calibration"]]
    manifest["seal"] = seal(manifest)
    (to / MANIFEST_FILE).write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    return to


@contextmanager
def serving(world: World) -> Iterator[tuple[int, int]]:
    """The service; its port and the process that all its others come from."""
    port = free_port()
    size = ["--workers", str(WORKERS), "--threads", str(THREADS)]
    command = [sys.executable, "-m", "training.command", "serve", "--port", str(port), *size]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SCAMJOB_")}
    settings = {"SCAMJOB_HOME": str(world.home), "PYTHONPATH": str(world.tree)}
    with (world.folder / "said").open("wb") as said:
        server = subprocess.Popen(command, cwd=world.tree, env=inherited | settings, stdout=said, stderr=said)
    try:
        until = time.monotonic() + 120
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError((world.folder / "said").read_text("utf-8"))
            time.sleep(0.2)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def youngest(port: int) -> int:
    """The worker that was started last."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    pids = [int(line.split('"')[1]) for line in lines if line.startswith("scamjob_worker_memory_bytes{")]
    return max(pids, key=_begun)


def _begun(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[19])
    except OSError:
        return 0


def disturbed(world: World, port: int, log: Log, over: threading.Event, every: float) -> None:
    """Promote, change the rules, kill, by turns, each once in `every` seconds."""
    registry = Registry(world.home / "models")
    model, pack, turn = 0, 0, 0
    while not over.wait(every / 3):
        turn += 1
        if turn % 3 == 1:
            model = 1 - model
            shelf.promote(registry, world.models[model])
        elif turn % 3 == 2:
            pack = 1 - pack
            fresh = world.tree / "detector" / "packs" / f".{CHANGED}"
            fresh.write_bytes(world.packs[pack][1])
            fresh.replace(fresh.with_name(CHANGED))
        else:
            with log.lock:
                log.kills.append(time.monotonic())
            os.kill(youngest(port), signal.SIGKILL)
            continue
        log.change((world.models[model], world.packs[pack][0]))


def soak(seconds: float, every: float = EVERY) -> list[Line]:
    """The run, and what came of it."""
    with tempfile.TemporaryDirectory() as name:
        world, log, over = prepared(Path(name)), Log(), threading.Event()
        log.change((world.models[0], world.packs[0][0]))
        with serving(world) as (port, pid):
            memory = Memory(pid)
            helpers = [
                threading.Thread(target=memory.watch, args=(over,)),
                threading.Thread(target=disturbed, args=(world, port, log, over, every)),
            ]
            for helper in helpers:
                helper.start()
            clients = list(threads(port, CLIENTS, over, (world.texts, world.truth, log)))
            time.sleep(seconds)
            over.set()
            for thread in (*clients, *helpers):
                thread.join(120)
        return list(lines_of(log, memory, kept(world.home), seconds))


def kept(home: Path) -> list[str]:
    """The ids of all feedback in the store."""
    database = sqlite3.connect(f"file:{home / 'scamjob.db'}?mode=ro", uri=True)
    try:
        return [row[0] for row in database.execute("SELECT id FROM feedback")]
    finally:
        database.close()


def lines_of(log: Log, memory: Memory, found: Sequence[str], seconds: float) -> Iterator[Line]:
    """The run as a table."""
    for kind, many in sorted(log.answers.items()):
        yield Line(f"{kind}, postings", f"{many} ({many / seconds:.0f}/s)", "-", "-", "", None)
    faults = ", ".join(f"{many} {kind}" for kind, many in sorted(log.faults.items())) or "none"
    yield Line("wrong answers and refusals", faults, "-", "-", "none", not log.faults and sum(log.answers.values()) > 0)
    yield Line("workers killed", str(len(log.kills)), "-", "-", "", None)
    broken = f"{len(log.broken)}, {log.unexplained()} away from a kill"
    yield Line("connections broken", broken, "-", "-", "only by kills", not log.unexplained())
    lost = len(set(log.acknowledged) - set(found))
    yield Line("feedback acknowledged, lost", f"{len(log.acknowledged)}, {lost}", "-", "-", "none lost", not lost)
    twice = len(found) - len(log.tried)
    yield Line("feedback kept twice", str(max(0, twice)), "-", "-", "none", twice <= 0)
    yield Line("slowest change, s", f"{log.lag:.1f}", "-", "-", "", None)
    parts = memory.slices()
    yield Line("memory by tenths, MiB", " ".join(f"{part:.0f}" for part in parts), "-", "-", "", None)
    growth = parts[-1] / parts[2] if parts[2] else 0.0
    judged = growth <= GROWTH if seconds >= 300 else None  # a short run is still warming up in its third part
    yield Line("memory, last tenth to third", f"{growth:.3f}", "-", "-", f"≤ {GROWTH}", judged)
    for words in log.told:
        yield Line(words, "", "", "", "", good=False)


@click.command()
@click.option("--minutes", default=10.0, type=click.FloatRange(0.2), show_default=True, help="How long.")
def main(minutes: float) -> None:
    """Run it and print what came of it; 1 when something must not be."""
    print(f"{machine()}\n{WORKERS} workers × {THREADS} threads; clients: {', '.join(CLIENTS)}")
    print(f"{minutes:g} minutes; a promotion, a change of the rules, a kill every {EVERY:g} s\n", flush=True)
    lines = soak(minutes * 60)
    print(report(lines))
    sys.exit(any(line.good is False for line in lines))


if __name__ == "__main__":
    main()
