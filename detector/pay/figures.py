"""A number with its money word (两块五, 3千多元, 百分之八), before anything is known of what it is for."""

from __future__ import annotations

from typing import NamedTuple

from detector.pay.hours import HOURS
from detector.pay.money import MONEY, MONEY_FIRST, money_word
from detector.pay.numbers import DASHES, DIGITS, LONGEST, NUMERALS, POWERS, Number, figure_pattern, read_number
from detector.pay.types import Unit
from detector.pay.units import UNIT_FIRST

_ABOUT = ("多", "余", "来", "左右", "上下", "以上", "起步", "起", "+", "➕", "往上", "不等", "打底", "朝上")
_OPEN = frozenset({"以上", "起步", "起", "+", "➕", "往上", "朝上"})
ABOUT_FIRST = frozenset(word[0] for word in _ABOUT)
_ABOUT_BY_FIRST = {c: [word for word in _ABOUT if word[0] == c] for c in ABOUT_FIRST}
COUNTING = frozenset("一两二三四五六七八九")
_BY_THE_HEAD = frozenset("人天晚日夜场趟")
"""After one of these 一米二 is 1,200 and no height: 一人一米二."""
_TAILS = {c: float(i) for c, i in DIGITS.items() if i} | {c: float(c) for c in "123456789"} | {"半": 5.0}


class Figure(NamedTuple):
    """A number with its money word, before anything is known of what it is for."""

    number: Number
    start: int
    end: int
    unit: Unit | None
    written: str
    open_ended: bool


class _Money(NamedTuple):
    """A currency word: where it ends, worth of one, what 三块*五* adds, whether 起 is said; none has no unit."""

    end: int
    unit: Unit | None = None
    word: str = ""
    worth: float = 1.0
    extra: float = 0.0
    open_ended: bool = False


def figure_at(text: str, start: int, end: int) -> Figure | None:
    """The number written at text[start:end] with its money word; None where it is surely no money."""
    start, end = _trim(text, start, end)
    written = text[start:end]
    following = text[end : end + 1]
    if following == "分" and written in POWERS and text.startswith("分之", end):
        return _fraction(text, written, start, end + 2)
    if following == "位" and text.startswith("位数", end) and DIGITS.get(written, 0) > 2:
        power = 10.0 ** (DIGITS[written] - 1)
        return Figure(Number(power, power * 10 - 1, 1000, True), start, end + 2, None, "", False)
    number = read_number(written)
    if number is None:
        return None
    if written in POWERS and text[start - 1 : start] in ("上", "破"):
        number, start = number._replace(vague=True, open_ended=True), start - 1
    return _in_money(text, start, number, _money_at(text, end))


def _in_money(text: str, start: int, number: Number, money: _Money) -> Figure:
    """The number times what its money word is worth, and on to the next number where a dash follows the word."""
    worth, extra = money.worth, money.extra
    if text[money.end : money.end + 1] in DASHES and not number.is_range:
        second = _next_number(text, money.end + 1)
        if second is not None and second[0].high >= number.low:
            upper, last = second[0], _money_at(text, second[1])
            low = (number.low * worth + extra) * (1.0 if money.unit else last.worth)
            high, vague = upper.high * last.worth + last.extra, number.vague or upper.vague
            number = number._replace(low=low, high=high, is_range=True, vague=vague)
            return Figure(number, start, last.end, last.unit or money.unit, last.word or money.word, last.open_ended)
    if money.word == "米" and extra and number.low < 10 and text[start - 1 : start] in _BY_THE_HEAD:
        worth, extra = 1000.0, extra * 1000
    if worth != 1.0 or extra:
        number = number._replace(low=number.low * worth + extra, high=number.high * worth + extra)
    return Figure(number, start, money.end, money.unit, money.word, money.open_ended or number.open_ended)


def _next_number(text: str, at: int) -> tuple[Number, int] | None:
    """The number that begins at this place, and where it ends."""
    token = figure_pattern().match(text, at)
    number = read_number(token[0]) if token and token.end() - at < LONGEST else None
    return (number, token.end()) if token and number else None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Give back what belongs to the neighbours: the 一 of 五万一月, and the hour of 早8到晚5,130一天."""
    if end - start > 2 and (last := text[end - 1]) in COUNTING and text[end : end + 1] in UNIT_FIRST:
        before = text[end - 2]
        if last == "一" and before in POWERS:
            return start, end - 1
        if before in DIGITS and text[end - 3] in POWERS and (last == "一" or HOURS.match(text, end - 1)):
            return start, end - 1
    if end - start > 5 and text[end - 4 : end] in (",211", ",985"):
        return start, end - 4
    comma = text.find(",", start, end)
    if comma > 0 and start and text[start - 1] in "晚早午到至月号日-~:":
        return comma + 1, end
    return start, end


def _fraction(text: str, written: str, start: int, at: int) -> Figure | None:
    """百分之八 as 8 percent, 千分之三 as 0.3, with a range 百分之八到十八."""
    token = figure_pattern().match(text, at)
    end = token.end() if token else at + (text[at : at + 1] in DIGITS)
    first = read_number(text[at:end]) if at < end <= at + LONGEST else None
    if first is None:
        return None
    share, high = 100 / POWERS[written], first.high
    if text[end : end + 1] in DASHES and (second := _next_number(text, end + 1)):
        high, end = second[0].high, second[1]
    return Figure(Number(first.low * share, high * share, percent=True), start, end, Unit.PERCENT, "", False)


def _money_at(text: str, at: int) -> _Money:
    """The currency word at this place, with what stands about it: 多块, 元起, 块五."""
    open_ended = False
    c = text[at : at + 1]
    if c in ABOUT_FIRST:
        at, open_ended = _about(text, at)
        c = text[at : at + 1]
    i = at
    if c == " ":
        i += 1
        c = text[i : i + 1]
    word = money_word(text, i) if c in MONEY_FIRST else ""
    if not word or (word == "分" and text[i + 1 : i + 2] == "钟"):
        return _Money(at, open_ended=open_ended)
    unit, worth = MONEY[word]
    at, extra = i + len(word), 0.0
    if word in ("块", "毛", "分", "米") and (tail := _TAILS.get(text[at : at + 1])) and not _continues(text, at + 1):
        at, extra = at + 1, tail * worth / 10
    if text[at : at + 1] in ABOUT_FIRST:
        at, more = _about(text, at)
        open_ended = open_ended or more
    return _Money(at, unit, word, worth, extra, open_ended)


def _continues(text: str, at: int) -> bool:
    """Whether a figure goes on here or counts something, so that the one before it is no trailing 五 of 两块五."""
    after = text[at : at + 1]
    if after == "一" and text[at - 1] != "一" and text[at + 1 : at + 2] in UNIT_FIRST:
        return False
    if after and after in ".,":
        return text[at + 1 : at + 2].isdecimal()
    return bool(after) and (after in UNIT_FIRST or after in NUMERALS or after.isdecimal())


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
