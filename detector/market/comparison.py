"""An offer beside the usual pay, and the sentence that shows the sum."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from detector.market.wages import WAGES_FILE, Range, Role
from detector.pay import YUAN_EACH, Pay, Per, Unit, monthly

DAYS_A_MONTH = 313 / 12
"""Working days with one day off a week: 1,000 a day comes to 26,100 a month."""
HOURS_A_DAY = 8
MONTHLY_MEAN = 6_500
"""What stands in for a trade where none is named: NBS 2024, services, 77,584 a year / 12, rounded."""


class Verdict(StrEnum):
    """How an offer stands to the usual pay."""

    ORDINARY = "ordinary"
    HIGH = "high"
    ABSURD = "absurd"


class Trade(NamedTuple):
    """A trade that the text names, or only hints at: its row and half-open span."""

    role: Role
    hint: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """An offer beside the usual pay. Amounts are yuan, percentages aside; spans are half-open in the text compared.

    `offered` is one payment, `offered_monthly` what it comes to in a month where time is paid, `usual` a month's pay in
    the trade, or the price of one unit. `ratio` is the low end of the offer over the top of the usual for that unit.
    `role` is None where no work is named. `back` is set where money is put in and more comes back at once. `output` is
    what one does in the time by the text itself, where the offer is a price of pieces times that (一天六七百条).
    """

    verdict: Verdict
    role: str | None
    pay: Pay
    offered: Range
    offered_monthly: Range | None
    usual: Range
    ratio: float
    role_span: tuple[int, int] | None
    back: Pay | None = None
    output: str = ""

    @property
    def per(self) -> Per | None:
        """What one payment is for."""
        return self.pay.per

    @property
    def start(self) -> int:
        """Where the offer begins in the text."""
        return self.pay.start

    @property
    def end(self) -> int:
        """Where the offer ends in the text."""
        return (self.back or self.pay).end

    @property
    def arithmetic(self) -> str:
        """日结 1,000 元，约合每月 26,100 元；同类岗位（打字录入）约 3,500–5,500 元"""
        return _arithmetic(self)


def compared(verdict: Verdict, pay: Pay, ratio: float, trade: Trade | None, month: Range, each: Range) -> Comparison:
    """An offer beside what is usual: by the `month` where time is paid, else for `each`."""
    rate = YUAN_EACH.get(pay.unit, 1.0)
    by_month = monthly(pay, HOURS_A_DAY, DAYS_A_MONTH)
    return Comparison(
        verdict=verdict,
        role=trade.role.name if trade else None,
        pay=pay,
        offered=(pay.low * rate, pay.high * rate),
        offered_monthly=by_month,
        usual=month if by_month else each,
        ratio=ratio,
        role_span=(trade.start, trade.end) if trade else None,
    )


_ORDER = {Verdict.ORDINARY: 0, Verdict.HIGH: 1, Verdict.ABSURD: 2}


def strongest_of(found: Iterable[Comparison | None]) -> Comparison | None:
    """The one that stands out most; None where there is none."""
    return max((one for one in found if one), key=lambda one: (_ORDER[one.verdict], one.ratio), default=None)


def graded(amount: float, high: float, absurd: float) -> Verdict:
    """How an amount stands to the bounds from which it is high, and absurd."""
    return Verdict.ABSURD if amount >= absurd else Verdict.HIGH if amount >= high else Verdict.ORDINARY


_CALLED: Mapping[Per, str] = {
    Per.HOUR: "时薪",
    Per.HALF_DAY: "半天",
    Per.DAY: "日结",
    Per.WEEK: "周薪",
    Per.MONTH: "月薪",
    Per.YEAR: "年薪",
    Per.MINUTE: "每分钟",
    Per.LESSON: "每课时",
    Per.ORDER: "每单",
    Per.PIECE: "每件",
    Per.CHARACTER: "每字",
    Per.THOUSAND: "千字",
    Per.WORD: "每词",
}
_MONEY_NAMES: Mapping[Unit, str] = {
    Unit.YUAN: "元",
    Unit.USD: "美元",
    Unit.USDT: "USDT",
    Unit.HKD: "港元",
    Unit.TWD: "新台币",
    Unit.SGD: "新加坡元",
    Unit.EUR: "欧元",
    Unit.GBP: "英镑",
    Unit.AUD: "澳元",
    Unit.JPY: "日元",
    Unit.KRW: "韩元",
    Unit.THB: "泰铢",
    Unit.PHP: "比索",
}


def _arithmetic(one: Comparison) -> str:
    pay, month = one.pay, one.offered_monthly
    if one.back is not None:
        return _said_of_return(pay, one.back, one.ratio)
    if pay.unit is Unit.PERCENT:
        return f"佣金 {_span(pay.low, pay.high)}%；不需要技能的任务没有这样高的佣金"
    offer = _said_of_offer(one)
    if one.role:
        low, high = (_round(one.usual[0]), _round(one.usual[1])) if month else one.usual
        return f"{offer}；同类岗位（{one.role}）约 {_span(low, high)} 元"
    if not month:
        return f"{offer}；没有写明需要什么技能"
    return f"{offer}；没有写明做什么工作，全国服务业平均每月约 {MONTHLY_MEAN:,} 元"


def _said_of_offer(one: Comparison) -> str:
    pay, month = one.pay, one.offered_monthly
    offer = f"{_CALLED[pay.per] if pay.per else '报酬'} {_span(pay.low, pay.high)} {_MONEY_NAMES[pay.unit]}"
    if one.output:
        offer += f"，按原文“{one.output}”"
    if month and (one.output or pay.per is not Per.MONTH or pay.unit is not Unit.YUAN):
        offer += f"，约合每月 {_span(_round(month[0]), _round(month[1]))} 元"
    elif pay.unit is not Unit.YUAN:
        offer += f"，约合 {_span(*one.offered)} 元"
    return offer


def names_in_arithmetic() -> tuple[str, ...]:
    """Every word that an arithmetic may put beside its figures, for those who translate it."""
    roles = [row["name"] for row in tomllib.loads(WAGES_FILE.read_text("utf-8"))["role"]]
    return ("报酬", *_CALLED.values(), *_MONEY_NAMES.values(), *roles)


def _said_of_return(paid: Pay, got: Pay, gain: float) -> str:
    if paid is got:
        return f"每付出 100 元，返回 {_number(100 + gain)} 元；没有工作这样付酬"
    unit = _MONEY_NAMES[paid.unit]
    return f"付出 {_number(paid.high)} {unit}，返回 {_number(got.high)} {unit}，得利 {_number(gain)}%；没有工作这样付酬"


def _round(amount: float) -> float:
    """To three figures, as one says it: 26,083 is 26,100."""
    return float(f"{amount:.3g}")


def _span(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)}–{_number(high)}"


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:.3g}"
