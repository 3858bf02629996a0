"""More money back than was put in, at once: 充100返118, 按118%返还."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from detector.lists import holds
from detector.market.comparison import Comparison, Verdict
from detector.pay import Called, Pay, Unit

_OUT, _BACK = ("充", "垫", "投", "付", "冲", "刷", "存"), ("返", "回", "得")
_BACK_SHARE = ("退", "返", "结算", "回款", "充值", "转给")


def money_back(text: str, pays: Sequence[Pay]) -> Comparison | None:
    """More money back than was put in, at once: 充100返118, or 按118%返还. No trade pays so."""
    for paid, got in pairwise(pays):
        between = text[paid.end : got.start] + text[got.start : got.start + 1]
        if paid.called is Called.FEE and got.called is Called.SHARE and paid.unit is got.unit is not Unit.PERCENT:
            gain = (got.high / paid.high - 1) * 100 if paid.high else 0.0
            put_in = text[paid.start : paid.start + 1] in _OUT
            if put_in and 3 <= gain <= 200 and len(between) <= 10 and holds(between, _BACK):
                return _gain(paid, got, gain)
    for pay in pays:
        near = text[max(pay.start - 8, 0) : pay.end + 8]
        if pay.unit is Unit.PERCENT and 103 <= pay.high <= 200 and holds(near, _BACK_SHARE):
            return _gain(pay, pay, pay.high - 100)
    return None


def _gain(paid: Pay, got: Pay, gain: float) -> Comparison:
    return Comparison(Verdict.ABSURD, None, paid, (gain, gain), None, (0.0, 0.0), gain, None, got)
