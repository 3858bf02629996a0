"""Set the pay a posting offers against what the work named usually pays, and show the sum.

千字9元 is ordinary and 9元/字 a lure; 日薪1000 is a crane driver's wage and absurd for typing. No word list can tell
them apart: one needs the figure (detector.pay), the trade, and a table of usual wages (reference/wages.toml, every row
with its source). The comparison errs on the side of the posting: bounds are wide, trades that live on commission have
far wider ones, and without a trade only postings that ask for nothing, or say nothing, are measured.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick_rs

from detector.errors import TableError
from detector.output import NUMBER, Output, output, people, runs_by_itself
from detector.pay import YUAN_EACH, Called, Pay, Per, Unit, is_usual_thing, monthly, read_count

WAGES_FILE = Path(__file__).parent / "reference" / "wages.toml"

DAYS_A_MONTH = 313 / 12
"""Working days with one day off a week: 1,000 a day comes to 26,100 a month."""
HOURS_A_DAY = 8
MONTHLY_MEAN = 6_500
"""What stands in for a trade where none is named: NBS 2024, services, 77,584 a year / 12, rounded."""


_Range = tuple[float, float]


class Verdict(StrEnum):
    """How an offer stands to the usual pay."""

    ORDINARY = "ordinary"
    HIGH = "high"
    ABSURD = "absurd"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An offer beside the usual pay. Amounts are yuan, percentages aside; spans are half-open in the text compared.

    `offered` is one payment, `offered_monthly` what it comes to in a month where time is paid, `usual` a month's pay in
    the trade, or the price of one unit. `ratio` is the low end of the offer over the top of the usual for that unit.
    `role` is None where no work is named. `back` is set where money is put in and more comes back at once. `output` is
    what one does in the time by the text itself, where the offer is a price of pieces times that (一天六七百条).
    """

    verdict: Verdict
    role: str | None
    pay: Pay
    offered: tuple[float, float]
    offered_monthly: tuple[float, float] | None
    usual: tuple[float, float]
    ratio: float
    role_span: tuple[int, int] | None
    back: Pay | None = None
    output: str = ""

    @property
    def per(self) -> Per | None:
        """What one payment is for."""
        return self.pay.per

    @property
    def start(self) -> int:
        """Where the offer begins in the text."""
        return self.pay.start

    @property
    def end(self) -> int:
        """Where the offer ends in the text."""
        return (self.back or self.pay).end

    @property
    def arithmetic(self) -> str:
        """日结 1,000 元，约合每月 26,100 元；同类岗位（打字录入）约 3,500–5,500 元"""
        return _arithmetic(self)


@dataclass(frozen=True, slots=True)
class Role:
    """One trade of the table: usual yuan a month, and for every unit that the table can price (hour, day, order …)."""

    name: str
    month: tuple[float, float]
    each: Mapping[Per, tuple[float, float]]
    high_ok: bool
    light: bool
    source: str
    as_of: str


class Wages(NamedTuple):
    """The table, ready to search: `meanings` has one entry for each word of the automaton `words`, in its order."""

    roles: tuple[Role, ...]
    tiers: Mapping[str, float]
    meanings: tuple[_Meaning, ...]
    words: ahocorasick_rs.AhoCorasick
    unskilled: Role | None = None

    def mentions(self, text: str) -> list[_Mention]:
        """Every trade, city and sign of light work the text names, in order, longest first at one place."""
        try:
            found = self.words.find_matches_as_indexes(text)
        except UnicodeEncodeError:  # half a character, which JSON can carry and UTF-8 cannot
            found = self.words.find_matches_as_indexes(re.sub("[\ud800-\udfff]", "?", text))
        return [
            _Mention(self.meanings[i], start, end)
            for i, start, end in found
            if text[start] > "\x7f" or _whole(text, start, end)
        ]


class _Meaning(NamedTuple):
    """What a word stands for: a trade by name or hint, a tier of cities, work that asks for nothing, or a decoy."""

    role: Role | None = None
    hint: bool = False
    tier: str | None = None
    light: bool = False


class _Mention(NamedTuple):
    meaning: _Meaning
    start: int
    end: int


def _whole(text: str, start: int, end: int) -> bool:
    """False for Latin letters cut out of a longer word: hr in chrome."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        before.isascii() and (before.isalpha() or (before == "/" and text[start - 2 : start - 1].isdecimal()))
    ) and not (after.isascii() and after.isalpha())


def compare(text: str, pays: Sequence[Pay]) -> Comparison | None:
    """The offer that stands out most against the work named; None where nothing can be compared. Never raises."""
    if not pays:
        return None
    back = _money_back(text, pays)
    if back is not None:
        return back
    some = pays if len(pays) <= _MOST else (*pays[:_MOST], *pays[max(_MOST, len(pays) - _MOST) :])
    offers = [p for p in some if p.called is not Called.FEE and (p.per is not None or p.unit is Unit.PERCENT)]
    if all(p.per not in _TIMED for p in offers):
        offers += _lone_sums(text, some)
    if not offers:
        return None
    wages = load_wages()
    mentions = wages.mentions(text)
    tier = next((m.meaning.tier for m in mentions if m.meaning.tier), "other")
    work = _besides(text, _by_heads(text, [m for m in mentions if m.meaning.role], wages.unskilled), wages.unskilled)
    named = [m for m in work if not m.meaning.hint or m.start < _TITLE] or work
    light = [m for m in mentions if m.meaning.light]
    context = _Context(text, named, work, light, wages.tiers[tier], wages.unskilled, _asks_nothing(text), offers)
    found = [
        one
        for pay in offers
        if not _is_with_material(text, pay)
        for one in _measured(context, pay)
        if one.verdict is Verdict.ORDINARY or not _is_boast(text, pay, offers, told=bool(one.output))
    ]
    return _soberly(context, _strongest(found), found)


_MATERIAL = re.compile(r"(?<![一每两])包料|工带料|连料|含料|包工料|含材料|带料|料钱")


_OWN_FUEL = re.compile(r"油费[^,。;]{0,6}(?:自己|自理|自出|自付)|自己加油")


def _is_with_material(text: str, pay: Pay) -> bool:
    """Whether the sum pays for the material too, or for the fuel: 连工带料一平300元."""
    if _MATERIAL.search(text, max(pay.start - 6, 0), pay.end + 4) is not None:
        return True
    return pay.per not in _TIMED and _OWN_FUEL.search(text) is not None


_MOST = 40
"""Sums looked at from either end of a text; no posting has as many, and the time stays linear."""
_TITLE = 24
"""Where a title stands, in characters: there a hint is as good as a name."""
_HEAD = 80
"""Where a posting says what it is about, in characters."""
_LONG = 120
"""Characters from which on a text describes work rather than calls."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# --- the trade that counts -------------------------------------------------------------------------------

