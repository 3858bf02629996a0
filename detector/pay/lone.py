"""The one sum of a text that nothing names: a month's wage, or what is given for some hours."""

from __future__ import annotations

from dataclasses import replace

from detector.lists import words
from detector.pay.bare import PAUSES
from detector.pay.before import FILLER
from detector.pay.counts import COUNTED
from detector.pay.dialects import TAIWAN_WAGES, Place, fits, may_be_taiwan, whose_money
from detector.pay.figures import Figure
from detector.pay.hours import boarded, one_stay, short_work
from detector.pay.types import Pay, Per, Unit

CALL = 120
"""A text up to this length may name the pay by a bare sum and the time alone."""
DESCRIBED = 400
"""A text longer than this does not leave its wage without a name."""
_NO_WAGE = frozenset("押金费租让价卖欠赔罚垫投平亩号群话贷款约期年第库编码型q加奖补保额")
"""One of these in the four characters before a lone bare sum, and it is called something else than a wage."""
_AFTER_WAGE = words(
    "包吃 包住 包食 包两 包三 包餐 包午 管吃 管住 管饭 绩效 底 双休 单休 月休 再加 五险 缴 一个月 还 提 走"
)
_LEAST_WAGE = 2000
"""What a lone bare sum has to reach to be a month's wage."""


def may_be_the_wage(text: str, figure: Figure) -> bool:
    """Whether a bare figure that nothing names stands as a wage does: a round sum between pauses, or 包吃 after it."""
    number, start, end = figure.number, figure.start, figure.end
    if not _LEAST_WAGE <= number.low <= number.high <= 200_000 or number.low % 100 or number.percent or number.vague:
        return False
    if 1990 <= number.low <= 2035:
        return False
    before = text[max(start - 4, 0) : start]
    if before.endswith(("新手", "老手", "胞胎")):
        return one_stay(text) is not None
    if before and (not (before[-1] in PAUSES or before[-1] in FILLER) or not _NO_WAGE.isdisjoint(before)):
        return False
    after = text[end : end + 1]
    if figure.open_ended and after not in COUNTED and not after.isascii():
        return True
    return after in PAUSES or text[end - 1] in "+起" or text.startswith(_AFTER_WAGE, end)


def is_given(text: str, figure: Figure) -> bool:
    """Whether a bare figure is what is given for the work: 一百张给八百."""
    number = figure.number
    round_sum = number.low >= 100 and number.low % 10 == 0 and number.high <= 20_000
    before = text[max(figure.start - 4, 0) : figure.start]
    stands = before.endswith(("给", "得", "拿", ",", " ")) and _NO_WAGE.isdisjoint(before)
    return round_sum and stands and text[figure.end : figure.end + 1] in PAUSES


def by_time(figure: Figure, per: Per, factor: float) -> Pay:
    """A bare sum as what a time is paid with; `factor` makes it pay for one `per`."""
    number = figure.number
    return Pay(number.low * factor, number.high * factor, Unit.YUAN, per, figure.start, figure.end, figure.open_ended)


def the_wage(text: str, figure: Figure, *, traditional: bool) -> Pay:
    """A bare sum as the wage, by the month where the text names no shorter time."""
    pay = by_time(figure, *(_shorter(text, figure) or (Per.MONTH, 1.0)))
    if traditional:
        unit = whose_money(text, figure, None, Place(Unit.YUAN, traditional=True), pay.per, 1.0)
        return replace(pay, unit=unit)
    is_taiwan = fits(TAIWAN_WAGES, Per.MONTH, figure.number.low) and may_be_taiwan(text)
    return replace(pay, unit=Unit.TWD) if is_taiwan else pay


def _shorter(text: str, figure: Figure) -> tuple[Per, float] | None:
    """The hours, the evening or the stay that the sum is for; none where board makes it a month's: 2900包吃."""
    short = short_work(text, figure.start)
    apart = short is not None and text[figure.start - 1 : figure.start] in PAUSES
    return one_stay(text) if apart and boarded(text, figure.end) else short or one_stay(text)
