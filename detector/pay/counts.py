"""Figures that count something else than money: 3名, 18岁, 8:00."""

from __future__ import annotations

from detector.pay.figures import ABOUT_FIRST, COUNTING
from detector.pay.money import MONEY_FIRST
from detector.pay.names import AFTER_NAMES
from detector.pay.numbers import DIGITS, LONGEST, figure_pattern, read_number

COUNTED = frozenset(
    "叶支颗朵双粒串枚根瓶把亩岁年月日号点时分秒名个位家间条张次个件只台套份届级楼层栋室街路公厘斤克吨平亩度倍期代"
    "尾筐辆桩束锭框棵株捆杯碗盘桶袋箱票方通版章门类项第周天小强薪寸人字词场趟单篇组轮页句行班户盒箱轴辆：:℃座站所校处院床桌套步%x*×"
)
"""A bare figure before one of these counts something else."""
_PLAINLY_COUNTED = COUNTED - MONEY_FIRST - ABOUT_FIRST - {"位"}
COUNTED_UNLESS = {"本": frozenset("金科人地市店公月年周"), "封": frozenset("顶")}
"""三四百本 counts books, 200本金 none; 三百封 letters, 5000封顶 none."""
ENDS_OF_COUNTS = frozenset("0123456789一二两三四五六七八九十百千几来多余")


_TIMES = frozenset("月钟小班晚夜白早上")
_SLABS = frozenset("砖板砚玻瓦表")


def is_a_count(text: str, start: int, end: int) -> bool:
    """Whether the figure at text[start:end] plainly counts something: 3名, 5个, 一块砖八十."""
    following = text[end : end + 1]
    if following == "个":
        after = text[end + 1 : end + 2]
        return after != "点" and not (text[end - 1] == "一" and after in _TIMES)
    if following == "块":
        return text[start:end] in ("一", "1") and _is_priced(text, end + 1)
    if following not in _PLAINLY_COUNTED or text[end - 1] == "一" or text[end : end + 2] in AFTER_NAMES:
        return False
    if following == "小":
        return text[end - 2 : end - 1] not in DIGITS or text[end - 1] not in COUNTING
    return following not in "x*×" or text[end + 3 : end + 4] != "薪"


def _is_priced(text: str, at: int) -> bool:
    """Whether 一块 goes on to a price, so that it is a thing to be paid for: 擦一块两百, 一块砖八十."""
    at += text[at : at + 1] in _SLABS
    price = figure_pattern().match(text, at)
    number = read_number(price[0]) if price is not None and price.end() - at <= LONGEST else None
    return number is not None and number.low >= 10