UNSKILLED = "一般岗位"
"""The row of the table for work that anyone can do, by whatever name: 贴标员, 捡垃圾员, 跟妆助理."""
_HEAD_OF_TITLE = re.compile(
    r"(?:员|工|助理|助手|学徒|帮手|志愿者|小妹|小弟|阿姨|大姐)(?=[^一-鿿]|[若数几多一二两三四五六七八九十招要来]|$)"
)
"""The last part of a compound is the work: a 心外科导诊员 is a guide and no surgeon."""
_TITLE_LIKE = re.compile(r"[一-鿿]{1,8}$")
_NO_TITLES = frozenset(
    _words(
        "员工 人工 手工 加工 打工 开工 上工 下工 施工 竣工 完工 停工 务工 职工 化工 分工 义工 民工 复工 "
        "返工 招工 用工 技工 "
        "包工 军工 总工 轻工 动工 监工 特工 美工 做工 童工 计工 社工 收工 赶工 误工 会员 成员 学员 动员 "
        "党员 团员 队员 官员 "
        "委员 演员 议员 人员 职员 雇员 全员 定员 满员 减员 飞行员 运动员 教练员 研究员 程序员 交易员 "
        "公务员 驾驶员 船员 "
        "潜水员 爆破员 评论员 裁判员 引航员 精算员 经理助理 总裁助理 董事长助理 总助理 院长助理 投资助理 "
        "校长助理 老板助理"
    )
)
_BARE_HEADS = frozenset({"员", "工", "专员", "人员", "小工", "员工", "兼职员"})
"""Heads that leave a trade what it is: 采摘工, 销售专员."""
_PLACES = ("公司", "厂", "医院", "中心", "事务所", "学院", "学校", "集团", "局", "协会", "楼盘")
_FIRST = 160
"""Characters at the start in which a title is looked for."""


def _by_heads(text: str, work: list[_Mention], unskilled: Role | None) -> list[_Mention]:
    """The trades with compounds read by their last part, and without those that only say whose or where the work is."""
    if unskilled is None:
        return work
    titles: list[_Mention] = []
    taken: set[int] = set()
    for head in _HEAD_OF_TITLE.finditer(text, 0, _FIRST):
        end = head.end()
        title = _TITLE_LIKE.search(text, max(end - 8, 0), end)
        if title is None or len(title[0]) < 2 or title[0].endswith(_NO_TITLE_ENDS):
            continue
        inside = [m for m in work if title.start() <= m.start and m.end <= end]
        last = inside[-1] if inside else None
        if any(m.start < end <= m.end for m in work):
            taken.update(m.start for m in inside[:-1])
            continue
        if last is not None and text[last.end : end] in _BARE_HEADS:
            continue
        taken.update(m.start for m in inside)
        hired = max(title[0].rfind(word) for word in "招聘征请找") + 1
        titles.append(_Mention(_Meaning(unskilled), last.start if last else title.start() + hired, end))
    places = [m for m in work if text.startswith(_PLACES, m.end)]
    if titles or any(not m.meaning.hint for m in work if m not in places):
        taken.update(m.start for m in places)
    if not titles and not taken:
        return work
    return sorted([*(m for m in work if m.start not in taken), *titles], key=lambda m: m.start)


_NO_TITLE_ENDS = tuple(_NO_TITLES)
_BESIDE = ("旁边", "旁看", "后面", "边上", "身边", "身后", "跟前")
_HELPED = re.compile(r"[帮替]|给(?=.{2,4}?(?:递|拿|打下手|背|扛|提|擦|举|看))")


def _besides(text: str, work: list[_Mention], unskilled: Role | None) -> list[_Mention]:
    """The trades without those beside whom one stands or whom one helps: 挖机旁边看人的, 帮教练扛雪板."""
    if unskilled is None:
        return work
    helped = [
        m
        for m in work
        if m.meaning.role
        and not m.meaning.role.light
        and (text.startswith(_BESIDE, m.end) or _HELPED.match(text, max(m.start - 1, 0), m.end + 4))
    ]
    if not helped:
        return work
    others = [m for m in work if m not in helped]
    stand_ins = [] if others else [_Mention(_Meaning(unskilled), m.start, m.end) for m in helped[:1]]
    return sorted([*others, *stand_ins], key=lambda m: m.start)


class _Context(NamedTuple):
    """What all offers of a text share: the trades named, those and all hinted at, light work, the city's factor."""

    text: str
    named: list[_Mention]
    work: list[_Mention]
    light: list[_Mention]
    tier: float
    unskilled: Role | None
    asks_nothing: bool
    pays: Sequence[Pay]


_BOASTS = ("最高", "最多", "优秀", "能力", "管理层", "目前", "拼命", "最好", "加班", "冠军", "老员工")
_GIFTS = _words(
    "预支 赔付 储值 充值卡 办卡 门票 成交 节日 过节 中秋 端午 春节 礼金 补 津贴 奖 福利 生日 结婚 推荐 介绍 邀约 迟到 "
    "体检 押 团建 红包 保险 内推 客单 市价 "
    "标价 售价 市值 原价 价值 成本 谈成 签成 约到 招到 成功 住的 租房 买一 单次不超过 报销 单笔"
)


def _is_boast(text: str, pay: Pay, offers: Sequence[Pay], *, told: bool) -> bool:
    """Whether a sum is no offer: the best earner's, overtime, a gift, or a slip beside the same sum by the month.

    `told`: the text says how many one does, so that the sum is the price of a piece and no gift.
    """
    before = text[max(pay.start - 12, 0) : pay.end]
    if len(text) > _LONG and any(word in before for word in _BOASTS):
        return True
    said = text[pay.start : pay.end].replace("人民币", "")
    if len(text) > _LONG and pay.of in ("个", "位") and pay.low >= _WAGE_OF_ONE:
        return True
    if told and any(word in said.replace("包扣", "") for word in "扣罚赔"):
        return True
    if (
        pay.per not in _TIMED
        and not told
        and (any(word in before for word in _GIFTS) or any(c in said for c in "收扣交罚人位"))
    ):
        return True
    return pay.per in (Per.HOUR, Per.DAY) and any(
        other.per is Per.MONTH and other.low <= pay.low <= other.high and other.unit is pay.unit for other in offers
    )


