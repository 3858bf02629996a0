"""What a figure is per by the words after it: /天, 一小时, 每条."""

from __future__ import annotations

import re

from detector.pay.hours import some_time
from detector.pay.names import AFTER_NAMES
from detector.pay.numbers import NUMERALS
from detector.pay.types import Per
from detector.pay.units import CHARACTERS, SLASHED, UNITS, unit_at

_AFTER_FIRST = frozenset(["/", "／", *"一每1", *"两二三四五六七八九十半2345", *(name[0] for name in AFTER_NAMES)])

_ENDS = frozenset(["", *" ,，。;；!！、\n)）/+"])
"""What may follow 每天 behind a blank where it belongs to the figure before."""
_PER_PERIOD = re.compile(r"per (?:[a-z]{1,8} )?(hour|hr|day|week|month|minute|min|piece|task|order|video)(?![a-z])")


def said_after(text: str, at: int) -> tuple[Per | None, int, float]:
    """What a figure is per by the words after it (/天, 一小时, 每条), where they end, and a factor for 万字."""
    c, i = text[at : at + 1], at
    if c == " ":
        i += 1
        c = text[i : i + 1]
    if c not in _AFTER_FIRST:
        said = _PER_PERIOD.match(text, i) if c == "p" else None
        return (SLASHED[said[1]], said.end(), 1.0) if said else (None, at, 1.0)
    if c in ("/", "／"):
        return _stroke(text, at, i + 1)
    if (some := some_time(text, i + (c == "每"))) is not None:
        return Per.HOUR, some[0], some[1]
    if c and c in "一每1":
        j = i + 1 + (text[i + 1 : i + 2] == "一" and c == "每")
        unit = unit_at(text, j, UNITS)
        if unit and (i == at or not _begins_a_clause(c, text[j + len(unit) : j + len(unit) + 1])):
            return UNITS[unit], j + len(unit), CHARACTERS.get(unit, 1.0)
    elif (name := text[i : i + 2]) in AFTER_NAMES and not text[i + 2 : i + 3].isdecimal():
        return AFTER_NAMES[name], i + 2, 1.0
    return None, at, 1.0


def _begins_a_clause(first: str, following: str) -> bool:
    """Whether a unit behind a blank is for what follows, and not for the figure: 日结160 每件货扫两遍."""
    return following.isdecimal() or following in NUMERALS or (first == "每" and following not in _ENDS)


def _stroke(text: str, at: int, i: int) -> tuple[Per | None, int, float]:
    """The unit after a stroke; of 元/人/天 the last one."""
    if (some := some_time(text, i)) is not None:
        return Per.HOUR, some[0], some[1]
    i += text[i : i + 1] in ("每", "1", " ")
    unit = unit_at(text, i, SLASHED)
    if not unit:
        return None, at, 1.0
    end = i + len(unit)
    if text[end : end + 1] == "/" and (last := unit_at(text, end + 1, SLASHED)):
        unit, end = last, end + 1 + len(last)
    return SLASHED[unit], end, CHARACTERS.get(unit, 1.0)
