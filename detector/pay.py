"""Read money out of a posting, because what is offered for the work says more than how the posting sounds.

A posting writes pay in a dozen ways (日结300-500 · 8-12k·13薪 · 一天三五百 · 千字9元 · 月入过万 · 两万八), and most of
its digits are none (18-45岁 · 8:00-18:00 · 5名 · 500强). One small pattern finds the figures; tables then say
what stands after a figure (元, k, /天) and, walking left a bounded way, what it is called (日结, 一单, 提成, 押金).

Every repetition in the pattern is possessive and every look around a figure is bounded, so the time is linear in the
length. Text is expected normalised (simplified, NFKC, lower case); formal numerals such as 叁佰 are understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeVar


class Unit(StrEnum):
    """What a figure counts: a currency, or percent."""

    YUAN = "yuan"
    USD = "usd"
    HKD = "hkd"
    TWD = "twd"
    USDT = "usdt"
    SGD = "sgd"
    EUR = "eur"
    GBP = "gbp"
    AUD = "aud"
    JPY = "jpy"
    KRW = "krw"
    THB = "thb"
    PHP = "php"
    PERCENT = "percent"

    __hash__ = str.__hash__  # the enum's own is Python and three times as slow; these are keys in the hot path


class Per(StrEnum):
    """What one payment is for."""

    HOUR = "hour"
    HALF_DAY = "half_day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    MINUTE = "minute"
    LESSON = "lesson"
    ORDER = "order"
    PIECE = "piece"
    CHARACTER = "character"
    THOUSAND = "thousand_characters"
    WORD = "word"

    __hash__ = str.__hash__  # as above


class Called(StrEnum):
    """What the text calls a figure, apart from its period."""

    WAGE = "wage"
    SHARE = "share"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class Pay:
    """A sum as the text states it: `low` to `high` in `unit`, each `per`; text[start:end] is what it was read from.

    `per` is None for a bare sum (押金500). `open_ended`: 以上, 起, +, 不封顶. `vague`: no figure is named (月入过万,
    几百). `months` is how many monthly pays make a year (13薪). `called`: what the text names it (工资, 提成, 押金).
    `of` is the thing that is paid for in piece work (条, 户, 斤), as far as the text names it.
    """

    low: float
    high: float
    unit: Unit
    per: Per | None
    start: int
    end: int
    open_ended: bool = False
    vague: bool = False
    months: int | None = None
    called: Called | None = None
    of: str = ""


YUAN_EACH: dict[Unit, float] = {
    Unit.YUAN: 1.0,
    Unit.USD: 7.12,
    Unit.USDT: 7.12,
    Unit.HKD: 0.91,
    Unit.TWD: 0.222,
    Unit.SGD: 5.33,
    Unit.EUR: 7.7,
    Unit.GBP: 9.1,
    Unit.AUD: 4.7,
    Unit.JPY: 0.047,
    Unit.KRW: 0.0052,
    Unit.THB: 0.202,
    Unit.PHP: 0.124,
}
"""Yuan for one unit: rounded means of 2024, as_of 2024-12-31, written down by hand and checked against no feed. They
place an offer within some per cent, all that a comparison of magnitudes needs. USDT is taken at par with the dollar."""


def monthly(pay: Pay, hours_per_day: float = 8, days_per_month: float = 26) -> tuple[float, float] | None:
    """What it comes to in yuan a month (low, high); None for piece work, percentages and bare sums."""
    times = {
        Per.HOUR: hours_per_day * days_per_month,
        Per.HALF_DAY: 2 * days_per_month,
        Per.DAY: days_per_month,
        Per.WEEK: 52 / 12,
        Per.MONTH: 1.0,
        Per.YEAR: 1 / 12,
    }
    if pay.unit not in YUAN_EACH or pay.per not in times:
        return None
    rate = YUAN_EACH[pay.unit] * times[pay.per]
    return pay.low * rate, pay.high * rate


def read_pay(text: str) -> tuple[Pay, ...]:
    """Every sum of money the text names, in reading order; accepts any string, in time linear in its length."""
    found: list[Pay] = []
    spare: list[_Figure] = []
    given: list[_Figure] = []
    search = _figures().search
    at = floor = 0
    local: Unit | None = None
    while token := search(text, at):
        start, at = token.span()
        following = text[at : at + 1]
        if at - start > _LONGEST or _is_a_count(text, at, following):
            continue
        if following == "块" and text[start:at] in ("一", "1") and _one_slab(text, at + 1):
            continue
        figure = _figure(text, start, at)
        if figure is None:
            continue
        local = local or _local_currency(text)
        pay = _offer(text, figure, floor, local)
        at = figure.end
        if pay is not None:
            found.append(pay)
            at = floor = pay.end
        elif figure.number.low >= _LEAST_WAGE and figure.unit is None and _may_be_the_wage(text, figure):
            spare.append(figure)
        elif figure.unit is None and _is_given(text, figure):
            given.append(figure)
    if (
        len(given) == 1
        and not found
        and len(text) <= _CALL
        and (short := _short_work(text, given[0].start, given[0].end))
    ):
        found.append(_by_time(given[0], *short))
    if (
        len(spare) == 1
        and len(text) <= _DESCRIBED
        and all(pay.per not in _LEAST and pay.called is not Called.SHARE for pay in found)
    ):
        found.append(_the_wage(text, spare[0]))
        found.sort(key=lambda pay: pay.start)
    return tuple(found)


def may_begin_pay(text: str, start: int, end: int) -> bool:
    """A quick look: never False where a sum of `read_pay` begins in text[start:end]."""
    return _perhaps_a_figure().search(text, start, end + _BEFORE_FIGURE) is not None


@cache
def _perhaps_a_figure() -> re.Pattern[str]:
    return re.compile(f"[0-9{_NUMERALS}过]")


_BEFORE_FIGURE = 24
"""More characters than a sum begins before its figure: a sign, and 14 for the name of what is paid."""


def _one_slab(text: str, at: int) -> bool:
    """Whether 一块 goes on to a price, so that it is a thing to be paid for: 擦一块两百, 一块砖八十."""
    at += text[at : at + 1] in _SLABS
    price = _figures().match(text, at)
    number = _read_number(price[0]) if price is not None and price.end() - at <= _LONGEST else None
    return number is not None and number.low >= 10


_SLABS = frozenset("砖板砚玻瓦表")
_CALL = 120
"""A text up to this length may name the pay by a bare sum and the time alone."""
_DESCRIBED = 400
"""A text longer than this does not leave its wage without a name."""
_LEAST_WAGE = 2000
"""What a lone bare sum has to reach to be a month's wage."""
_NO_WAGE = frozenset("押金费租让价卖欠赔罚垫投平亩号群话贷款约期年第库编码型q加奖补保额")
"""One of these in the four characters before a lone bare sum, and it is called something else than a wage."""
_AFTER_WAGE = (
    *(
        "包吃",
        "包住",
        "包食",
        "包两",
        "包三",
        "包餐",
        "包午",
        "管吃",
        "管住",
        "管饭",
        "绩效",
        "底",
        "双休",
        "单休",
        "月休",
    ),
    *("再加", "五险", "缴", "一个月", "还", "提", "走"),
)


def _may_be_the_wage(text: str, figure: _Figure) -> bool:
    """Whether a bare figure that nothing names stands as a wage does: a round sum between pauses, or 包吃 after it."""
    number, start, end = figure.number, figure.start, figure.end
    if number.high > 200_000 or number.percent or number.vague or number.low % 100 or 1990 <= number.low <= 2035:
        return False
    before = text[max(start - 4, 0) : start]
    if before.endswith(("新手", "老手", "胞胎")):
        return _one_stay(text) is not None
    if before and (not (before[-1] in _PAUSES or before[-1] in _FILLER) or not _NO_WAGE.isdisjoint(before)):
        return False
    after = text[end : end + 1]
    if figure.open_ended and after not in _COUNTED and not after.isascii():
        return True
    return after in _PAUSES or text[end - 1] in "+起" or text.startswith(_AFTER_WAGE, end)


def _is_given(text: str, figure: _Figure) -> bool:
    """Whether a bare figure is what is given for the work: 一百张给八百."""
    number = figure.number
    round_sum = number.low >= 100 and number.low % 10 == 0 and number.high <= 20_000
    before = text[max(figure.start - 4, 0) : figure.start]
    stands = before.endswith(("给", "得", "拿", ",", " ")) and _NO_WAGE.isdisjoint(before)
    return round_sum and stands and text[figure.end : figure.end + 1] in _PAUSES


def _by_time(figure: _Figure, per: Per, factor: float) -> Pay:
    number = figure.number
    return Pay(number.low * factor, number.high * factor, Unit.YUAN, per, figure.start, figure.end, figure.open_ended)


