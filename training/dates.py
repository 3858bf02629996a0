"""When something was posted, from the ways in which people and spreadsheets write a date."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_WRITTEN = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]*(\d{1,2}):(\d\d).{0,20})?", re.ASCII
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_NUMBER = re.compile(r"\d{5}(\.\d+)?|\d{10}|\d{13}", re.ASCII)
_SHEET_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_SHEET_DAYS = range(20_000, 80_000)
"""1954 to 2119, as a spreadsheet counts days."""
_SECONDS = range(10**8, 10**10)


def iso(value: object) -> str:
    """`2026-03-05` or `2026-03-05T14:30`; "" for nothing; ValueError says what may stand there.

    Read are dates of Python and Parquet, 2026-03-05, 2026/3/5, 2026年3月5日, 20260305, each with or without a time, the
    day numbers of a spreadsheet, and seconds or milliseconds since 1970.
    """
    if value is None or value == "" or value != value:  # noqa: PLR0124  # NaN, as pandas writes nothing
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    found = _number(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)
    if not found:
        raise ValueError(f"date {str(value)[:40]!r}; write 2026-03-05")
    return found


def _text(value: object) -> str:
    text = str(value).strip()
    if _NUMBER.fullmatch(text):
        return _number(float(text))
    found = _WRITTEN.fullmatch(text) or _DIGITS.fullmatch(text)
    if not found:
        return ""
    year, month, day, *time = [int(part) for part in found.groups() if part]
    hour, minute = time or (0, 0)
    try:
        whole = datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return ""
    return whole.strftime("%Y-%m-%dT%H:%M" if time else "%Y-%m-%d")


def _number(value: float) -> str:
    if int(value) in _SHEET_DAYS:
        when = _SHEET_EPOCH + timedelta(days=value)
        return when.strftime("%Y-%m-%d" if value == int(value) else "%Y-%m-%dT%H:%M")
    if int(value) // 1000 in _SECONDS:
        value /= 1000
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M") if int(value) in _SECONDS else _text_of(value)


def _text_of(value: float) -> str:
    """20260305, written as a number."""
    text = str(int(value))
    return _text(text) if _DIGITS.fullmatch(text) else ""
