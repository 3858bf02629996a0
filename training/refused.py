"""Refused rows in a file that can be mended and fed again: the team's own columns, and beside them the cause."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

import orjson

from detector.cells import harmless
from training.files import BadRow, FileError
from training.sheets import SheetWriter
from training.writing import check_target, whole_file

CAUSE = "cause"
ENDINGS = (".jsonl", ".csv", ".xlsx")

Refuse = Callable[[str, str, BadRow], None]
"""Takes the path, the unit of the number, and the row."""


@contextmanager
def open_refused(path: str | None, sources: Iterable[str]) -> Iterator[Refuse]:
    """What takes refused rows and writes them to `path` in the end, whole, in the format that its name ends in.

    Rows wait on disk. Without a path they go nowhere. FileError when the file cannot be written or is an input too.
    """
    if path is None:
        yield lambda _path, _unit, _bad: None
        return
    if Path(path).suffix.lower() not in ENDINGS:
        raise FileError(f"{path}: refused rows go into {', '.join(ENDINGS)}, which can be mended by hand")
    for source in sources:
        check_target(path, source)
    with whole_file(Path(path)) as stream, tempfile.TemporaryFile() as waiting:
        columns: dict[str, None] = {}

        def refuse(source: str, unit: str, bad: BadRow) -> None:
            row = {**(bad.row or {}), CAUSE: f"{source}: {unit} {bad.number:,}: {bad.cause}"}
            columns.update(dict.fromkeys(map(str, row)))
            waiting.write(orjson.dumps(_whole(row), default=str, option=_LINES))

        yield refuse
        waiting.seek(0)
        header = [name for name in columns if name != CAUSE] or ["id", "text", "label"]
        _WRITERS[Path(path).suffix.lower()](stream, [*header, CAUSE], waiting)


_LINES = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS


def _whole(value: object) -> object:
    """The value with every broken character replaced, as UTF-8 demands."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_whole(name): _whole(inner) for name, inner in value.items()}
    if isinstance(value, int) and value.bit_length() > 63:
        return str(value)
    return [_whole(inner) for inner in value] if isinstance(value, list) else value


def _write_json(stream: BinaryIO, _columns: Sequence[str], lines: Iterable[bytes]) -> None:
    stream.writelines(lines)


def _write_csv(stream: BinaryIO, columns: Sequence[str], lines: Iterable[bytes]) -> None:
    text = io.TextIOWrapper(cast(IO[bytes], stream), "utf-8-sig", newline="", write_through=True)
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(map(harmless, columns))
    table.writerows(map(harmless, _cells(line, columns)) for line in lines)
    text.flush()
    text.detach()


def _write_sheet(stream: BinaryIO, columns: Sequence[str], lines: Iterable[bytes]) -> None:
    sheet = SheetWriter(stream)
    sheet.add(columns)
    for line in lines:
        sheet.add(_cells(line, columns))
    sheet.close()


def _cells(line: bytes, columns: Sequence[str]) -> list[object]:
    row = orjson.loads(line)
    return [_cell(row.get(name)) for name in columns]


def _cell(value: object) -> object:
    """Lists and objects stand in a cell as JSON."""
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


_WRITERS: dict[str, Callable[[BinaryIO, Sequence[str], Iterable[bytes]], None]] = {
    ".jsonl": _write_json,
    ".csv": _write_csv,
    ".xlsx": _write_sheet,
}