def _the_wage(text: str, figure: _Figure) -> Pay:
    low, high = figure.number.low, figure.number.high
    local = Unit.TWD if _fits(_TAIWAN_WAGES, Per.MONTH, low) and _may_be_taiwan(text) else Unit.YUAN
    per, factor = _short_work(text, figure.start) or _one_stay(text) or (Per.MONTH, 1.0)
    return Pay(low * factor, high * factor, local, per, figure.start, figure.end, figure.open_ended)


def _is_a_count(text: str, at: int, following: str) -> bool:
    """Whether a figure that ends here plainly counts something: 3名, 5个."""
    if following == "个":
        after = text[at + 1 : at + 2]
        return after != "点" and not (text[at - 1] == "一" and after in _TIMES)
    if following not in _PLAINLY_COUNTED or text[at - 1] == "一" or text[at : at + 2] in _AFTER_NAMES:
        return False
    if following == "小":
        return text[at - 2 : at - 1] not in _DIGITS or text[at - 1] not in _COUNTING
    return following not in "x*×" or text[at + 3 : at + 4] != "薪"


_TIMES = frozenset("月钟小班晚夜白早上")


# --- tables ----------------------------------------------------------------------------------------------

_T = TypeVar("_T")


def _words(text: str) -> tuple[str, ...]:
    """The words of a list written as one string."""
    return tuple(text.split())


def _spread(table: dict[_T, str]) -> dict[str, _T]:
    """{meaning: "word word"} turned into {word: meaning}."""
    return {word: meaning for meaning, words in table.items() for word in words.split()}


_UNITS = _spread(
    {
        Per.HOUR: "小时 钟头 钟 个小时 个钟 个钟头",
        Per.HALF_DAY: "半天 早晨 早上 上午 下午 个早晨 个早上 个上午 个下午",
        Per.DAY: "天 日 晚 晚上 夜 班 整天 个班 个晚上 个夜班 个白班 通宵 个通宵",
        Per.WEEK: "周 星期 礼拜 个星期 个礼拜",
        Per.MONTH: "月 个月",
        Per.YEAR: "年",
        Per.MINUTE: "分钟",
        Per.LESSON: "节 节课 课时 堂课 小课",
        Per.ORDER: (
            "单 笔 次 趟 局 场 任务 个任务 条 篇 件 组 轮 首 遍 票 章 份 期 封 段 车 吨 亩 栋 个单 🥚 个视频 "
            "集 个作品 件衣服 条裤子 餐 顿 桌"
        ),
        Per.PIECE: (
            "个 张 只 支 页 颗 朵 双 套 户 家 框 盆 箱 盒 台 本 句 行 平 米 方 斤 人 位 袋 粒 圈 幅 赞 店 间 "
            "枚 串 包 辆 桩 束 锭 尾 筐 公里 步 人次 位老人 位客人 位顾客 家店 "
            "户人家 个勾 个头 个人 个袋子 个粽子 张图 张照片 张发票 "
            "句话 本书 副 桶 棵 株 扇 捆 "
            "把 间房 个房间 "
            "块砖 块地砖 块玻璃 块板 斤鱼 斤肉 桶水 根 吨货"
        ),
        Per.CHARACTER: "字 个字",
        Per.THOUSAND: "千字 万字 百字",
        Per.WORD: "词 单词 个词",
    }
)
_SLASHED = _UNITS | _spread(
    {
        Per.HOUR: "h hr hrs hour 时",
        Per.DAY: "d day",
        Per.WEEK: "week",
        Per.MONTH: "m mo month",
        Per.YEAR: "y year",
        Per.MINUTE: "min minute",
        Per.ORDER: "task order video",
        Per.PIECE: "piece",
    }
)
"""Units that may follow a stroke: 20/h."""
_CHARACTERS = {"万字": 0.1, "百字": 10.0}
"""What turns a sum for so many characters into one for a thousand."""

_NAMES: dict[str, Per | Called] = _spread(
    {
        Per.HOUR: "时薪 小时工资 小时费 时给",
        Per.DAY: (
            "日结 日薪 日入 日人 日赚 日挣 日领 日收 日收入 日工资 日均 日保底 日到手 日进 日清 单日 天天 "
            "日均收入 日赚取 日结工资 "
            "今天到账 今日到账 昨天到账 今天赚了 今天收入 今日收入 今天进账 今天挣了 今天挣到 今天赚到"
        ),
        Per.WEEK: "周薪 周结 周入 周领",
        Per.MONTH: (
            "月薪 月结 月入 月人 月赚 月挣 月领 月收入 月工资 月综合 月均 月均收入 月保底 月到手 到手月薪 单月 "
            "底薪 月返 月进 月综合工资 上月 上个月 上上月"
        ),
        Per.YEAR: "年薪 年入 年赚 年收入 年均收入 年包 去年",
        Per.LESSON: "课酬 课时费",
        Per.ORDER: "单价 单笔 单次 单条 单件 单件工价",
        Called.WAGE: "薪资 稿酬 稿费 薪酬 薪水 工资 工钱 报酬 酬劳 待遇 到手 收入 综合 保底 补偿",
        Called.SHARE: (
            "佣金 佣 提成 提点 返佣 返利 返现 返还 返点 抽成 抽点 分成 分佣 利润 收益 点位 抽水 返 抽 提 盈利 回 得回"
        ),
        Called.FEE: (
            "押金 定金 订金 保证金 诚意金 违约金 奖金 奖励 补贴 补助 津贴 餐补 罚款 房补 红包 押 充 垫 交 投 "
            "冲 付款 会费 资料费 服装费 体检费 建档费 报名费 中介费 介绍费 培训费 工本费 激活费 保密费 名额费 "
            "入群费 学费 服务费 手续费 路费 油费 车费"
        ),
    }
)
"""What stands before a figure and says what it is."""
_SETTLED = frozenset({"日结", "周结", "日清", "月结"})
"""Names that say when it is paid or what part it is, and give way to 一小时 after the figure."""
_SHARES = ("流水的", "额的", "佣", "提成", "返", "分成", "抽", "本金", "利润", "收益", "点位", "+")
_RETURNS = (*_SHARES, "退", "结算", "回款", "充值")
"""What makes more than the whole a share: 按118%退回."""
_NEVER_BEFORE = frozenset("0123456789abcdefghijklmnopqrstuvwxyz第@#_号群")
"""A bare figure after one of these is part of a name or a number of another kind."""
_ADJACENT: dict[str, Per | Called] = _spread({Per.DAY: "日", Per.MONTH: "月 底", Per.YEAR: "年", Per.THOUSAND: "千字"})
"""Names that count only directly before a figure (日800, 年50-100w, 底1.5w), not after a digit or inside a word."""
_NOT_ADJACENT = frozenset(
    "0123456789一二两三四五六七八九十百千几数本上下当每次今明昨前后生节假周工休即近往半到年月个见彻心海桌班月家房"
)
_AFTER_NAMES: dict[str, Per] = {
    "日结": Per.DAY,
    "现结": Per.DAY,
    "年薪": Per.YEAR,
    "月薪": Per.MONTH,
    "时薪": Per.HOUR,
    "日薪": Per.DAY,
}


_AFTER_FIRST = frozenset(["/", "／", *"一每1", *"两二三四五六七八九十半2345", *(name[0] for name in _AFTER_NAMES)])
_PARTS_OF_AN_HOUR: dict[str, float] = {
    "半小时": 2,
    "半个小时": 2,
    "半个钟": 2,
    "半个钟头": 2,
    "30分钟": 2,
    "三十分钟": 2,
    "一刻钟": 4,
    "15分钟": 4,
    "十五分钟": 4,
    "10分钟": 6,
    "十分钟": 6,
    "5分钟": 12,
    "五分钟": 12,
}
"""Pay for less than an hour, and how often an hour holds it."""
_SOME_HOURS = 5
"""Pay for up to so many hours is told by the hour; for more it is a day's."""

_LEAST: dict[Per, float] = {Per.HOUR: 5, Per.HALF_DAY: 20, Per.DAY: 20, Per.WEEK: 50, Per.MONTH: 300, Per.YEAR: 5000}
"""Below these a bare figure after 一天 or 月薪 is a count of something."""


def _names_before() -> dict[str, Per | Called]:
    """All that may stand before a figure, with 一天, 每天, 每一天, 1天, 按天 and 单个 spelled out."""
    names = dict(_NAMES)
    for word, per in _UNITS.items():
        for one in ("一", "每", "每一", "按", "计件"):
            names[one + word] = per
        if per in _LEAST:
            names["1" + word] = per
    for word in "锭张个件条只份支斤":
        names["每百" + word] = names["每100" + word] = Per.PIECE
    return names | {
        "半天": Per.HALF_DAY,
        "一块": Per.PIECE,
        "每块": Per.PIECE,
        "单个": Per.PIECE,
        "单张": Per.PIECE,
        "单篇": Per.ORDER,
        "按件计": Per.ORDER,
        "按张计": Per.PIECE,
    }


