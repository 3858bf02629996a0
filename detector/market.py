"""Set the pay a posting offers against what the work named usually pays, and show the sum.

千字9元 is ordinary and 9元/字 a lure; 日薪1000 is a crane driver's wage and absurd for typing. No word list can tell them apart: one needs
the figure (detector.pay), the trade, and a table of usual wages (reference/wages.toml, every row with its source).
The comparison errs on the side of the posting: bounds are wide, trades that live on commission are given far wider ones,
and without a trade only postings that ask for nothing at all are measured.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick_rs

from detector.errors import TableError
from detector.pay import YUAN_EACH, Called, Pay, Per, Unit, monthly

WAGES_FILE = Path(__file__).parent / "reference" / "wages.toml"

DAYS_A_MONTH = 313 / 12
"""Working days with one day off a week: 1,000 a day comes to 26,100 a month."""
HOURS_A_DAY = 8
MONTHLY_MEAN = 6_500
"""What stands in for a trade where none is named: NBS 2024, services, 77,584 a year / 12, rounded."""


class Verdict(StrEnum):
    """How an offer stands to the usual pay."""

    ORDINARY = "ordinary"
    HIGH = "high"
    ABSURD = "absurd"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An offer beside the usual pay. Amounts are yuan, percentages aside; spans are half-open in the text compared.

    text[start:end] is the offer. `offered` is one payment, `offered_monthly` what it comes to in a month where time is paid,
    `usual` what `ratio` was measured by: pay a month, or the price of one unit. `role` is None where no work is named.
    """

    verdict: Verdict
    role: str | None
    per: Per | None
    offered: tuple[float, float]
    offered_monthly: tuple[float, float] | None
    usual: tuple[float, float]
    ratio: float
    start: int
    end: int
    role_span: tuple[int, int] | None
    arithmetic: str


@dataclass(frozen=True, slots=True)
class Role:
    """One trade of the table: usual yuan a month, and the price of each unit it may be paid by (hour, day, order …)."""

    name: str
    month: tuple[float, float]
    each: Mapping[Per | Unit, tuple[float, float]]
    high_ok: bool
    light: bool
    source: str
    as_of: str


class Wages(NamedTuple):
    """The table, ready to search: `find` gives (meaning, start, end) in order, and `meanings` tells what each word means."""

    roles: tuple[Role, ...]
    tiers: Mapping[str, float]
    meanings: tuple[_Meaning, ...]
    words: ahocorasick_rs.AhoCorasick

    def mentions(self, text: str) -> list[_Mention]:
        """Every trade, city and sign of light work the text names, in order, longest first at one place."""
        found = self.words.find_matches_as_indexes(text)
        return [_Mention(self.meanings[i], start, end) for i, start, end in found if _whole(text, start, end)]


class _Meaning(NamedTuple):
    """What a word of the table stands for: a trade by name or by hint, a tier of cities, or work that asks for nothing."""

    role: Role | None = None
    hint: bool = False
    tier: str | None = None


class _Mention(NamedTuple):
    meaning: _Meaning
    start: int
    end: int


def _whole(text: str, start: int, end: int) -> bool:
    """False for Latin letters cut out of a longer word: hr in chrome."""
    if not text[start].isascii() or not text[start].isalnum():
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isascii() and before.isalpha()) and not (after.isascii() and after.isalpha())


def compare(text: str, pays: Sequence[Pay]) -> Comparison | None:
    """The offer that stands out most against the work named; None where nothing can be compared. Never raises."""
    offers = [pay for pay in pays if pay.called is not Called.FEE]
    if not offers:
        return None
    wages = load_wages()
    mentions = wages.mentions(text)
    tier = next((m.meaning.tier for m in mentions if m.meaning.tier), "other")
    named = [m for m in mentions if m.meaning.role and not m.meaning.hint] or [m for m in mentions if m.meaning.role]
    light = [m for m in mentions if m.meaning == _LIGHT]
    found = [_measure(text, pay, named, light, wages.tiers[tier]) for pay in offers]
    return max((one for one in found if one), key=lambda one: (_ORDER[one.verdict], one.ratio), default=None)


