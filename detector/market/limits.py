"""What no work pays that asks for nothing, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from detector.market.asked import ASKED_FOR
from detector.market.comparison import Comparison, Verdict, compared, graded
from detector.market.context import CALL, Context
from detector.market.units import SESSIONS, lowish
from detector.market.wages import UNSKILLED
from detector.output import Output, runs_by_itself
from detector.pay import YUAN_EACH, Pay, Per, Unit


class _Bound(NamedTuple):
    """From what pay on, in yuan, an offer is high, and absurd."""

    high: float
    absurd: float


_BARE: Mapping[Per, _Bound] = {
    Per.HOUR: _Bound(180, 300),
    Per.LESSON: _Bound(250, 450),
    Per.HALF_DAY: _Bound(500, 900),
    Per.DAY: _Bound(800, 1_300),
    Per.WEEK: _Bound(7_000, 11_000),
    Per.MONTH: _Bound(30_000, 45_000),
    Per.YEAR: _Bound(360_000, 540_000),
}
"""What no work pays that asks for nothing, whatever it is called; estimates of this project."""
PIECES: Mapping[Per, _Bound] = {
    Per.HOUR: _Bound(150, 280),
    Per.DAY: _Bound(1_000, 1_700),
    Per.WEEK: _Bound(6_500, 11_000),
    Per.MONTH: _Bound(26_000, 42_000),
    Per.YEAR: _Bound(500_000, 800_000),
}
"""What piece work comes to at most where the text asks for no trade that is known to pay more."""
_EASY: Mapping[Per, _Bound] = {
    Per.HOUR: _Bound(100, 180),
    Per.DAY: _Bound(700, 1_200),
    Per.WEEK: _Bound(4_500, 8_000),
    Per.MONTH: _Bound(20_000, 32_000),
    Per.YEAR: _Bound(300_000, 480_000),
}
"""What piece work comes to at most that asks for nothing."""
_IDLE = _Bound(60, 120)
"""What a day of a machine that runs by itself pays at most."""
_HANGING = re.compile(
    r"(?<!空调)挂机(?![员位0-9一两])|挂着(?:就|不[退动]就?)[行有能]|[开挂]着就|自动跑|手机过夜|开着睡|躺收"
)
"""What a machine does alone, said so that it can mean nothing else."""
_NAMELESS = 0.6
"""How much less it takes to be high where no trade is named at all."""
_CERTIFIED = 2.5
"""How much more it takes where no trade is named, but something is asked."""
_SKILLED: Mapping[Per, _Bound] = {
    Per.HOUR: _Bound(1_500, 3_000),
    Per.DAY: _Bound(8_000, 14_000),
    Per.MONTH: _Bound(150_000, 250_000),
}
"""What piece work comes to at most in a trade that can pay far more."""


def implausible(context: Context, pay: Pay, done: Output | None = None) -> Comparison | None:
    """An offer against what no work pays that asks for nothing; None where it asks, or stays below that.

    `done` says that the offer is what so much piece work comes to.
    """
    if pay.of in SESSIONS:
        pay = replace(pay, per=Per.DAY)
    bound, unskilled = _bound(context, pay, done), context.unskilled
    if bound is None or unskilled is None or pay.unit is Unit.PERCENT:
        return None
    factor = context.factor(pay.unit)
    offered = lowish(pay) * YUAN_EACH[pay.unit] / factor
    verdict = graded(offered, *bound)
    if verdict is Verdict.ORDINARY:
        return None
    month = (unskilled.month[0] * factor, unskilled.month[1] * factor)
    return replace(compared(verdict, pay, offered / bound.high, None, month, month), role=UNSKILLED)


def _bound(context: Context, pay: Pay, done: Output | None) -> _Bound | None:
    """What the offer has to stay below; None where it may be anything."""
    if pay.per is None:
        return None
    calls = len(context.text) <= CALL
    alone = done is None and calls and _HANGING.search(context.text) is not None
    if pay.per is Per.DAY and (alone or (done is not None and runs_by_itself(context.text))):
        return _IDLE
    if done is None:
        return _BARE.get(pay.per) if context.asks_nothing and calls else None
    if (context.asks_nothing or context.light or done.simple) and calls:
        return _EASY.get(pay.per)
    bound = (_SKILLED if context.is_skilled else PIECES).get(pay.per)
    return bound if bound is None or context.work else _nameless(context, bound)


def _nameless(context: Context, bound: _Bound) -> _Bound:
    """What piece work stays below that has no name: little less, or far more where something is asked."""
    if ASKED_FOR.search(context.text) is not None:
        return _Bound(bound.high * _CERTIFIED, bound.absurd * _CERTIFIED)
    return _Bound(bound.high * _NAMELESS, bound.absurd)