_BEFORE = _names_before() | _ADJACENT
_LAST: dict[str, list[int]] = {}
"""The last characters of the names, each with the lengths of names that end so, longest first."""
for _name in sorted(_BEFORE, key=len, reverse=True):
    if len(_name) not in _LAST.setdefault(_name[-1], []):
        _LAST[_name[-1]].append(len(_name))

_MONEY: dict[str, tuple[Unit, float]] = {
    word: (unit, worth)
    for (unit, worth), words in {
        (Unit.YUAN, 1.0): "元人民币 元钱 元 圆 块钱 块 大洋 人民币 rmb cny 缘 r y 米 💰 🌾 🍚",
        (Unit.YUAN, 0.1): "毛钱 毛 角钱 角",
        (Unit.YUAN, 0.01): "分钱 分",
        (Unit.USD, 1.0): "美元 美金 美刀 刀 usd",
        (Unit.USDT, 1.0): "usdt u",
        (Unit.HKD, 1.0): "港币 港元 港纸 hkd 蚊 澳门币 澳门元 葡币 mop",
        (Unit.TWD, 1.0): "新台币 台币 twd ntd",
        (Unit.SGD, 1.0): "新币 新元 坡币",
        (Unit.EUR, 1.0): "欧元",
        (Unit.GBP, 1.0): "英镑",
        (Unit.AUD, 1.0): "澳元 澳币",
        (Unit.JPY, 1.0): "日元 日币 円",
        (Unit.KRW, 1.0): "韩元 韩币",
        (Unit.THB, 1.0): "泰铢 铢",
        (Unit.PHP, 1.0): "比索 p",
        (Unit.PERCENT, 1.0): "% 个点",
        (Unit.PERCENT, 10.0): "成",
        (Unit.YUAN, 100.0): "张",
    }.items()
    for word in words.split()
}
_MONEY_FIRST = frozenset(word[0] for word in _MONEY)
_MONEY_LENGTHS = {c: sorted({len(word) for word in _MONEY if word[0] == c}, reverse=True) for c in _MONEY_FIRST}
_SLANG = frozenset({"米", "缘", "🌾", "🍚", "分", "r", "y", "p", "张"})
"""Money words that are also everyday words: they need a 一单 or a 日入 beside them."""
_SIGNS: dict[str, Unit] = {
    "hk$": Unit.HKD,
    "nt$": Unit.TWD,
    "us$": Unit.USD,
    "¥": Unit.YUAN,
    "￥": Unit.YUAN,
    "€": Unit.EUR,
    "人民币": Unit.YUAN,
    "rmb": Unit.YUAN,
    "新台币": Unit.TWD,
    "台币": Unit.TWD,
    "港币": Unit.HKD,
    "港元": Unit.HKD,
    "hkd": Unit.HKD,
    "澳门币": Unit.HKD,
    "葡币": Unit.HKD,
    "mop": Unit.HKD,
    "新币": Unit.SGD,
    "美元": Unit.USD,
    "美金": Unit.USD,
    "usd": Unit.USD,
    "ntd": Unit.TWD,
    "twd": Unit.TWD,
    "$": Unit.USD,
}
"""Currencies that stand before the figure. A lone $ is read by the dialect of the text; the pataca of Macao is 1.03 to
the dollar of Hong Kong and stands under it."""
_SIGN_LAST = frozenset(sign[-1] for sign in _SIGNS)

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")}
_DIGITS |= {"两": 2, "俩": 2, "仨": 3}
_POWERS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10000}
_MULTIPLES = {"k": 1000, "w": 10000, "万": 10000, "千": 1000, "仟": 1000, "q": 1000, "百": 100, "佰": 100}
_NUMERALS = "".join(_DIGITS) + "".join(_POWERS) + "几数"

_ABOUT = ("多", "余", "来", "左右", "上下", "以上", "起步", "起", "+", "➕", "往上", "不等", "打底", "朝上")
_OPEN = frozenset({"以上", "起步", "起", "+", "➕", "往上", "朝上"})
_ABOUT_FIRST = frozenset(word[0] for word in _ABOUT)
_ABOUT_BY_FIRST = {c: [word for word in _ABOUT if word[0] == c] for c in _ABOUT_FIRST}
_UNIT_FIRST = frozenset(word[0] for word in _UNITS)
_COUNTING = frozenset("一两二三四五六七八九")
_HOURS = re.compile(
    r"(?:(?<![0-9.:])([0-9]{1,2}(?:\.5)?)|([一两二三四五六七八九]|十[一二]?))(个半|个)?(?:小时|钟头|钟(?!表)|h(?![a-z]))(半)?"
)
"""A length of time in hours: 三小时, 3h, 两个半小时."""
_TAILS = {c: float(i) for c, i in _DIGITS.items() if i} | {c: float(c) for c in "123456789"} | {"半": 5.0}
_DASHES = frozenset("-—–~～至到")
_COUNTED = frozenset(
    "支颗朵双粒串枚根瓶把亩岁年月日号点时分秒名个位家间条张次个件只台套份届级楼层栋室街路公厘斤克吨平亩度倍期代"
    "尾筐辆桩束锭框棵株捆杯碗盘桶袋箱票方通版章门类项第周天小强薪寸人字词场趟单篇组轮页句行班户盒箱轴辆：:℃座站所校处院床桌套%x*×"
)
"""A bare figure before one of these counts something else."""
_PLAINLY_COUNTED = _COUNTED - _MONEY_FIRST - _ABOUT_FIRST - {"位"}
_FILLER = frozenset(
    " \t:：=-—~(（约达到赚挣拿入有能可至少多给结大概稳定轻松保底最低高为是在得发就付每起均平标准的综合税前后"
    "左右上开收工资薪元款领算人民币搞你现钱落了"
)
"""What may stand between 一天 and a figure that has no 元."""
_BREAKS = frozenset(",，。;；!！?？\n、|)）")
_NO_PAY = _words(
    "业绩 销售 营业 流水 产值 产量 销量 投入 资金 任务量 目标 单量 保费 成交 房租 租金 学费 客流 粉丝 播放 "
    "消费 限额 额度 销售额 工时 阅读 罚款 扣款 超过 做满 干满 满勤 每次涨 涨薪"
)
"""Between 每月 and a figure these make it something else than pay."""
_TAIWAN = ("台币", "nt$", "劳健保", "加赖", "超商", "职缺")
_TAIWAN_PERHAPS = _words(
    "诚征 急征 征早 征晚 征夜 征工 征外 征平 征内 征门 店征 场征 馆征 厅征 捷运 门市 机车 工读 私讯 周领 现领 "
    "台北 高雄 台中 台南 桃园 新竹 竹北 彰化 嘉义 花莲 屏东 宜兰 板桥 永和 内湖 林口 五股 新庄 小帮手 简讯 "
    "土城 中坜 员林 士林 三重 麻豆 斗六 新北 南港展 八里 竹科 科学园区 澎湖 苗栗 云林 南投 基隆 金门 "
    "淡水 中和 芦洲 汐止 "
    "身分证 履历 作业员 仲介 帐号 帐户 逐字稿 现领 日领 领现 三节 劳保 健保 保全 外送 外场 内场 大夜 "
    "假日班 私讯 脸书 粉专 官方line "
    "高丽菜 台湾 台干 凭证 良民证 三合院 芳疗 咨商 三温暖 结帐 存提 饲主 药局 药师 桌游 职训 照服员 长照 "
    "租书店 虾皮 妳 影像后制 礼服公司 丙级 乙级 技术士"
)
"""One of the first, or one of the second and a sum that is usual there, and the text speaks of Taiwan's money."""
_MAINLAND = _words(
    "北京 上海 广州 深圳 成都 杭州 重庆 武汉 苏州 西安 南京 长沙 天津 郑州 东莞 青岛 昆明 宁波 合肥 佛山 沈阳 "
    "无锡 济南 "
    "厦门 福州 温州 哈尔滨 石家庄 大连 南宁 泉州 贵阳 常州 长春 南昌 南通 嘉兴 徐州 惠州 太原 绍兴 珠海 兰州 海口 微信"
)
"""One of these, and the text speaks of no money of Taiwan's by one word."""
_HONG_KONG = _words(
    "hk 港 九龙 旺角 唔 嘅 咗 揾 搵 返工 出粮 whatsapp 强积金 见工 搞掂 沙田 新界 北角 铜锣湾 荃湾 酒楼 楼面 "
    "落场 葵涌 粒钟 将军澳 观塘 ptgf 傾 兼职薪 冇 屯门 登记护士 五天工作周 补习社 哋 鲗鱼涌 元朗 深水埗 "
    "尖沙咀 湾仔 油麻地"
)
_CANTONESE = _words(
    "唔 嘅 咗 揾 搵 出粮 冇 哋 荃湾 旺角 将军澳 粒钟 深水埗 尖沙咀 油麻地 葵涌 鲗鱼涌 强积金 mpf 返工 车津 屯门 元朗"
)
"""Where one of these stands and the sum is usual in Hong Kong, it is meant in dollars though nothing says so."""