_LIGHT = _Meaning()
_ORDER = {Verdict.ORDINARY: 0, Verdict.HIGH: 1, Verdict.ABSURD: 2}


# --- one offer -----------------------------------------------------------------------------------------------------------

_BOUNDS: Mapping[str, tuple[float, float]] = {
    "light": (1.7, 2.6),
    "plain": (2.4, 4.0),
    "high_ok": (6.0, 12.0),
}
"""From which ratio of the offer to the top of the usual an offer is high, and absurd."""
_ABROAD: Mapping[Unit, float] = {
    Unit.HKD: 3.2, Unit.TWD: 1.8, Unit.SGD: 4.0, Unit.EUR: 4.0, Unit.GBP: 4.5, Unit.AUD: 5.0, Unit.JPY: 2.5, Unit.USD: 1.5,
}  # fmt: skip
"""How much more than here is usual where this is the money; rough estimates of this project, 2024."""
_TIMED = frozenset({Per.HOUR, Per.HALF_DAY, Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR})
_NO_TRADE = {Per.HOUR: 150.0, Per.HALF_DAY: 300.0, Per.DAY: 500.0, Per.WEEK: 3000.0, Per.MONTH: 30_000.0}
"""What light work without a name has to offer before it is looked at, in yuan."""


def _measure(text: str, pay: Pay, named: list[_Mention], light: list[_Mention], tier: float) -> Comparison | None:
    if pay.unit is Unit.PERCENT:
        return _share(pay, named, light)
    mention = _work_of(text, pay, named)
    factor = tier if pay.unit is Unit.YUAN else _ABROAD.get(pay.unit, 1.0)
    if mention is None or mention.meaning.role is None:
        return _unnamed(text, pay, light, factor)
    role = mention.meaning.role
    usual = _usual(role, pay.per)
    if usual is None:
        return None
    low, high = usual[0] * factor, usual[1] * factor
    rate = YUAN_EACH[pay.unit]
    ratio = _lowish(pay) * rate / high
    verdict = _verdict(ratio, "high_ok" if role.high_ok else "light" if role.light else "plain", pay)
    others = [m.meaning.role for m in named if m.start < 60 and m.meaning.role and m.meaning.role is not role]
    most = max((_generous(other, pay.per) for other in others if not other.light), default=0.0) * factor
    if most and _lowish(pay) * rate / most < 1:
        verdict = Verdict.ORDINARY
    return _comparison(verdict, pay, ratio, role, (mention.start, mention.end), (role.month[0] * factor, role.month[1] * factor), (low, high))


def _work_of(text: str, pay: Pay, named: list[_Mention]) -> _Mention | None:
    """The trade an offer is for: the nearest named before it in its sentence, else the first in the text."""
    if not named:
        return None
    begin = max(text.rfind(mark, 0, pay.start) for mark in "。;\n!")
    close = [m for m in named if begin < m.start < pay.start]
    return close[-1] if close else named[0]


def _lowish(pay: Pay) -> float:
    """What an offer promises at least: the low end, but not less than a third of the high one."""
    return max(pay.low, pay.high / 3)


def _usual(role: Role, per: Per | None) -> tuple[float, float] | None:
    """The usual price of one unit of the trade in yuan; None where the table cannot tell."""
    if per is None:
        return None
    if per in role.each:
        return role.each[per]
    if per is Per.MONTH:
        return role.month
    low, high = role.month
    match per:
        case Per.YEAR:
            return low * 12, high * 16
        case Per.WEEK:
            return low / 4.4, high / 4
        case Per.DAY:
            return low / 26, high / 17
        case Per.HALF_DAY:
            return _half(role)
        case Per.HOUR:
            return low / 210, high / 110
        case Per.PIECE | Per.ORDER:
            return role.each.get(Per.ORDER) or role.each.get(Per.PIECE)
    return None


def _half(role: Role) -> tuple[float, float] | None:
    day = _usual(role, Per.DAY)
    return (day[0] * 0.4, day[1] * 0.75) if day else None