_WAGE_OF_ONE = 2_000
"""两个育儿嫂,一个9500一个9000: what each of those wanted earns a month."""
_OUT, _BACK = ("充", "垫", "投", "付", "冲", "刷", "存"), ("返", "回", "得")
_BACK_SHARE = ("退", "返", "结算", "回款", "充值", "转给")


def _money_back(text: str, pays: Sequence[Pay]) -> Comparison | None:
    """More money back than was put in, at once: 充100返118, or 按118%返还. No trade pays so."""
    for paid, got in pairwise(pays):
        between = text[paid.end : got.start] + text[got.start : got.start + 1]
        if paid.called is Called.FEE and got.called is Called.SHARE and paid.unit is got.unit is not Unit.PERCENT:
            gain = (got.high / paid.high - 1) * 100 if paid.high else 0.0
            put_in = text[paid.start : paid.start + 1] in _OUT
            if put_in and 3 <= gain <= 200 and len(between) <= 10 and any(word in between for word in _BACK):
                return _gain(paid, got, gain)
    for pay in pays:
        near = text[max(pay.start - 8, 0) : pay.end + 8]
        if pay.unit is Unit.PERCENT and 103 <= pay.high <= 200 and any(word in near for word in _BACK_SHARE):
            return _gain(pay, pay, pay.high - 100)
    return None


def _gain(paid: Pay, got: Pay, gain: float) -> Comparison:
    return Comparison(Verdict.ABSURD, None, paid, (gain, gain), None, (0.0, 0.0), gain, None, got)


def _soberly(context: _Context, strongest: Comparison | None, found: Sequence[Comparison]) -> Comparison | None:
    """A long posting that states an ordinary monthly range does not offer the larger sum it also mentions."""
    if strongest is None or strongest.verdict is Verdict.ORDINARY or len(context.text) <= _LONG:
        return strongest
    stated = any(
        one.verdict is Verdict.ORDINARY and one.per is Per.MONTH and one.offered[0] < one.offered[1]
        for one in found
        if one.start < _HEAD
    )
    lower = {Verdict.ABSURD: Verdict.HIGH, Verdict.HIGH: Verdict.ORDINARY}
    return replace(strongest, verdict=lower[strongest.verdict]) if stated else strongest


_ORDER = {Verdict.ORDINARY: 0, Verdict.HIGH: 1, Verdict.ABSURD: 2}


# --- one offer -------------------------------------------------------------------------------------------

_BOUNDS: Mapping[str, tuple[float, float]] = {
    "light": (1.6, 2.6),
    "plain": (2.4, 4.0),
    "high_ok": (6.0, 12.0),
}
"""From which ratio of the offer to the top of the usual an offer is high, and absurd."""
_ABROAD: Mapping[Unit, float] = {
    Unit.HKD: 3.2,
    Unit.TWD: 1.8,
    Unit.SGD: 4.0,
    Unit.EUR: 4.0,
    Unit.GBP: 4.5,
    Unit.AUD: 5.0,
    Unit.JPY: 2.5,
    Unit.KRW: 2.5,
    Unit.USD: 3.5,
}
"""How much more than here is usual where this is the money; rough estimates of this project, 2024."""
_TIMED = frozenset({Per.HOUR, Per.HALF_DAY, Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR})
_NO_TRADE: Mapping[Per, float] = {
    Per.HOUR: 150.0,
    Per.HALF_DAY: 300.0,
    Per.DAY: 500.0,
    Per.WEEK: 3000.0,
    Per.MONTH: 30_000.0,
    Per.LESSON: 300.0,
    Per.ORDER: 25.0,
    Per.PIECE: 25.0,
    Per.THOUSAND: 60.0,
    Per.CHARACTER: 0.06,
    Per.MINUTE: 6.0,
}
"""What light work without a name has to offer before it is looked at, in yuan."""


def _measured(context: _Context, pay: Pay) -> list[Comparison]:
    """One offer as it stands, and as a day's pay where the text says how many pieces that is."""
    text = context.text
    if pay.of in _CONTAINERS and (holds := _content(text, pay.of)) > 1:
        pay = replace(pay, low=pay.low / holds, high=pay.high / holds)
    one = _strongest(one for one in (_measure(context, pay), _implausible(context, pay)) if one)
    if pay.unit is Unit.PERCENT or pay.per is Per.MONTH:
        one = _strongest(other for other in (one, _few_hours(context, pay), _turnover(context, pay)) if other)
    times = _output(context, pay) if (pay.of or pay.per in _WRITTEN) and pay.unit is not Unit.PERCENT else None
    if times is None or not is_usual_thing(pay.of):
        return [found for found in (times or one,) if found]
    if (
        one
        and one.verdict is not Verdict.ORDINARY
        and times.verdict is Verdict.ORDINARY
        and not _is_light(one, context)
    ):
        return [times]
    return [one, times] if one else [times]


_WRITTEN = frozenset({Per.MINUTE, Per.HOUR, Per.THOUSAND, Per.CHARACTER})
"""Units that name what is paid for themselves."""


def _is_light(one: Comparison, context: _Context) -> bool:
    return any(m.meaning.role and m.meaning.role.name == one.role and m.meaning.role.light for m in context.named)


_CONTAINERS = frozenset({"箱", "盒", "包", "袋", "捆", "件", "卷", "筐", "车", "柜", "批", "套", "桶"})
_THINGS = "双个只支条片枚套根粒颗张本份吨件斤"
_HELD = re.compile(rf"({NUMBER})[{_THINGS}][一每/]([箱盒包袋捆件卷筐车柜批套桶])")
_HOLDS = re.compile(
    rf"[一每]([箱盒包袋捆件卷筐车柜批套桶])(?:有|装|是|大概|大约|里){{0,2}}({NUMBER})(?:来|多)?[{_THINGS}]"
)


def _content(text: str, box: str) -> float:
    """How many things a container holds by the text: 五千双一箱; 1 where it does not say."""
    for found, number, what in ((_HELD.search(text), 1, 2), (_HOLDS.search(text), 2, 1)):
        if found is not None and found[what] == box and (count := read_count(found[number])):
            return max(count[0], 1.0)
    return 1.0


_PACKED = re.compile(rf"[一每]([箱包袋盒])(?:有|装|是|大概|大约|里){{0,2}}(?P<n>{NUMBER})(?:来|多)?[{_THINGS}]")


