"""The main path: a text in, its sums out."""

from __future__ import annotations

import re
from functools import cache

from detector.pay.counts import is_a_count
from detector.pay.dialects import Place, local_currency
from detector.pay.figures import Figure, figure_at
from detector.pay.hours import short_day, short_work
from detector.pay.lone import CALL, DESCRIBED, by_time, is_given, may_be_the_wage, the_wage
from detector.pay.numbers import LONGEST, NUMERALS, figure_pattern
from detector.pay.offer import as_pay
from detector.pay.types import Called, Pay
from detector.pay.units import LEAST_BARE


def read_pay(text: str, *, traditional: bool = False) -> tuple[Pay, ...]:
    """Every sum of money the text names, in reading order; accepts any string, in time linear in its length.

    `traditional`: the text was sent in traditional characters, so that its sums are dollars of Taiwan or Hong Kong.
    """
    found, given, spare = _sums(text, traditional=traditional)
    if len(given) == 1 and not found and len(text) <= CALL:
        short = short_day(text, given[0].start, given[0].number.low) or short_work(text, given[0].start, given[0].end)
        found += [by_time(given[0], *short)] if short else []
    if len(spare) == 1 and len(text) <= DESCRIBED and not any(map(_is_of_a_wage, found)):
        found.append(the_wage(text, spare[0], traditional=traditional))
        found.sort(key=lambda pay: pay.start)
    return tuple(found)


def _sums(text: str, *, traditional: bool) -> tuple[list[Pay], list[Figure], list[Figure]]:
    """The sums that something names; of the other figures what may be given for the work, and what may be the wage."""
    found: list[Pay] = []
    given: list[Figure] = []
    spare: list[Figure] = []
    search, at, floor = figure_pattern().search, 0, 0
    place: Place | None = None
    while token := search(text, at):
        start, at = token.span()
        if at - start > LONGEST or is_a_count(text, start, at) or (figure := figure_at(text, start, at)) is None:
            continue
        place = place or Place(local_currency(text), traditional)
        pay = as_pay(text, figure, floor, place)
        at = figure.end
        if pay is not None:
            found.append(pay)
            at = floor = pay.end
        elif figure.unit is None and may_be_the_wage(text, figure):
            spare.append(figure)
        elif figure.unit is None and is_given(text, figure):
            given.append(figure)
    return found, given, spare


def _is_of_a_wage(pay: Pay) -> bool:
    """Whether a sum is a wage or part of one, so that no other stands without a name."""
    return pay.per in LEAST_BARE or pay.called is Called.SHARE


_BEFORE_FIGURE = 24
"""More characters than a sum begins before its figure: a sign, and 14 for the name of what is paid."""


def may_begin_pay(text: str, start: int, end: int) -> bool:
    """A quick look: never False where a sum of `read_pay` begins in text[start:end]."""
    return _perhaps_a_figure().search(text, start, end + _BEFORE_FIGURE) is not None


@cache
def _perhaps_a_figure() -> re.Pattern[str]:
    return re.compile(f"[0-9{NUMERALS}过]")
