"""Labelled examples: what a row is, and how the project's own are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.types import CODES, Posting
from training.dates import iso

LABELS = ("scam", "legit", "not_posting")
DATA = Path(__file__).parent.parent / "data" / "training"


class DataError(ValueError):
    """A labelled file or row cannot be used: says file, line and cause."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text. Examples of one `group` differ in one decisive thing and never straddle a split."""

    id: str
    posting: Posting
    label: str
    codes: tuple[str, ...] = ()
    group: str = ""
    source: str = ""
    voice: str = ""
    date: str = ""
    """When it was posted, as ISO 8601, "" where nobody says."""
    poster: str = ""
    """Who posted it, in the team's own words."""

    @property
    def text(self) -> str:
        """All fields, one a line."""
        return "\n".join(value for _, value in self.posting.fields())


def example(row: Mapping[str, object], where: str = "row") -> Example:
    """The example in a row of the contract's format; DataError says what is wrong with it."""
    label = row.get("label")
    if label not in LABELS:
        raise DataError(f"{where}: label {label!r}; there are {', '.join(LABELS)}")
    codes = row.get("codes") or ()
    if isinstance(codes, str):
        codes = [code for code in codes.replace(";", ",").split(",") if code]
    if not isinstance(codes, Sequence) or any(code not in CODES for code in codes):
        raise DataError(f"{where}: codes {codes!r}; there are {', '.join(CODES)}")
    fields: dict[str, str] = {}
    for name in Posting.FIELDS:
        value = row.get(name)
        if isinstance(value, str):
            fields[name] = value
        elif value is not None:
            raise DataError(f"{where}: {name} is not a string")
    if not any(fields.values()):
        raise DataError(f"{where}: no text")
    key = str(row.get("id") or where)
    return Example(
        id=key,
        posting=Posting(id=key, **fields),
        label=str(label),
        codes=tuple(str(code) for code in codes),
        group=str(row.get("group") or key),
        source=str(row.get("source") or ""),
        voice=str(row.get("voice") or ""),
        date=_date(row.get("date"), where),
        poster=str(row.get("poster") or ""),
    )


def _date(value: object, where: str) -> str:
    try:
        return iso(value)
    except ValueError as error:
        raise DataError(f"{where}: {error}") from None


def read_examples(paths: Iterable[Path]) -> list[Example]:
    """The examples of JSON-lines files (folders stand for their *.jsonl), in order; DataError names file and line."""
    found: list[Example] = []
    for path in _files(paths):
        for number, line in _lines(path):
            where = f"{path}:{number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataError(f"{where}: not JSON: {error}") from None
            if not isinstance(row, dict):
                raise DataError(f"{where}: not a JSON object")
            item = example(row, where)
            found.append(item)
    return found


def data_hash(examples: Iterable[Example]) -> str:
    """SHA-256 over the rows that training sees, in order."""
    digest = hashlib.sha256()
    for item in examples:
        digest.update(repr((item.text, item.label, item.codes, item.group)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.jsonl"))
        else:
            yield path


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines that hold something, with their numbers."""
    try:
        lines = path.read_text("utf-8").split("\n")
        return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {error}") from None