# --- figures ---------------------------------------------------------------------------------------------


class _Number(NamedTuple):
    """A written number or range without its currency. `scale` is what k or 万 multiplied by, `percent` is 百分之."""

    low: float
    high: float
    scale: int = 1
    vague: bool = False
    open_ended: bool = False
    is_range: bool = False
    percent: bool = False


class _Figure(NamedTuple):
    """A number with its money word, before anything is known of what it is for."""

    number: _Number
    start: int
    end: int
    unit: Unit | None
    written: str
    open_ended: bool


_LONGEST = 24
"""Characters of the longest figure that can be money: 100,000元 - 120,000."""


@cache
def _figures() -> re.Pattern[str]:
    """Finds digits with k or 万, their ranges, and Chinese numerals of two characters or before a money word.

    It starts with a plain set, which lets `re` leap over all other characters; compiled when first needed.
    """
    digits = r"[0-9]*+(?:,[0-9]{3}(?![0-9]))*+(?:\.[0-9]{1,3}+)?+"
    scale = r"(?:(?:\s?[万千百](?![字象达科])|个?[kwq仟佰万](?![a-qs-z]|r[a-z]))(?:[1-9](?![0-9个-]|[.,][0-9]))?+)?+"
    return re.compile(
        rf"[0-9{_NUMERALS}过](?:(?<=[0-9])(?<![0-9][0-9]){digits}(?![、)岁名年:]|x(?!1[2-9]薪)|\.(?![0-9])){scale}"
        rf"(?:元?\s?[-—–~～至到]{{1,2}}\s?(?:hk|nt)?\$?[0-9]{digits}(?!、|\.(?![0-9])){scale})?+"
        rf"|[{_NUMERALS}]++(?:个?w(?![a-z])|k(?![a-z]))?+|个?[kw](?![a-z0-9])|(?=[块元毛米分张个成圆角刀位美港新ur])|(?<=[上破][百千万]))"
    )


