"""What stands beside a figure and says what it is: 日结, 一单, 提成, 押金."""

from __future__ import annotations

from typing import NamedTuple

from detector.lists import lengths, spread
from detector.pay.numbers import DIGITS, POWERS
from detector.pay.types import Called, Per
from detector.pay.units import LEAST_BARE, UNITS

NAMES: dict[str, Per | Called] = spread(
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
SETTLED = frozenset({"日结", "周结", "日清", "月结"})
"""Names that say when it is paid or what part it is, and give way to 一小时 after the figure."""
_ADJACENT: dict[str, Per | Called] = spread({Per.DAY: "日", Per.MONTH: "月 底", Per.YEAR: "年", Per.THOUSAND: "千字"})
"""Names that count only directly before a figure (日800, 年50-100w, 底1.5w), not after a digit or inside a word."""
_NOT_ADJACENT = frozenset(
    "0123456789一二两三四五六七八九十百千几数本上下当每次今明昨前后生节假周工休即近往半到年月个见彻心海桌班月家房"
)
AFTER_NAMES: dict[str, Per] = spread({Per.DAY: "日结 现结 日薪", Per.YEAR: "年薪", Per.MONTH: "月薪", Per.HOUR: "时薪"})

_SINGLE: dict[str, Per] = spread(
    {Per.HALF_DAY: "半天", Per.PIECE: "一块 每块 单个 单张 按张计", Per.ORDER: "单篇 按件计"}
)


def _names_before() -> dict[str, Per | Called]:
    """All that may stand before a figure, with 一天, 每天, 每一天, 1天, 按天 and 单个 spelled out."""
    names = dict(NAMES)
    for word, per in UNITS.items():
        for one in ("一", "每", "每一", "按", "计件"):
            names[one + word] = per
        if per in LEAST_BARE:
            names["1" + word] = per
    for word in "锭张个件条只份支斤":
        names["每百" + word] = names["每100" + word] = Per.PIECE
    return names | _SINGLE


NAMED_BEFORE = _names_before() | _ADJACENT
LENGTHS_BY_LAST = lengths(name[::-1] for name in NAMED_BEFORE)
"""The last characters of the names, each with the lengths of names that end so, longest first."""


def name_ending(text: str, at: int, start: int, lowest: int) -> str:
    """The longest name that ends at this place, or the empty string."""
    for length in LENGTHS_BY_LAST[text[at - 1]]:
        if at - length < lowest:
            continue
        name = text[at - length : at]
        if name in NAMED_BEFORE and _is_whole(text, name, at, start):
            return name
    return ""


def _is_whole(text: str, name: str, at: int, start: int) -> bool:
    """Whether a name that ends here is no part of another word, of a date or of a count."""
    first = at - len(name)
    before = text[first - 1 : first] if first else ""
    if before and name in _ADJACENT and (at != start or before in _NOT_ADJACENT):
        return False
    if name[0] in "一1小时" and _is_counted(name, before):
        return False
    return not (name[0] in "日月" and _is_another_word(text, name, at, before)) and text[at : at + 1] != "性"


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
    numeral = before.isdecimal() or before in DIGITS or before in POWERS
    return numeral or before == "第" or (name[0] == "1" and before in ".-:")


class Heard(NamedTuple):
    """What is said before a figure: for what, called what, from where on, and whether only filler stands between."""

    per: Per | None
    called: Called | None
    start: int
    near: bool
    settled: bool
    shown: str = ""
    factor: float = 1.0