def _output(context: _Context, pay: Pay) -> Comparison | None:
    """The price of a piece times what one does of it by the text's own words, against pay by the hour or day."""
    done = output(context.text, pay)
    cheaper = any(other.of == pay.of and other.low < pay.low for other in context.pays)
    if done is not None and not cheaper:
        each = replace(pay, low=pay.low * done.times, high=pay.high * done.times, per=done.per, of="", called=None)
        measured = _measure(context, each) if context.work or context.light else None
        return _told(pay, done.said, measured, _implausible(context, each, done)) or _ordinary(pay, each, done)
    packed = _PACKED.search(context.text) if pay.of == "个" and len(context.text) <= _LONG else None
    if packed is not None and (count := read_count(packed["n"])) and packed[0][1] != pay.of:
        each = replace(pay, low=pay.low * count[0], high=pay.high * count[0], per=Per.DAY, of="")
        return _told(pay, packed[0], _measure(context, each, "high_ok"))
    return None


_FEW_HOURS = re.compile(
    r"(?:每天|一天|每晚|每日|日均)[^,。;\n0-9]{0,6}?(?<![十0-9.])([1-4]|[一二两俩三四])个?(?:小时|钟头|钟)(?!休|加|午)|(?:弄|忙|做)一会"
)
"""How little one works for the month's pay."""


_LEAST_FOR_HOURS = 6_000
"""A month's pay below this may be for whole days, though some hours are named."""


def _few_hours(context: _Context, pay: Pay) -> Comparison | None:
    """A month's pay for few hours a day, by the hour: 一个月一万六,每天两小时."""
    said = _FEW_HOURS.search(context.text) if pay.per is Per.MONTH and len(context.text) <= _CALL else None
    if pay.low < _LEAST_FOR_HOURS:
        return None
    if said is None or not (context.asks_nothing or context.light) or "加班" in said[0]:
        return None
    hours = (read_count(said[1]) or (2.0, 2.0))[1] if said[1] else 2.0
    each = replace(pay, low=pay.low / (DAYS_A_MONTH * hours), high=pay.high / (DAYS_A_MONTH * hours), per=Per.HOUR)
    one = _implausible(context, each, Output(1.0, each.per or Per.DAY, said[0]))
    return replace(one, pay=pay, output=said[0], offered_monthly=monthly(pay)) if one else None


_TURNOVER = re.compile(
    r"(?P<per>日|天|晚|月|年)[^。;\n0-9元]{0,8}?(?P<n>[0-9]{1,5}(?:\.[0-9]{1,2})?[万w]|[一二两三四五六七八九十百千]{1,6}万)"
)
_TURNED_OVER = re.compile(r"流水|营业额|销售额|成交|合同|gmv|日销|月销|产值|营收|交易额|签")
_OF_TIME = {"日": Per.DAY, "天": Per.DAY, "晚": Per.DAY, "月": Per.MONTH, "年": Per.YEAR}


def _turnover(context: _Context, pay: Pay) -> Comparison | None:
    """A share of what the whole business turns over: 流水的50%,日销2.6万,三人平分."""
    text = context.text
    if pay.unit is not Unit.PERCENT or pay.high > 100 or len(text) > _CALL:
        return None
    if not context.asks_nothing and any(m.meaning.role and m.meaning.role.high_ok for m in context.named):
        return None
    said = _TURNOVER.search(text)
    amount = (
        read_count(said["n"]) if said and _TURNED_OVER.search(text, max(said.start() - 12, 0), said.end()) else None
    )
    if said is None or amount is None:
        return None
    earned = amount[0] * pay.low / 100 / people(text, pay.start, said.end())
    each = replace(pay, low=earned, high=earned, unit=Unit.YUAN, per=_OF_TIME[said["per"]], called=None)
    one = _implausible(context, each, Output(1.0, each.per or Per.DAY, said[0]))
    return replace(one, output=said[0]) if one else None


def _ordinary(pay: Pay, each: Pay, done: Output) -> Comparison:
    """What piece work without a name comes to, where that is nothing to wonder at."""
    month = (MONTHLY_MEAN, MONTHLY_MEAN)
    ratio = _lowish(each) * YUAN_EACH[each.unit] / _PIECES.get(each.per or Per.DAY, _PIECES[Per.DAY]).high
    found = _comparison(Verdict.ORDINARY, each, ratio, None, month, month)
    return replace(found, pay=pay, output=done.said)


def _told(pay: Pay, said: str, *found: Comparison | None) -> Comparison | None:
    """The strongest, with what the text says one does."""
    one = _strongest(one for one in found if one)
    return replace(one, pay=pay, output=said) if one else None


def _strongest(found: Iterable[Comparison]) -> Comparison | None:
    return max(found, key=lambda one: (_ORDER[one.verdict], one.ratio), default=None)


# --- work that asks for nothing --------------------------------------------------------------------------

_NOTHING_ASKED = re.compile(
    r"不[用要]证|无需证|免证|不需要?证(?![件明])|没证[也都]|会不会[^,。;]{0,4}都|谁都[行能会可]|是个人就|人人都?[能会可]|唔使证"
    r"|[不没][^,。;\s]{0,6}(?:也[行可收成]|也能|都[行成可]|没事|有人教|我教|包教)|不会[^,。;\s]{0,4}教|差也行|[无不免]试译"
    r"|会[^,。;\s]{1,8}?就[行可能成好]|[坐站看躺守]着?[^,。;\s]{0,4}就[行可能成好]|[坐站躺]着(?:看|拿|数|收|等|陪|登|提)"
    r"|不[用需]要?(?:会|动|干活|开口|说话|上手|懂|你[会做干动])|不(?:开|上|碰|修|动)(?:机器|高空|手)"
    r"|(?:小学|初中|高中|中专)[^,。;\s]{0,3}(?:就行|也[要行收]|即可|以下)"
    r"|岁就行|大学生就行|只要会|识字[即就]|四级即可|会打字即可|no exp|no test"
)
"""Words that say that nothing is asked, so that a trade's name does not make its skill needed."""
_LITTLE_ASKED = re.compile(
    r"免(?:试|经验)|[零0]基础|[无没]经验(?!勿|者勿|的?慎|免|[请不])|不限(?:经验|国籍|学历)|不需[^,。;\s]{0,6}经验|经验不[限要]"
    r"|新手(?:可|能|也)|初中以上|身体健康即可|即可"
)
"""Words that say so in a call, and are said for form's sake in a long posting."""
_ASKED_FOR = re.compile(
    r"持证|(?<![不没无])[要须需有](?![^,。;\s]{0,3}不)[^,。;\s]{0,8}(?:证(?![件金])|经验|资质|资格|功底)|硕士|博士|985|211"
    r"|(?<!无需)[两三四五六八十0-9]年(?:以上|经验)|作品集|试讲|先试|考核|years|portfolio|degree|要会(?!用手机|打字|说话|微信)|要(?:录|带|做|拍|干|演|开|画|写|修)过|会调"
)
"""Words that say that something is asked, so that work without a known name may be a trade."""


