"""The first sheet of an .xlsx workbook, read or written row by row, in memory that does not grow.

openpyxl reads rows lazily but keeps every distinct text of the workbook in memory, and postings are all distinct. Here
the texts wait in a temporary file. Only values are read and written: no formulas, styles or dates.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, BinaryIO
from xml.etree.ElementTree import Element, ParseError, iterparse  # expat itself stops entity bombs
from xml.sax.saxutils import escape

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
MAX_ROWS = 1_048_576
MAX_CELL = 32_767
"""Characters."""
MAX_BYTES = (1 << 31) - (1 << 24)
"""Of one sheet before packing; what is larger needs a kind of archive that Excel wants to repair."""
LONGEST_ROW = 8 << 20
"""Bytes of one row or text as XML; sixteen full cells of Chinese take half of it."""
BOMB_BYTES, BOMB_RATIO = 64 << 20, 200
"""A part that unpacks to more than the first, and to more than so many times its packed size, is no table of texts."""
_DAMAGED = (
    ParseError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,  # zipfile's word for a password
    StopIteration,
    ValueError,
)


class SheetError(Exception):
    """The workbook cannot be read, and why."""


class Sheet:
    """The first sheet of a workbook; `done()` of `size` bytes of it have been read."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(stream)
            for part in self._archive.infolist():
                _refuse_bomb(part)
            path = _first_sheet(self._archive)
            self.size = self._archive.getinfo(path).file_size
            self._source = self._archive.open(path)
            self._texts = _SharedTexts(self._archive)
        except _DAMAGED as error:
            raise SheetError(f"not an .xlsx workbook, or one with a password ({error})") from None

    def done(self) -> int:
        """Bytes of the sheet read so far."""
        return self._source.tell()

    def close(self) -> None:
        """Let go of the archive and of the texts on disk; the stream stays open."""
        self._source.close()
        self._archive.close()
        self._texts.close()

    def rows(self) -> Iterator[tuple[int, Mapping[int, object]]]:
        """(row number, column number → value) of each row that holds anything; numbers as the sheet shows them."""
        number = 0
        try:
            for row in _elements(self._source, "row", parent="sheetData"):
                number = int(row.get("r") or number + 1)
                cells = dict(self._cells(row))
                if any(value not in {None, ""} for value in cells.values()):
                    yield number, cells
        except (*_DAMAGED, IndexError) as error:
            raise SheetError(f"damaged after row {number:,} ({error})") from None

    def _cells(self, row: Element) -> Iterator[tuple[int, object]]:
        column = 0
        for cell in row:
            if _local(cell) == "c":
                column = _column(cell.get("r")) or column + 1
                yield column, self._value(cell)

    def _value(self, cell: Element) -> object:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return next((_text(part) for part in cell if _local(part) == "is"), "")
        raw = next((part.text for part in cell if _local(part) == "v"), None)
        if raw is None:
            return None
        if kind == "s":
            return self._texts[int(raw)]
        if kind == "n":
            return _number(raw)
        return raw == "1" if kind == "b" else _unescape(raw)


class _SharedTexts:
    """The texts that cells point to by number, kept on disk."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the sheet
        self._ends = array("Q", [0])
        path = next((name for name in archive.namelist() if name.lower().endswith("xl/sharedstrings.xml")), None)
        if path is None:
            return
        with archive.open(path) as source:
            for item in _elements(source, "si", parent="sst"):
                data = _text(item).encode("utf-8", "surrogatepass")
                self._file.write(data)
                self._ends.append(self._ends[-1] + len(data))

    def close(self) -> None:
        """Delete what was kept."""
        self._file.close()

    def __getitem__(self, index: int) -> str:
        start, end = self._ends[index], self._ends[index + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode("utf-8", "surrogatepass")


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """Where the archive keeps the sheet whose tab stands first."""
    with archive.open("xl/workbook.xml") as source:
        sheet = next(_elements(source, "sheet", parent="sheets"))
    key = next(value for name, value in sheet.items() if name.endswith("}id"))
    with archive.open("xl/_rels/workbook.xml.rels") as source:
        found = _elements(source, "Relationship", parent="Relationships")
        target = next(item.get("Target", "") for item in found if item.get("Id") == key)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _refuse_bomb(part: zipfile.ZipInfo) -> None:
    if part.file_size > BOMB_BYTES and part.file_size > BOMB_RATIO * part.compress_size:
        ratio = part.file_size // max(1, part.compress_size)
        raise SheetError(
            f"{part.filename} would unpack to {part.file_size:,} bytes, {ratio:,} times its size in the file; "
            "save it as .csv or .jsonl if that is meant"
        )


class _Bounded:
    """A part of the archive that gives no more than LONGEST_ROW bytes until a row is finished."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        """As the source gives it; ValueError when no row ends."""
        data = self._source.read(size)
        self.since += len(data)
        if self.since > LONGEST_ROW:
            raise ValueError(f"a row is longer than {LONGEST_ROW:,} bytes")
        return data


def _elements(source: IO[bytes], tag: str, parent: str) -> Iterator[Element]:
    """Each finished `tag`, and then it is forgotten, so that nothing piles up; what follows `parent` is not read."""
    holder: Element | None = None
    bounded = _Bounded(source)
    for event, element in iterparse(bounded, ("start", "end")):  # noqa: S314
        name = _local(element)
        if event == "start" and name == parent:
            holder = element
        elif event == "end" and name == tag and holder is not None:
            yield element
            holder.clear()
            bounded.since = 0
        elif event == "end" and element is holder:
            return


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(item: Element) -> str:
    """The text of a string item: plain or in runs, without the reading aids of Japanese."""
    runs = [part for child in item for part in (child if _local(child) == "r" else [child])]
    return _unescape("".join(part.text or "" for part in runs if _local(part) == "t"))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _column(reference: str | None) -> int:
    """`AB12` → 28; 0 when the cell does not say."""
    column = 0
    for char in reference or "":
        if not char.isalpha():
            break
        column = column * 26 + ord(char.upper()) - 64
    return column


def _number(raw: str) -> int | float:
    try:
        return int(raw)
    except ValueError:
        return float(raw)


class SheetWriter:
    """A workbook of one sheet that goes into the stream as its rows come."""

    def __init__(self, stream: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        for name, content in _FRAME.items():
            self._archive.writestr(name, _HEAD + content)
        self._sheet = self._archive.open("xl/worksheets/sheet1.xml", "w")
        self._bytes = self._sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
        self._rows = 0

    def add(self, cells: Sequence[object]) -> None:
        """One more row; SheetError when the sheet is full."""
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise SheetError(f"a sheet of .xlsx holds {MAX_ROWS - 1:,} rows")
        self._bytes += self._sheet.write(f"<row>{''.join(map(_cell, cells))}</row>".encode())
        if self._bytes > MAX_BYTES:
            raise SheetError("a sheet of .xlsx holds 2 GB")

    def close(self) -> None:
        """Finish the workbook; the stream stays open."""
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._archive.close()


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    text = str(value)
    if len(text) > MAX_CELL:
        text = f'"longer than the {MAX_CELL:,} characters of a cell; .jsonl has it whole"'
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_escape(text)}</t></is></c>'


def _escape(text: str) -> str:
    """The text as a sheet holds it: what looks like an escape is escaped, carriage returns are kept."""
    text = _ESCAPE.sub(lambda match: f"_x005F{match[0]}", text)
    return escape(_UNFIT.sub("\ufffd", text)).replace("\r", "_x000D_")


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FRAME = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>
<sheet name="scamjob" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>""",
}
"""What a workbook needs around its sheet."""
