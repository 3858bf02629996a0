"""Files of many postings: what a row is, and what makes one bad.

`reading.open_rows` gives the rows of a file, a block at a time; `writing.open_results` takes the results. Both go by
the ending of the file's name, and neither ever holds a whole file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from detector.types import MAX_TEXT, Posting

PIPE = "-"
ENDINGS = (".jsonl", ".csv", ".parquet", ".xlsx")
RAW = "raw"
"""Where a refused row keeps a line that could not be taken apart."""
BLOCK = 256
"""Rows read, assessed and written together."""


class FileError(Exception):
    """A file as a whole cannot be used: says which file and what to mend."""


@dataclass(frozen=True, slots=True)
class Record:
    """A row as it stands in the file. `number` is what an editor or a spreadsheet shows beside it."""

    number: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, and why; `row` is what stands there, as far as it could be read."""

    number: int
    cause: str
    row: Mapping[str, object] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """A row that can be assessed; `id` is the caller's own, of the caller's own type."""

    number: int
    id: str | int | None
    posting: Posting


class _UnfitError(ValueError):
    """Why a row cannot be assessed."""


def ending(path: str) -> str:
    """What the name ends in, in lower case; FileError when it is none of ours."""
    suffix = Path(path).suffix.lower()
    if suffix not in ENDINGS:
        hint = "; a Label Studio export: scamjob examples import" if suffix == ".json" else ""
        raise FileError(f"{path}: the name has to end in {', '.join(ENDINGS)}, or be - for a pipe of JSON lines{hint}")
    return suffix


def check_columns(path: str, columns: Iterable[str]) -> None:
    """FileError when no column holds a text, or one stands twice."""
    present = list(columns)
    if not set(present) & set(Posting.FIELDS):
        fields = ", ".join(name for name in Posting.FIELDS if name != "text")
        raise FileError(f"{path}: no column text (nor {fields}); the columns are: {', '.join(present) or 'none'}")
    for name in ("id", *Posting.FIELDS):
        if present.count(name) > 1:
            raise FileError(f"{path}: the column {name} stands twice; keep one")


def item_of(row: Record | BadRow) -> Item | BadRow:
    """The posting in a row, or why there is none."""
    if isinstance(row, BadRow):
        return row
    try:
        fields = {name: _field(name, row.values.get(name)) for name in Posting.FIELDS}
        own_id = _own_id(row.values.get("id"))
    except _UnfitError as unfit:
        return BadRow(row.number, str(unfit), row.values)
    length = sum(map(len, fields.values()))
    if length > MAX_TEXT:
        return BadRow(row.number, f"the text has {length:,} characters; the limit is {MAX_TEXT:,}", row.values)
    if not any(value.strip() for value in fields.values()):
        return BadRow(row.number, _no_text(row.values), row.values)
    return Item(row.number, own_id, Posting(id=None if own_id is None else str(own_id), **fields))


def _field(name: str, value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):  # pandas writes NaN for nothing
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and name not in {"text", "description"}:
        return str(value)
    if not isinstance(value, str):
        raise _UnfitError(f"{name} is {_kind(value)}; it has to be a string")
    if not value.isascii():
        _check_whole(name, value)
    return value


def _check_whole(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _UnfitError(f"{name} is not valid Unicode at character {error.start + 1:,}; save it as UTF-8") from None


def _own_id(value: object) -> str | int | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _UnfitError(f"id is {_kind(value)}; it has to be a string or a whole number")
    if isinstance(value, str):
        _check_whole("id", value)
    return value


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), f"a {type(value).__name__}")


def _no_text(values: Mapping[str, object]) -> str:
    if any(name in values for name in Posting.FIELDS):
        return "the text is empty"
    keys = ", ".join(sorted(values)[:8]) or "none"
    return f"no text (nor title, description ...); the keys are: {keys}"
