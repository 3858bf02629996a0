"""Rows of .jsonl, .csv, .parquet and .xlsx files or of a pipe, block by block; a bad one does not stop the rest."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import orjson

from training.encodings import encoding_of, other_encoding
from training.files import BLOCK, PIPE, RAW, BadRow, FileError, Record, check_columns, ending
from training.sheets import Sheet, SheetError

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

    from pyarrow import RecordBatch

Block = list[Record | BadRow]
Header = Callable[[Iterable[str]], list[str]]
"""The names of a file's columns → our names."""

LONGEST_LINE = 4 << 20
"""Bytes: 20,000 characters take a twentieth of it even as \\uXXXX escapes; what is longer is not a posting."""
LONGEST_CELL = 1 << 20
"""Characters: a quotation mark that is never closed swallows no more than this."""
READ_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one file, to be gone through once."""

    blocks: Iterator[Block]
    unit: str
    """What a row's number counts: `line` or `row`."""
    size: int | None
    """How much there is, in what `done` counts; None when nobody knows."""
    done: Callable[[], int]


@contextmanager
def open_rows(path: str, header: Header = list) -> Iterator[Rows]:
    """The rows of a file (`-`: JSON lines from standard input); FileError when it cannot be read as a whole.

    `header` gives the names of columns as ours, which is what is looked at; rows keep the names of the file.
    """
    if path == PIPE:
        yield _json_rows(sys.stdin.buffer, None)
        return
    opener = _OPENERS[ending(path)]
    try:
        stream = Path(path).open("rb")  # noqa: SIM115  # closed below; here only opening may fail
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None
    with stream, ExitStack() as stack:
        yield opener(path, stream, stack, header)


def _open_json(path: str, stream: BinaryIO, _: ExitStack, _header: Header) -> Rows:
    return _json_rows(stream, Path(path).stat().st_size)


def _json_rows(stream: BinaryIO, size: int | None) -> Rows:
    lines = _Lines(stream)
    return Rows(map(_json_block, lines.blocks()), "line", size, lambda: lines.done)


class _Lines:
    """Lines as they arrive: a block is what one read gave, so that whoever feeds a pipe gets answers at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.done = 0
        self.number = 0
        self.rest = b""
        self.skipping = False

    def blocks(self) -> Iterator[list[tuple[int, bytes | None]]]:
        """(number, line) of each line; None in place of one that is too long to be a posting."""
        while data := _read_some(self.stream):
            self.done += len(data)
            yield list(self._cut(data))
        if self.rest or self.skipping:
            yield [self._line(self.rest)]

    def _cut(self, data: bytes) -> Iterator[tuple[int, bytes | None]]:
        if self.skipping:
            _, newline, data = data.partition(b"\n")
            if not newline:
                return
            yield self._line(b"")
        *whole, self.rest = (self.rest + data).split(b"\n")
        yield from map(self._line, whole)
        if len(self.rest) > LONGEST_LINE:
            self.rest, self.skipping = b"", True

    def _line(self, line: bytes) -> tuple[int, bytes | None]:
        self.number += 1
        if self.number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        skipped, self.skipping = self.skipping, False
        return self.number, None if skipped or len(line) > LONGEST_LINE else line


def _read_some(stream: BinaryIO) -> bytes:
    return stream.read1(READ_AT_ONCE) if isinstance(stream, io.BufferedReader) else stream.read(READ_AT_ONCE)


def _json_block(lines: Iterable[tuple[int, bytes | None]]) -> Block:
    return [_json_row(number, line) for number, line in lines if line is None or line.strip()]


def _json_row(number: int, line: bytes | None) -> Record | BadRow:
    if line is None:
        return BadRow(number, f"longer than {LONGEST_LINE:,} bytes")
    try:
        value = orjson.loads(line)
    except ValueError as error:
        return _not_json(number, line, error)
    if not isinstance(value, dict):
        return BadRow(number, 'not a JSON object; write {"text": "..."}', {RAW: line.decode()})
    return Record(number, value)


def _not_json(number: int, line: bytes, error: ValueError) -> BadRow:
    try:
        text = line.decode()
    except UnicodeDecodeError as bad:
        cause = f"byte {bad.start + 1:,} is not UTF-8; save the file as UTF-8"
        other = other_encoding(line.decode("utf-8", "surrogateescape"), "utf-8")
        text = other[1] if other else line.decode("utf-8", "backslashreplace")
        return BadRow(number, f"{cause} (it looks like GB18030)" if other else cause, {RAW: text.strip()})
    return BadRow(number, f"not JSON: {' '.join(str(error).split())}", {RAW: text.strip()})


def _open_csv(path: str, stream: BinaryIO, stack: ExitStack, header: Header) -> Rows:
    encoding = encoding_of(iter(lambda: stream.read(READ_AT_ONCE), b""))
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
    stack.callback(text.detach)
    csv.field_size_limit(LONGEST_CELL)
    first = text.readline(LONGEST_CELL)
    delimiter = next((mark for mark in ",\t;" if mark in first), ",")
    text.seek(0)
    lines = _TextLines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise FileError(f"{path}: the first line is not a row of CSV: {error}") from None
    check_columns(path, header(columns))
    rows = _csv_rows(reader, lines, columns, encoding)
    return Rows(_blocks(rows), "line", Path(path).stat().st_size, stream.tell)


class _TextLines:
    """The lines of a file, none of them longer than a cell may be, and those that the row under way is made of."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.number = 0
        self.taken: list[str] = []
        self._cut = False

    def __iter__(self) -> _TextLines:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST_CELL + 2)
        if self._cut or len(line) > LONGEST_CELL:
            line = self._long(line)
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        return line

    def _long(self, line: str) -> str:
        """The next line, when the last or this one is too long: the rest of the last is left out."""
        while self._cut and line:
            self._cut = not line.endswith(("\n", "\r"))
            line = self.text.readline(LONGEST_CELL + 2)
        self._cut = len(line) > LONGEST_CELL and not line.endswith(("\n", "\r"))
        return line


