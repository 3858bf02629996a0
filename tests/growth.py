"""Whether time grows with the length of a text and no faster, told on a machine that has other things to do as well."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

TRIES = 4
SLACK = 0.05
"""Seconds that count as nothing."""


def cpu(act: Callable[[Value], object], value: Value) -> float:
    """Seconds of the processor that one call takes in this process, the best of three."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        act(value)
        taken.append(time.process_time() - began)
    return min(taken)


def linear(act: Callable[[Value], object], short: Value, long: Value, times: float) -> bool:
    """Whether the long takes less than so many times what the short takes.

    Other programs disturb a single pair of timings; what is not linear fails every pair.
    """
    return any(cpu(act, long) < times * cpu(act, short) + SLACK for _ in range(TRIES))
