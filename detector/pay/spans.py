"""A length of time straight before a sum: 10小时150, 26天13800, 20 min = 180."""

from __future__ import annotations

import re

from detector.lists import holds
from detector.pay.hours import HOURS, PARTS_OF_AN_HOUR, hours_in
from detector.pay.names import Heard
from detector.pay.numbers import NUMERALS, small_number, spoken_value
from detector.pay.types import Per

ENDS_OF_TIME = frozenset("时天头钟h给到共拿结= 分ns")
_GIVEN = frozenset("给到得共有拿能付结= ")
_EVERY_PART = frozenset("日天班第休个时")
"""Before 半小时 these make it a part of another length: 一个半小时, 每天半小时."""
_EVERY = frozenset("日天班作足满第休周时到-~")
"""Before 8小时 these make it the length of every shift, or the end of another number."""


def span_of_time(text: str, start: int, low: float) -> Heard | None:
    """10小时150 is a day's pay, 26天13800 a month's, 8小时3500 too (a shift), and 3小时180 is 60 an hour."""
    end = start
    while end > max(start - 3, 0) and text[end - 1] in _GIVEN:
        end -= 1
    if text[end - 1] == "天":
        return _days(text, end)
    if (brief := _part_ending(text, end) or _minutes_ending(text, end)) is not None:
        return brief
    some = _hours_ending(text, end)
    if some is None:
        return None
    hours, begin = hours_in(some), some.start()
    if begin and text[begin - 1] in _EVERY:
        return None
    if 6 <= hours <= 14:
        regular = not some[3] and hours in (8, 10, 12) and 1500 <= low <= 30_000 and not (hours == 10 and low < 3000)
        return Heard(Per.MONTH if regular else Per.DAY, None, begin, True, False)
    return Heard(Per.HOUR, None, begin, True, False, "", 1 / hours) if 1 <= hours < 6 else None


def _part_ending(text: str, end: int) -> Heard | None:
    """半小时三百八 and 一刻钟二百, told by the hour."""
    for length in (4, 3):
        begin = end - length
        times = PARTS_OF_AN_HOUR.get(text[begin:end]) if begin >= 0 else None
        if times is not None and text[begin : begin + 1] in "半一" and text[begin - 1 : begin] not in _EVERY_PART:
            return Heard(Per.HOUR, None, begin, True, False, "", float(times))
    return None


def _hours_ending(text: str, end: int) -> re.Match[str] | None:
    """The length of time in hours that ends at this place."""
    for begin in range(max(end - 6, 0), end - 1):
        some = HOURS.match(text, begin, end)
        if some is not None and some.end() == end:
            return some
    return None


_MINUTES = re.compile(
    r"(?<![0-9])([0-9]{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[三五六八])(?:分钟|分| ?mins?)(?!之)$"
)


def _minutes_ending(text: str, end: int) -> Heard | None:
    some = _MINUTES.search(text, max(end - 7, 0), end) if text[end - 1] in "钟分ns" else None
    return _some_minutes(text, some) if some else None


def _some_minutes(text: str, some: re.Match[str]) -> Heard | None:
    """20 min = 180 told by the hour; 一晚十分钟900 is the evening's pay."""
    if holds(text[max(some.start() - 40, 0) : some.end() + 40], ("剪", "配音", "录", "字幕", "成片")):
        return None
    minutes, begin = small_number(some[1]), some.start()
    if begin >= 2 and text[begin - 2 : begin] in ("一晚", "一天", "一夜"):
        return Heard(Per.DAY, None, begin - 2, True, False)
    if not 3 <= minutes <= 90 or (begin and text[begin - 1] in _EVERY):
        return None
    return Heard(Per.HOUR, None, begin, True, False, "", 60 / minutes)


_ONE_JOB = frozenset("趟共单期约程")


def _days(text: str, end: int) -> Heard | None:
    """26天13800 is a month's pay; 一趟八天七千二 is 900 a day."""
    begin = end - 1
    while begin > max(end - 4, 0) and (text[begin - 1].isdecimal() or text[begin - 1] in NUMERALS):
        begin -= 1
    written = text[begin : end - 1]
    count = int(written) if written.isdecimal() and written.isascii() else 0
    count = count or (int(spoken_value(written) or 0) if written else 0)
    if 20 <= count <= 31:
        return Heard(Per.MONTH, None, begin, True, False)
    if 2 <= count <= 15 and text[begin - 1 : begin] in _ONE_JOB:
        return Heard(Per.DAY, None, begin, True, False, "", 1 / count)
    return None