def _figure(text: str, start: int, end: int) -> _Figure | None:
    """The number written at text[start:end] with its money word; None where it is surely no money."""
    start, end = _trim(text, start, end)
    written = text[start:end]
    following = text[end : end + 1]
    if following == "分" and written in _POWERS and text.startswith("分之", end):
        return _fraction(text, written, start, end + 2)
    if following == "位" and text.startswith("位数", end) and _DIGITS.get(written, 0) > 2:
        power = 10.0 ** (_DIGITS[written] - 1)
        return _Figure(_Number(power, power * 10 - 1, 1000, True), start, end + 2, None, "", False)
    number = _read_number(written)
    if number is None:
        return None
    if written in _POWERS and text[start - 1 : start] in ("上", "破"):
        number, start = number._replace(vague=True, open_ended=True), start - 1
    at, unit, word, worth, extra, open_ended = _money(text, end)
    if text[at : at + 1] in _DASHES and not number.is_range:
        second = _figures().match(text, at + 1)
        upper = _read_number(second[0]) if second and second.end() - second.start() < _LONGEST else None
        if second and upper and upper.high >= number.low:
            low = number.low * worth + extra
            number = number._replace(high=upper.high, is_range=True, vague=number.vague or upper.vague)
            at, unit2, word2, worth2, extra, open_ended = _money(text, second.end())
            number = number._replace(low=low if unit else low * worth2, high=upper.high * worth2 + extra)
            return _Figure(number, start, at, unit2 or unit, word2 or word, open_ended)
    if worth != 1.0 or extra:
        number = number._replace(low=number.low * worth + extra, high=number.high * worth + extra)
    return _Figure(number, start, at, unit, word, open_ended or number.open_ended)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Give back what belongs to the neighbours: the 一 of 五万一月, and the hour of 早8到晚5,130一天."""
    if end - start > 2 and (last := text[end - 1]) in _COUNTING and text[end : end + 1] in _UNIT_FIRST:
        before = text[end - 2]
        if last == "一" and before in _POWERS:
            return start, end - 1
        if before in _DIGITS and text[end - 3] in _POWERS and (last == "一" or _HOURS.match(text, end - 1)):
            return start, end - 1
    if end - start > 5 and text[end - 4 : end] in (",211", ",985"):
        return start, end - 4
    comma = text.find(",", start, end)
    if comma > 0 and start and text[start - 1] in "晚早午到至月号日-~:":
        return comma + 1, end
    return start, end


def _fraction(text: str, written: str, start: int, at: int) -> _Figure | None:
    """百分之八 as 8 percent, 千分之三 as 0.3, with a range 百分之八到十八."""
    token = _figures().match(text, at)
    end = token.end() if token else at + (text[at : at + 1] in _DIGITS)
    first = _read_number(text[at:end]) if at < end <= at + _LONGEST else None
    if first is None:
        return None
    share, high = 100 / _POWERS[written], first.high
    if text[end : end + 1] in _DASHES and (second := _figures().match(text, end + 1)):
        upper = _read_number(second[0]) if second.end() - second.start() < _LONGEST else None
        high, end = (upper.high, second.end()) if upper else (high, end)
    return _Figure(_Number(first.low * share, high * share, percent=True), start, end, Unit.PERCENT, "", False)


def is_usual_thing(of: str) -> bool:
    """Whether a thing that is paid for by the piece is one that trades price: 件, 单, and no 托盘."""
    return not of or of in _UNITS


def read_count(written: str) -> tuple[float, float] | None:
    """How many a written number is, from the least to the most: 六七百, 30, 百; None where it is no number."""
    number = _read_number(written) if written else None
    return None if number is None else (number.low, number.high)


@lru_cache(maxsize=4096)
def _read_number(written: str) -> _Number | None:
    """The number or range that is written; None for telephone numbers, codes and strings of bare digits."""
    if not (written[0].isascii() and written[0].isdigit()):
        return _spoken(written)
    for i, c in enumerate(written):
        if c in _DASHES:
            low, high = _plain(written[:i].rstrip().rstrip("元 ")), _plain(_after_dash(written[i + 1 :]))
            return None if low is None or high is None else _range(low, high)
    return _plain(written)


def _after_dash(written: str) -> str:
    return written.lstrip("-—–~～至到 ").lstrip().lstrip("hknt$")


def _range(low: _Number, high: _Number) -> _Number:
    """From one plain number to another; in 8-12k the k belongs to both."""
    first = low.low
    if low.scale == 1 and high.scale > 1 and first * high.scale <= high.high:
        first *= high.scale
    return _Number(min(first, high.high), max(first, high.high), max(low.scale, high.scale), is_range=True)


def _plain(written: str) -> _Number | None:
    """Arabic figures: 8, 1,000, 1.5w, 1万2, 3个w."""
    scale, tail = 1, 0.0
    for i, c in enumerate(written):
        if c in _MULTIPLES:
            scale, tail = _MULTIPLES[c], float(written[i + 1 :] or 0) * _MULTIPLES[c] / 10
            written = written[:i].rstrip("个 ")
            break
    longest = 7 if scale == 1 and "." not in written and "," not in written else 9
    if len(written) > longest or (written[0] == "0" and len(written) > 1 and written[1] != "."):
        return None
    value = float(written.replace(",", ""))
    scale = 1 if value >= 1000 and scale < 10000 else scale
    value = value * scale + tail
    return _Number(value, value, scale)


def _spoken(written: str) -> _Number | None:
    """Chinese figures: 两万八 (28000), 三五百 (300 to 500), 几千 (2000 to 9000, vague), 过万, 三个w."""
    over, figures, scale = written[0] == "过", written.lstrip("过"), 1
    if figures and figures[-1] in ("k", "w"):
        scale, figures = _MULTIPLES[figures[-1]], figures[:-1].rstrip("个")
        if not figures and over:
            return _Number(scale, scale, scale, True, True)
    span = _chinese(figures) if 0 < len(figures) < 10 else None
    if span is None and scale > 1 and figures in ("几", "数"):
        span = (2.0, 9.0, True)
    if span is None:
        return None
    vague = span[2] or (over and figures in _POWERS)
    scale = 1 if span[0] >= 1000 else scale
    return _Number(span[0] * scale, span[1] * scale, scale, vague, over)


def _chinese(figures: str) -> tuple[float, float, bool] | None:
    """(low, high, vague) of a spoken number; None where it is none."""
    if figures.count("几") + figures.count("数") > 1:
        return None
    for i, c in enumerate(figures):
        if c in "几数":
            low, high = _value(figures.replace(c, "二")), _value(figures.replace(c, "九"))
            return None if low is None or high is None or len(figures) == 1 else (low, high, True)
        if i and 0 < _DIGITS.get(figures[i - 1], 0) < _DIGITS.get(c, 0):
            low, high = _value(figures[:i] + figures[i + 1 :]), _value(figures[: i - 1] + figures[i:])
            return None if low is None or high is None else (low, high, False)
    value = _value(figures)
    return None if value is None else (value, value, False)


def _value(figures: str) -> float | None:
    """One spoken number; None for strings of bare digits such as 二零二四."""
    total, section, digit, power = 0, 0, -1, 1
    for c in figures:
        if c in _DIGITS:
            if digit > 0:
                return None
            digit = _DIGITS[c]
            power = 1 if digit == 0 else power
            continue
        if c not in _POWERS:
            return None
        power = _POWERS[c]
        if power == 10000:
            total, section = (total + section + max(digit, 0) or 1) * power, 0
        else:
            section += (digit if digit > 0 else 1) * power
        digit = -1
    if digit <= 0:
        return float(total + section)
    return float(total + section) + digit * (power // 10 if power >= 100 else 1)


def _money(text: str, at: int) -> tuple[int, Unit | None, str, float, float, bool]:
    """The currency word at this place: (end, unit, word, worth of one, what 三块*五* adds, whether 起 is said)."""
    open_ended = False
    c = text[at : at + 1]
    if c in _ABOUT_FIRST:
        at, open_ended = _about(text, at)
        c = text[at : at + 1]
    i = at
    if c == " ":
        i += 1
        c = text[i : i + 1]
    word = _currency(text, i) if c in _MONEY_FIRST else ""
    if word == "分" and text[i + 1 : i + 2] == "钟":
        word = ""
    if not word:
        return at, None, "", 1.0, 0.0, open_ended
    unit, worth = _MONEY[word]
    at, extra = i + len(word), 0.0
    if word in ("块", "毛", "分") and (tail := _TAILS.get(text[at : at + 1])) and not _continues(text, at + 1):
        at, extra = at + 1, tail * worth / 10
    if text[at : at + 1] in _ABOUT_FIRST:
        at, more = _about(text, at)
        open_ended = open_ended or more
    return at, unit, word, worth, extra, open_ended


def _continues(text: str, at: int) -> bool:
    """Whether a figure goes on here or counts something, so that the one before it is no trailing 五 of 两块五."""
    after = text[at : at + 1]
    if after == "一" and text[at - 1] != "一" and text[at + 1 : at + 2] in _UNIT_FIRST:
        return False
    if after and after in ".,":
        return text[at + 1 : at + 2].isdecimal()
    return bool(after) and (after in _UNIT_FIRST or after in _NUMERALS or after.isdecimal())


def _about(text: str, at: int) -> tuple[int, bool]:
    """Past up to two of 多, 左右, 起, 以上, and whether one of them leaves the top open."""
    open_ended = False
    for _ in range(2):
        for word in _ABOUT_BY_FIRST.get(text[at : at + 1], ()):
            if text.startswith(word, at):
                open_ended |= word in _OPEN
                at += len(word)
                break
        else:
            break
    return at, open_ended


def _currency(text: str, at: int) -> str:
    """The longest money word at this place; Latin ones only as whole words."""
    if text[at].isascii() and text[at].isalpha():
        end = at + 1
        while end < at + 5 and text[end : end + 1].isascii() and text[end : end + 1].isalnum():
            end += 1
        return text[at:end] if text[at:end] in _MONEY else ""
    for n in _MONEY_LENGTHS[text[at]]:
        if text[at : at + n] in _MONEY:
            return text[at : at + n]
    return ""


# --- what a figure is for --------------------------------------------------------------------------------


class _Heard(NamedTuple):
    """What is said before a figure: for what, called what, from where on, and whether only filler stands between."""

    per: Per | None
    called: Called | None
    start: int
    near: bool
    settled: bool
    shown: str = ""
    factor: float = 1.0


def _before(text: str, start: int, lowest: int, low: float) -> _Heard:
    """Walk left from a figure, not below `lowest` and not past a clause, to the nearest words that name it."""
    called: Called | None = None
    at, begin, near, word = start, start, True, ""
    if text[start - 1 : start] in _ENDS_OF_TIME and (span := _span_of_time(text, start, low)):
        return span
    while at > lowest:
        c = text[at - 1]
        if c in _LAST and (name := _name_ending(text, at, start, lowest)):
            says = _BEFORE[name]
            at -= len(name)
            if isinstance(says, Per):
                many = _of_many(text, at, name)
                return _Heard(says, called, at, near, name in _SETTLED, name, 1 / many)
            called, begin, word = called or says, at, word or name
            if says is Called.FEE:
                return _added(text, name, at, lowest) or _Heard(None, called, begin, near, False, word)
            continue
        if c in _BREAKS or (called is not None and c in _COUNTED and text[at - 2] in _ENDS_OF_COUNTS):
            break
        if c not in _FILLER:
            near = near and called is not None
        at -= 1
    return _Heard(None, called, begin, called is not None and near, False, word)


_ADDED = frozenset({"补助", "补贴", "津贴", "房补"})
_ENDS_OF_COUNTS = frozenset("0123456789一二两三四五六七八九十百千几来多余")


def _added(text: str, name: str, at: int, lowest: int) -> _Heard | None:
    """每小时补助30元 is what voluntary work calls its wage, and 一单补贴三元 the price of a piece: no fees both."""
    if name not in _ADDED:
        return None
    for hour in ("每小时", "一小时", "每课时"):
        if text.endswith(hour, 0, at):
            return _Heard(Per.HOUR, None, at - len(hour), True, False)
    each = _name_ending(text, at, at, lowest) if at and text[at - 1] in _LAST else ""
    says = _BEFORE.get(each)
    return (
        _Heard(says, None, at - len(each), True, False, each) if isinstance(says, Per) and says in _COUNTABLE else None
    )


def _of_many(text: str, at: int, name: str) -> float:
    """How many a sum is for: three months in 三个月挣三万, a hundred in 每百锭; 1 where one is meant."""
    if name.startswith(("每百", "每100")) and name[-1] != "字":
        return 100.0
    if name[0] != "月" or text[at - 1 : at] != "个" or name in ("月薪", "月结"):
        return 1.0
    count = text[at - 2 : at - 1]
    return max(float(_DIGITS.get(count, 0) or (count.isdecimal() and int(count)) or 1), 1.0)


_MINUTES = re.compile(
    r"(?<![0-9])([0-9]{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[三五六八])(?:分钟|分| ?mins?)(?!之)$"
)
_IN_HAND = frozenset({"到手", "报酬", "酬劳", "工钱"})
_SHORT_WORK = re.compile(
    r"(?P<once>一(?:[晚夜户场次趟]|个晚上))|(?<![0-9十.每天日班足])(?P<n>[1-5]|[一二两俩三四五半])个?(?P<half>半)?"
    r"(?:小时|钟头|钟(?!表)|h(?![a-z]))(?!班|制|工作|内|以)"
    r"|(?<![0-9十.])(?P<m>[1-5]?[0-9]|[一二三四五]?十五?|[二两三五八])(?:分钟| ?min)(?!内|后)"
)
_LONG_WORK = re.compile(
    r"每[天日周晚]|[一1]天|天天|周[一二三四五六日1-6]|[月双单]休|社保|五险|底薪|长期"
    r"|剪|字幕|成片|录[一段制]|录音|音频|[税合叠]|保底|时差"
)


def _short_work(text: str, start: int, end: int = 0) -> tuple[Per, float] | None:
    """The hours or the one evening that a sum stands beside: (evening, 1) for 一晚坐两小时,六千.

    With `end`, the end of the sum, what follows it is looked at too: 八百,来回五分钟.
    """
    begin = max(start - 14, 0)
    begin = max(begin, text.rfind("。", begin, start) + 1, text.rfind("\n", begin, start) + 1)
    said = list(_SHORT_WORK.finditer(text, begin, start))
    if not said and end:
        said = list(_SHORT_WORK.finditer(text, end, end + 12))
    if not said or _LONG_WORK.search(text, max(begin - 6, 0), start):
        return None
    hours = next((one for one in said if one["n"]), None)
    if any(one["once"] and one["once"][1] in "晚夜个" and (hours or start - one.end() < 3) for one in said):
        return Per.DAY, 1.0
    minutes = next((one for one in said if one["m"]), None)
    if hours is None and minutes is not None:
        length = _small(minutes["m"])
        return (Per.HOUR, 60 / length) if length else None
    if hours is None:
        return None
    count = _small(hours["n"]) or 0.5
    return Per.HOUR, 1 / (count + 0.5 * bool(hours["half"]))


_STAY = re.compile(r"(?<![0-9])([2-9]|1[0-5]|[两二三四五六七八九十])[天日](?:单|短单|不住家|住家|档)")


@lru_cache(maxsize=1)
def _one_stay(text: str) -> tuple[Per, float] | None:
    """The days that one stay with a family takes: 6天单, 三天不住家."""
    said = _STAY.search(text)
    if said is None:
        return None
    return Per.DAY, 1 / (_small(said[1]) or 1.0)


def _span_of_time(text: str, start: int, low: float) -> _Heard | None:
    """10小时150 is a day's pay, 26天13800 a month's, 8小时3500 too (a shift), and 3小时180 is 60 an hour."""
    end = start
    while end > max(start - 3, 0) and text[end - 1] in _GIVEN:
        end -= 1
    if text[end - 1] == "天":
        return _days(text, end)
    if text[end - 1] in "钟分ns" and (some := _MINUTES.search(text, max(end - 7, 0), end)) is not None:
        return _some_minutes(text, some)
    some = None
    for begin in range(max(end - 6, 0), end - 1):
        some = _HOURS.match(text, begin, end)
        if some is not None and some.end() == end:
            break
    if some is None or some.end() != end:
        return None
    hours, begin = _hours(some), some.start()
    if begin and text[begin - 1] in _EVERY:
        return None
    if 6 <= hours <= 14:
        regular = not some[3] and hours in (8, 10, 12) and 1500 <= low <= 30_000 and not (hours == 10 and low < 3000)
        return _Heard(Per.MONTH if regular else Per.DAY, None, begin, True, False)
    return _Heard(Per.HOUR, None, begin, True, False, "", 1 / hours) if 1 <= hours < 6 else None


def _some_minutes(text: str, some: re.Match[str]) -> _Heard | None:
    """20 min = 180 told by the hour; 一晚十分钟900 is the evening's pay."""
    if _holds(text[max(some.start() - 40, 0) : some.end() + 40], ("剪", "配音", "录", "字幕", "成片")):
        return None
    minutes, begin = _small(some[1]), some.start()
    if begin >= 2 and text[begin - 2 : begin] in ("一晚", "一天", "一夜"):
        return _Heard(Per.DAY, None, begin - 2, True, False)
    if not 3 <= minutes <= 90 or (begin and text[begin - 1] in _EVERY):
        return None
    return _Heard(Per.HOUR, None, begin, True, False, "", 60 / minutes)


