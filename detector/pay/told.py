"""What stands before a sum and says what it is for, though no name does. Each reader sees at most twenty characters."""

from __future__ import annotations

import re
from itertools import pairwise

from detector.pay.counts import ENDS_OF_COUNTS
from detector.pay.hours import LONG_WORK, short_work
from detector.pay.names import Heard
from detector.pay.numbers import read_number, small_number
from detector.pay.types import Called, Per
from detector.pay.units import UNITS


def told_before(text: str, start: int, floor: int, heard: Heard, *, bare: bool) -> Heard | None:
    """What the words before a sum without a name say that it is for; None where they say nothing."""
    begin = max(start - 20, floor)
    if heard.called is Called.SHARE and not bare:
        return _for_each(text, begin, start, heard)
    if heard.called is Called.FEE:
        return None
    readers = (
        (_diary, _for_once, _for_a_new_thing, _for_many)
        if bare and heard.called is None
        else (_for_a_new_thing, _for_many)
    )
    return next((told for read in readers if (told := read(text, begin, start, heard))), None)


_DIARY = re.compile(
    r"(?:第[0-9一二三四五六七八九十]{1,4}天|昨天|今天|前天|day ?[0-9]{1,3})(?:[^,。;!\n元块]{0,10}?"
    r"(?:收入|[赚挣涨](?:了|到|到了)?|到账|进账|入账|有|拿[了到]))?$"
    r"|(?<![到至-])周[一二三四五六日](?:[^,。;!\n元块]{0,10}?有)?$"
)


def _diary(text: str, begin: int, start: int, heard: Heard) -> Heard | None:
    """第5天收入388; 周一430, where another weekday is near."""
    said = _DIARY.search(text, begin, start)
    if said is None or (said[0][0] == "周" and text.count("周", max(start - 40, 0), start + 40) < 2):
        return None
    return heard._replace(per=Per.DAY, start=said.start(), near=True)


_ONCE = re.compile(
    r"(?:(?<![首条张个次场])一(?P<once>节课|次|趟|场|晚|夜|集)"
    r"|(?<![0-9十.每天日班])(?P<n>[1-3]|[一二两俩三仨])个?(?:小时|钟头))[, ]$"
)


def _for_once(text: str, begin: int, start: int, heard: Heard) -> Heard | None:
    """一节课,900 and 两小时,800."""
    said = _ONCE.search(text, begin, start)
    if said is None or LONG_WORK.search(text, begin, start):
        return None
    if said["n"] is None:
        return heard._replace(per=UNITS[said["once"]], start=said.start(), near=True, shown="一" + said["once"])
    return heard._replace(per=Per.HOUR, start=said.start(), near=True, factor=1 / (small_number(said["n"]) or 1.0))


_NEW = re.compile(r"一([一-鿿])[一-鿿]{0,3}$")
_NO_THINGS = frozenset("到至和或共律半切直同时次天日月年周时分点号个共万百千块元定般律起些样直楼层室期线流级岁")


def _for_a_new_thing(text: str, begin: int, start: int, heard: Heard) -> Heard | None:
    """A thing that no list has, but that is counted close by: 一勺一百,一天尝六十勺."""
    place = text.rfind("一", begin, start)
    said = _NEW.match(text, place, start) if place >= 0 else None
    if said is None or said[1] in UNITS or said[1] in _NO_THINGS:
        return None
    near = text[max(start - 60, 0) : start + 60]
    if not any(before in ENDS_OF_COUNTS for before, thing in pairwise(near) if thing == said[1] and before != "一"):
        return None
    return heard._replace(per=Per.PIECE, start=said.start(), near=True, shown="一" + said[1])


_MANY = re.compile(
    r"(?<![0-9])(?P<n>一?[百千万]|十|[0-9]{2,5})"
    r"(?P<of>[个张件条只份支斤本页枚粒颗尾双套袋箱平户米桩锭步])(?:给|付|是|算|合)$"
    r"|[每发派塞贴][发派塞贴]?(?P<n2>[一二三四五六七八九]?[十百千]|[1-9]0{1,3})(?P<of2>[个张份])[一-鿿]{0,3}$"
)


def _for_many(text: str, begin: int, start: int, heard: Heard) -> Heard | None:
    """一千尾给八块: the price of so many."""
    said = _MANY.search(text, begin, start)
    count = read_number(said["n"] or said["n2"]) if said else None
    if said is None or count is None or count.low < 10 or short_work(text, start) is not None:
        return None
    thing = said["of"] or said["of2"]
    per, shown = UNITS.get(thing, Per.PIECE), "一" + thing
    return heard._replace(per=per, start=said.start(), near=True, shown=shown, factor=1 / count.low)


_EACH = re.compile(r"[一每](单|位|台|辆|件|张|笔|户|套|桩)[^。;!\n元块]{0,12},[^。;,!\n元块]{0,3}$")


def _for_each(text: str, begin: int, start: int, heard: Heard) -> Heard | None:
    """一位二十分钟,提成900元."""
    said = _EACH.search(text, begin, start)
    return heard._replace(per=UNITS[said[1]], start=said.start(), near=True, shown="一" + said[1]) if said else None
