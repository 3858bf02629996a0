"""Two hundred hostile texts, and what a spreadsheet would run, in every file of rows that is written for people."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import orjson
import pytest
from click.testing import CliRunner
from hostile import HOSTILE

from api.jobs.tables import as_csv
from detector.cells import harmless
from training.commands.score import score
from training.commands.suggest import suggest
from training.files import BadRow
from training.refused import open_refused
from training.sheets import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMULAS = tuple(
    f"{sign}cmd|' /C calc'!A0{text}"
    for sign in ("=", "+", "-", "@", "\t=", "\r=", "＝", "＠")
    for text in HOSTILE[::40]
)
TEXTS = (*HOSTILE, *FORMULAS)
RUN = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell that is run begins with."""
PARTS = frozenset(["worksheet", "sheetData", "row", "c", "is", "t", "v"])
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows() -> Iterator[dict[str, str]]:
    """A posting a text, which stands in its id and its columns and is quoted; the heading of one column is hostile."""
    for text in TEXTS:
        yield {"id": text, "title": text, "text": f"{text}，入职前先交押金200元", "=cmd|' /C calc'!A0": text}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "in.jsonl"
    lines = [*rows(), {"id": "=1+1", "text": "", "=cmd|' /C calc'!A0": "=1+1"}]
    path.write_bytes(b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines))
    return path


def run(command: Any, *arguments: object) -> None:  # click's commands are untyped here
    done = CliRunner().invoke(command, list(map(str, arguments)))
    assert done.exit_code in {0, 1}, done.output


def cells_of(path: Path) -> list[list[str]]:
    """The cells of a CSV file; every row has as many as the heading."""
    found = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert {len(row) for row in found} == {len(found[0])}
    return found


def is_run(cell: str) -> bool:
    return cell.startswith(RUN) and harmless(cell) != cell


def test_no_cell_of_a_scored_csv_is_run_and_every_text_is_there(source: Path, toy_model: Path) -> None:
    target = source.with_name("out.csv")
    run(score, source, "-o", target, "--model", toy_model)
    found = cells_of(target)
    assert [row[1] for row in found[1:]] == [harmless(text) for text in TEXTS]
    assert not [cell for row in found for cell in row if is_run(cell)]


def refuse_all(path: Path) -> Path:
    """A file of refused rows; a heading of one column is hostile too."""
    with open_refused(str(path), []) as refuse:
        for number, row in enumerate(rows(), 1):
            refuse(row["id"], row["id"], BadRow(number, row["id"], dict(row)))
    return path


def test_no_cell_of_refused_rows_in_csv_is_run(tmp_path: Path) -> None:
    found = cells_of(refuse_all(tmp_path / "refused.csv"))
    assert len(found) == len(TEXTS) + 1
    assert not [cell for row in found for cell in row if is_run(cell)]


def test_a_sheet_has_texts_and_numbers_alone(source: Path, toy_model: Path) -> None:
    target = source.with_name("out.xlsx")
    run(score, source, "-o", target, "--model", toy_model)
    for path in (target, refuse_all(source.with_name("refused.xlsx"))):
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        assert not [name for name, part in parts.items() if b"<!DOCTYPE" in part or b"<!ENTITY" in part]
        assert {name for name in parts if "macro" in name.lower() or "external" in name.lower()} == set()
        sheet = ET.fromstring(parts["xl/worksheets/sheet1.xml"])  # our own
        assert {element.tag.removeprefix(MAIN) for element in sheet.iter()} <= PARTS
        assert {cell.get("t") for cell in sheet.iter(f"{MAIN}c")} <= {None, "inlineStr"}
    with target.open("rb") as stream, closing(Sheet(stream)) as read_again:
        read = [cells[2] for _, cells in read_again.rows()]
    assert read[1:] == [text.replace("\0", "\ufffd") for text in TEXTS]


def test_no_cell_of_postings_to_label_is_run(source: Path, toy_model: Path) -> None:
    target = source.with_name("label.csv")
    run(suggest, source, "-n", 300, "-o", target, "--model", toy_model)
    assert not [cell for row in cells_of(target) for cell in row if is_run(cell)]


def test_no_cell_of_the_result_of_a_job_is_run(tmp_path: Path) -> None:
    lines = []
    for number, text in enumerate(TEXTS):
        item = {"field": "text", "start": 0, "end": len(text), "quote": text, "disguised": False}
        told = {
            "id": text,
            "kind": text,
            "risk_level": text,
            "risk_score": 3,
            "versions": {"model": text, "rules": text},
        }
        reasons = [{"code": text, "evidence": [item]}]
        campaign, error = {"found": True}, {"detail_en": text}
        lines.append(orjson.dumps({"row": number, **told, "reasons": reasons, "campaign": campaign, "error": error}))
    path = tmp_path / "job.csv"
    path.write_bytes(b"".join(as_csv([b"\n".join(lines) + b"\n"])))
    found = cells_of(path)
    assert [row[1] for row in found[1:]] == [harmless(text) for text in TEXTS]
    assert not [cell for row in found for cell in row if is_run(cell)]