_ENDS_OF_TIME = frozenset("时天头钟h给到共拿= 分ns")
_GIVEN = frozenset("给到得共有拿能付= ")
_EVERY = frozenset("日天班作足满第休周时到-~")
"""Before 8小时 these make it the length of every shift, or the end of another number."""


def _days(text: str, end: int) -> _Heard | None:
    """26天13800 is a month's pay; 一趟八天七千二 is 900 a day."""
    begin = end - 1
    while begin > max(end - 4, 0) and (text[begin - 1].isdecimal() or text[begin - 1] in _NUMERALS):
        begin -= 1
    written = text[begin : end - 1]
    count = int(written) if written.isdecimal() and written.isascii() else 0
    count = count or (int(_value(written) or 0) if written else 0)
    if 20 <= count <= 31:
        return _Heard(Per.MONTH, None, begin, True, False)
    if 2 <= count <= 15 and text[begin - 1 : begin] in _ONE_JOB:
        return _Heard(Per.DAY, None, begin, True, False, "", 1 / count)
    return None


_ONE_JOB = frozenset("趟共单期约程")


def _name_ending(text: str, at: int, start: int, lowest: int) -> str:
    """The longest name that ends at this place, or the empty string."""
    for length in _LAST[text[at - 1]]:
        if at - length < lowest:
            continue
        name = text[at - length : at]
        if name in _BEFORE:
            before = text[at - length - 1 : at - length] if at > length else ""
            if name in _ADJACENT and (at != start or before in _NOT_ADJACENT) and before:
                continue
            if name[0] in "一1小时" and _is_counted(name, before):
                continue
            if (name[0] in "日月" and _is_another_word(text, name, at, before)) or text[at : at + 1] == "性":
                continue
            return name
    return ""


def _is_another_word(text: str, name: str, at: int, before: str) -> bool:
    """当日领取, 9月入职: a date, and no name of pay."""
    return before == "当" or (name[-1] in "领入" and text[at : at + 1] in ("取", "职", "用"))


def _is_counted(name: str, before: str) -> bool:
    """Whether a name goes on to the left: 十一天, 第一天, 2.1天, 8小时工资."""
    if not before:
        return False
    if name == "时给":
        return before == "小"
    if name[0] == "时":
        return False
    numeral = before.isdecimal() or before in _DIGITS or before in _POWERS
    return numeral or before == "第" or (name[0] == "1" and before in ".-:")


def _after(text: str, at: int) -> tuple[Per | None, int, float]:
    """What a figure is per by the words after it (/天, 一小时, 每条), where they end, and a factor for 万字."""
    c, i = text[at : at + 1], at
    if c == " ":
        i += 1
        c = text[i : i + 1]
    if c not in _AFTER_FIRST:
        said = _PER.match(text, i) if c == "p" else None
        return (_SLASHED[said[1]], said.end(), 1.0) if said else (None, at, 1.0)
    if c in ("/", "／"):
        return _stroke(text, at, i + 1)
    if (some := _some_time(text, i + (c == "每"))) is not None:
        return Per.HOUR, some[0], some[1]
    if c and c in "一每1":
        j = i + 1 + (text[i + 1 : i + 2] == "一" and c == "每")
        unit = _unit(text, j, _UNITS)
        end = j + len(unit)
        following = text[end : end + 1]
        if unit and (i == at or not (following.isdecimal() or following in _NUMERALS)):
            return _UNITS[unit], end, _CHARACTERS.get(unit, 1.0)
    elif (name := text[i : i + 2]) in _AFTER_NAMES and not text[i + 2 : i + 3].isdecimal():
        return _AFTER_NAMES[name], i + 2, 1.0
    return None, at, 1.0


_PER = re.compile(r"per (?:[a-z]{1,8} )?(hour|hr|day|week|month|minute|min|piece|task|order|video)(?![a-z])")


def _some_time(text: str, at: int) -> tuple[int, float] | None:
    """Where 四小时 or 十分钟 ends that starts here, and what makes pay for it pay for an hour."""
    if not (
        text.startswith(
            ("小时", "个小时", "个钟", "钟", "h", ".5", "分钟", "个半", "十分", "五分", "刻", "0分", "5分"), at + 1
        )
    ):
        return None
    for length in (5, 4, 3):
        part = text[at : at + length]
        if part in _PARTS_OF_AN_HOUR:
            return at + len(part), _PARTS_OF_AN_HOUR[part]
    some = _HOURS.match(text, at)
    if some is None or text.startswith(("班", "制", "工作", "内", "以", "休"), some.end()):
        return None
    hours = _hours(some)
    return (some.end(), 1 / hours) if 1 < hours <= _SOME_HOURS else None


def _hours(some: re.Match[str]) -> float:
    """How many hours 两个半小时 are."""
    digits, spoken, half, more = some.groups()
    hours = float(digits) if digits else _value(spoken) or 0.0
    return hours + 0.5 * (half == "个半" or bool(more))


def _stroke(text: str, at: int, i: int) -> tuple[Per | None, int, float]:
    """The unit after a stroke; of 元/人/天 the last one."""
    if (some := _some_time(text, i)) is not None:
        return Per.HOUR, some[0], some[1]
    i += text[i : i + 1] in ("每", "1", " ")
    unit = _unit(text, i, _SLASHED)
    if not unit:
        return None, at, 1.0
    end = i + len(unit)
    if text[end : end + 1] == "/" and (last := _unit(text, end + 1, _SLASHED)):
        unit, end = last, end + 1 + len(last)
    return _SLASHED[unit], end, _CHARACTERS.get(unit, 1.0)


def _unit(text: str, at: int, units: dict[str, Per]) -> str:
    """The longest unit at this place; Latin ones only as whole words."""
    for n in (4, 3, 2, 1):
        unit = text[at : at + n]
        if unit in units and not (unit.isascii() and text[at + n : at + n + 1].isalpha() and text[at + n].isascii()):
            return unit
    return ""