_DESCRIBED = 300
"""Characters from which on a text describes its work, whatever it says is not asked."""


def _asks_nothing(text: str) -> bool:
    if len(text) > _DESCRIBED:
        return False
    if _NOTHING_ASKED.search(text) is not None:
        return True
    return len(text) <= _LONG and _LITTLE_ASKED.search(text) is not None and _ASKED_FOR.search(text) is None


class _Bound(NamedTuple):
    """From what pay on, in yuan, an offer is high, and absurd."""

    high: float
    absurd: float


_BARE: Mapping[Per, _Bound] = {
    Per.HOUR: _Bound(180, 300),
    Per.LESSON: _Bound(250, 450),
    Per.HALF_DAY: _Bound(500, 900),
    Per.DAY: _Bound(800, 1_300),
    Per.WEEK: _Bound(7_000, 11_000),
    Per.MONTH: _Bound(30_000, 45_000),
    Per.YEAR: _Bound(360_000, 540_000),
}
"""What no work pays that asks for nothing, whatever it is called; estimates of this project."""
_PIECES: Mapping[Per, _Bound] = {
    Per.HOUR: _Bound(150, 280),
    Per.DAY: _Bound(1_000, 1_700),
    Per.WEEK: _Bound(6_500, 11_000),
    Per.MONTH: _Bound(26_000, 42_000),
    Per.YEAR: _Bound(500_000, 800_000),
}
"""What piece work comes to at most where the text asks for no trade that is known to pay more."""
_EASY: Mapping[Per, _Bound] = {
    Per.HOUR: _Bound(100, 180),
    Per.DAY: _Bound(700, 1_200),
    Per.WEEK: _Bound(4_500, 8_000),
    Per.MONTH: _Bound(20_000, 32_000),
    Per.YEAR: _Bound(300_000, 480_000),
}
"""What piece work comes to at most that asks for nothing."""
_IDLE = _Bound(60, 120)
"""What a day of a machine that runs by itself pays at most."""


_NAMELESS = 0.75
"""How much less it takes to be high where no trade is named at all."""
_SKILLED: Mapping[Per, _Bound] = {
    Per.HOUR: _Bound(1_500, 3_000),
    Per.DAY: _Bound(8_000, 14_000),
    Per.MONTH: _Bound(150_000, 250_000),
}
"""What piece work comes to at most in a trade that can pay far more."""


def _implausible(context: _Context, pay: Pay, done: Output | None = None) -> Comparison | None:
    """An offer against what no work pays that asks for nothing; None where it asks, or stays below that.

    `done` says that the offer is what so much piece work comes to.
    """
    if pay.of in _SESSIONS:
        pay = replace(pay, per=Per.DAY)
    bound, unskilled = _bound(context, pay, done), context.unskilled
    if bound is None or unskilled is None or pay.unit is Unit.PERCENT:
        return None
    factor = context.tier if pay.unit is Unit.YUAN else _ABROAD.get(pay.unit, 1.0)
    offered = _lowish(pay) * YUAN_EACH[pay.unit] / factor
    verdict = _graded(offered, *bound)
    if verdict is Verdict.ORDINARY:
        return None
    month = (unskilled.month[0] * factor, unskilled.month[1] * factor)
    return replace(_comparison(verdict, pay, offered / bound.high, None, month, month), role=UNSKILLED)


def _bound(context: _Context, pay: Pay, done: Output | None) -> _Bound | None:
    """What the offer has to stay below; None where it may be anything."""
    if pay.per is None:
        return None
    if done and pay.per is Per.DAY and runs_by_itself(context.text):
        return _IDLE
    if done and (context.asks_nothing or context.light or done.simple) and len(context.text) <= _CALL:
        return _EASY.get(pay.per)
    if done:
        skilled = any(m.meaning.role and m.meaning.role.high_ok for m in context.named)
        bound = (_SKILLED if skilled else _PIECES).get(pay.per)
        return bound if bound is None or context.work else _Bound(bound.high * _NAMELESS, bound.absurd)
    return _BARE.get(pay.per) if context.asks_nothing and len(context.text) <= _CALL else None


_CALL = 200
"""Characters up to which a text calls for people; a longer one that asks little still describes its work."""


_ODD = frozenset({"人", "位", "名", "个人"})
_NO_LONE = _words(
    "押 租 转让 学费 报名 交 费 罚 赔 垫 买 价 投 贷 奖 补 保额 保险 欠 借 充 存 退 订金 定金 备用金 "
    "面积 流水 业绩 营业 "
    "注册 资金 年 余额 积分 收款 到账 分期 首付 办 考 证 介绍 内推 推荐 名额 年终 客单 卖 消费 骗 "
    "损失 涉 额度 收取 现金 给了 花 亏 金额 净赚 共计 最大 背 售 追回 不得 违者 诈"
)
_ONE_OFF = re.compile(
    r"明[天早晚]|今[天晚]|后天|(?<!每)(?<!到)周[一二三四五六日](?!至|到|休)|[0-9]{1,2}[号日](?!前|结|发)|[举站坐干做拍搬]一天|婚礼|就一[天晚]"
)
_REGULAR = re.compile(
    r"长期|月休|五险|社保|公积金|每周|每天|全职|应届|试用|转正|单休|双休|轮班|周末休|面试|面谈|过来聊|一周|一星期|[天月年]薪|签合同|做一个月|档期|老师|工程"
)
_EMPLOYED = re.compile(r"五险|社保|公积金|月休|双休|单休|底薪|试用期|转正")
_TIME_SPENT = re.compile(
    r"(?<!每天)(?<!每日)(?<!一天)(?<![0-9十])([2-6]|[两二三四五六])个?(?:小时|钟头|钟(?!表)|h(?![a-z]))(?!班|制|工作|内|以|车)"
)


