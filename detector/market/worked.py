"""How long one works for a sum by the text's own words: 每天两小时, 下午两点到六点, 十分钟搞定.

What a day pays says little where the day has three hours; the same sum by the hour can be set against any trade.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from detector.lists import holds
from detector.pay import read_count

LEAST_SHIFT = 300.0
"""Yuan that one comes out for at all, however short the work is: below this a shift is not told by the hour."""


class Worked(NamedTuple):
    """The hours of one day or one shift, and the words that say so."""

    hours: float
    said: str


_DAILY = re.compile(
    r"(?:每天|一天|每晚|一晚上?|每日|日均|天天|每班|每[天日][^。;\n]{0,16}(?:合计|总共|加起来|一共))(?P<between>[^,。;\n0-9元块]{0,6}?)(?<![十0-9.])"
    r"(?P<n>[1-4]|[一二两俩三仨四半])个?(?P<half>半)?(?:小时|钟头|钟(?!表))(?!休|加|午|内|后|以|路|车)"
    r"|(?:弄|忙|做)一会"
)
_NO_WORK = ("会", "休", "训", "加班", "勤", "路", "车", "吃", "学", "提前", "早到", "迟", "到账", "睡")
"""Between 每天 and the hours these make them no working time: 每天晨会半小时."""
_PART = "凌晨|早上|清晨|早|上午|中午|下午|傍晚|晚上|夜里|晚|夜"
_HOUR = "[0-9]{1,2}|十[一二]?|[一两二三四五六七八九]"
_CLOCK = re.compile(
    rf"(?P<part>{_PART})?(?<![0-9.月])(?P<hour>{_HOUR})(?::(?P<minute>[0-9]{{2}})|点(?P<half>半)?)"
    rf"(?:到|至|-|—|~)(?:次日|第二天|隔天)?(?P<part2>{_PART})?(?P<hour2>{_HOUR})(?::(?P<minute2>[0-9]{{2}})|点(?P<half2>半)?)"
)
"""下午两点到六点, 10:30-12:30, 晚10点至凌晨4点."""
_NO_SHIFT = ("面试", "报名", "咨询", "联系", "来电", "集合", "营业", "电话", "午休", "休息", "面谈", "办公", "吃饭")
"""Just before a clock these make it no shift."""
_QUICK = re.compile(
    r"(?<![0-9十])(?:(?P<m>[1-9]|[1-5][0-9]|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])分钟"
    r"|(?P<half>半)个?(?:小时|钟头|钟))(?:的[事活]|搞[掂定]|完事|就[完好走]|[弄做干搬]完|收工|结束)"
)
_ON_THE_WAY = ("步行", "走路", "车程", "开车", "骑车", "地铁", "公交", "距", "离", "路上")
_LEAST, _LEAST_ONCE = 0.75, 1.5
"""Hours of which nobody is paid for less: a visit takes its way, and what is done once is dearer."""


def worked_a_day(text: str) -> Worked | None:
    """The hours that one works a day, where the text says so once; None where it says nothing or of two shifts."""
    daily = [said for said in _DAILY.finditer(text) if not holds(said["between"] or "", _NO_WORK)]
    if daily:
        n, half = daily[0]["n"], daily[0]["half"]
        hours = 2.0 if n is None else 0.5 if n == "半" else (read_count(n) or (2.0, 2.0))[1] + 0.5 * bool(half)
        return Worked(max(hours, _LEAST), daily[0][0])
    shifts = [
        said for said in _CLOCK.finditer(text) if not holds(text[max(said.start() - 6, 0) : said.start()], _NO_SHIFT)
    ]
    return Worked(max(_between(shifts[0]), _LEAST), shifts[0][0]) if len(shifts) == 1 else None


def worked_once(text: str) -> Worked | None:
    """The hours that something takes that is done once: 半小时的事, 十分钟搞定; else those of the day's one shift."""
    quick = _QUICK.search(text)
    if quick is None or holds(text[max(quick.start() - 5, 0) : quick.start()], _ON_THE_WAY):
        return worked_a_day(text)
    minutes = 30.0 if quick["half"] else (read_count(quick["m"]) or (30.0, 30.0))[1]
    return Worked(max(minutes / 60, _LEAST_ONCE), quick[0])


def _between(said: re.Match[str]) -> float:
    """The hours from one clock to the other."""
    start = _at(said["part"], said["hour"], said["minute"], said["half"])
    end = _at(said["part2"], said["hour2"], said["minute2"], said["half2"])
    while end <= start:
        end += 12.0 if said["part2"] is None and end + 12 > start else 24.0
    return end - start


_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "夜里", "晚", "夜"})


def _at(part: str | None, hour: str, minute: str | None, half: str | None) -> float:
    """A clock in hours after midnight: 晚10点 is 22, 夜里两点 26, 中午一点 13."""
    at = (read_count(hour) or (0.0, 0.0))[0] + (float(minute) / 60 if minute else 0.5 * bool(half))
    if part in ("夜里", "夜", "晚上", "晚") and at < 5:
        return at + 24
    if (part in _AFTERNOON and at < 12) or (part == "中午" and at < 10):
        return at + 12
    return at