def _offer(text: str, figure: _Figure, floor: int, local: Unit) -> Pay | None:
    """The figure as pay, or None where nothing says that it is money."""
    per, end, factor = _after(text, figure.end)
    sign, start = _sign(text, figure.start)
    bare = sign is None and (figure.unit is None or figure.written in _SLANG)
    if bare and per is None and _is_no_sum(text, figure, start, end):
        return None
    reach = 14 if bare or per is None else 5
    heard = _before(text, start, max(floor, start - reach), figure.number.low)
    of = text[figure.end : end].lstrip(" /／每一1") if per in _COUNTABLE else ""
    of = "" if of.isascii() else of
    if per is None or (heard.per is not None and heard.near and not _yields(text, figure, heard, per)):
        heard = (_asked(text, start, floor) or heard) if heard.per is None else heard
        end, per, of = figure.end, heard.per, _thing(heard)
        factor = heard.factor * _CHARACTERS.get(heard.shown[1:], 1.0)
    if figure.unit is Unit.PERCENT:
        return _share(text, figure, heard, start)
    if per is None and (told := _told_before(text, start, floor, heard, bare=bare)) is not None:
        heard, per, of, factor = told, told.per, _thing(told), told.factor
    if of in _ONE_OF_US and figure.number.low >= _LEAST_WAGE / 2 and _is_wanted(text, heard):
        per = None
    if bare and not _bare_is_pay(text, figure, heard, per, end):
        return None
    if per is not None and not _is_paid(text, heard, per, start):
        per = None
    number, named = figure.number, per
    per = named or _by_default(figure, heard)
    if per is Per.MONTH is not named and heard.shown in _IN_HAND and (short := _short_work(text, start)) is not None:
        per, factor = short
    if per is None and sign == "$" and local is Unit.HKD and _fits(_HONG_KONG_WAGES, Per.MONTH, number.low):
        per, factor = _one_stay(text) or (Per.MONTH, factor)
    after = text[end : end + 9]
    return Pay(
        low=number.low * factor,
        high=number.high * factor,
        unit=_unit_meant(figure, sign, _whose(text, figure, sign, local, per, factor), per, heard),
        per=per,
        start=min(start, heard.start),
        end=end,
        open_ended=figure.open_ended or "不封顶" in after or "无上限" in after,
        vague=number.vague,
        months=_months(text, end) if "薪" in after else None,
        called=heard.called,
        of=of if per in _COUNTABLE else "",
    )


# What stands before a sum and says what it is for, though no name does. Each reader sees at most twenty characters.

_DIARY = re.compile(
    r"(?:第[0-9一二三四五六七八九十]{1,4}天|昨天|今天|前天|day ?[0-9]{1,3})(?:[^,。;!\n元块]{0,10}?"
    r"(?:收入|[赚挣涨](?:了|到|到了)?|到账|进账|入账|有|拿[了到]))?$"
    r"|(?<![到至-])周[一二三四五六日](?:[^,。;!\n元块]{0,10}?有)?$"
)
_ONCE = re.compile(
    r"(?:(?<![首条张个次场])一(?P<once>节课|次|趟|场|晚|夜|集)"
    r"|(?<![0-9十.每天日班])(?P<n>[1-3]|[一二两俩三])个?(?:小时|钟头))[, ]$"
)
_NEW = re.compile(r"一([一-鿿])[一-鿿]{0,3}$")
_MANY = re.compile(
    r"(?<![0-9])(?P<n>一?[百千万]|十|[0-9]{2,5})"
    r"(?P<of>[个张件条只份支斤本页枚粒颗尾双套袋箱平户米桩锭步])(?:给|付|是|算|合)$"
)
_EACH = re.compile(r"[一每](单|位|台|辆|件|张|笔|户|套|桩)[^。;!\n元块]{0,12},[^。;,!\n元块]{0,3}$")
_NO_THINGS = frozenset("到至和或共律半切直同时次天日月年周时分点号个共万百千块元定般律起些样直楼层室期线流级岁")


def _told_before(text: str, start: int, floor: int, heard: _Heard, *, bare: bool) -> _Heard | None:
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


def _diary(text: str, begin: int, start: int, heard: _Heard) -> _Heard | None:
    """第5天收入388; 周一430, where another weekday is near."""
    said = _DIARY.search(text, begin, start)
    if said is None or (said[0][0] == "周" and text.count("周", max(start - 40, 0), start + 40) < 2):
        return None
    return heard._replace(per=Per.DAY, start=said.start(), near=True)


def _for_once(text: str, begin: int, start: int, heard: _Heard) -> _Heard | None:
    """一节课,900 and 两小时,800."""
    said = _ONCE.search(text, begin, start)
    if said is None or _LONG_WORK.search(text, begin, start):
        return None
    if said["n"] is None:
        return heard._replace(per=_UNITS[said["once"]], start=said.start(), near=True, shown="一" + said["once"])
    return heard._replace(per=Per.HOUR, start=said.start(), near=True, factor=1 / (_small(said["n"]) or 1.0))


def _for_a_new_thing(text: str, begin: int, start: int, heard: _Heard) -> _Heard | None:
    """A thing that no list has, but that is counted close by: 一勺一百,一天尝六十勺."""
    place = text.rfind("一", begin, start)
    said = _NEW.match(text, place, start) if place >= 0 else None
    if said is None or said[1] in _UNITS or said[1] in _NO_THINGS:
        return None
    near = text[max(start - 60, 0) : start + 60]
    if not any(before in _ENDS_OF_COUNTS for before, thing in pairwise(near) if thing == said[1] and before != "一"):
        return None
    return heard._replace(per=Per.PIECE, start=said.start(), near=True, shown="一" + said[1])


def _for_many(text: str, begin: int, start: int, heard: _Heard) -> _Heard | None:
    """一千尾给八块: the price of so many."""
    said = _MANY.search(text, begin, start)
    count = _read_number(said["n"]) if said else None
    if said is None or count is None or count.low < 10 or _short_work(text, start) is not None:
        return None
    per, shown = _UNITS.get(said["of"], Per.PIECE), "一" + said["of"]
    return heard._replace(per=per, start=said.start(), near=True, shown=shown, factor=1 / count.low)


def _for_each(text: str, begin: int, start: int, heard: _Heard) -> _Heard | None:
    """一位二十分钟,提成900元."""
    said = _EACH.search(text, begin, start)
    return heard._replace(per=_UNITS[said[1]], start=said.start(), near=True, shown="一" + said[1]) if said else None


def _small(written: str) -> float:
    """A number below sixty in digits or words; 0 where it is none."""
    return float(written) if written.isdecimal() else _value(written) or 0.0


def _is_no_sum(text: str, figure: _Figure, start: int, end: int) -> bool:
    """A quick no for a bare figure with nothing after it that it is paid for."""
    if _is_a_code(text, figure) or not _may_end(text, figure):
        return True
    return not figure.number.is_range and _stands_alone(text, start, end)


def _is_paid(text: str, heard: _Heard, per: Per, start: int) -> bool:
    """False where what stands between a name and the figure makes it no pay: 每月业绩10万."""
    far = per is heard.per and not heard.near
    if far or text[start - 1 : start] not in _FILLER:
        return not _says_no_pay(text, heard.start if far else start - 3, start)
    return True


def _whose(text: str, figure: _Figure, sign: str | None, local: Unit, per: Per | None, factor: float) -> Unit:
    """The currency that is meant where none is written, by what is usual and by the words of the text."""
    low, usually = figure.number.low * factor, per or Per.MONTH
    if _fits(_TAIWAN_WAGES, usually, low) or per in _COUNTABLE:
        grouped = per is Per.MONTH and figure.unit is sign is None and "," in text[figure.start : figure.end]
        if grouped or _may_be_taiwan(text):
            return Unit.TWD
    if _fits(_HONG_KONG_WAGES, usually, low) and _may_be_hong_kong(text):
        return Unit.HKD
    return Unit.JPY if sign in _YEN and "日本" in text else local


def _is_wanted(text: str, heard: _Heard) -> bool:
    """Whether 一个 counts a person or a thing that is wanted, and is not what a sum is paid for."""
    if heard.called is Called.WAGE:
        return True
    before = text[heard.start - 1 : heard.start]
    return not heard.near and heard.shown[:1] != "每" and (before in _WANTING or not "一" <= before <= "鿿")


_WANTING = frozenset("缺招找要聘差寻少求会请做")


def _thing(heard: _Heard) -> str:
    """What is counted in 每一单, 一户, 单张."""
    name = heard.shown
    if heard.per not in _COUNTABLE or name in _NAMES:
        return ""
    for prefix in ("每百", "每100", "计件", "每一", "单", "一", "每", "按", "1"):
        if name.startswith(prefix) and len(name) > len(prefix):
            return name[len(prefix) :]
    return name


_ONE_OF_US = frozenset({"个", "位", "人", "家", "台", "个人"})
"""缺一个会短发的发型师,7000: a person who is wanted, not the price of a piece."""


def _yields(text: str, figure: _Figure, heard: _Heard, per: Per) -> bool:
    """Whether the name before a figure gives way to the unit after it: 日结20一小时, 底薪3500一晚."""
    if text[figure.end] == "/":
        return not (heard.per in _LEAST and text[figure.end + 1 : figure.end + 2] in ("人", "位", "名"))
    if heard.shown == "底薪":
        return per in _SHORT and text[figure.end] in "一每"
    return heard.settled


_SHORT = frozenset({Per.HOUR, Per.HALF_DAY, Per.DAY})


_ASKED = ("多少", "几多", "怎么算", "几钱", "工资呢", "咋算", "什么价")
_ASKED_FOR = re.compile(r"[^,。:?]{2,4}?一(个月|月|天|小时|晚|次|单|个|趟)")
_TURN = 16
"""Characters between a question and the sum that answers it."""


