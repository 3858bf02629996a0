"""One offer against the trade it is for, or against what light work pays where none is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from detector.lists import holds
from detector.market.asked import ASKED_FOR, LONG
from detector.market.comparison import MONTHLY_MEAN, Comparison, Verdict, compared, graded
from detector.market.context import HEAD, Context
from detector.market.trade import RATIOS, fills_a_day, is_sold, most, work_of
from detector.market.units import ODD, SESSIONS, TIMED, lowish
from detector.market.wages import UNSKILLED, Range, Role
from detector.pay import YUAN_EACH, Called, Pay, Per, Unit

_LESS = 5
"""How much less a piece of nameless work brings where nothing is asked."""


def measure(context: Context, pay: Pay, kind: str = "") -> Comparison | None:
    """One offer against the trade it is for."""
    if pay.unit is Unit.PERCENT:
        return _share(context, pay)
    factor, trade = context.factor(pay.unit), work_of(context.text, pay, context.named)
    if trade is None:
        return _unnamed(context, pay, factor) if all(m.hint for m in context.named) else None
    role = trade.role
    if pay.of in SESSIONS:
        if holds(context.text[pay.start : pay.end], "月天"):
            return None
        pay = replace(pay, per=Per.DAY) if fills_a_day(role, pay) else pay
    usual = _usual(role, pay)
    if usual is None or (
        pay.per not in TIMED
        and (pay.of in ODD or _is_a_trip(pay, usual) or _is_on_top(context, pay, role) or is_sold(context, pay, role))
    ):
        return None
    low, high = usual[0] * factor, usual[1] * factor
    simple = role.name == UNSKILLED and (context.light or context.asks_nothing or len(context.text) <= HEAD)
    if simple and context.light and pay.per not in TIMED:
        low, high = low / _LESS, high / _LESS
    offered = lowish(pay) * YUAN_EACH[pay.unit]
    kind = _kind(context, role, simple=simple) if not kind or role.high_ok else kind
    verdict = _verdict(offered / high, kind, pay, simple=simple and not _is_asked(context.text))
    if verdict is not Verdict.ORDINARY and offered < most(context, pay, role) * factor:
        verdict = Verdict.ORDINARY
    month = (role.month[0] * factor, role.month[1] * factor)
    return compared(verdict, pay, offered / high, trade, month, (low, high))


_BOXES = frozenset("箱筐包袋捆车柜")
_LEAST_OF_BOXES = 1.0
"""Yuan below which what a trade usually gets apiece is for single things, and a box is paid for as an order is."""


def _usual(role: Role, pay: Pay) -> Range | None:
    usual = role.price(pay.per)
    if usual is not None and pay.of in _BOXES and usual[1] < _LEAST_OF_BOXES:
        return role.price(Per.ORDER)
    return usual


_LEAST_TRIP, _MOST_TRIP = 20.0, 250.0
"""Yuan below which what a trade usually gets apiece is for things and not for the way, and up to which that may be paid
for: 一趟二十六."""


def _is_a_trip(pay: Pay, usual: Range) -> bool:
    return pay.of == "趟" and usual[1] < _LEAST_TRIP and pay.high <= _MOST_TRIP


def _is_on_top(context: Context, pay: Pay, role: Role) -> bool:
    """Whether a described job has a wage and the sum is what a sale brings besides: 底薪3500…每收一台提成600."""
    on_top = pay.called is Called.SHARE and not role.light and len(context.text) > LONG
    return on_top and any(other.per is Per.MONTH for other in context.pays)


def _kind(context: Context, role: Role, *, simple: bool) -> str:
    """Which bounds hold: a trade that can pay far more has wide ones, unless nothing is asked."""
    if role.high_ok:
        return "light" if context.asks_nothing else "high_ok"
    return "light" if role.light or simple else "plain"


def _is_asked(text: str) -> bool:
    return ASKED_FOR.search(text) is not None or holds(text, _SCHOOLED)


_SCHOOLED = ("本科", "大专", "学历", "学徒", "专业")
_SIMPLE_HIGH = 1.45
"""From which ratio a month's pay is high for a simple title of which a call says little more."""


def _verdict(ratio: float, kind: str, pay: Pay, *, simple: bool) -> Verdict:
    high, absurd = RATIOS[kind]
    if simple and pay.per is Per.MONTH:
        high = _SIMPLE_HIGH
    if pay.per not in TIMED:
        high, absurd = max(high, 2.0), max(absurd, 4.0)
    return graded(ratio, high, absurd)


_NO_TRADE: Mapping[Per, float] = {
    Per.HOUR: 150.0,
    Per.HALF_DAY: 300.0,
    Per.DAY: 500.0,
    Per.WEEK: 3000.0,
    Per.MONTH: 30_000.0,
    Per.LESSON: 300.0,
    Per.ORDER: 25.0,
    Per.PIECE: 25.0,
    Per.THOUSAND: 60.0,
    Per.CHARACTER: 0.06,
    Per.MINUTE: 6.0,
}
"""What light work without a name has to offer before it is looked at, in yuan."""


_OF_WRITING: Mapping[Per | None, float] = {Per.THOUSAND: 400.0, Per.CHARACTER: 0.4}
"""What writing without a name has to offer, whatever is asked."""


def _unnamed(context: Context, pay: Pay, factor: float) -> Comparison | None:
    """An offer without a trade: only where nothing is asked, or nothing is said at all."""
    least = _NO_TRADE.get(pay.per) if pay.per else None
    if least is None:
        return None
    if pay.per in _OF_WRITING and not context.light:
        least = _OF_WRITING[pay.per]
    elif pay.per not in TIMED and not context.light:
        least *= 20
    if pay.per not in _OF_WRITING and not context.light and ASKED_FOR.search(context.text) is not None:
        least *= 3
    ratio = lowish(pay) * YUAN_EACH[pay.unit] / (least * factor)
    light, short = context.light, len(context.text) <= HEAD
    absurd = 1.0 if short and (light or pay.per in TIMED) else 2.0
    high = (0.55 if light else 0.8) if short and pay.per in TIMED else 1.0
    verdict = graded(ratio, high, absurd) if light or short else Verdict.ORDINARY
    usual = (MONTHLY_MEAN * factor, MONTHLY_MEAN * factor)
    return compared(verdict, pay, ratio, None, usual, usual)


_COMMISSIONS = ("佣", "本金", "返现", "返利", "返你", "返我", "单", "回来加", "再给你")
_TASKS = ("任务", "本金", "垫", "抢单", "做单", "派单", "小单", "大单", "放单", "刷", "下单")
_SHARE_HIGH, _SHARE_ABSURD = 8.0, 15.0
"""Per cent of an order that no task pays its doer."""


def _share(context: Context, pay: Pay) -> Comparison | None:
    """A commission: fine in sales and in wages (提成), absurd for tasks that anyone can do."""
    near = context.text[max(pay.start - 12, 0) : pay.end + 6]
    if not holds(near, _COMMISSIONS) or "试用" in context.text[max(pay.start - 40, 0) : pay.start]:
        return None
    named = context.named
    if not all(m.role.light for m in named) or not (named or context.light or holds(context.text, _TASKS)):
        return None
    verdict = graded(pay.high, _SHARE_HIGH, _SHARE_ABSURD)
    usual = (0.0, _SHARE_HIGH)
    return compared(verdict, pay, pay.high / _SHARE_HIGH, named[0] if named else None, usual, usual)
