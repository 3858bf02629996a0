"""Labelled examples from any file that `score` reads, bad rows named instead of fatal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from glob import glob, has_magic
from pathlib import Path

from training.dataset import DataError, Example, example
from training.files import ENDINGS, RAW, BadRow, FileError, Record, item_of
from training.naming import Names
from training.reading import open_rows
from training.tally import Tally

UNSCORED = {"other_scam"}
"""Labels of rows that are neither a scam job nor honest; they are left out, and counted."""

AS_THEY_ARE = Names()

Labelled = tuple[str, str, Example | BadRow]
"""Path, unit of the row's number (`line` or `row`), and the example or what is wrong with it."""


def read_labelled(paths: Iterable[str], names: Names = AS_THEY_ARE, tally: Tally | None = None) -> Iterator[Labelled]:
    """Every row of the files, folders and globs that has a label to score, one at a time; `tally` counts them all.

    FileError when a file as a whole cannot be read.
    """
    counts = tally if tally is not None else Tally()
    for path in labelled_files(paths):
        with open_rows(path, names.header) as rows:
            for block in rows.blocks:
                for row in block:
                    if (found := _example(path, row, names, counts)) is not None:
                        _count(counts, path, found)
                        yield path, rows.unit, found


def labelled_files(paths: Iterable[str]) -> list[str]:
    """The files meant: a folder stands for those in it that can be read, a glob for what it matches, in order of name.

    FileError when that is none, or one is named twice.
    """
    found = [file for path in paths for file in _files(path)]
    seen: set[Path] = set()
    for file in found:
        place = Path(file).resolve()
        if place in seen:
            raise FileError(f"{file}: is given twice; name it once")
        seen.add(place)
    return found


def _files(path: str) -> list[str]:
    if Path(path).is_dir():
        inside = sorted(str(file) for file in Path(path).iterdir() if file.suffix.lower() in ENDINGS)
        if not inside:
            raise FileError(f"{path}: no {', '.join(ENDINGS)} files in this folder")
        return inside
    if has_magic(path) and not Path(path).exists():
        matching = sorted(glob(path, recursive=True))  # noqa: PTH207  # Path.glob takes no absolute pattern
        if not matching:
            raise FileError(f"{path}: no file matches")
        return [file for one in matching for file in ([one] if Path(one).is_file() else [])]
    return [path]


def _count(counts: Tally, path: str, found: Example | BadRow) -> None:
    if isinstance(found, BadRow):
        counts.refuse(path, found)
    else:
        counts.take(path, found)


def _example(path: str, row: Record | BadRow, names: Names, counts: Tally) -> Example | BadRow | None:
    """The example of a row, what is wrong with it, or None where nothing is to be scored."""
    if isinstance(row, BadRow):
        return row
    values = names.row(_mended(row.values))
    if values.get("label") in UNSCORED:
        counts.left_out += 1
        return None
    cause = _unfit(path, Record(row.number, values), names, counts)
    return cause if isinstance(cause, Example) else BadRow(row.number, cause, row.values)


def labelled_row(where: str, values: Mapping[str, object]) -> Example | str:
    """The example in a row with our names and labels, or the cause why there is none."""
    return _unfit(where, Record(0, values), AS_THEY_ARE, Tally())


def _unfit(path: str, row: Record, names: Names, counts: Tally) -> Example | str:
    """The example, or the cause why there is none."""
    item = item_of(row)
    if isinstance(item, BadRow):
        return item.cause
    where = f"{path}:{row.number}"
    fields: dict[str, object] = dict(item.posting.fields())
    try:
        label = names.label(row.values.get("label"))
        values = {**row.values, **fields, "label": label, "codes": _codes(row.values), "id": item.id}
        found = example({name: value for name, value in values.items() if value is not None}, where)
    except DataError as error:
        return str(error).removeprefix(f"{where}: ")
    except ValueError as error:
        return str(error)
    _forgive(row.values.get("label"), label, counts)
    return found


def _forgive(written: object, label: str, counts: Tally) -> None:
    if isinstance(written, str) and written != written.strip():
        counts.forgive(f"label {written[:40]!r} read as {label}")


def _mended(values: Mapping[str, object]) -> Mapping[str, object]:
    """A row that was refused before: the line it came from once that is JSON, and cells as they were."""
    if "cause" not in values:
        return values
    values = {name: _unguarded(value) for name, value in values.items() if name != "cause"}
    raw = values.pop(RAW, None)
    if isinstance(raw, str) and not any(values.values()):
        try:
            inside = json.loads(raw)
        except ValueError:
            return {**values, RAW: raw}
        return inside if isinstance(inside, dict) else {**values, RAW: raw}
    return values


def _unguarded(value: object) -> object:
    """The cell without the apostrophe that keeps a spreadsheet from running it."""
    guarded = isinstance(value, str) and value[:1] == "'" and value[1:2] in set("=+-@\t\r\n＝＋－＠")
    return value[1:] if guarded and isinstance(value, str) else value


def _codes(values: Mapping[str, object]) -> object:
    """The codes of a row; in a table they are JSON or stand between commas."""
    codes = values.get("codes") or []
    if isinstance(codes, str) and codes.startswith("["):
        try:
            return json.loads(codes)
        except ValueError:
            return codes
    return codes
