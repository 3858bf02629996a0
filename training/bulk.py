"""Assess the rows of a file block by block, in one process or several, in order."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from detector.errors import TextTooLong
from training.files import BadRow, FileError, Item, item_of

if TYPE_CHECKING:
    from detector.types import Assessment, Posting
    from training.reading import Block
    from training.writing import Result


_STOPPING = (signal.SIGINT, signal.SIGTERM)


class Assessor(Protocol):
    """What scoring asks of a detector."""

    def assess(self, posting: Posting, /) -> Assessment:
        """How likely the posting is a scam, and why."""
        ...

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        """The same, one by one and in order."""
        ...


@dataclass(slots=True)
class Scored:
    """A block after assessment: results and refusals, each in the order of the input."""

    results: list[Result]
    refused: list[BadRow]


Assess = Callable[[Iterable["Block"]], Iterator[Scored]]
Done = tuple["Posting", "str | None", "Assessment"]
"""A posting with the id that its row has, and what was found in it."""
Tell = Callable[[Sequence[Done]], Iterable["dict[str, object]"]]
"""What makes JSON objects of assessments."""


def plainly(done: Sequence[Done]) -> Iterable[dict[str, object]]:
    """Each assessment as it is."""
    return (assessment.to_dict() for _, _, assessment in done)


def assess_block(detector: Assessor, block: Block, tell: Tell = plainly) -> Scored:
    """Every row of a block: assessed and told, or refused."""
    scored = Scored([], [])
    items: list[Item] = []
    for row in block:
        item = item_of(row)
        if isinstance(item, BadRow):
            scored.refused.append(item)
        else:
            items.append(item)
    read: list[Item] = []
    done: list[Done] = []
    for item, answer in zip(items, _answers(detector, items), strict=True):
        if isinstance(answer, str):
            scored.refused.append(BadRow(item.number, answer))
        else:
            read.append(item)
            done.append((item.posting, None if item.id is None else str(item.id), answer))
    for item, told in zip(read, tell(done), strict=True):
        scored.results.append((item.number, told | {"id": item.id}))
    scored.refused.sort(key=lambda bad: bad.number)
    return scored


def _answers(detector: Assessor, items: Sequence[Item]) -> list[Assessment | str]:
    try:
        return list(detector.assess_many(item.posting for item in items))
    except TextTooLong:
        return [_answer(detector, item) for item in items]


def _answer(detector: Assessor, item: Item) -> Assessment | str:
    try:
        return detector.assess(item.posting)
    except TextTooLong as error:
        return str(error)


@contextmanager
def assessing(model: str | Path | None, workers: int) -> Iterator[Assess]:
    """What turns blocks into assessed blocks, with the model loaded once a process."""
    from detector.registry import Registry  # noqa: PLC0415  # after --help and usage errors have been dealt with

    registry = Registry.here()
    detector, folder = registry.load(model), registry.resolve(model)
    if workers == 1:
        yield lambda blocks: (assess_block(detector, block) for block in blocks)
        return
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # read by workers when they import numpy
        os.environ.setdefault(name, "1")
    resource_tracker.ensure_running()  # it would lift the hold on signals if it started later
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (folder,))
    try:
        yield lambda blocks: _in_order(pool, blocks, 2 * workers)
    except BrokenProcessPool:
        raise FileError("a worker process died (out of memory?); try fewer --workers") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, blocks: Iterable[Block], ahead: int) -> Iterator[Scored]:
    """Results in the order of the blocks, with never more than `ahead` of them under way."""
    waiting: deque[Future[Scored]] = deque()
    for block in blocks:
        with _signals_held():
            waiting.append(pool.submit(_work, block))
        while len(waiting) > ahead or (waiting and waiting[0].done()):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@contextmanager
def _signals_held() -> Iterator[None]:
    """Signals wait: a process that is stopped while it starts another leaves a traceback of the half-started one.

    The mask is for the child, which inherits it; the handlers are for us, whose other threads take signals as well.
    """
    if sys.platform == "win32":
        yield
        return
    came: list[int] = []
    handlers = {number: signal.signal(number, lambda number, _: came.append(number)) for number in _STOPPING}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])


_worker: list[Assessor] = []
"""The detector of this worker process."""


def _start_worker(model: Path) -> None:
    from detector import Detector  # noqa: PLC0415  # only workers come here

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    _worker.append(Detector.load(model))


def _work(block: Block) -> Scored:
    return assess_block(_worker[0], block)
