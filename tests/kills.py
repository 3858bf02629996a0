"""Kill a process that writes to the registry, at any moment and at any step: the registry has to load every time.

    PYTHONPATH=. python tests/kills.py 200

Half of the kills come after a random time, half right before or after a random system call that writes. Prints JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from detector import engine
from detector.model import MANIFEST_FILE, SHIPPED, seal
from detector.registry import SHIPPED_NAME, Registry
from training import registry as shelf

engine.load_rules = cache(engine.load_rules)  # the rules are not what is killed here; reading them is most of a load
Operation = Callable[[], object]


def variant(of: Path, to: Path, nudge: float) -> Path:
    """A copy of a model whose calibration, and so its version, is a little different."""
    shutil.copytree(of, to)
    manifest = json.loads((to / MANIFEST_FILE).read_text("utf-8"))
    manifest["calibration"] = [[x, min(1.0, y + nudge)] for x, y in manifest["calibration"]]
    manifest["seal"] = seal(manifest)
    (to / MANIFEST_FILE).write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    return to


def in_child(operation: Operation, delay: float | None = None, step: int | None = None) -> bool:
    """Carry it out in a process that is killed after so many seconds, or at a step; whether it got to its end."""
    pid = os.fork()
    if not pid:
        try:
            if step is not None:
                _die_at(step)
            operation()
        except BaseException as error:  # noqa: BLE001  # a child must not go on as the parent
            print(f"the operation failed: {error!r}", file=sys.stderr)
            os._exit(3)
        os._exit(0)
    if delay is not None:
        time.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    return status == 0


def _die_at(step: int) -> None:
    """SIGKILL before (even) or after (odd) the n-th call that changes the disk."""
    calls = 0

    def dying(original: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls == step // 2 and step % 2 == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            value = original(*arguments, **options)
            if calls == step // 2 and step % 2 == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return value

        return call

    for owner, name in ((os, "fsync"), (os, "mkdir"), (os, "rename"), (os, "replace"), (os, "unlink"), (os, "rmdir")):
        setattr(owner, name, dying(getattr(owner, name)))
    for name in ("replace", "rename", "unlink", "chmod", "mkdir"):
        setattr(Path, name, dying(getattr(Path, name)))


def fault_of(registry: Registry, allowed: set[str]) -> str | None:
    """What is wrong with the registry, if anything is."""
    running = registry.running()
    if running not in allowed:
        return f"{running} runs; it has to be one of {allowed}"
    registry.load()
    unsound = [one for one in shelf.verify(registry) if one.fault]
    if unsound:
        return f"{unsound[0].version}: {unsound[0].fault}"
    before = SHIPPED_NAME
    for number, step in enumerate(registry.history(), 1):
        if (step.number, step.previous) != (number, before):
            return f"step {step.number} of the history goes from {step.previous}; step {number} from {before} was due"
        before = step.version
    return None if before == running else f"the history ends with {before}, and {running} runs"


def kill(many: int, seed: int = 7) -> Counter[str]:
    """Operations until so many were killed; how each ended. AssertionError at the first registry that is not sound."""
    dice, counts = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        registry = Registry(root / "models")
        sources = [variant(SHIPPED, root / f"m{at}", 0.0001 * (at + 1)) for at in range(3)]
        first, second = (shelf.add(registry, source).version for source in sources[:2])
        shelf.promote(registry, first)

        def readd() -> object:
            return shelf.add(registry, sources[2])

        third = readd().version  # type: ignore[attr-defined]
        operations: dict[str, Operation] = {
            "add": readd,
            "promote": lambda: shelf.promote(registry, second if registry.running() == first else first),
            "rollback": lambda: shelf.rollback(registry),
            "keep_gates": lambda: shelf.keep_gates(registry, second, {"passed": True}),
        }
        usual = dict.fromkeys(operations, 0.6)
        killed = number = 0
        while killed < many:
            number += 1
            name = dice.choice(list(operations))
            if name == "add" and (registry.shelf / third).exists():
                shutil.rmtree(registry.shelf / third)
            if len(shelf.standing(registry.history())) < 2:
                shelf.promote(registry, second)
                shelf.promote(registry, first)
            stack = [SHIPPED_NAME, *shelf.standing(registry.history())]
            allowed = {stack[-1], {"promote": second if stack[-1] == first else first}.get(name, stack[-2])}
            by_time = number % 2 == 0
            delay, step = (dice.uniform(0, usual[name]), None) if by_time else (None, dice.randint(2, 20))
            began = time.monotonic()
            done = in_child(operations[name], delay, step)
            killed += not done
            if done and not by_time:
                usual[name] = time.monotonic() - began  # on this machine, at this load
            fault = fault_of(registry, allowed)
            assert fault is None, f"run {number} during {name}: {fault}"
            if not done and killed % 20 == 0:
                print(f"{killed} kills, the registry loads", file=sys.stderr, flush=True)
            counts[f"{name}, {'ended' if done else 'killed'}"] += 1
    return counts


def at_once(processes: int = 4, each: int = 5) -> int:
    """Several processes promote by turns; how many steps the history has then, each once and in order."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        registry = Registry(root / "models")
        names = [shelf.add(registry, variant(SHIPPED, root / f"m{at}", 0.0001 * (at + 1))).version for at in range(2)]
        children = []
        for at in range(processes):
            pid = os.fork()
            if not pid:
                try:
                    for turn in range(each):
                        shelf.promote(registry, names[(at + turn) % 2])
                finally:
                    os._exit(0)
            children.append(pid)
        for pid in children:
            os.waitpid(pid, 0)
        fault = fault_of(registry, set(names))
        assert fault is None, fault
        return len(registry.history())


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    started = time.monotonic()
    ended = kill(many, seed=int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    steps = at_once()
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"kills": many, "ended": dict(sorted(ended.items())), "at_once": steps, "seconds": seconds}))
