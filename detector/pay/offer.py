"""A figure as pay: what it is for, whose money it is, and whether it is money at all."""

from __future__ import annotations

from typing import NamedTuple

from detector.lists import holds, words
from detector.pay.after import said_after
from detector.pay.bare import bare_is_pay, is_no_sum
from detector.pay.before import FILLER, asked, said_before
from detector.pay.dialects import HONG_KONG_WAGES, Place, fits, unit_meant, whose_money
from detector.pay.figures import Figure
from detector.pay.hours import boarded, one_stay, short_work
from detector.pay.money import SLANG, sign_before
from detector.pay.names import NAMES, Heard
from detector.pay.told import told_before
from detector.pay.types import Called, Pay, Per, Unit
from detector.pay.units import CHARACTERS, COUNTABLE, LEAST_BARE


class _Purpose(NamedTuple):
    """What a figure is for: each `per` of `of`, where the words end that say so, and what makes it pay for one."""

    per: Per | None
    of: str
    end: int
    factor: float
    heard: Heard


def as_pay(text: str, figure: Figure, floor: int, place: Place) -> Pay | None:
    """The figure as pay, or None where nothing says that it is money."""
    sign, start = sign_before(text, figure.start)
    bare = sign is None and (figure.unit is None or figure.written in SLANG)
    purpose = _purpose(text, figure, start, floor, bare=bare)
    if purpose is None:
        return None
    if figure.unit is Unit.PERCENT:
        return _share(text, figure, purpose.heard, start)
    purpose = _told(text, figure, start, floor, purpose, bare=bare)
    heard, end = purpose.heard, purpose.end
    if bare and not bare_is_pay(text, figure, heard, purpose.per, end):
        return None
    per, factor = _period(text, figure, start, purpose, at_home=sign == "$" and place.dollar is Unit.HKD)
    number, after = figure.number, text[end : end + 9]
    return Pay(
        low=number.low * factor,
        high=number.high * factor,
        unit=unit_meant(figure, sign, whose_money(text, figure, sign, place, per, factor), per, heard),
        per=per,
        start=min(start, heard.start),
        end=end,
        open_ended=figure.open_ended or "不封顶" in after or "无上限" in after,
        vague=number.vague,
        months=_months(text, end) if "薪" in after else None,
        called=heard.called,
        of=purpose.of if per in COUNTABLE else "",
    )


def _purpose(text: str, figure: Figure, start: int, floor: int, *, bare: bool) -> _Purpose | None:
    """What is said beside the figure that it is for, after it before what is said before; None where it is no sum."""
    per, end, factor = said_after(text, figure.end)
    if bare and per is None and is_no_sum(text, figure, start, end):
        return None
    reach = 14 if bare or per is None else 5
    heard = said_before(text, start, max(floor, start - reach), figure.number.low)
    if per is None or (heard.per is not None and heard.near and not _yields(text, figure, heard, per)):
        heard = (asked(text, start, floor) or heard) if heard.per is None else heard
        factor = heard.factor * CHARACTERS.get(heard.shown[1:], 1.0)
        return _Purpose(heard.per, _thing(heard), figure.end, factor, heard)
    of = text[figure.end : end].lstrip(" /／每一1") if per in COUNTABLE else ""
    return _Purpose(per, "" if of.isascii() else of, end, factor, heard)


def _told(text: str, figure: Figure, start: int, floor: int, purpose: _Purpose, *, bare: bool) -> _Purpose:
    """The same with what the words further before tell, and without what is wanted and not paid for."""
    if purpose.per is None and (told := told_before(text, start, floor, purpose.heard, bare=bare)) is not None:
        purpose = _Purpose(told.per, _thing(told), purpose.end, told.factor, told)
    least = 100 if text.startswith(_COME, purpose.heard.start - 1) else _WAGE_OF_ONE
    if purpose.of in _ONE_OF_US and figure.number.low >= least and _is_wanted(text, purpose.heard, start):
        return purpose._replace(per=None)
    return purpose


def _period(text: str, figure: Figure, start: int, purpose: _Purpose, *, at_home: bool) -> tuple[Per | None, float]:
    """What one payment is for in the end, by default a month where it is a wage, and what makes it pay for one.

    `at_home`: a lone $ is Hong Kong's, where a usual wage is the month's.
    """
    heard, factor = purpose.heard, purpose.factor
    if heard.called is Called.WAGE and figure.number.low >= _WAGE_OF_ONE and _prices_another(text, heard, start):
        return Per.MONTH, 1.0
    if purpose.per is Per.DAY and not heard.shown and figure.number.low >= _WAGE_OF_ONE and boarded(text, figure.end):
        return Per.MONTH, 1.0
    if purpose.per is not None and _is_paid(text, heard, purpose.per, start):
        return purpose.per, factor
    per = _by_default(figure, heard)
    if per is Per.MONTH and heard.shown in _IN_HAND and (short := short_work(text, start)) is not None:
        return short
    if per is None and at_home and fits(HONG_KONG_WAGES, Per.MONTH, figure.number.low):
        return one_stay(text) or (Per.MONTH, factor)
    return per, factor


