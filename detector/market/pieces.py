"""What an offer comes to by the text's own arithmetic: pieces a day, hours a day, a share of the turnover."""

from __future__ import annotations

import re
from dataclasses import replace

from detector.market.asked import LONG
from detector.market.comparison import DAYS_A_MONTH, MONTHLY_MEAN, Comparison, Verdict, compared, strongest_of
from detector.market.context import CALL, Context
from detector.market.limits import PIECES, implausible
from detector.market.measure import measure
from detector.market.units import lowish
from detector.market.worked import LEAST_SHIFT, worked_a_day
from detector.output import NUMBER, Output, output, people
from detector.pay import YUAN_EACH, Pay, Per, Unit, is_usual_thing, monthly, read_count

_WRITTEN = frozenset({Per.MINUTE, Per.HOUR, Per.THOUSAND, Per.CHARACTER})
"""Units that name what is paid for themselves."""


def in_every_way(context: Context, pay: Pay) -> list[Comparison]:
    """One offer as it stands, and as a day's pay where the text says how many pieces that is."""
    whole = pay
    if pay.of in _CONTAINERS and (content := _content(context.text, pay.of)) > 1:
        pay = replace(pay, low=pay.low / content, high=pay.high / content)
    one = strongest_of((measure(context, pay), implausible(context, pay)))
    if pay.unit is Unit.PERCENT or pay.per in (Per.DAY, Per.MONTH):
        one = strongest_of((one, _few_hours(context, pay), _turnover(context, pay)))
    times = _by_output(context, whole) if (pay.of or pay.per in _WRITTEN) and pay.unit is not Unit.PERCENT else None
    if times is None or one is None or not is_usual_thing(pay.of) or _refutes(context, times, one):
        found = times or one
        return [found] if found else []
    return [one, times]


def _refutes(context: Context, times: Comparison, one: Comparison) -> bool:
    """Whether what the pieces come to is ordinary though their price is not; the price of light work stands."""
    is_light = any(m.role.name == one.role and m.role.light for m in context.named)
    return one.verdict is not Verdict.ORDINARY and times.verdict is Verdict.ORDINARY and not is_light


_BOXES = "箱盒包袋捆件卷筐车柜批套桶"
_CONTAINERS = frozenset(_BOXES)
_THINGS = "双个只支条片枚套根粒颗张本份吨件"


def _holding(boxes: str) -> re.Pattern[str]:
    """一箱装五百个."""
    return re.compile(rf"[一每](?P<box>[{boxes}])(?:有|装|是|大概|大约|里){{0,2}}(?P<n>{NUMBER})(?:来|多)?[{_THINGS}]")


_HELD = re.compile(rf"(?P<n>{NUMBER})[{_THINGS}][一每/](?P<box>[{_BOXES}])")
_HOLDS, _PACKED = _holding(_BOXES), _holding("箱包袋盒")


def _content(text: str, box: str) -> float:
    """How many things a container holds by the text: 五千双一箱; 1 where it does not say."""
    for found in (_HELD.search(text), _HOLDS.search(text)):
        if found is not None and found["box"] == box and (count := read_count(found["n"])):
            return max(count[0], 1.0)
    return 1.0


def _by_output(context: Context, pay: Pay) -> Comparison | None:
    """The price of a piece times what one does of it by the text's own words, against pay by the hour or day."""
    done = output(context.text, pay)
    cheaper = any(other.of == pay.of and other.low < pay.low for other in context.pays)
    if done is not None and not cheaper:
        each = replace(pay, low=pay.low * done.times, high=pay.high * done.times, per=done.per, of="", called=None)
        measured = measure(context, each) if context.work or context.light else None
        return _with_output(pay, done.said, measured, implausible(context, each, done)) or _ordinary(pay, each, done)
    packed = _PACKED.search(context.text) if pay.of == "个" and len(context.text) <= LONG else None
    if packed is not None and (count := read_count(packed["n"])):
        each = replace(pay, low=pay.low * count[0], high=pay.high * count[0], per=Per.DAY, of="")
        return _with_output(pay, packed[0], measure(context, each, "high_ok"))
    return None


