"""Work out what piece work comes to by the posting's own words: 一桩85元, 一天跑六十桩 is 5,100 a day.

A price of a piece says little: three mao are ordinary for sealing a box and absurd for a glance at a picture. But a
posting mostly tells how much one does in a day, or how long a piece takes, and what that comes to needs no table.
Every look is bounded, so the time is linear in the number of sums.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from detector.pay import Pay, Per, read_count


class Output(NamedTuple):
    """How many pieces one person does in one `per` (hour, day, week, month), and the words that say so.

    `simple`: a piece takes so little that it can need no skill.
    """

    times: float
    per: Per
    said: str
    simple: bool = False


NUMBER = r"[0-9]{1,6}|[一二两三四五六七八九十百千万几]{1,7}"
_WINDOW = 200
"""Characters before and after a sum in which what one does is looked for."""
_SAME = ("件票单", "本册", "张页", "户家", "间房", "人位")
"""Words that count the same thing: 一票11元 beside 日均220件."""
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
_REACH = 16
"""Characters between a time and the count that belongs to it."""
_BETWEEN = frozenset("元块钱毛$薪0123456789")
"""One of these between a time and a count, and the time belongs to something else."""
_OFTEN = re.compile(rf"[一每]个?(?P<per>天|日|晚|周|星期|月)[^。;\n]{{0,4}}?(?P<n>{NUMBER})[次趟回场]")
_PERIODS = {"天": Per.DAY, "日": Per.DAY, "晚": Per.DAY, "周": Per.WEEK, "星": Per.WEEK, "月": Per.MONTH}
_BOX = re.compile(r"[一每]([套箱盒包袋捆本卷筐桶单批层份])[一-鿿]{0,2}(?:有|约|共|装|是|大概|大约|里|放|要)?$")
_PEOPLE = re.compile(
    r"(几|[2-9]|1[0-9]|[两二三四五六七八九十]{1,2})个?人(?:一[车天夜晚组班起吨早上下]|分|平|均|搭|合|能|干|轮|做|装|卸|配合)"
)


def output(text: str, pay: Pay) -> Output | None:
    """What the text says one does of the thing that `pay` is paid for; None where it does not say."""
    if pay.per in (Per.MINUTE, Per.HOUR):
        return _passive(text, 60.0 if pay.per is Per.MINUTE else 1.0)
    near = text[max(pay.start - _WINDOW, 0) : pay.end + _WINDOW]
    here = pay.start - max(pay.start - _WINDOW, 0)
    pay = replace(pay, start=here, end=here + pay.end - pay.start)
    things = _things(near, pay)
    if not things:
        return None
    done = next(_told(near, pay, things), None) or _by_speed(near, things) or _by_visit(near, pay)
    return done._replace(times=done.times / 1000) if done and pay.per is Per.THOUSAND else done


def _things(text: str, pay: Pay) -> str:
    """The characters that may stand for the thing where it is counted: 个 and 框 after 一个框四分."""
    if pay.per in (Per.THOUSAND, Per.CHARACTER):
        return "字"
    char = "人" if pay.of in ("个人", "人次") else pay.of[:1]
    noun = _NOUN.search(text, pay.start, pay.end)
    return next((same for same in _SAME if char in same), char) + (_kin(noun[1]) if noun and char in noun[0] else "")


def _kin(noun: str) -> str:
    return noun + "辆" * ("车" in noun)


_NOUN = re.compile(
    r"[一每](?:个|张|块|条)(?![给付提返补算是按约合])([一-鿿]{1,2}?)(?=[0-9一二两三四五六七八九十百千几半,给付提补返算是])"
)


class _Count(NamedTuple):
    """How many of the thing text[start:end] names."""

    number: float
    start: int
    end: int
    thing: str


_COUNT = re.compile(
    rf"(?<![0-9.])(?P<n>{NUMBER})(?:[-~到至](?:{NUMBER}))?[来多余]?[ 大小]?"
    r"(?P<each>个)?(?P<thing>[^\s,。;0-9])?(?P<half>半)?"
)
"""What a count looks like: 六十桩, 三四百本, 200 个, 两千一百户, 一户半."""


def _counts(text: str, things: str) -> Iterator[_Count]:
    """Every count of one of the things, in reading order; a thing is one character."""
    for found in _COUNT.finditer(text):
        each, thing = found["each"] or "", found["thing"] or ""
        if thing in things and thing:
            end, half = found.end("thing"), bool(found["half"])
        elif each and each in things:
            end, half, thing = found.end("each"), thing == "半", each
        else:
            continue
        count = read_count(found["n"])
        if count is not None:
            yield _Count(count[0] + 0.5 * half, found.start(), end, thing)


def _told(text: str, pay: Pay, things: str) -> Iterator[Output]:
    """The counts of the thing outside the sum itself that have a time beside them, in reading order."""
    for found in _counts(text, things):
        inside = pay.start <= found.start < pay.end
        effort = text.startswith(_EFFORT, found.end) or text[found.start - 1 : found.start] in _NO_OUTPUT
        if found.number > 1 and not inside and not effort and (done := _timed(text, found)) is not None:
            yield done


_EFFORT = ("以上", "经验", "电话", "号码", "陌", "通话", "微信", "好友", "客户")
"""What one tries or has to have done, and is not paid by: 每天打200个电话."""
_NO_OUTPUT = frozenset("满足前第超先头")
"""Before a count these make it a mark to be reached: 做满五单."""


def _timed(text: str, found: _Count) -> Output | None:
    """A count with the time it belongs to, by the person; a container's content is multiplied by the containers."""
    box = _BOX.search(text, max(found.start - 6, 0), found.start)
    return _boxed(text, box[1], found.number) if box else _in_time(text, found)


