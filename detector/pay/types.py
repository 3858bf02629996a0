"""What a sum of money is, as a posting states it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
