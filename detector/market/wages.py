"""The table of usual wages: trades with what they pay, cities, and the words that name them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick_rs

from detector.errors import TableError
from detector.pay import Per

WAGES_FILE = Path(__file__).parent.parent / "reference" / "wages.toml"
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Role:
    """One trade of the table: usual yuan a month, and for every unit that the table can price (hour, day, order …)."""

    name: str
    month: Range
    each: Mapping[Per, Range]
    high_ok: bool
    light: bool
    source: str
    as_of: str

    def price(self, per: Per | None) -> Range | None:
        """The usual yuan for one unit; None where the table cannot price it."""
        return self.each.get(per) if per else None


class Meaning(NamedTuple):
    """What a word stands for: a trade by name or hint, a tier of cities, work that asks for nothing, or a decoy."""

    role: Role | None = None
    hint: bool = False
    tier: str | None = None
    light: bool = False


class Mention(NamedTuple):
    """What a word of the text stands for, and its half-open span."""

    meaning: Meaning
    start: int
    end: int


class Wages(NamedTuple):
    """The table, ready to search: `meanings` has one entry for each word of the automaton `words`, in its order."""

    roles: tuple[Role, ...]
    tiers: Mapping[str, float]
    meanings: tuple[Meaning, ...]
    words: ahocorasick_rs.AhoCorasick
    unskilled: Role | None = None

    def mentions(self, text: str) -> list[Mention]:
        """Every trade, city and sign of light work the text names, in order, longest first at one place."""
        try:
            found = self.words.find_matches_as_indexes(text)
        except UnicodeEncodeError:  # half a character, which JSON can carry and UTF-8 cannot
            found = self.words.find_matches_as_indexes(re.sub("[\ud800-\udfff]", "?", text))
        return [
            Mention(self.meanings[i], start, end)
            for i, start, end in found
            if text[start] > "\x7f" or _whole(text, start, end)
        ]


def _whole(text: str, start: int, end: int) -> bool:
    """False for Latin letters cut out of a longer word: hr in chrome."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        before.isascii() and (before.isalpha() or (before == "/" and text[start - 2 : start - 1].isdecimal()))
    ) and not (after.isascii() and after.isalpha())


UNSKILLED = "一般岗位"
"""The row of the table for work that anyone can do, by whatever name: 贴标员, 捡垃圾员, 跟妆助理."""


@cache
def load_wages(file: Path = WAGES_FILE) -> Wages:
    """The table of usual wages. TableError, with file and row, where it is missing or damaged."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{file.name}: cannot be read ({error}); restore the file from the repository") from error
    tiers = _tiers(file, table)
    roles, meanings = _roles(file, table)
    for tier, cities in table.get("cities", {}).items():
        meanings |= {city: Meaning(tier=tier) for city in str(cities).split()}
    for key, meaning in (("light", Meaning(light=True)), ("decoys", Meaning())):
        meanings |= {word: meaning for word in str(table.get(key, {}).get("words", "")).split() if word not in meanings}
    words = ahocorasick_rs.AhoCorasick(list(meanings), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    unskilled = next((role for role in roles if role.name == UNSKILLED), None)
    return Wages(tuple(roles), tiers, tuple(meanings.values()), words, unskilled)


def _roles(file: Path, table: Mapping[str, Any]) -> tuple[list[Role], dict[str, Meaning]]:
    """The rows, checked, and the words and hints of each."""
    rows = table.get("role")
    if not isinstance(rows, list) or not rows:
        raise TableError(f"{file.name}: has no [[role]] rows; restore the file from the repository")
    roles: list[Role] = []
    meanings: dict[str, Meaning] = {}
    for number, row in enumerate(rows, 1):
        role = _role(file, number, row)
        roles.append(role)
        for key in ("words", "hints"):
            for word in str(row.get(key, "")).split():
                if word in meanings:
                    raise TableError(f"{file.name}: row {number} ({role.name}): {word} is in another row too; keep one")
                meanings[word] = Meaning(role, key == "hints")
    return roles, meanings


def _tiers(file: Path, table: Mapping[str, Any]) -> Mapping[str, float]:
    tiers = table.get("tiers", {})
    wanted = {"first", "second", "other"}
    if set(tiers) != wanted or not all(isinstance(factor, float) and factor > 0 for factor in tiers.values()):
        raise TableError(f"{file.name}: [tiers] needs first, second and other, each a positive factor such as 1.4")
    if set(table.get("cities", {})) - wanted:
        raise TableError(f"{file.name}: [cities] names a tier that [tiers] has not")
    return dict(tiers)


_PERIODS: Mapping[str, Per] = {str(per): per for per in Per}


def _role(file: Path, number: int, row: Mapping[str, Any]) -> Role:
    """One row, checked; TableError says which row and what is wrong."""
    where = f"{file.name}: row {number} ({row.get('name', 'no name')})"
    for key in ("name", "words", "source", "as_of"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise TableError(f"{where}: needs {key}, a text")
    each = row.get("each", {})
    if not isinstance(each, dict) or set(each) - set(_PERIODS):
        raise TableError(f"{where}: each may name only {', '.join(sorted(_PERIODS))}")
    month = _checked_bounds(where, "month", row.get("month"))
    return Role(
        name=row["name"],
        month=month,
        each=_prices(month, {_PERIODS[unit]: _checked_bounds(where, unit, bounds) for unit, bounds in each.items()}),
        high_ok=bool(row.get("high_ok", False)),
        light=bool(row.get("light", False)),
        source=row["source"],
        as_of=row["as_of"],
    )


def _checked_bounds(where: str, key: str, bounds: object) -> Range:
    match bounds:
        case [int() | float() as low, int() | float() as high] if 0 < low <= high and bool not in map(type, bounds):
            return float(low), float(high)
    raise TableError(f"{where}: {key} must be [low, high] in yuan with 0 < low <= high, not {bounds!r}")


_OF_A_MONTH: Mapping[Per, Range] = {
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


def _prices(month: Range, named: Mapping[Per, Range]) -> Mapping[Per, Range]:
    """The usual price in yuan of every unit that the row names or that follows from it."""
    prices = {per: (month[0] * low, month[1] * high) for per, (low, high) in _OF_A_MONTH.items()}
    for per, (other, factor) in _STANDS_FOR.items():
        if other in named or (per is Per.LESSON and other in prices):
            price = named.get(other) or prices[other]
            prices[per] = (price[0] * factor, price[1] * factor)
    return prices | dict(named)