def _in_time(text: str, found: _Count) -> Output | None:
    start, end = found.start, found.end
    before = max(start - _REACH, 0)
    begin = max(before, *(text.rfind(mark, before, start) + 1 for mark in "。;\n!?"))
    times = list(_TIME.finditer(text, begin, start))
    if times and _BETWEEN.isdisjoint(text[times[-1].end() : start]):
        return _after_time(text, times[-1], found)
    after = _TIME_AFTER.match(text, end)
    if after is None:
        return None
    per = Per.HOUR if after["hour"] else Per.DAY
    return Output(found.number / people(text, start, after.end()), per, text[start : after.end()])


def _after_time(text: str, said: re.Match[str], found: _Count) -> Output | None:
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


_LOADS = frozenset("吨箱袋件方包捆")
"""What a truck is loaded with: a truck is a day's work."""


def _repeated(text: str, count: float, said: str) -> Output | None:
    """每次两千户 with 一个月抄两次."""
    often = _OFTEN.search(text)
    times = read_count(often["n"]) if often else None
    if often is None or times is None:
        return None
    return Output(count * times[0], _PERIODS[often["per"][0]], f"{often[0]}…{said}")


def _boxed(text: str, box: str, content: float) -> Output | None:
    """一套240张 with 一天装十套."""
    for found in _counts(text, box):
        if found.number > 1 and (done := _in_time(text, found)) is not None:
            return done._replace(times=done.times * content)
    return None


def people(text: str, start: int, end: int) -> float:
    """How many share the work that is told of in text[start:end]: 四个人一车三十吨."""
    shared = _PEOPLE.search(text, max(start - 8, 0), end + 24)
    count = read_count(shared[1]) if shared else None
    return max(count[1], 1.0) if count else (4.0 if shared else 1.0)


_TAKEN = rf"(?:{NUMBER})个?(?:秒钟?|分钟)"
_SPEED = re.compile(
    rf"(?P<a>{_TAKEN})[一-鿿]?[一每/](?P<thing>个?.?)|[一每单](?P<things>个?[^,。;0-9])[^,。;0-9元块]{{0,6}}?(?P<b>{_TAKEN})(?!后|内|以)"
)
"""How long one piece takes: 三秒一页, 单条平均四秒, 一份两分钟."""