def _csv_rows(reader: CsvReader, lines: _TextLines, header: list[str], encoding: str) -> Iterator[Record | BadRow]:
    while True:
        number = lines.number + 1
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(number, _why_not_csv(number, lines.number, error), _raw(lines.taken))
            continue
        if len(cells) > len(header):
            cause = f"{len(cells)} cells where the header has {len(header)}; put texts in quotation marks"
            yield BadRow(number, cause, _raw(lines.taken))
        elif any(cells):
            yield _csv_row(number, dict(zip(header, cells, strict=False)), encoding)


def _csv_row(number: int, cells: dict[str, str], encoding: str) -> Record | BadRow:
    """The row, unless it is in another encoding than the file; then it is refused as it should have been."""
    other = other_encoding("\n".join(cells.values()), encoding)
    if other is None:
        return Record(number, cells)
    fixed = {name: found[1] if (found := other_encoding(cell, encoding)) else cell for name, cell in cells.items()}
    cause = f"the row is in {other[0]} in a file of {encoding.removesuffix('-sig').upper()}; save it as UTF-8"
    return BadRow(number, cause, fixed)


def _raw(lines: list[str]) -> dict[str, object]:
    return {RAW: "".join(lines)[:LONGEST_CELL].rstrip("\r\n")}


def _why_not_csv(first: int, last: int, error: csv.Error) -> str:
    until = f" (lost up to line {last})" if last > first else ""
    if "end of data" in str(error) or ("field limit" in str(error) and until):
        return f"a quotation mark is never closed{until}"
    if "field limit" in str(error):
        return f"a cell is longer than {LONGEST_CELL:,} characters"
    return f"not CSV: {error}{until}"


def _open_parquet(path: str, stream: BinaryIO, stack: ExitStack, header: Header) -> Rows:
    import pyarrow as pa  # noqa: PLC0415  # a tenth of a second that other formats need not pay
    import pyarrow.parquet as pq  # noqa: PLC0415

    pa.set_memory_pool(pa.system_memory_pool())  # mimalloc, the default, keeps what it was once given
    try:
        table = pq.ParquetFile(stream, buffer_size=READ_AT_ONCE)
    except (pa.ArrowException, OSError) as error:
        raise FileError(f"{path}: not a Parquet file: {_first_line(error)}") from None
    stack.callback(table.close)
    check_columns(path, header(table.schema_arrow.names))
    counted = _Counted(_parquet_rows(path, table, pa.ArrowException))
    return Rows(_blocks(counted), "row", table.metadata.num_rows, lambda: counted.done)


def _parquet_rows(path: str, table: object, broken: type[Exception]) -> Iterator[Record | BadRow]:
    number = 0
    try:
        for batch in table.iter_batches(BLOCK):  # type: ignore[attr-defined]
            for row in _parquet_values(batch):
                number += 1
                yield BadRow(number, f"longer than {LONGEST_LINE:,} bytes") if row is None else Record(number, row)
    except (broken, OSError) as error:
        raise FileError(f"{path}: damaged after row {number:,}: {_first_line(error)}") from None


def _parquet_values(batch: RecordBatch) -> Iterator[Mapping[str, object] | None]:
    """The rows of a batch; None in place of one that is too long to be a posting, before it becomes Python's."""
    if batch.nbytes <= LONGEST_LINE:
        yield from batch.to_pylist()
        return
    for at in range(batch.num_rows):
        row = batch.slice(at, 1)
        size = sum(column.nbytes for column in row.columns if not hasattr(column, "dictionary"))
        yield None if size > LONGEST_LINE else row.to_pylist()[0]


class _Counted:
    """Rows that know how many of them are gone."""

    def __init__(self, rows: Iterable[Record | BadRow]) -> None:
        self.rows = rows
        self.done = 0

    def __iter__(self) -> Iterator[Record | BadRow]:
        for row in self.rows:
            self.done += 1
            yield row


def _open_sheet(path: str, stream: BinaryIO, stack: ExitStack, header: Header) -> Rows:
    try:
        sheet = Sheet(stream)
        stack.callback(sheet.close)
        rows = sheet.rows()
        _, top = next(rows, (0, {}))
        names = {column: str(name).strip().lower() for column, name in top.items()}
        check_columns(path, header(names.values()))
    except SheetError as error:
        raise FileError(f"{path}: {error}") from None
    return Rows(_blocks(_sheet_rows(path, rows, names)), "row", sheet.size, sheet.done)


def _sheet_rows(
    path: str, rows: Iterator[tuple[int, Mapping[int, object]]], names: Mapping[int, str]
) -> Iterator[Record | BadRow]:
    try:
        for number, cells in rows:
            yield Record(number, {names[column]: value for column, value in cells.items() if column in names})
    except SheetError as error:
        raise FileError(f"{path}: {error}") from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _blocks(rows: Iterable[Record | BadRow]) -> Iterator[Block]:
    block: Block = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


_OPENERS: Mapping[str, Callable[[str, BinaryIO, ExitStack, Header], Rows]] = {
    ".jsonl": _open_json,
    ".csv": _open_csv,
    ".parquet": _open_parquet,
    ".xlsx": _open_sheet,
}
