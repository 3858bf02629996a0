"""How long the work takes that a sum stands beside: 三小时, 十分钟, 一晚, 6天单."""

from __future__ import annotations

import re
from functools import lru_cache

from detector.lists import spread, words
from detector.pay.numbers import small_number, spoken_value
from detector.pay.types import Per

HOURS = re.compile(
    r"(?:(?<![0-9.:])([0-9]{1,2}(?:\.5)?)|([一两俩二三仨四五六七八九]|十[一二]?))(个半|粒半|个|粒)?(?:小时|钟头|钟(?!表)|h(?![a-z]))(半)?"
)
"""A length of time in hours: 三小时, 3h, 两个半小时."""


def hours_in(some: re.Match[str]) -> float:
    """How many hours 两个半小时 are."""
    digits, spoken, half, more = some.groups()
    hours = float(digits) if digits else spoken_value(spoken) or 0.0
    return hours + 0.5 * (half in ("个半", "粒半") or bool(more))


PARTS_OF_AN_HOUR: dict[str, float] = spread(
    {
        2: "半小时 半个小时 半个钟 半个钟头 30分钟 三十分钟",
        4: "一刻钟 15分钟 十五分钟",
        6: "10分钟 十分钟",
        12: "5分钟 五分钟",
    }
)
"""Pay for less than an hour, and how often an hour holds it."""
_SOME_HOURS = 5
"""Pay for up to so many hours is told by the hour; for more it is a day's."""

_SECOND_OF_TIME = words("小时 个小时 个钟 钟 h .5 分钟 个半 十分 五分 刻 0分 5分")
"""What the second character of 三小时, 十分钟, 1.5小时 begins."""
_NOT_AFTER_TIME = words("班 制 工作 内 以 休")


def some_time(text: str, at: int) -> tuple[int, float] | None:
    """Where 四小时 or 十分钟 ends that starts here, and what makes pay for it pay for an hour."""
    if not text.startswith(_SECOND_OF_TIME, at + 1):
        return None
    for length in (5, 4, 3):
        part = text[at : at + length]
        if part in PARTS_OF_AN_HOUR:
            return at + len(part), PARTS_OF_AN_HOUR[part]
    some = HOURS.match(text, at)
    if some is None or text.startswith(_NOT_AFTER_TIME, some.end()):
        return None
    hours = hours_in(some)
    return (some.end(), 1 / hours) if 1 < hours <= _SOME_HOURS else None


_SHORT_WORK = re.compile(
    r"(?P<once>一(?:[晚夜户场次趟]|个晚上))|(?<![0-9十.每天日班足])(?P<n>[1-5]|[一二两俩三仨四五半])[个粒]?(?P<half>半)?"
    r"(?:小时|钟头|钟(?!表)|h(?![a-z]))(?!班|制|工作|内|以)"
    r"|(?<![0-9十.])(?P<m>[1-5]?[0-9]|[一二三四五]?十五?|[二两三五八])(?:分钟| ?min)(?!内|后)"
)
LONG_WORK = re.compile(
    r"每[天日周晚]|[一1]天|天天|周[一二三四五六日1-6]|[月双单]休|社保|五险|底薪|长期"
    r"|剪|字幕|成片|录[一段制]|录音|音频|[税合叠]|保底|时差"
)


def short_work(text: str, start: int, end: int = 0) -> tuple[Per, float] | None:
    """The hours or the one evening that a sum stands beside: (evening, 1) for 一晚坐两小时,六千.

    With `end`, the end of the sum, what follows it is looked at too: 八百,来回五分钟.
    """
    begin = max(start - 14, 0)
    begin = max(begin, text.rfind("。", begin, start) + 1, text.rfind("\n", begin, start) + 1)
    said = list(_SHORT_WORK.finditer(text, begin, start))
    if not said and end:
        said = list(_SHORT_WORK.finditer(text, end, end + 12))
    if not said or LONG_WORK.search(text, max(begin - 6, 0), start):
        return None
    hours = next((one for one in said if one["n"]), None)
    if any(one["once"] and one["once"][1] in "晚夜个" and (hours or start - one.end() < 3) for one in said):
        return Per.DAY, 1.0
    if hours is not None:
        return Per.HOUR, 1 / ((small_number(hours["n"]) or 0.5) + 0.5 * bool(hours["half"]))
    length = next((small_number(one["m"]) for one in said if one["m"]), 0.0)
    return (Per.HOUR, 60 / length) if length else None


_SHORT_DAY = re.compile(
    r"(?:周六|周日|周末|明[天晚]|今[天晚]|后天)[^。;\n]{0,20}?(?:一天|每天|一晚)[^,。;\n0-9]{0,3}?"
    r"(?<![0-9十.])(?P<n>[1-5]|[一二两俩三仨四])个?(?P<half>半)?(?:小时|钟头|钟(?!表))[, ]{0,2}$"
)


_LEAST_BY_THE_HOUR = 300.0
"""Yuan below which a sum is what one comes out for at all."""


def short_day(text: str, start: int, low: float) -> tuple[Per, float] | None:
    """The hours of a day that is one of few, straight before a sum: 周六日,一天仨小时,给2k."""
    end = start
    while end > start - 2 and text[end - 1 : end] in ("给", "付", "得"):
        end -= 1
    said = _SHORT_DAY.search(text, max(end - 40, 0), end)
    if said is None or low < _LEAST_BY_THE_HOUR:
        return (Per.DAY, 1.0) if said else None
    return Per.HOUR, 1 / (small_number(said["n"]) + 0.5 * bool(said["half"]))


_BOARD = ("包吃", "包住", "包食", "管吃", "管住", "管饭", "管两", "包两", "包三", "月休", "单休", "双休", "五险")


def boarded(text: str, end: int) -> bool:
    """Whether board or days off stand straight behind a sum, so that it is a month's: 2900包吃."""
    return text.startswith(_BOARD, end)


_STAY = re.compile(r"(?<![0-9])([2-9]|1[0-5]|[两二三四五六七八九十])[天日](?:单|短单|不住家|住家|档)")


@lru_cache(maxsize=1)
def one_stay(text: str) -> tuple[Per, float] | None:
    """The days that one stay with a family takes: 6天单, 三天不住家."""
    said = _STAY.search(text)
    return (Per.DAY, 1 / (small_number(said[1]) or 1.0)) if said else None
