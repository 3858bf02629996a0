"""Training on very many rows beside the usual pipeline: time and peak memory, both sides in one run.

Rows are composed from the real texts in ../shared/datasets: a row is a text of theirs, or sentences of two of one file,
so that no two are the same and lengths are as in traffic. Each side runs in processes of its own; memory is that of all
of them together, sampled. Nothing of the texts is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.dataset import DataError
from training.measure import SHARED

SHARES = {"honest_58tongcheng": 0.2, "honest_51job_zhilian": 0.2, "telegram_spam": 0.2, "sms_80w": 0.2, "fbs_sms": 0.2}
"""Files, and the part of the rows that comes from each."""
LABELS = {"other_scam": "scam"}
"""For time and memory any scam will do; the files hold few scam jobs."""
TARGETS = {"first": 10.0, "cached": 30.0}
EVERY = 0.5
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]?")


@dataclass(frozen=True)
class Run:
    """Seconds by the clock and of all processors, and the most bytes that the process and its children held together.

    On a machine that others use as well, only the seconds of the processors can be compared.
    """

    seconds: float
    busy: float
    peak: int

    def __str__(self) -> str:
        return f"{self.seconds:8.1f} s  {self.busy:8.1f} s CPU  {self.peak / 2**20:7,.0f} MiB"


def compose(many: int, seed: int = 7) -> Iterator[dict[str, str]]:
    """So many rows, the same for the same seed."""
    random = np.random.default_rng(seed)
    for name, share in SHARES.items():
        path = SHARED / "datasets" / f"{name}.jsonl"
        if not path.exists():
            raise DataError(f"{path}: not there; the rows are composed from it")
        rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
        labels: dict[str, list[str]] = {}
        for row in rows:
            labels.setdefault(LABELS.get(row["label"], row["label"]), []).append(row["text"])
        for label, texts in labels.items():
            for number in range(round(many * share * len(texts) / len(rows))):
                text = texts[number] if number < len(texts) else _spliced(texts, random)
                yield {"id": f"{name}-{label}-{number}", "text": text[:20_000], "label": label, "source": name}


def _spliced(texts: Sequence[str], random: np.random.Generator) -> str:
    """Sentences of two texts in turn, about as many as one has."""
    one, other = (_SENTENCE.findall(texts[at]) or [texts[at]] for at in random.integers(0, len(texts), 2).tolist())
    size = (len(one) + len(other) + 1) // 2
    taken = [part for part in [*one, *other] if random.random() < 0.5][:size] or one
    return "".join(taken) + ("" if size > 1 else other[0])


def timed(command: Sequence[str]) -> Run:
    """Run a command to its end; RuntimeError with its last words where it fails."""
    began = time.perf_counter()
    peak = 0
    spent: dict[int, float] = {}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        stop = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not stop.wait(EVERY):
                spent.update(busy(process.pid))
                peak = max(peak, held(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        process.wait()
        seconds = time.perf_counter() - began
        stop.set()
        watcher.join()
        said.seek(0)
        if process.returncode:
            raise RuntimeError(said.read().decode("utf-8", "replace")[-500:])
    return Run(seconds, sum(spent.values()), peak)


def busy(process: int) -> dict[int, float]:
    """Seconds of a processor that a process and each one below it have taken so far."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return {}
    found = {process: (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")}
    for child in _children(process):
        found |= busy(child)
    return found


def _children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]
    except OSError:
        return []


def held(process: int) -> int:
    """Bytes of a process and all below it: proportional set size where the system tells it, resident otherwise."""
    total = 0
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                total = int(line.split()[1]) * 1024
    except OSError:
        return 0
    return total + sum(map(held, _children(process)))


NAIVE = """
import sys; from pathlib import Path
from training.peers import naive_pipeline
from training.dataset import read_examples
naive_pipeline(read_examples([Path(sys.argv[1])]))
"""


def report(sizes: Sequence[int], naive_to: int, folder: Path) -> Iterator[str]:
    """The lines of the table; one for each size and side as it is measured."""
    yield f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    for many in sizes:
        data, cache = folder / f"rows-{many}.jsonl", folder / f"cache-{many}"
        with data.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in compose(many))
        train = [sys.executable, "-m", "training.command", "train", str(data), "-o", str(folder / f"model-{many}")]
        first = timed([*train, "--cache", str(cache)])
        yield f"{many:>9,}  scamjob train, first time  {first}  {first.seconds / many * 1e6:7.0f} µs a row"
        cached = timed([*train, "--cache", str(cache)])
        yield f"{many:>9,}  scamjob train, from cache  {cached}  {cached.seconds / many * 1e6:7.0f} µs a row"
        if many <= naive_to:
            naive = timed([sys.executable, "-c", NAIVE, str(data)])
            yield f"{many:>9,}  TF-IDF (jieba) + LR        {naive}  {naive.seconds / many * 1e6:7.0f} µs a row"
            yield (
                f"{'':>9}  {naive.seconds / first.seconds:.1f} times as fast the first time (target "
                f"{TARGETS['first']:.0f}), {naive.seconds / cached.seconds:.1f} from the cache (target "
                f"{TARGETS['cached']:.0f}), {naive.busy / first.busy:.1f} and {naive.busy / cached.busy:.1f} by the "
                f"time of processors; memory {first.peak / naive.peak:.2f} of its"
            )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[100_000], help="rows (default: 100000)")
    parser.add_argument("--naive-to", type=int, default=100_000, help="train the usual pipeline up to so many rows")
    parser.add_argument("--folder", type=Path, help="for rows, cache and models (default: a temporary one)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for line in report(given.sizes, given.naive_to, given.folder or Path(name)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
