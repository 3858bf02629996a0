"""A count of the thing with the time that it belongs to: 一晚三四百本, 每小时四十页, 每次两千户…一个月两次."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detector.lists import holds
from detector.output.counts import NUMBER, Count, Output, counts, people
from detector.pay import Pay, Per, read_count

_TIMES: dict[str, Per] = {
    "once": Per.DAY,
    "truck": Per.DAY,
    "hour": Per.HOUR,
    "day": Per.DAY,
    "week": Per.WEEK,
    "month": Per.MONTH,
}
_PART = r"天下来|天|日|晚上|晚|夜|整夜|班|通宵|早上|早晨|早|上午|下午|中午|午|朝|宿"
_TIME = re.compile(
    rf"(?P<day>[一每单当整这]个?(?:{_PART})|日均|天天|夜里|[半整]天|(?:白天|晚上|夜间|早上|上午|下午|清晨)(?=[^,。]{{0,6}}$))"
    r"|(?P<hour>[一每]个?(?:小时|钟头|钟))|(?P<minute>[一每]分钟)|(?P<truck>[一每]车)|(?P<month>[一每]个?月|月均)|(?P<week>[一每]个?(?:周|星期|礼拜))|(?P<once>[每一][次趟回场])"
)
_TIME_AFTER = re.compile(
    r"[来多]?,? ?(?:[一每/]个?(?:(?P<hour>小时|钟)|(?P<day>天|日|晚上?|夜|班|早上|上午|下午))(?!后|以上|前|到账)"
    r"|每?(?P<day2>晚|夜)[^,。]{0,3}[完下])"
)
_WITHIN = re.compile(r"[来多]?[一-鿿]{0,3},? ?(?P<n>[0-9]{1,2}|[一二两三四五六七八九十半]{1,2})天[^,。;0-9]{0,3}[完好]")
"""The days that all of it takes: 八百户,两天抄完."""
_GROUPS = ("班组", "全组", "整组", "全队", "全厂", "全班", "车间", "生产线", "我们", "店里", "厂里")
"""Before a count these make it what many do together."""
_REACH = 16
"""Characters between a time and the count that belongs to it."""
_BETWEEN = frozenset("元块钱毛$薪0123456789")
"""One of these between a time and a count, and the time belongs to something else."""
_EFFORT = ("以上", "经验", "电话", "号码", "陌", "通话", "微信", "好友", "客户")
"""What one tries or has to have done, and is not paid by: 每天打200个电话."""
_NO_OUTPUT = frozenset("满足前第超先头")
"""Before a count these make it a mark to be reached: 做满五单."""


def told_outputs(text: str, pay: Pay, things: str) -> Iterator[Output]:
    """The counts of the thing outside the sum itself that have a time beside them, in reading order."""
    for found in counts(text, things):
        inside = pay.start <= found.start < pay.end
        effort = text.startswith(_EFFORT, found.end) or text[found.start - 1 : found.start] in _NO_OUTPUT
        many = holds(text[max(found.start - 8, 0) : found.start], _GROUPS)
        if found.number > 1 and not inside and not effort and not many and (done := _timed(text, found)) is not None:
            yield done


_BOX = re.compile(r"[一每]([套箱盒包袋捆本卷筐桶单批层份])[一-鿿]{0,2}(?:有|约|共|装|是|大概|大约|里|放|要)?$")


def _timed(text: str, found: Count) -> Output | None:
    """A count with the time it belongs to, by the person; a container's content is multiplied by the containers."""
    box = _BOX.search(text, max(found.start - 6, 0), found.start)
    return _boxed(text, box[1], found.number) if box else _in_time(text, found)


def _in_time(text: str, found: Count) -> Output | None:
    start, end = found.start, found.end
    before = max(start - _REACH, 0)
    begin = max(before, *(text.rfind(mark, before, start) + 1 for mark in "。;\n!?"))
    times = list(_TIME.finditer(text, begin, start))
    if times and _BETWEEN.isdisjoint(text[times[-1].end() : start]):
        return _after_time(text, times[-1], found)
    after = _TIME_AFTER.match(text, end)
    if after is None:
        return _in_days(text, found)
    per = Per.HOUR if after["hour"] else Per.DAY
    return Output(found.number / people(text, start, after.end()), per, text[start : after.end()])


def _in_days(text: str, found: Count) -> Output | None:
    """A count before the days that all of it takes: 八百户,两天抄完."""
    within = _WITHIN.match(text, found.end)
    days = read_count(within["n"]) if within else None
    if within is None or days is None or days[1] < 1:
        return None
    shared = people(text, found.start, within.end())
    return Output(found.number / days[1] / shared, Per.DAY, text[found.start : within.end()])


_LOADS = frozenset("吨箱袋件方包捆")
"""What a truck is loaded with: a truck is a day's work."""


def _after_time(text: str, said: re.Match[str], found: Count) -> Output | None:
    """A count behind its time: 一晚三四百本, 一分钟十条, 每次两千户."""
    kind, words = said.lastgroup or "day", text[said.start() : found.end]
    if kind == "truck" and found.thing not in _LOADS:
        return None
    if kind == "once":
        often = _repeated(text, found.number, text[found.start : found.end])
        if often is not None or said[0][1] == "次":
            return often
    if kind == "minute":
        return Output(60 * found.number, Per.HOUR, words)
    return Output(found.number / people(text, said.start(), found.end), _TIMES[kind], words)


_OFTEN = re.compile(rf"[一每]个?(?P<per>天|日|晚|周|星期|月)[^。;\n]{{0,4}}?(?P<n>{NUMBER})[次趟回场]")
_PERIODS = {"天": Per.DAY, "日": Per.DAY, "晚": Per.DAY, "周": Per.WEEK, "星": Per.WEEK, "月": Per.MONTH}


def _repeated(text: str, count: float, said: str) -> Output | None:
    """每次两千户 with 一个月抄两次."""
    often = _OFTEN.search(text)
    times = read_count(often["n"]) if often else None
    if often is None or times is None:
        return None
    return Output(count * times[0], _PERIODS[often["per"][0]], f"{often[0]}…{said}")


def _boxed(text: str, box: str, content: float) -> Output | None:
    """一套240张 with 一天装十套."""
    for found in counts(text, box):
        if found.number > 1 and (done := _in_time(text, found)) is not None:
            return done._replace(times=done.times * content)
    return None
