"""How far a long run is, and how long the step in hand will take at the speed measured since it began."""

from __future__ import annotations

import time
from collections.abc import Callable

Step = Callable[[str, float], None]
"""Told the name of a step and how much of the whole is done, 0..1."""

Count = Callable[[int], None]
"""Told how many of a step's items are done."""


def silent(_done: int) -> None:
    """Nobody is told."""


def tell_nobody(_name: str, _share: float) -> None:
    """No progress is shown."""


def counted(
    tell: Step, name: str, total: int, start: float, end: float, now: Callable[[], float] = time.monotonic
) -> Count:
    """What takes the number of items done of a step that fills `start`..`end` of the whole.

    An estimate is given only once this run has a speed to go by: from the second report on.
    """
    began = now()
    tell(f"{name}: {total:,}", start)

    def done(many: int) -> None:
        share = start + (end - start) * many / max(1, total)
        spent = now() - began
        if many >= total:
            tell(f"{name}: {total:,} in {spent:.1f} s", end)
        elif many and spent > 1:
            left = spent / many * (total - many)
            speed = f"{many / spent:,.0f}/s" if many > spent else f"{spent / many:,.0f} s each"
            tell(f"{name}: {many:,} of {total:,}, {speed}, {duration(left)} left in this step", share)

    return done


def duration(seconds: float) -> str:
    """A length of time, in the unit one would say it in."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"