def _generous(role: Role, per: Per | None) -> float:
    """The top of what the most lenient reading of a trade allows."""
    usual = _usual(role, per)
    return usual[1] * _BOUNDS["high_ok" if role.high_ok else "plain"][0] if usual else 0.0


def _verdict(ratio: float, kind: str, pay: Pay) -> Verdict:
    high, absurd = _BOUNDS[kind]
    if pay.per not in _TIMED:
        high, absurd = max(high, 2.0), max(absurd, 4.0)
    return Verdict.ABSURD if ratio >= absurd else Verdict.HIGH if ratio >= high else Verdict.ORDINARY


def _unnamed(text: str, pay: Pay, light: list[_Mention], factor: float) -> Comparison | None:
    """An offer without a trade: only where nothing is asked, or nothing is said at all."""
    least = _NO_TRADE.get(pay.per) if pay.per else None
    if least is None:
        return None
    ratio = _lowish(pay) * YUAN_EACH[pay.unit] / (least * factor)
    short = len(text) <= 80
    verdict = Verdict.ORDINARY
    if light or short:
        verdict = Verdict.ABSURD if ratio >= (1 if short else 2) else Verdict.HIGH if ratio >= 1 else Verdict.ORDINARY
        if verdict is Verdict.ORDINARY and light and short and ratio >= 0.33:
            verdict = Verdict.HIGH
    usual = (MONTHLY_MEAN * factor, MONTHLY_MEAN * factor)
    return _comparison(verdict, pay, ratio, None, None, usual, usual)


_SHARE_HIGH, _SHARE_ABSURD = 8.0, 15.0
"""Per cent of an order that no task pays its doer."""


def _share(pay: Pay, named: list[_Mention], light: list[_Mention]) -> Comparison | None:
    """A commission: fine in sales, absurd for tasks anyone can do."""
    roles = [m for m in named if m.meaning.role]
    if roles and not all(m.meaning.role and m.meaning.role.light for m in roles):
        return None
    if not roles and not light:
        return None
    ratio = pay.high / _SHARE_HIGH
    verdict = Verdict.ABSURD if pay.high >= _SHARE_ABSURD else Verdict.HIGH if pay.high >= _SHARE_HIGH else Verdict.ORDINARY
    first = roles[0] if roles else None
    role = first.meaning.role if first else None
    span = (first.start, first.end) if first else None
    return _comparison(verdict, pay, ratio, role, span, (0.0, _SHARE_HIGH), (0.0, _SHARE_HIGH))


# --- the sentence --------------------------------------------------------------------------------------------------------

_CALLED: Mapping[Per, str] = {
    Per.HOUR: "时薪", Per.HALF_DAY: "半天", Per.DAY: "日结", Per.WEEK: "周薪", Per.MONTH: "月薪", Per.YEAR: "年薪", Per.MINUTE: "每分钟",
    Per.LESSON: "每课时", Per.ORDER: "每单", Per.PIECE: "每件", Per.CHARACTER: "每字", Per.THOUSAND: "千字", Per.WORD: "每词",
}  # fmt: skip
_MONEY_NAMES: Mapping[Unit, str] = {
    Unit.YUAN: "元", Unit.USD: "美元", Unit.USDT: "USDT", Unit.HKD: "港元", Unit.TWD: "新台币", Unit.SGD: "新加坡元", Unit.EUR: "欧元",
    Unit.GBP: "英镑", Unit.AUD: "澳元", Unit.JPY: "日元", Unit.PHP: "比索", Unit.PERCENT: "%",
}  # fmt: skip


def _comparison(
    verdict: Verdict,
    pay: Pay,
    ratio: float,
    role: Role | None,
    role_span: tuple[int, int] | None,
    usual_month: tuple[float, float],
    usual_each: tuple[float, float],
) -> Comparison:
    rate = YUAN_EACH.get(pay.unit, 1.0)
    month = monthly(pay, HOURS_A_DAY, DAYS_A_MONTH)
    usual = usual_month if month else usual_each
    return Comparison(
        verdict=verdict,
        role=role.name if role else None,
        per=pay.per,
        offered=(pay.low * rate, pay.high * rate),
        offered_monthly=month,
        usual=usual,
        ratio=ratio,
        start=pay.start,
        end=pay.end,
        role_span=role_span,
        arithmetic=_arithmetic(pay, month, usual, role),
    )