def _lone_sums(text: str, pays: Sequence[Pay]) -> list[Pay]:
    """A sum that nothing says what it is for, as pay for the hours named beside it, for the one day, or for a month."""
    sums = [p for p in pays if _is_lone(text, p)]
    if len(sums) != 1:
        return []
    pay = sums[0]
    near = _TIME_SPENT.search(text, max(pay.start - 14, 0), pay.start) or _TIME_SPENT.search(
        text, pay.end, pay.end + 16
    )
    if near is not None and (hours := read_count(near[1])) and not _EMPLOYED.search(text):
        return [replace(pay, per=Per.HOUR, of="", low=pay.low / hours[1], high=pay.high / hours[1])]
    if pay.of:
        return [replace(pay, per=Per.DAY, of="", low=pay.low / 5, high=pay.high / 5)]
    if pay.low == pay.high and len(text) <= _LONG and _ONE_OFF.search(text) and not _REGULAR.search(text):
        return [replace(pay, per=Per.DAY, low=pay.low / 2.5, high=pay.high / 2.5)]
    if not _LEAST_MONTH <= pay.low <= _MOST_MONTH or len(text) > _TOLD or "骗" in text:
        return []
    return [replace(pay, per=Per.MONTH)]


_LEAST_MONTH, _MOST_MONTH = 2_000, 300_000
"""What a sum without a name can be a month's pay between."""
_TOLD = 400
"""Characters from which on a text is no offer that leaves its wage without a name."""


def _is_lone(text: str, pay: Pay) -> bool:
    if pay.called in (Called.FEE, Called.SHARE) or pay.unit is Unit.PERCENT or pay.vague or pay.low < 100:
        return False
    if pay.per is not None and pay.of not in _ODD:
        return False
    before = text[max(pay.start - 10, 0) : pay.end]
    return not text.startswith(_FEES, pay.end) and not any(word in before for word in _NO_LONE)


_FEES = (
    "押",
    "定金",
    "订金",
    "保证金",
    "学费",
    "培训",
    "服装",
    "报名",
    "会费",
    "体检",
    "的",
    "报酬金",
    "额",
    "奖",
    "补",
    "罚",
)


def _measure(context: _Context, pay: Pay, kind: str = "") -> Comparison | None:
    """One offer against the trade it is for."""
    if pay.unit is Unit.PERCENT:
        return _share(context, pay)
    factor = context.tier if pay.unit is Unit.YUAN else _ABROAD.get(pay.unit, 1.0)
    mention = _work_of(context.text, pay, context.named)
    if mention is None or mention.meaning.role is None:
        return None if any(not m.meaning.hint for m in context.named) else _unnamed(context, pay, factor)
    role = mention.meaning.role
    if pay.of in _SESSIONS and (said := context.text[pay.start : pay.end]) and ("月" in said or "天" in said):
        return None
    if pay.of in _SESSIONS and _fills_a_day(role, pay):
        pay = replace(pay, per=Per.DAY)
    usual = role.each.get(pay.per) if pay.per else None
    if usual is None or (pay.per not in _TIMED and (pay.of in _ODD or _is_sold(context, pay, role))):
        return None
    low, high = usual[0] * factor, usual[1] * factor
    simple = role.name == UNSKILLED and bool(context.light or context.asks_nothing or len(context.text) <= _HEAD)
    if simple and context.light and pay.per not in _TIMED:
        low, high = low / _LESS, high / _LESS
    offered = _lowish(pay) * YUAN_EACH[pay.unit]
    kind = _kind(context, role, simple=simple) if not kind or role.high_ok else kind
    verdict = _verdict(offered / high, kind, pay)
    if verdict is not Verdict.ORDINARY and offered < _most(context, pay, role) * factor:
        verdict = Verdict.ORDINARY
    month = (role.month[0] * factor, role.month[1] * factor)
    return _comparison(verdict, pay, offered / high, mention, month, (low, high))


def _kind(context: _Context, role: Role, *, simple: bool) -> str:
    """Which bounds hold: a trade that can pay far more has wide ones, unless nothing is asked."""
    if role.high_ok:
        return "light" if context.asks_nothing else "high_ok"
    return "light" if role.light or simple else "plain"


def _most(context: _Context, pay: Pay, role: Role) -> float:
    """The most that another trade named near the head could pay, so that one is not measured by the other."""
    if role.light and pay.per not in _TIMED:
        return 0.0
    if len(context.text) > _LONG:
        head = [
            (m.meaning.role, m.meaning.hint)
            for m in context.work
            if m.start < _HEAD and not context.text.endswith(_SERVED, 0, m.start)
        ]
    else:
        begin = _sentence_start(context.text, pay)
        hints = all(m.meaning.hint for m in context.named)
        head = [
            (m.meaning.role, False)
            for m in context.work
            if (hints or not m.meaning.hint) and begin < m.start < pay.end and not _only_where(context, m)
        ]
    others = [other for other, hint in head if other and other is not role and (not hint or other.high_ok)]
    skilled = [
        other
        for other in others
        if not other.light and not (other.high_ok and context.asks_nothing and pay.per in _TIMED)
    ]
    return max((_generous(other, pay.per) for other in skilled), default=0.0)


def _only_where(context: _Context, mention: _Mention) -> bool:
    """Whether a trade's name only says where the next one works, or what all skilled are called: 宠物店铲屎员, 师傅."""
    if context.text[mention.start : mention.end] == "师傅":
        return True
    return any(m.start == mention.end for m in context.named) and context.text[mention.end - 1] in _ENDS_OF_PLACES


_ENDS_OF_PLACES = frozenset("店馆厂院房所厅队")


def _is_sold(context: _Context, pay: Pay, role: Role) -> bool:
    """Whether the title is a seller's, so that what a piece costs is a price and no pay: 电销…一台三千八."""
    title = context.named[0]
    first = title.meaning.role
    return bool(first and first is not role and title.start < _TITLE and first.high_ok and pay.per not in first.each)


_SERVED = ("协助", "配合", "跟随", "跟着", "帮", "给", "为", "替", "服务", "对接", "汇报", "陪同")
"""Before a trade these make it somebody else's: 协助医生保定."""


def _sentence_start(text: str, pay: Pay) -> int:
    first, end = max(pay.start - 200, 0), pay.start
    rfind = text.rfind
    return max(rfind("。", first, end), rfind(";", first, end), rfind("\n", first, end), rfind("!", first, end))


