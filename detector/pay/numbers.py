"""Numbers as postings write them: 8-12k, 1,000, 1万2, 两万八, 三五百, 几千, 过万."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "俩": 2,
    "仨": 3,
}
POWERS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10000}
_MULTIPLES = {"k": 1000, "w": 10000, "万": 10000, "千": 1000, "仟": 1000, "q": 1000, "百": 100, "佰": 100}
NUMERALS = "".join(DIGITS) + "".join(POWERS) + "几数"
DASHES = frozenset("-—–~～至到")
LONGEST = 24
"""Characters of the longest figure that can be money: 100,000元 - 120,000."""


@cache
def figure_pattern() -> re.Pattern[str]:
    """Finds digits with k or 万, their ranges, and Chinese numerals of two characters or before a money word.

    It starts with a plain set, which lets `re` leap over all other characters; compiled when first needed.
    """
    digits = r"[0-9]*+(?:,[0-9]{3}(?![0-9]))*+(?:\.[0-9]{1,3}+)?+"
    scale = r"(?:(?:\s?[万千百](?![字象达科])|个?[kwq仟佰万](?![a-qs-z]|r[a-z]))(?:[1-9](?![0-9个-]|[.,][0-9]))?+)?+"
    return re.compile(
        rf"[0-9{NUMERALS}过](?:(?<=[0-9])(?<![0-9][0-9]){digits}(?![、)岁名年:]|x(?!1[2-9]薪)|\.(?![0-9])){scale}"
        rf"(?:元?\s?[-—–~～至到]{{1,2}}\s?(?:hk|nt)?\$?[0-9]{digits}(?!、|\.(?![0-9])){scale})?+"
        rf"|[{NUMERALS}]++(?:个?w(?![a-z])|k(?![a-z]))?+|个?[kw](?![a-z0-9])|(?=[块元毛米分张个成圆角刀位美港新ur])|(?<=[上破][百千万]))"
    )


class Number(NamedTuple):
    """A written number or range without its currency. `scale` is what k or 万 multiplied by, `percent` is 百分之."""

    low: float
    high: float
    scale: int = 1
    vague: bool = False
    open_ended: bool = False
    is_range: bool = False
    percent: bool = False


def read_count(written: str) -> tuple[float, float] | None:
    """How many a written number is, from the least to the most: 六七百, 30, 百; None where it is no number."""
    number = read_number(written) if written else None
    return None if number is None else (number.low, number.high)


@lru_cache(maxsize=4096)
def read_number(written: str) -> Number | None:
    """The number or range that is written; None for telephone numbers, codes and strings of bare digits."""
    if not (written[0].isascii() and written[0].isdigit()):
        return _spoken(written)
    for i, c in enumerate(written):
        if c in DASHES:
            low, high = _plain(written[:i].rstrip().rstrip("元 ")), _plain(_after_dash(written[i + 1 :]))
            return None if low is None or high is None else _range(low, high)
    return _plain(written)


def _after_dash(written: str) -> str:
    return written.lstrip("-—–~～至到 ").lstrip().lstrip("hknt$")


def _range(low: Number, high: Number) -> Number:
    """From one plain number to another; in 8-12k the k belongs to both."""
    first = low.low
    if low.scale == 1 and high.scale > 1 and first * high.scale <= high.high:
        first *= high.scale
    return Number(min(first, high.high), max(first, high.high), max(low.scale, high.scale), is_range=True)


def _plain(written: str) -> Number | None:
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
    return Number(value, value, scale)


def _spoken(written: str) -> Number | None:
    """Chinese figures: 两万八 (28000), 三五百 (300 to 500), 几千 (2000 to 9000, vague), 过万, 三个w."""
    over, figures, scale = written[0] == "过", written.lstrip("过"), 1
    if figures and figures[-1] in ("k", "w"):
        scale, figures = _MULTIPLES[figures[-1]], figures[:-1].rstrip("个")
        if not figures and over:
            return Number(scale, scale, scale, True, True)
    span = _chinese(figures) if 0 < len(figures) < 10 else None
    if span is None and scale > 1 and figures in ("几", "数"):
        span = (2.0, 9.0, True)
    if span is None:
        return None
    vague = span[2] or (over and figures in POWERS)
    scale = 1 if span[0] >= 1000 else scale
    return Number(span[0] * scale, span[1] * scale, scale, vague, over)


def _chinese(figures: str) -> tuple[float, float, bool] | None:
    """(low, high, vague) of a spoken number; None where it is none."""
    if figures.count("几") + figures.count("数") > 1:
        return None
    for i, c in enumerate(figures):
        if c in "几数":
            low, high = spoken_value(figures.replace(c, "二")), spoken_value(figures.replace(c, "九"))
            return None if low is None or high is None or len(figures) == 1 else (low, high, True)
        if i and 0 < DIGITS.get(figures[i - 1], 0) < DIGITS.get(c, 0):
            low, high = spoken_value(figures[:i] + figures[i + 1 :]), spoken_value(figures[: i - 1] + figures[i:])
            return None if low is None or high is None else (low, high, False)
    value = spoken_value(figures)
    return None if value is None else (value, value, False)


def spoken_value(figures: str) -> float | None:
    """One spoken number; None for strings of bare digits such as 二零二四."""
    total, section, digit, power = 0, 0, -1, 1
    for c in figures:
        if c in DIGITS:
            if digit > 0:
                return None
            digit = DIGITS[c]
            power = 1 if digit == 0 else power
            continue
        if c not in POWERS:
            return None
        power = POWERS[c]
        if power == 10000:
            total, section = (total + section + max(digit, 0) or 1) * power, 0
        else:
            section += (digit if digit > 0 else 1) * power
        digit = -1
    if digit <= 0:
        return float(total + section)
    return float(total + section) + digit * (power // 10 if power >= 100 else 1)


def small_number(written: str) -> float:
    """A number below sixty in digits or words; 0 where it is none."""
    return float(written) if written.isdecimal() else spoken_value(written) or 0.0
