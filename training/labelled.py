"""Labelled examples from any file that `score` reads, bad rows named instead of fatal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from training.dataset import DataError, Example, example
from training.files import BadRow, FileError, Record, item_of
from training.reading import open_rows

UNSCORED = {"other_scam"}
"""Labels of rows that are neither a scam job nor honest; they are left out without complaint."""


def read_labelled(paths: Iterable[str]) -> Iterator[tuple[str, str, Example | BadRow]]:
    """(path, unit of the row's number, example or what is wrong) of every row that has a label to score."""
    for path in _files(paths):
        with open_rows(path) as rows:
            for block in rows.blocks:
                for row in block:
                    if isinstance(row, BadRow) or row.values.get("label") not in UNSCORED:
                        yield path, rows.unit, _example(path, row)


def _files(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if not Path(path).is_dir():
            yield path
            continue
        inside = sorted(str(file) for file in Path(path).glob("*.jsonl"))
        if not inside:
            raise FileError(f"{path}: no .jsonl files in this folder")
        yield from inside


def _example(path: str, row: Record | BadRow) -> Example | BadRow:
    if isinstance(row, BadRow):
        return row
    item = item_of(row)
    if isinstance(item, BadRow):
        return item
    values = dict(row.values) | dict(item.posting.fields()) | {"codes": _codes(row.values)}
    try:
        return example({name: value for name, value in values.items() if value is not None}, f"{path}:{row.number}")
    except DataError as error:
        return BadRow(row.number, str(error).removeprefix(f"{path}:{row.number}: "))


def _codes(values: Mapping[str, object]) -> object:
    """The codes of a row; in a table they are JSON or stand between commas."""
    codes = values.get("codes") or []
    if isinstance(codes, str) and codes.startswith("["):
        try:
            return json.loads(codes)
        except ValueError:
            return codes
    return codes
