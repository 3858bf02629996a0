"""Reading the texts of the gates on all cores; every process loads both models once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from joblib import Parallel, delayed

from detector import Detector
from detector.model import SHIPPED
from training.gates import Answers, Case, Reader, by_turns


def on_all_cores(candidate: Path, running: Path, jobs: int = -1) -> Reader:
    """What reads blocks of cases with the models of two folders, in order, on several cores (-1: all)."""

    def read(blocks: Sequence[Sequence[Case]]) -> Iterator[Answers]:
        tasks = (delayed(_answers)(candidate, running, block) for block in blocks)
        found: Iterator[Answers] = Parallel(n_jobs=jobs, return_as="generator")(tasks)
        return found

    return read


def _answers(candidate: Path, running: Path, block: Sequence[Case]) -> Answers:
    return next(_loaded(candidate, running)([block]))


@lru_cache(1)
def _loaded(candidate: Path, running: Path) -> Reader:
    return by_turns(*(Detector.load(None if folder == SHIPPED else folder) for folder in (candidate, running)))