_RECORDED = re.compile(r"剪|配音|录[音一段制]|语音|转写|听[写打]|字幕|后期|节目|成片|素材|音频|旁白")
"""Where these are made, 一段30秒 is how long the thing lasts and not the work."""


_SIMPLE = 15
"""Seconds in which nothing is done that has to be learned."""


def _by_speed(text: str, things: str) -> Output | None:
    said = next(
        (one for one in _SPEED.finditer(text) if not set(one["thing"] or one["things"]).isdisjoint(things)), None
    )
    if said is None or _RECORDED.search(text) is not None:
        return None
    took = said["a"] or said["b"]
    length = read_count(took.rstrip("钟").rstrip("秒分").rstrip("个"))
    if length is None or not length[1]:
        return None
    seconds = length[1] * (60 if "分" in took else 1)
    busy = 0.4 if seconds >= 600 else 0.8
    return Output(busy * 3600 / max(seconds, 2), Per.HOUR, said[0], seconds <= _SIMPLE)


_PASSIVE = re.compile(
    r"(?<!空调)挂机(?![0-9一两三四五六七八九十]{1,3}台)|挂着|一起挂|挂一?[夜晚]|放着|放一[夜晚]|手机过夜|自动跑|开着[就跑]"
)
_INSTALLED = re.compile(r"空调|柜机|移机|打孔")


def runs_by_itself(text: str) -> bool:
    """Whether a machine does the work: 挂机, 手机放着过夜; 挂机 is also what hangs on the wall and cools."""
    return _PASSIVE.search(text) is not None and _INSTALLED.search(text) is None


_RUNS = re.compile(
    rf"(?!一个?小时|一个?钟)(?<![0-9])(?P<n>{NUMBER})个?(?:小时|钟头)|(?P<night>一夜|一晚|过夜|整晚|通宵|睡觉|夜里)"
)
_MANY = re.compile(
    rf"(?:管|挂|开|养|带)[^,。]{{0,4}}?(?P<n>{NUMBER})[个台][号机手]?|(?P<n2>{NUMBER})[个台][号机手]?[^,。]{{0,3}}一起"
)


_VISITS = frozenset({"次", "趟", "回", "家", "户", "集", "节"})
_TOOK = re.compile(
    r"(?<![0-9.:])(?P<n>[0-9]{1,2}|[一二两三四五六七八九]?十?[一二两三四五六七八九]|十)个?(?P<unit>分钟|小时|钟头)(?!内|后|以|班|制)"
)


def _by_visit(text: str, pay: Pay) -> Output | None:
    """What an hour of visits pays that take as long as is said beside the price: 走路十分钟,一次四百."""
    if pay.of not in _VISITS or _RECORDED.search(text) is not None:
        return None
    said = _TOOK.search(text, max(pay.start - 12, 0), pay.start) or _TOOK.search(text, pay.end, pay.end + 10)
    length = read_count(said["n"]) if said else None
    if said is None or length is None:
        return None
    hours = length[1] / 60 if said["unit"] == "分钟" else length[1]
    return Output(1 / max(hours, 0.75), Per.HOUR, said[0]) if 0 < hours <= 4 else None


def _passive(text: str, in_an_hour: float) -> Output | None:
    """How many minutes something runs by itself in a day: 一分钟四块, 一个号八小时, 一个人管十个号."""
    if not runs_by_itself(text) or (runs := _RUNS.search(text)) is None:
        return None
    hours = (read_count(runs["n"]) or (8.0, 8.0))[0] if runs["n"] else 8.0
    many = _MANY.search(text)
    times = (read_count(many["n"] or many["n2"]) or (1.0, 1.0))[0] if many else 1.0
    return Output(in_an_hour * min(hours, 24) * min(times, 100), Per.DAY, runs[0])
