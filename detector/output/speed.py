"""How long one piece takes (三秒一页), and what runs by itself all night (挂机)."""

from __future__ import annotations

import re

from detector.lists import holds
from detector.output.counts import NUMBER, Output
from detector.pay import Pay, Per, read_count

_TAKEN = rf"(?:{NUMBER})个?(?:秒钟?|分钟)"
_SPEED = re.compile(
    rf"(?P<a>{_TAKEN})[一-鿿]?[一每/](?P<thing>个?.?)|[一每单](?P<things>个?[^,。;0-9])[^,。;0-9元块]{{0,6}}?(?P<b>{_TAKEN})(?!后|内|以)"
)
"""How long one piece takes: 三秒一页, 单条平均四秒, 一份两分钟."""
_RECORDED = re.compile(r"剪|配音|录[音一段制]|语音|转写|听[写打]|字幕|后期|节目|成片|素材|音频|旁白")
"""Where these are made, 一段30秒 is how long the thing lasts and not the work."""
_SIMPLE = 15
"""Seconds in which nothing is done that has to be learned."""


def by_speed(text: str, things: str) -> Output | None:
    """How many pieces an hour holds that take as long as is said: 三秒一页, 一份两分钟."""
    said = next((one for one in _SPEED.finditer(text) if holds(one["thing"] or one["things"] or "", things)), None)
    if said is None or _RECORDED.search(text) is not None:
        return None
    took = said["a"] or said["b"]
    length = read_count(took.rstrip("钟").rstrip("秒分").rstrip("个"))
    if length is None or not length[1]:
        return None
    seconds = length[1] * (60 if "分" in took else 1)
    busy = 0.4 if seconds >= 600 else 0.8
    return Output(busy * 3600 / max(seconds, 2), Per.HOUR, said[0], seconds <= _SIMPLE)


_PERFORMED = re.compile(r"[唱跳弹演舞踩]|节目|主持|魔术|小丑|讲座|宣讲|相声|锣鼓|行头|台词")
"""Where something is performed, it is not paid by the minutes on the stage."""
_VISITS = frozenset({"次", "趟", "回", "家", "户", "集", "节", "场"})
_TOOK = re.compile(
    r"(?<![0-9.:])(?P<n>[0-9]{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])个?(?P<unit>分钟|小时|钟头)(?!内|后|以|班|制)"
    r"|(?P<part>一刻钟|半个?小时|半个?钟头)(?!内|后|以)"
)


def by_visit(text: str, pay: Pay) -> Output | None:
    """What an hour of visits pays that take as long as is said beside the price: 走路十分钟,一次四百."""
    if pay.of not in _VISITS or _RECORDED.search(text) is not None:
        return None
    said = _TOOK.search(text, max(pay.start - 12, 0), pay.start) or _TOOK.search(text, pay.end, pay.end + 10)
    if said is None or (pay.of == "场" and (said["unit"] in ("小时", "钟头") or _PERFORMED.search(text) is not None)):
        return None
    hours = _hours(said)
    return Output(1 / max(hours, 0.75), Per.HOUR, said[0]) if 0 < hours <= 4 else None


def _hours(said: re.Match[str]) -> float:
    """How long 二十分钟, 两小时 and 一刻钟 are; 0 where it is no number."""
    if said["part"]:
        return 0.25 if said["part"] == "一刻钟" else 0.5
    length = (read_count(said["n"]) or (0.0, 0.0))[1]
    return length / 60 if said["unit"] == "分钟" else length


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


def run_by_itself_in_a_day(text: str, in_an_hour: float) -> Output | None:
    """How many minutes something runs by itself in a day: 一分钟四块, 一个号八小时, 一个人管十个号."""
    if not runs_by_itself(text) or (runs := _RUNS.search(text)) is None:
        return None
    hours = (read_count(runs["n"]) or (8.0, 8.0))[0] if runs["n"] else 8.0
    many = _MANY.search(text)
    times = (read_count(many["n"] or many["n2"]) or (1.0, 1.0))[0] if many else 1.0
    return Output(in_an_hour * min(hours, 24) * min(times, 100), Per.DAY, runs[0])