def _arithmetic(pay: Pay, month: tuple[float, float] | None, usual: tuple[float, float], role: Role | None) -> str:
    """日结 1,000 元，约合每月 26,100 元；同类岗位（打字录入）约 3,500–5,500 元"""
    if pay.unit is Unit.PERCENT:
        return f"佣金 {_span(pay.low, pay.high)}%；不需要技能的任务没有这样高的佣金"
    offer = f"{_CALLED[pay.per] if pay.per else '报酬'} {_span(pay.low, pay.high)} {_MONEY_NAMES[pay.unit]}"
    if month and (pay.per is not Per.MONTH or pay.unit is not Unit.YUAN):
        offer += f"，约合每月 {_span(_round(month[0]), _round(month[1]))} 元"
    elif pay.unit is not Unit.YUAN:
        offer += f"，约合 {_span(pay.low * YUAN_EACH[pay.unit], pay.high * YUAN_EACH[pay.unit])} 元"
    if role is None:
        return f"{offer}；没有写明做什么工作，全国服务业平均每月约 {MONTHLY_MEAN:,} 元"
    low, high = (_round(usual[0]), _round(usual[1])) if month else usual
    return f"{offer}；同类岗位（{role.name}）约 {_span(low, high)} 元"


def _round(amount: float) -> float:
    """To three figures, as one says it: 26,083 is 26,100."""
    return float(f"{amount:.3g}")


def _span(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)}–{_number(high)}"


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:.3g}"


# --- the table -----------------------------------------------------------------------------------------------------------


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
                    raise TableError(f"{file.name}: row {number} ({role.name}): {word} is a word of another row too; keep one")
                meanings[word] = _Meaning(role, key == "hints")
    for tier, cities in table.get("cities", {}).items():
        meanings |= {city: _Meaning(tier=tier) for city in str(cities).split()}
    meanings |= {word: _LIGHT for word in str(table.get("light", {}).get("words", "")).split() if word not in meanings}
    words = ahocorasick_rs.AhoCorasick(list(meanings), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return Wages(tuple(roles), tiers, tuple(meanings.values()), words)


def _tiers(file: Path, table: Mapping[str, Any]) -> Mapping[str, float]:
    tiers = table.get("tiers", {})
    wanted = {"first", "second", "other"}
    if set(tiers) != wanted or not all(isinstance(factor, float) and factor > 0 for factor in tiers.values()):
        raise TableError(f"{file.name}: [tiers] needs first, second and other, each a positive factor such as 1.4")
    if set(table.get("cities", {})) - wanted:
        raise TableError(f"{file.name}: [cities] names a tier that [tiers] has not")
    return dict(tiers)


_UNITS: Mapping[str, Per | Unit] = {str(per): per for per in Per} | {
    "character": Per.CHARACTER,
    "percent": Unit.PERCENT,
}


def _role(file: Path, number: int, row: Mapping[str, Any]) -> Role:
    """One row, checked; TableError says which row and what is wrong."""
    where = f"{file.name}: row {number} ({row.get('name', 'no name')})"
    for key in ("name", "words", "source", "as_of"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise TableError(f"{where}: needs {key}, a text")
    each = row.get("each", {})
    if not isinstance(each, dict) or set(each) - set(_UNITS):
        raise TableError(f"{where}: each may name only {', '.join(sorted(_UNITS))}")
    return Role(
        name=row["name"],
        month=_bounds(where, "month", row.get("month")),
        each={_UNITS[unit]: _bounds(where, unit, bounds) for unit, bounds in each.items()},
        high_ok=bool(row.get("high_ok", False)),
        light=bool(row.get("light", False)),
        source=row["source"],
        as_of=row["as_of"],
    )


def _bounds(where: str, key: str, bounds: object) -> tuple[float, float]:
    match bounds:
        case [int() | float() as low, int() | float() as high] if 0 < low <= high:
            return float(low), float(high)
    raise TableError(f"{where}: {key} must be [low, high] in yuan with 0 < low <= high, not {bounds!r}")