_FEW_HOURS = 4.5
"""Hours a day up to which what a day or a month pays is told by the hour."""
_LEAST_FOR_HOURS = 6_000
"""A month's pay below this may be for whole days, though some hours are named."""


def _few_hours(context: Context, pay: Pay) -> Comparison | None:
    """Pay by the day or month for few hours a day, by the hour: 一个月一万六,每天两小时; 下午两点到六点,一天九百."""
    if pay.per not in (Per.DAY, Per.MONTH) or len(context.text) > CALL:
        return None
    if pay.per is Per.MONTH and pay.low < _LEAST_FOR_HOURS:
        return None
    if (
        pay.per is Per.DAY
        and not context.light
        and lowish(pay) * YUAN_EACH[pay.unit] < LEAST_SHIFT * context.factor(pay.unit)
    ):
        return None
    worked = worked_a_day(context.text)
    if worked is None or worked.hours > _FEW_HOURS:
        return None
    hours = worked.hours * (DAYS_A_MONTH if pay.per is Per.MONTH else 1)
    each = replace(pay, low=pay.low / hours, high=pay.high / hours, per=Per.HOUR)
    easy = context.asks_nothing or context.light
    found = strongest_of(
        (
            measure(context, each),
            implausible(context, each, Output(1.0, Per.HOUR, worked.said)) if easy else None,
        )
    )
    if found is None or found.verdict is Verdict.ORDINARY:
        return None
    return replace(found, pay=pay, output=worked.said, offered_monthly=monthly(pay, worked.hours, DAYS_A_MONTH))


_TURNOVER = re.compile(
    r"(?P<per>日|天|晚|月|年)[^。;\n0-9元]{0,8}?(?P<n>[0-9]{1,5}(?:\.[0-9]{1,2})?[万w]|[一二两三四五六七八九十百千]{1,6}万)"
)
_TURNED_OVER = re.compile(r"流水|营业额|销售额|成交|合同|gmv|日销|月销|产值|营收|交易额|签")
_OF_TIME = {"日": Per.DAY, "天": Per.DAY, "晚": Per.DAY, "月": Per.MONTH, "年": Per.YEAR}


def _turnover(context: Context, pay: Pay) -> Comparison | None:
    """A share of what the whole business turns over: 流水的50%,日销2.6万,三人平分."""
    text = context.text
    if pay.unit is not Unit.PERCENT or pay.high > 100 or len(text) > CALL:
        return None
    if context.is_skilled and not context.asks_nothing:
        return None
    said = _TURNOVER.search(text)
    if said is None or not _TURNED_OVER.search(text, max(said.start() - 12, 0), said.end()):
        return None
    amount, per = read_count(said["n"]), _OF_TIME[said["per"]]
    if amount is None:
        return None
    earned = amount[0] * pay.low / 100 / people(text, pay.start, said.end())
    each = replace(pay, low=earned, high=earned, unit=Unit.YUAN, per=per, called=None)
    one = implausible(context, each, Output(1.0, per, said[0]))
    return replace(one, output=said[0]) if one else None


def _ordinary(pay: Pay, each: Pay, done: Output) -> Comparison:
    """What piece work without a name comes to, where that is nothing to wonder at."""
    month = (MONTHLY_MEAN, MONTHLY_MEAN)
    ratio = lowish(each) * YUAN_EACH[each.unit] / PIECES.get(each.per or Per.DAY, PIECES[Per.DAY]).high
    found = compared(Verdict.ORDINARY, each, ratio, None, month, month)
    return replace(found, pay=pay, output=done.said)


def _with_output(pay: Pay, said: str, *found: Comparison | None) -> Comparison | None:
    """The strongest, with what the text says one does."""
    one = strongest_of(found)
    return replace(one, pay=pay, output=said) if one else None