def _work_of(text: str, pay: Pay, named: list[_Mention]) -> _Mention | None:
    """The trade an offer is for: the nearest before it in its sentence, else the first; names before hints."""
    begin = _sentence_start(text, pay)
    if not named:
        return None
    session = pay.of in _SESSIONS
    priced = [m for m in named if m.meaning.role and (session or pay.per in m.meaning.role.each)]
    close = [m for m in reversed(priced) if begin < m.start < pay.start]
    return min(close or priced, key=lambda m: m.meaning.hint, default=None)


def _fills_a_day(role: Role, pay: Pay) -> bool:
    """Whether a session is better measured as a day: 一场 always, the others where the trade names no price."""
    price = role.each.get(pay.per) if pay.per else None
    if price is None or role.name == UNSKILLED:
        return True
    return (pay.of == "场" or (pay.of == "趟" and role.light and price[1] >= 20)) and price < role.each[Per.DAY]


_LESS = 5
"""How much less a piece of nameless work brings where nothing is asked."""
_SESSIONS = frozenset({"场", "趟", "餐", "顿", "场次"})
"""Work that fills a day at most: measured as one where the trade has no price for it."""


def _lowish(pay: Pay) -> float:
    """What an offer promises at least: the low end, but not less than a third of the high one."""
    return pay.low if pay.vague else max(pay.low, pay.high / 3)


_OF_A_MONTH: Mapping[Per, tuple[float, float]] = {
    Per.MONTH: (1.0, 1.0),
    Per.YEAR: (12.0, 16.0),
    Per.WEEK: (1 / 4.4, 1 / 4),
    Per.DAY: (1 / 26, 1 / 17),
    Per.HALF_DAY: (0.4 / 26, 0.75 / 17),
    Per.HOUR: (1 / 210, 1 / 110),
}
"""What part of a month's low and high pay one unit is, where a row names no price of its own. Short work is dearer."""
_STANDS_FOR: Mapping[Per, tuple[Per, float]] = {
    Per.PIECE: (Per.ORDER, 1.0),
    Per.ORDER: (Per.PIECE, 1.0),
    Per.CHARACTER: (Per.THOUSAND, 0.001),
    Per.HALF_DAY: (Per.DAY, 0.6),
    Per.LESSON: (Per.HOUR, 1.0),
}


def _prices(month: _Range, named: Mapping[Per, _Range]) -> Mapping[Per, _Range]:
    """The usual price in yuan of every unit that the row names or that follows from it."""
    prices = {per: (month[0] * low, month[1] * high) for per, (low, high) in _OF_A_MONTH.items()}
    for per, (other, factor) in _STANDS_FOR.items():
        if other in named or (per is Per.LESSON and other in prices):
            price = named.get(other) or prices[other]
            prices[per] = (price[0] * factor, price[1] * factor)
    return prices | dict(named)


def _generous(role: Role, per: Per | None) -> float:
    """The top of what the most lenient reading of a trade allows."""
    usual = role.each.get(per) if per else None
    return usual[1] * _BOUNDS["high_ok" if role.high_ok else "plain"][0] if usual else 0.0


def _verdict(ratio: float, kind: str, pay: Pay) -> Verdict:
    high, absurd = _BOUNDS[kind]
    if pay.per not in _TIMED:
        high, absurd = max(high, 2.0), max(absurd, 4.0)
    return _graded(ratio, high, absurd)


def _graded(amount: float, high: float, absurd: float) -> Verdict:
    return Verdict.ABSURD if amount >= absurd else Verdict.HIGH if amount >= high else Verdict.ORDINARY


def _unnamed(context: _Context, pay: Pay, factor: float) -> Comparison | None:
    """An offer without a trade: only where nothing is asked, or nothing is said at all."""
    least = _NO_TRADE.get(pay.per) if pay.per else None
    if least is None:
        return None
    if pay.per not in _TIMED and not context.light:
        least *= 20
    if not context.light and _ASKED_FOR.search(context.text) is not None:
        least *= 3
    ratio = _lowish(pay) * YUAN_EACH[pay.unit] / (least * factor)
    light, short = bool(context.light), len(context.text) <= _HEAD
    absurd = 1.0 if short and (light or pay.per in _TIMED) else 2.0
    high = (0.55 if light else 0.8) if short and pay.per in _TIMED else 1.0
    verdict = _graded(ratio, high, absurd) if light or short else Verdict.ORDINARY
    usual = (MONTHLY_MEAN * factor, MONTHLY_MEAN * factor)
    return _comparison(verdict, pay, ratio, None, usual, usual)


_COMMISSIONS = ("佣", "本金", "返现", "返利", "返你", "返我", "单", "回来加", "再给你")
_TASKS = ("任务", "本金", "垫", "抢单", "做单", "派单", "小单", "大单", "放单", "刷", "下单")
_SHARE_HIGH, _SHARE_ABSURD = 8.0, 15.0
"""Per cent of an order that no task pays its doer."""


def _share(context: _Context, pay: Pay) -> Comparison | None:
    """A commission: fine in sales and in wages (提成), absurd for tasks that anyone can do."""
    near = context.text[max(pay.start - 12, 0) : pay.end + 6]
    if not any(word in near for word in _COMMISSIONS) or "试用" in context.text[max(pay.start - 40, 0) : pay.start]:
        return None
    roles = [m for m in context.named if m.meaning.role]
    if roles and not all(m.meaning.role and m.meaning.role.light for m in roles):
        return None
    if not roles and not context.light and not any(word in context.text for word in _TASKS):
        return None
    verdict = _graded(pay.high, _SHARE_HIGH, _SHARE_ABSURD)
    usual = (0.0, _SHARE_HIGH)
    return _comparison(verdict, pay, pay.high / _SHARE_HIGH, roles[0] if roles else None, usual, usual)


# --- the sentence ----------------------------------------------------------------------------------------

_CALLED: Mapping[Per, str] = {
    Per.HOUR: "时薪",
    Per.HALF_DAY: "半天",
    Per.DAY: "日结",
    Per.WEEK: "周薪",
    Per.MONTH: "月薪",
    Per.YEAR: "年薪",
    Per.MINUTE: "每分钟",
    Per.LESSON: "每课时",
    Per.ORDER: "每单",
    Per.PIECE: "每件",
    Per.CHARACTER: "每字",
    Per.THOUSAND: "千字",
    Per.WORD: "每词",
}
_MONEY_NAMES: Mapping[Unit, str] = {
    Unit.YUAN: "元",
    Unit.USD: "美元",
    Unit.USDT: "USDT",
    Unit.HKD: "港元",
    Unit.TWD: "新台币",
    Unit.SGD: "新加坡元",
    Unit.EUR: "欧元",
    Unit.GBP: "英镑",
    Unit.AUD: "澳元",
    Unit.JPY: "日元",
    Unit.KRW: "韩元",
    Unit.THB: "泰铢",
    Unit.PHP: "比索",
}


