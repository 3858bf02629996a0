"""Work on several cores, its results in order.

Processes are forked from one that has loaded what reading a text takes (`training.warm`), so they share its memory, and
none of them has to load it again. Where there is no such way of forking, each is started by itself.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from threading import Thread
from typing import TypeVar

from joblib import cpu_count

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 2
"""Items that wait for each worker: so many results are held at a time, however many there are."""


def in_processes(work: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """The result for each item, in order; `work` and items have to be picklable. `jobs` is -1 for one a core."""
    many = _workers(jobs)
    if many == 1:
        yield from map(work, items)
    else:
        with ProcessPoolExecutor(many, _context(), _end_with_parent) as pool:
            yield from _in_order(pool, work, items, many)


def in_threads(work: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """The same for work that numpy does, which lets other threads run meanwhile."""
    many = _workers(jobs)
    with ThreadPoolExecutor(many) as pool:
        yield from _in_order(pool, work, items, many)


def _workers(jobs: int) -> int:
    return int(cpu_count()) if jobs < 0 else jobs


def _in_order(pool: Executor, work: Callable[[Item], Result], items: Iterable[Item], many: int) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > AHEAD * many:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for one in waiting:
            one.cancel()


def _context() -> BaseContext:
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["training.warm"])
    return context


def _end_with_parent() -> None:
    """In a worker: end at once when the process that wants the results has ended, however it did."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
