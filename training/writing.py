"""Results into .jsonl, .csv, .parquet or .xlsx: the file appears, whole, when the last row is there, or not at all."""

from __future__ import annotations

import csv
import io
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

import orjson

from detector.cells import harmless
from training.files import PIPE, FileError, ending
from training.sheets import SheetError, SheetWriter

COLUMNS = (
    "row",
    "id",
    "kind",
    "risk_level",
    "risk_score",
    "codes",
    "evidence",
    "reasons",
    "set_aside",
    "wording",
    "model",
    "rules",
)
"""Of tables. `row` is the row's number in the input; reasons, set_aside and wording are JSON."""

Result = tuple[int, Mapping[str, object]]
"""The row's number in the input, and the assessment as the contract has it."""

PARQUET_GROUP = 8_192


class Sink(Protocol):
    """Takes results and puts them into an open file."""

    def write(self, results: Sequence[Result]) -> None:
        """Add some."""
        ...

    def close(self) -> None:
        """Finish the file; the stream stays open."""
        ...


@contextmanager
def open_results(path: str, source: str = "") -> Iterator[Callable[[Sequence[Result]], None]]:
    """What takes results and writes them to `path` (`-`: JSON lines to standard output)."""
    if path == PIPE:
        sink = JsonSink(sys.stdout.buffer)
        yield _flushing(sink, sys.stdout.buffer)
        return
    make = _SINKS[ending(path)]
    check_target(path, source)
    with whole_file(Path(path)) as stream:
        table = make(stream)
        try:
            yield table.write
        except BaseException:
            with suppress(Exception):  # what went wrong first is what the user is told
                table.close()
            raise
        table.close()


def _flushing(sink: Sink, stream: BinaryIO) -> Callable[[Sequence[Result]], None]:
    def write(results: Sequence[Result]) -> None:
        sink.write(results)
        stream.flush()

    return write


def check_target(path: str, source: str) -> None:
    """FileError when nothing can be written to `path`, or when it is the input."""
    target = Path(path)
    if target.is_dir():
        raise FileError(f"{path}: is a folder; name a file")
    if not target.parent.is_dir():
        raise FileError(f"{path}: there is no folder {target.parent}")
    if source not in {"", PIPE} and target.exists() and target.samefile(source):
        raise FileError(f"{path}: is the input as well; name another file")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A stream that becomes the file on success and leaves no trace otherwise."""
    path = path.resolve()
    if path.exists() and not path.is_file():  # a named pipe or a device cannot be replaced
        with path.open("wb") as stream:
            yield stream
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}-", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            yield cast(BinaryIO, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Permissions of the file that is replaced, or those that any new file gets."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def dumps(value: object) -> bytes:
    """JSON in UTF-8."""
    return orjson.dumps(value)


class JsonSink:
    """One assessment a line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, results: Sequence[Result]) -> None:
        """Add some."""
        self._stream.write(b"".join(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE) for _, result in results))

    def close(self) -> None:
        """Nothing is left to do."""


class CsvSink:
    """UTF-8, and no cell that a spreadsheet would run as a formula."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(cast(IO[bytes], stream), "utf-8", newline="", write_through=True)
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow(COLUMNS)

    def write(self, results: Sequence[Result]) -> None:
        """Add some."""
        self._writer.writerows([harmless(value) for value in _cells(*result)] for result in results)

    def close(self) -> None:
        """Hand the last bytes to the stream."""
        self._text.flush()
        self._text.detach()


class SheetSink:
    """One sheet; texts are texts there, whatever they begin with."""

    def __init__(self, stream: BinaryIO) -> None:
        self._sheet = SheetWriter(stream)
        self._sheet.add(COLUMNS)

    def write(self, results: Sequence[Result]) -> None:
        """Add some; FileError when the sheet is full."""
        try:
            for result in results:
                self._sheet.add(_cells(*result))
        except SheetError as error:
            raise FileError(f"{error}; write .csv, .parquet or .jsonl") from None

    def close(self) -> None:
        """Finish the workbook."""
        self._sheet.close()


class ParquetSink:
    """Row groups of a fixed schema."""

    def __init__(self, stream: BinaryIO) -> None:
        import pyarrow as pa  # noqa: PLC0415  # a tenth of a second that other formats need not pay
        import pyarrow.parquet as pq  # noqa: PLC0415

        pa.set_memory_pool(pa.system_memory_pool())  # mimalloc, the default, keeps what it was once given
        kinds = {"row": pa.int64(), "risk_score": pa.int64()}
        self._schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
        self._table = pa.Table
        self._writer = pq.ParquetWriter(stream, self._schema, compression="zstd")
        self._waiting: list[dict[str, object]] = []

    def write(self, results: Sequence[Result]) -> None:
        """Add some."""
        self._waiting += [dict(zip(COLUMNS, _cells(*result), strict=True)) for result in results]
        if len(self._waiting) >= PARQUET_GROUP:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._table.from_pylist(self._waiting, schema=self._schema))
        self._waiting = []

    def close(self) -> None:
        """Write what waits, and the footer."""
        self._flush()
        self._writer.close()


def _cells(number: int, result: Mapping[str, object]) -> list[object]:
    """A result as the cells of a table, in the order of COLUMNS."""
    reasons = cast(Sequence[Mapping[str, object]], result["reasons"])
    versions = cast(Mapping[str, str], result["versions"])
    own_id = result["id"]
    return [
        number,
        None if own_id is None else str(own_id),
        result["kind"],
        result["risk_level"],
        result["risk_score"],
        ",".join(dict.fromkeys(str(reason["code"]) for reason in reasons)),
        "；".join(dict.fromkeys(_quotes(reasons))),
        orjson.dumps(reasons).decode(),
        orjson.dumps(result["set_aside"]).decode(),
        orjson.dumps(result["wording"]).decode(),
        versions["model"],
        versions["rules"],
    ]


def _quotes(reasons: Sequence[Mapping[str, object]]) -> Iterator[str]:
    for reason in reasons:
        for evidence in cast(Sequence[Mapping[str, str]], reason["evidence"]):
            yield evidence["quote"]


_SINKS: Mapping[str, Callable[[BinaryIO], Sink]] = {
    ".jsonl": JsonSink,
    ".csv": CsvSink,
    ".parquet": ParquetSink,
    ".xlsx": SheetSink,
}