_FIGURES = frozenset("0123456789十百千万")


def _prices_another(text: str, heard: Heard, start: int) -> bool:
    """Whether the unit before a wage has a price of its own: 一个钟分三十五 保底五千."""
    return not _FIGURES.isdisjoint(text[heard.start + len(heard.shown) : start])


_SHORT = frozenset({Per.HOUR, Per.HALF_DAY, Per.DAY})


def _yields(text: str, figure: Figure, heard: Heard, per: Per) -> bool:
    """Whether the name before a figure gives way to the unit after it: 日结20一小时, 底薪3500一晚."""
    if text[figure.end] == "/":
        return not (heard.per in LEAST_BARE and text[figure.end + 1 : figure.end + 2] in ("人", "位", "名"))
    if heard.shown == "底薪":
        return per in _SHORT and text[figure.end] in "一每"
    return heard.settled


def _thing(heard: Heard) -> str:
    """What is counted in 每一单, 一户, 单张."""
    name = heard.shown
    if heard.per not in COUNTABLE or name in NAMES:
        return ""
    for prefix in ("每百", "每100", "计件", "每一", "单", "一", "每", "按", "1"):
        if name.startswith(prefix) and len(name) > len(prefix):
            return name[len(prefix) :]
    return name


_ONE_OF_US = frozenset({"个", "位", "人", "家", "台", "个人"})
"""缺一个会短发的发型师,7000: a person who is wanted, not the price of a piece."""
_WAGE_OF_ONE = 1000
"""What such a person earns at least."""
_FOR_ONCE = ("报酬", "酬劳", "酬金", "工钱")
"""What is given for a piece of work; 工资 is a month's."""
_COME = ("来一个", "缺一个")
"""Straight before a sum these can mean nothing but a person."""
_WANTING = frozenset("来缺招找要聘差寻少求会请做")


def _is_wanted(text: str, heard: Heard, start: int) -> bool:
    """Whether 一个 counts a person or a thing that is wanted, and is not what a sum is paid for."""
    if heard.called is Called.WAGE:
        return not (heard.shown[:1] == "每" and holds(text[heard.start : start], _FOR_ONCE))
    if heard.shown == "一个" and text[heard.start + 2 : start] == " ":
        return True
    before = text[heard.start - 1 : heard.start]
    return not heard.near and heard.shown[:1] != "每" and (before in _WANTING or not "一" <= before <= "鿿")


_NO_PAY = words(
    "业绩 销售 营业 流水 产值 产量 销量 投入 资金 任务量 目标 单量 保费 成交 房租 租金 学费 客流 粉丝 播放 "
    "消费 限额 额度 销售额 工时 阅读 罚款 扣款 超过 做满 干满 满勤 每次涨 涨薪"
)
"""Between 每月 and a figure these make it something else than pay."""


def _is_paid(text: str, heard: Heard, per: Per, start: int) -> bool:
    """False where what stands between a name and the figure makes it no pay: 每月业绩10万."""
    far = per is heard.per and not heard.near
    if far or text[start - 1 : start] not in FILLER:
        between = text[heard.start if far else max(start - 3, 0) : start]
        return not holds(between, _NO_PAY)
    return True


_SHARES = ("流水的", "额的", "佣", "提成", "返", "分成", "抽", "本金", "利润", "收益", "点位", "+")
_RETURNS = (*_SHARES, "退", "结算", "回款", "充值")
"""What makes more than the whole a share: 按118%退回."""


def _share(text: str, figure: Figure, heard: Heard, start: int) -> Pay | None:
    """A percentage, if a word beside it says that it is a share (佣金, 提成, 返)."""
    end, before, after = figure.end, text[max(start - 10, 0) : start], text[figure.end : figure.end + 5]
    is_called = heard.called is Called.SHARE
    shares = _SHARES if figure.number.high < 103 else _RETURNS
    if not is_called and not holds(before, shares) and not holds(after, shares):
        return None
    begin = min(start, heard.start) if is_called else start
    per = heard.per if heard.per in (Per.ORDER, Per.PIECE) else None
    low, high = figure.number.low, figure.number.high
    return Pay(low, high, Unit.PERCENT, per, begin, end, figure.open_ended, False, None, Called.SHARE)


_IN_HAND = frozenset({"到手", "报酬", "酬劳", "工钱"})


def _by_default(figure: Figure, heard: Heard) -> Per | None:
    """工资4000-6000 and 8-12k are by the month though nothing says so."""
    number = figure.number
    if heard.called is Called.WAGE and number.low >= 1000:
        return Per.MONTH if number.low < 100000 or number.scale == 1000 else Per.YEAR
    if heard.called is None and number.scale == 1000 and number.is_range and number.low >= 1000 and not figure.written:
        return Per.MONTH
    return None


def _months(text: str, end: int) -> int | None:
    """The 13 of ·13薪."""
    place = text.find("薪", end, end + 6)
    digits = text[max(place - 2, end) : place] if place > 0 else ""
    return int(digits) if digits.isascii() and digits.isdecimal() and 12 <= int(digits) <= 30 else None