def _asked(text: str, start: int, floor: int) -> _Heard | None:
    """What the question before is about: 一个月给多少? 八万八."""
    lowest = max(start - _TURN, floor)
    if ":" not in text[lowest:start] and "?" not in text[lowest:start]:
        return None
    for word in _ASKED:
        if (place := text.rfind(word, lowest, start)) >= 0:
            heard = _before(text, place, max(place - 10, floor), 0.0)
            if heard.per is None and (said := _ASKED_FOR.match(text, place)) is not None:
                heard = heard._replace(per=_UNITS[said[1]])
            return heard._replace(start=start, near=True) if heard.per is not None else None
    return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A quick no for a bare figure that nothing beside it can make a sum."""
    if not start:
        return False
    before, after = text[start - 1], text[end : end + 1]
    return before in _NEVER_BEFORE or not (before in _LAST or before in _FILLER or after in _PAUSES or after in "佣提")


def _unit_meant(figure: _Figure, sign: str | None, local: Unit, per: Per | None, heard: _Heard) -> Unit:
    """The currency of a figure: by its sign, by its word, by where the text is from and what is usual there."""
    low = figure.number.low
    if sign == "$":
        usual = _fits(_HONG_KONG_WAGES, per or (None if figure.number.is_range else Per.MONTH), low) or (
            per in _COUNTABLE and low >= _HONG_KONG_WAGES[Per.HOUR][0]
        )
        return Unit.HKD if local is Unit.USD and usual else local
    if sign is not None:
        return local if local is Unit.JPY else _SIGNS[sign]
    if figure.unit in (None, Unit.YUAN) and figure.written in ("", "元", "块", "块钱"):
        if heard.shown == "时给":
            return Unit.JPY
        least = _TAIWAN_WAGES[per][0] / 3 if per in _TAIWAN_WAGES else 0.0
        return local if local is Unit.HKD or (local is Unit.TWD and low >= least) else Unit.YUAN
    return figure.unit or Unit.YUAN


_YEN = frozenset("¥￥")
_HONG_KONG_WAGES: dict[Per, tuple[float, float]] = {
    Per.HOUR: (40, 400),
    Per.DAY: (400, 3000),
    Per.MONTH: (8000, 100_000),
}
_TAIWAN_WAGES: dict[Per, tuple[float, float]] = {
    Per.HOUR: (170, 700),
    Per.HALF_DAY: (500, 3000),
    Per.DAY: (500, 8000),
    Per.MONTH: (24_000, 100_000),
}
"""What is usual in Hong Kong and Taiwan in their own money; wide bounds about the minimum wages of 2024 as this project
remembers them (some HK$40 and NT$183 an hour), checked against no source."""


def _fits(wages: dict[Per, tuple[float, float]], per: Per | None, low: float) -> bool:
    bounds = wages.get(per) if per else None
    return bounds is not None and bounds[0] <= low <= bounds[1]


@lru_cache(maxsize=1)
def _may_be_taiwan(text: str) -> bool:
    named = _holds(text, _TAIWAN_PERHAPS) or ("征" in text and _HIRING.search(text) is not None)
    return named and not _holds(text, _MAINLAND)


def _holds(text: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110  # a generator takes three times as long, and every posting comes by
        if word in text:
            return True
    return False


_HIRING = re.compile(r"(?<![特应远出长象缴片])征(?![集稿婚信求兵途服程地战询召缴得]|收(?!银)|文(?![员具案书]))")
"""征 is how Taiwan says 招."""


@lru_cache(maxsize=1)
def _may_be_hong_kong(text: str) -> bool:
    return _holds(text, _CANTONESE)


def _sign(text: str, start: int) -> tuple[str | None, int]:
    """The currency sign before the figure (hk$, ¥, 港币) and where it starts."""
    at = start - (text[start - 1 : start] == " " and start > 0)
    if at > 0 and text[at - 1] in _SIGN_LAST:
        for n in (3, 2, 1):
            if (sign := text[max(at - n, 0) : at]) in _SIGNS:
                return "us$" if sign == "$" and _in_dollars(text) else sign, at - len(sign)
    return None, start


@lru_cache(maxsize=1)
def _in_dollars(text: str) -> bool:
    """Whether a lone $ is the dollar of America: the text is English, or pays in tether."""
    return "usd" in text or "remote" in text or 2 * sum(map(str.isascii, text)) > 3 * len(text) / 2


def _says_no_pay(text: str, start: int, end: int) -> bool:
    between = text[max(start, 0) : end]
    return _holds(between, _NO_PAY)


def _share(text: str, figure: _Figure, heard: _Heard, start: int) -> Pay | None:
    """A percentage, if a word beside it says that it is a share (佣金, 提成, 返)."""
    end, before, after = figure.end, text[max(start - 10, 0) : start], text[figure.end : figure.end + 5]
    words = _SHARES if figure.number.high < 103 else _RETURNS
    if heard.called is not Called.SHARE and not any(word in before or word in after for word in words):
        return None
    begin = min(start, heard.start) if heard.called is Called.SHARE else start
    per = heard.per if heard.per in (Per.ORDER, Per.PIECE) else None
    low, high = figure.number.low, figure.number.high
    return Pay(low, high, Unit.PERCENT, per, begin, end, figure.open_ended, False, None, Called.SHARE)


_COUNTABLE = frozenset({Per.ORDER, Per.PIECE, Per.MINUTE})
_DEAR = frozenset({"间房", "户", "趟", "场", "单"})
"""What may be paid with 十二张, 1,200."""
_PAUSES = frozenset(["", *" ,，。;；!！\n"])


def _bare_is_pay(text: str, figure: _Figure, heard: _Heard, per: Per | None, end: int) -> bool:
    """Whether a figure without a currency is money after all, by what it is called and what follows."""
    if _is_of_another_kind(text, figure, heard, end):
        return False
    number, start = figure.number, figure.start
    if figure.written == "张":
        timely = heard.near and (heard.per in (Per.DAY, Per.HOUR, Per.WEEK) or heard.shown[1:] in _DEAR)
        told = "一张" in (near := text[max(start - 8, 0) : end + 14]) or "每张" in near
        return number.low <= 6000 and ((timely and not told) or text.startswith(("到手", "红", "钞"), end))
    if heard.per in _COUNTABLE and start - heard.start <= 8 and number.low >= 10 and text[end : end + 1] in _PAUSES:
        return True
    if per is not None and (end > figure.end or heard.near):
        return number.high >= _LEAST.get(per, 0.01)
    if text.startswith(("佣金", "提成"), end) or (heard.near and heard.called is not None):
        return number.high >= (500 if heard.called is Called.WAGE else 5)
    return not figure.written and (_is_range_of_pay(number) or (end - start == len(text) and number.high >= 100))


def _is_a_code(text: str, figure: _Figure) -> bool:
    """Whether what stands before a bare figure makes it part of a name, a code or a time."""
    start = figure.start
    if not start:
        return False
    before = text[start - 1]
    if before in _NEVER_BEFORE:
        return True
    return start > 1 and before in "-:.+" and text[start - 2].isdecimal() and text[start].isascii()


def _is_of_another_kind(text: str, figure: _Figure, heard: _Heard, end: int) -> bool:
    """Whether what touches a bare figure makes it a number of another kind: a code, a time, a count of things."""
    if _is_a_code(text, figure) or (end == figure.end and not _may_end(text, figure)):
        return True
    start = figure.start
    return (heard.per in _COUNTABLE and text.startswith("的", end)) or "工时" in text[max(start - 4, 0) : start]


def _is_range_of_pay(number: _Number) -> bool:
    """3500-4000 and 8-12k: what stands alone so is a month's pay."""
    if not number.is_range or number.low < 1000 or number.high > 200000:
        return False
    return number.scale == 1000 or number.low % 100 == 0 == number.high % 100


def _may_end(text: str, figure: _Figure) -> bool:
    """Whether the words after a bare figure let it be money: no counted thing, no letters, no telephone number."""
    following = text[figure.end : figure.end + 1]
    if not following or text[figure.end : figure.end + 2] in _AFTER_NAMES:
        return True
    if following in "x*×✖" and text[figure.end + 3 : figure.end + 4] == "薪":
        return True
    if following in _COUNTED_UNLESS and text[figure.end + 1 : figure.end + 2] not in _COUNTED_UNLESS[following]:
        return False
    if following in (_COUNTED if not figure.written else "高长宽远深线图纸照"):
        return False
    if following.isascii() and following.isalnum():
        return False
    return not (following in "-:." and text[figure.end + 1 : figure.end + 2].isdecimal())


_COUNTED_UNLESS = {"本": frozenset("金科人地市店公月年周"), "封": frozenset("顶")}
"""三四百本 counts books, 200本金 none; 三百封 letters, 5000封顶 none."""


def _by_default(figure: _Figure, heard: _Heard) -> Per | None:
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


def _local_currency(text: str) -> Unit:
    """The currency that 元 or $ means here by the words around; USD where nothing says whose dollar it is."""
    for word in _TAIWAN:
        if word in text:
            return Unit.TWD
    return Unit.HKD if "$" in text and any(word in text for word in _HONG_KONG) else Unit.USD