def _comparison(
    verdict: Verdict, pay: Pay, ratio: float, mention: _Mention | None, month: _Range, each: _Range
) -> Comparison:
    rate = YUAN_EACH.get(pay.unit, 1.0)
    by_month = monthly(pay, HOURS_A_DAY, DAYS_A_MONTH)
    role = mention.meaning.role if mention else None
    return Comparison(
        verdict=verdict,
        role=role.name if role else None,
        pay=pay,
        offered=(pay.low * rate, pay.high * rate),
        offered_monthly=by_month,
        usual=month if by_month else each,
        ratio=ratio,
        role_span=(mention.start, mention.end) if mention else None,
    )


def _arithmetic(one: Comparison) -> str:
    pay, month = one.pay, one.offered_monthly
    if one.back is not None:
        return _said_of_return(pay, one.back, one.ratio)
    if pay.unit is Unit.PERCENT:
        return f"佣金 {_span(pay.low, pay.high)}%；不需要技能的任务没有这样高的佣金"
    offer = f"{_CALLED[pay.per] if pay.per else '报酬'} {_span(pay.low, pay.high)} {_MONEY_NAMES[pay.unit]}"
    if one.output:
        offer += f"，按原文“{one.output}”"
        pay = replace(pay, per=Per.DAY)
    if month and (pay.per is not Per.MONTH or pay.unit is not Unit.YUAN):
        offer += f"，约合每月 {_span(_round(month[0]), _round(month[1]))} 元"
    elif pay.unit is not Unit.YUAN:
        offer += f"，约合 {_span(*one.offered)} 元"
    if one.role:
        low, high = (_round(one.usual[0]), _round(one.usual[1])) if month else one.usual
        return f"{offer}；同类岗位（{one.role}）约 {_span(low, high)} 元"
    if not month:
        return f"{offer}；没有写明需要什么技能"
    return f"{offer}；没有写明做什么工作，全国服务业平均每月约 {MONTHLY_MEAN:,} 元"


def names_in_arithmetic() -> tuple[str, ...]:
    """Every word that an arithmetic may put beside its figures, for those who translate it."""
    roles = [row["name"] for row in tomllib.loads(WAGES_FILE.read_text("utf-8"))["role"]]
    return ("报酬", *_CALLED.values(), *_MONEY_NAMES.values(), *roles)


def _said_of_return(paid: Pay, got: Pay, gain: float) -> str:
    if paid is got:
        return f"每付出 100 元，返回 {_number(100 + gain)} 元；没有工作这样付酬"
    unit = _MONEY_NAMES[paid.unit]
    return f"付出 {_number(paid.high)} {unit}，返回 {_number(got.high)} {unit}，得利 {_number(gain)}%；没有工作这样付酬"


def _round(amount: float) -> float:
    """To three figures, as one says it: 26,083 is 26,100."""
    return float(f"{amount:.3g}")


def _span(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)}–{_number(high)}"


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:.3g}"


# --- the table -------------------------------------------------------------------------------------------


@cache
def load_wages(file: Path = WAGES_FILE) -> Wages:
    """The table of usual wages. TableError, with file and row, where it is missing or damaged."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{file.name}: cannot be read ({error}); restore the file from the repository") from error
    tiers, meanings = _tiers(file, table), dict[str, _Meaning]()
    rows = table.get("role")
    if not isinstance(rows, list) or not rows:
        raise TableError(f"{file.name}: has no [[role]] rows; restore the file from the repository")
    roles = []
    for number, row in enumerate(rows, 1):
        role = _role(file, number, row)
        roles.append(role)
        for key in ("words", "hints"):
            for word in str(row.get(key, "")).split():
                if word in meanings:
                    raise TableError(f"{file.name}: row {number} ({role.name}): {word} is in another row too; keep one")
                meanings[word] = _Meaning(role, key == "hints")
    for tier, cities in table.get("cities", {}).items():
        meanings |= {city: _Meaning(tier=tier) for city in str(cities).split()}
    for key, meaning in (("light", _Meaning(light=True)), ("decoys", _Meaning())):
        meanings |= {word: meaning for word in str(table.get(key, {}).get("words", "")).split() if word not in meanings}
    words = ahocorasick_rs.AhoCorasick(list(meanings), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    unskilled = next((role for role in roles if role.name == UNSKILLED), None)
    return Wages(tuple(roles), tiers, tuple(meanings.values()), words, unskilled)


def _tiers(file: Path, table: Mapping[str, Any]) -> Mapping[str, float]:
    tiers = table.get("tiers", {})
    wanted = {"first", "second", "other"}
    if set(tiers) != wanted or not all(isinstance(factor, float) and factor > 0 for factor in tiers.values()):
        raise TableError(f"{file.name}: [tiers] needs first, second and other, each a positive factor such as 1.4")
    if set(table.get("cities", {})) - wanted:
        raise TableError(f"{file.name}: [cities] names a tier that [tiers] has not")
    return dict(tiers)


_UNITS: Mapping[str, Per] = {str(per): per for per in Per}


def _role(file: Path, number: int, row: Mapping[str, Any]) -> Role:
    """One row, checked; TableError says which row and what is wrong."""
    where = f"{file.name}: row {number} ({row.get('name', 'no name')})"
    for key in ("name", "words", "source", "as_of"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise TableError(f"{where}: needs {key}, a text")
    each = row.get("each", {})
    if not isinstance(each, dict) or set(each) - set(_UNITS):
        raise TableError(f"{where}: each may name only {', '.join(sorted(_UNITS))}")
    month = _bounds(where, "month", row.get("month"))
    return Role(
        name=row["name"],
        month=month,
        each=_prices(month, {_UNITS[unit]: _bounds(where, unit, bounds) for unit, bounds in each.items()}),
        high_ok=bool(row.get("high_ok", False)),
        light=bool(row.get("light", False)),
        source=row["source"],
        as_of=row["as_of"],
    )


def _bounds(where: str, key: str, bounds: object) -> tuple[float, float]:
    match bounds:
        case [int() | float() as low, int() | float() as high] if 0 < low <= high and bool not in map(type, bounds):
            return float(low), float(high)
    raise TableError(f"{where}: {key} must be [low, high] in yuan with 0 < low <= high, not {bounds!r}")
