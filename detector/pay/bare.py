"""Whether a figure without a currency is money after all."""

from __future__ import annotations

from detector.pay.before import FILLER
from detector.pay.counts import COUNTED, COUNTED_UNLESS
from detector.pay.figures import Figure
from detector.pay.names import AFTER_NAMES, LENGTHS_BY_LAST, Heard
from detector.pay.numbers import Number
from detector.pay.types import Called, Per
from detector.pay.units import COUNTABLE, LEAST_BARE

_NEVER_BEFORE = frozenset("0123456789abcdefghijklmnopqrstuvwxyz第@#_号群")
"""A bare figure after one of these is part of a name or a number of another kind."""
PAUSES = frozenset(["", *" ,，。;；!！\n"])


def is_no_sum(text: str, figure: Figure, start: int, end: int) -> bool:
    """A quick no for a bare figure with nothing after it that it is paid for."""
    if _is_a_code(text, figure) or not _may_end(text, figure):
        return True
    return not figure.number.is_range and _stands_alone(text, start, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A quick no for a bare figure that nothing beside it can make a sum."""
    if not start:
        return False
    before, after = text[start - 1], text[end : end + 1]
    return before in _NEVER_BEFORE or not (
        before in LENGTHS_BY_LAST or before in FILLER or after in PAUSES or after in "佣提"
    )


_ON_FOOT = ("行", "走", "距", "离", "拐", "跑", "行约", "走约")
"""Straight before 200米 these make it a distance and no slang for yuan."""
_DEAR = frozenset({"间房", "户", "趟", "场", "单"})
"""What may be paid with 十二张, 1,200."""


def bare_is_pay(text: str, figure: Figure, heard: Heard, per: Per | None, end: int) -> bool:
    """Whether a figure without a currency is money after all, by what it is called and what follows."""
    if _is_of_another_kind(text, figure, heard, end):
        return False
    number, start = figure.number, figure.start
    if figure.written == "张":
        timely = heard.near and (heard.per in (Per.DAY, Per.HOUR, Per.WEEK) or heard.shown[1:] in _DEAR)
        told = "一张" in (near := text[max(start - 8, 0) : end + 14]) or "每张" in near
        return number.low <= 6000 and ((timely and not told) or text.startswith(("到手", "红", "钞"), end))
    if heard.per in COUNTABLE and start - heard.start <= 8 and number.low >= 10 and text[end : end + 1] in PAUSES:
        return True
    if per is not None and (end > figure.end or heard.near or (figure.open_ended and heard.settled)):
        return number.high >= LEAST_BARE.get(per, 0.01)
    if text.startswith(("佣金", "提成"), end) or (heard.near and heard.called is not None):
        return number.high >= (500 if heard.called is Called.WAGE else 5)
    return not figure.written and (_is_range_of_pay(number) or (end - start == len(text) and number.high >= 100))


def _is_a_code(text: str, figure: Figure) -> bool:
    """Whether what stands before a bare figure makes it part of a name, a code or a time."""
    start = figure.start
    if not start:
        return False
    before = text[start - 1]
    if before in _NEVER_BEFORE:
        return True
    return start > 1 and before in "-:.+" and text[start - 2].isdecimal() and text[start].isascii()


def _is_of_another_kind(text: str, figure: Figure, heard: Heard, end: int) -> bool:
    """Whether what touches a bare figure makes it a number of another kind: a code, a time, a count of things."""
    if _is_a_code(text, figure) or (end == figure.end and not _may_end(text, figure)):
        return True
    start = figure.start
    if figure.written == "米" and text.endswith(_ON_FOOT, 0, start):
        return True
    return (heard.per in COUNTABLE and text.startswith("的", end)) or "工时" in text[max(start - 4, 0) : start]


def _is_range_of_pay(number: Number) -> bool:
    """3500-4000 and 8-12k: what stands alone so is a month's pay."""
    if not number.is_range or number.low < 1000 or number.high > 200000:
        return False
    return number.scale == 1000 or number.low % 100 == 0 == number.high % 100


def _may_end(text: str, figure: Figure) -> bool:
    """Whether the words after a bare figure let it be money: no counted thing, no letters, no telephone number."""
    following = text[figure.end : figure.end + 1]
    if not following or text[figure.end : figure.end + 2] in AFTER_NAMES:
        return True
    if following in "x*×✖" and text[figure.end + 3 : figure.end + 4] == "薪":
        return True
    if following in COUNTED_UNLESS and text[figure.end + 1 : figure.end + 2] not in COUNTED_UNLESS[following]:
        return False
    if following in (COUNTED if not figure.written else "高长宽远深线图纸照"):
        return False
    if following.isascii() and following.isalnum():
        return False
    return not (following in "-:." and text[figure.end + 1 : figure.end + 2].isdecimal())
