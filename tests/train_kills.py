"""Kill a training at any moment and at any step: the model folder is the old one or the new one, whole, every time.

    PYTHONPATH=. python tests/train_kills.py 200

Half of the kills come after a random time, half right before or after a random system call that writes; half of the
trainings go out of core. Now and then one is let alone: with what the killed ones left in the cache it has to make the
very same model. Prints JSON.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

from kills import in_child

import training.large  # noqa: F401  # loaded before the forks, so that a kill meets the training and not the imports
from detector import Detector
from training.dataset import DATA
from training.fit import SETTINGS, Plan, train
from training.whole import new_folder_beside

SMALL = {**SETTINGS, "folds": 2, "jobs": 1, "least_code": 5, "min_df": dict.fromkeys(SETTINGS["min_df"], 2)}
LET_ALONE = 20
FORGET = 0.3
"""How often the cache is emptied before a training, so that reading is killed, too."""


def rows(folder: Path) -> list[Path]:
    """Two files of some of our own examples, so that two trainings make two models."""
    lines = [line for path in sorted(DATA.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    random.Random(3).shuffle(lines)
    files = [folder / f"{name}.jsonl" for name in "ab"]
    for path, part in zip(files, (lines[:240], lines[120:360]), strict=True):
        path.write_text("\n".join(part) + "\n", "utf-8")
    return files


def version(model: Path) -> str:
    """Of the model that stands there; loading it checks every byte."""
    return Detector.load(model).versions.model


def kill(many: int, seed: int = 7) -> Counter[str]:
    """Trainings until so many were killed; how they ended. AssertionError at the first folder that is not whole."""
    dice, counts = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        model, ways = root / "model", {}
        for at, path in enumerate(rows(root)):
            for in_memory in (50, 10_000):
                plan = Plan(cache=root / "cache", in_memory=in_memory)
                run = partial(train, [path], model, settings=SMALL, plan=plan)
                began = time.monotonic()
                assert in_child(run)
                ways[at, in_memory] = run, version(model), time.monotonic() - began
        number = killed = 0
        while killed < many:
            number += 1
            way = dice.choice(list(ways))
            run, wanted, usual = ways[way]
            if dice.random() < FORGET:
                shutil.rmtree(root / "cache", ignore_errors=True)
            before, alone = version(model), number % LET_ALONE == 0
            delay, step = (dice.uniform(0, usual), None) if dice.random() < 0.5 else (None, dice.randint(2, 40))
            ended = in_child(run) if alone else in_child(run, delay, step)
            killed += not ended
            now = version(model)
            assert now in {before, wanted}, f"run {number}: {now} stands there; {before} or {wanted} was due"
            assert not ended or now == wanted, f"run {number} ended, and {now} stands there instead of {wanted}"
            counts[f"{'in memory' if way[1] > 50 else 'out of core'}, {'ended' if ended else 'killed'}"] += 1
            if alone:
                print(f"{number} runs, {killed} of them killed, the model is whole", file=sys.stderr, flush=True)
        new_folder_beside(model, frozenset(path.name for path in model.iterdir())).rmdir()
        left = sorted(path.name for path in root.iterdir() if path.name.startswith(".model"))
        assert not left, f"left behind: {left}"
    return counts


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    started = time.monotonic()
    ended = kill(many, seed=int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"kills": many, "ended": dict(sorted(ended.items())), "seconds": seconds}))
