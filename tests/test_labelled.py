"""A team's own labelled files: read under its own names, every refused row told, mended and fed again."""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from training.command import run
from training.dataset import Example
from training.files import BadRow, FileError
from training.labelled import read_labelled
from training.naming import Names, NamingError
from training.reading import LONGEST_LINE
from training.sheets import SheetWriter
from training.tally import Tally

HONEST = "招聘仓库分拣员，月薪6000，交五险，双休，地址在建设路8号。"
DEPOSIT = "入职先交300元服装押金，做满三个月退还，当天上岗。"
OWN = ["--column", "text=描述", "--column", "label=结论", "--label-value", "诈骗=scam", "--label-value", "正常=legit"]


def read(path: Path | str, names: Names | None = None) -> tuple[list[Example], list[BadRow], Tally]:
    tally = Tally()
    found = [row for _, _, row in read_labelled([str(path)], names or Names(), tally)]
    bad = [row for row in found if isinstance(row, BadRow)]
    return [row for row in found if isinstance(row, Example)], bad, tally


def json_file(path: Path, *rows: Mapping[str, object]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def table(path: Path, header: Sequence[str], *rows: Sequence[object], encoding: str = "utf-8") -> Path:
    match path.suffix:
        case ".csv":
            with path.open("w", encoding=encoding, newline="") as stream:
                csv.writer(stream).writerows([header, *rows])
        case ".xlsx":
            with path.open("wb") as stream:
                sheet = SheetWriter(stream)
                for row in [header, *rows]:
                    sheet.add(row)
                sheet.close()
        case ".parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.Table.from_pylist([dict(zip(header, row, strict=True)) for row in rows]), path)
    return path


# --- a team's own names ---


@pytest.mark.parametrize(
    ("ending", "encoding"),
    [
        (".csv", "utf-8"),
        (".csv", "utf-8-sig"),
        (".csv", "gb18030"),
        (".csv", "utf-16"),
        (".xlsx", ""),
        (".parquet", ""),
    ],
)
def test_a_table_is_read_under_the_names_of_the_team(tmp_path: Path, ending: str, encoding: str) -> None:
    header = ["编号", "描述", "结论", "原因", "发布时间", "发布者"]
    path = table(
        tmp_path / f"posts{ending}",
        header,
        ["7", DEPOSIT, "诈骗", "upfront_fee,urgency", "2026年5月2日", "乙中介"],
        ["8", HONEST, " 正常", "", "2026/5/3 10:00", ""],
        encoding=encoding,
    )
    names = Names.of(
        ["text=描述", "label=结论", "id=编号", "codes=原因", "date=发布时间", "poster=发布者"],
        ["诈骗=scam", "正常=legit"],
    )
    (scam, legit), bad, tally = read(path, names)
    assert bad == []
    assert (scam.id, scam.text, scam.label, scam.codes) == ("7", DEPOSIT, "scam", ("upfront_fee", "urgency"))
    assert (scam.date, scam.poster, legit.date, legit.label) == ("2026-05-02", "乙中介", "2026-05-03T10:00", "legit")
    assert list(tally.forgiven.items()) == [("label ' 正常' read as legit", 1)]


def test_files_with_our_names_and_theirs_are_read_together(tmp_path: Path) -> None:
    json_file(tmp_path / "ours.jsonl", {"text": DEPOSIT, "label": "scam"})
    json_file(tmp_path / "theirs.jsonl", {"描述": HONEST, "label": "legit", "text": "简介"})
    examples, bad, _ = read(tmp_path, Names.of(["text=描述"], []))
    assert not bad
    assert [one.text for one in examples] == [DEPOSIT, HONEST]


@pytest.mark.parametrize("value", [1, 1.0, "1", True])
def test_labels_that_are_numbers_can_be_named(tmp_path: Path, value: object) -> None:
    path = table(tmp_path / "in.parquet", ["text", "label"], [DEPOSIT, value])
    ((one,), _, _) = read(path, Names.of([], ["1=scam", "true=scam"]))
    assert one.label == "scam"


@pytest.mark.parametrize(
    ("columns", "labels", "says"),
    [
        (["描述"], [], "is no pair; write text=描述"),
        (["body=描述"], [], "no column 'body'; there are title"),
        (["text=a", "text=b"], [], "--column names 'text' twice"),
        ([], ["诈骗=bad"], "no label 'bad'; there are scam, legit, not_posting"),
        ([], ["诈骗=scam", " 诈骗=legit"], "--label-value names '诈骗' twice"),
    ],
)
def test_names_that_cannot_be_meant_are_refused(columns: list[str], labels: list[str], says: str) -> None:
    with pytest.raises(NamingError, match=says):
        Names.of(columns, labels)


# --- what is meant by a path ---


def test_folders_and_globs_stand_for_their_files(tmp_path: Path) -> None:
    row = {"text": HONEST, "label": "legit"}
    json_file(tmp_path / "a.jsonl", row)
    json_file(tmp_path / "deep.jsonl", row)
    table(tmp_path / "b.csv", ["text", "label"], [HONEST, "legit"])
    (tmp_path / "notes.txt").write_text("no rows")
    assert len(read(tmp_path)[0]) == 3
    assert len(read(tmp_path / "*.jsonl")[0]) == 2
    with pytest.raises(FileError, match=r"no file matches"):
        read(tmp_path / "*.xlsx")
    with pytest.raises(FileError, match=r"a\.jsonl: is given twice"):
        list(read_labelled([str(tmp_path), str(tmp_path / "a.jsonl")]))


# --- labels ---

NEAR = {
    "Scam": "do you mean scam? (--label-value Scam=scam)",
    "诈骗": "do you mean scam? (--label-value 诈骗=scam)",
    "not posting": "do you mean not_posting?",
    "ham": "do you mean legit?",
    "scan": "do you mean scam?",
    "x": "there are scam, legit, not_posting",
    "": "no label; there are scam",
}


@pytest.mark.parametrize(("label", "says"), NEAR.items(), ids=list(NEAR))
def test_a_wrong_label_is_answered_with_the_one_that_is_meant(tmp_path: Path, label: str, says: str) -> None:
    examples, (bad,), tally = read(json_file(tmp_path / "in.jsonl", {"text": DEPOSIT, "label": label}))
    assert not examples
    assert says in bad.cause
    assert (tally.read, tally.refused) == (1, 1)


def test_blanks_around_a_label_are_forgiven_and_counted(tmp_path: Path) -> None:
    (one, two), _, tally = read(
        json_file(tmp_path / "in.jsonl", *[{"text": DEPOSIT, "label": label} for label in ("scam ", "\u3000legit")])
    )
    assert (one.label, two.label) == ("scam", "legit")
    assert tally.forgiven.total() == 2


def test_counts_add_up_and_name_what_was_left_out_and_stands_twice(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": f"{number} {HONEST}", "label": "legit", "source": "甲"} for number in range(3)]
    path = json_file(tmp_path / "in.jsonl", *rows, {"text": "贷款", "label": "other_scam"}, {"label": "scam"})
    _, _, tally = read(path)
    assert (tally.read, tally.taken, tally.refused, tally.left_out) == (5, 3, 1, 1)
    assert tally.sources == {"甲": 3}
    assert "1 ids stand more than once (a)" in "\n".join(tally.lines())


# --- files that are damaged or hostile ---


def test_a_row_in_another_encoding_is_refused_and_handed_back_readable(tmp_path: Path) -> None:
    good = f"1,{HONEST},legit\n"
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes(f"id,text,label\n{good}".encode() + f"2,{DEPOSIT},scam\n".encode("gb18030") + good.encode())
    examples, (bad,), _ = read(mixed)
    assert (len(examples), bad.number) == (2, 3)
    assert "is in GB18030 in a file of UTF-8" in bad.cause
    assert bad.row == {"id": "2", "text": DEPOSIT, "label": "scam"}
    mixed.write_bytes(f"id,text,label\n{good * 9}".encode("gb18030") + f"2,{DEPOSIT},scam\n".encode())
    examples, (bad,), _ = read(mixed)
    assert "is in UTF-8 in a file of GB18030" in bad.cause
    assert bad.row == {"id": "2", "text": DEPOSIT, "label": "scam"}


def test_two_hundred_megabytes_in_one_text_are_refused_by_size_and_not_held(tmp_path: Path) -> None:
    good = json.dumps({"text": HONEST, "label": "legit"}).encode()
    for name, before, after in (
        ("in.jsonl", b'{"label":"scam","text":"x', b'"}\n' + good + b"\n"),
        ("in.csv", b"text,label\nx", f",scam\n{HONEST},legit\n".encode()),
    ):
        with (tmp_path / name).open("wb") as stream:
            stream.write(before)
            stream.seek(200 << 20, 1)  # zeros that take no room on the disk
            stream.write(after)
    code = """
import resource, sys
from training.labelled import read_labelled
resource.setrlimit(resource.RLIMIT_DATA, (150 << 20, 150 << 20))
for path, unit, row in read_labelled(sys.argv[1:]):
    print(getattr(row, "cause", "taken"))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "in.jsonl"), str(tmp_path / "in.csv")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == [
        f"longer than {LONGEST_LINE:,} bytes",
        "taken",
        "a cell is longer than 1,048,576 characters",
        "taken",
    ], done.stderr


def test_a_huge_cell_of_parquet_is_refused_alone(tmp_path: Path) -> None:
    path = table(tmp_path / "in.parquet", ["text", "label"], [HONEST, "legit"], ["x" * 5_000_000, "scam"])
    examples, (bad,), _ = read(path)
    assert (len(examples), bad.number, bad.cause) == (1, 2, f"longer than {LONGEST_LINE:,} bytes")


def test_csv_with_a_nul_or_an_open_quotation_mark_loses_nothing_silently(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(f'id,text,label\n1,招\0聘,legit\n2,{HONEST},legit\n3,"{DEPOSIT},scam\n4,x,scam\n'.encode())
    examples, (bad,), _ = read(path)
    assert [one.text for one in examples] == ["招\0聘", HONEST]
    assert bad.cause == "a quotation mark is never closed (lost up to line 5)"
    assert bad.row == {"raw": f'3,"{DEPOSIT},scam\n4,x,scam'}


def test_json_lines_may_begin_with_a_mark(tmp_path: Path) -> None:
    path = json_file(tmp_path / "in.jsonl", {"text": HONEST, "label": "legit"})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read(path)[0]) == 1


def test_a_zip_that_is_named_xlsx_is_refused_by_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.xlsx", "w") as archive:
        archive.writestr("photo.jpg", "x")
    with pytest.raises(FileError, match=r"in\.xlsx: not an \.xlsx workbook"):
        read(tmp_path / "in.xlsx")


def bomb(path: Path, filling: bytes, part: str = "xl/worksheets/sheet1.xml") -> Path:
    """A workbook one part of which is `filling`, 70 MB of it, deep inside."""
    whole = table(path.with_name("whole.xlsx"), ["text", "label"], [HONEST, "legit"])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"<sheetData>", b"<sheetData>" + filling) if name == part else content)
    return path


def test_a_workbook_that_unpacks_to_far_more_than_it_is_gets_refused_unread(tmp_path: Path) -> None:
    path = bomb(tmp_path / "in.xlsx", b" " * (70 << 20))
    assert path.stat().st_size < 1 << 20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FileError, match=r"sheet1\.xml would unpack to 73,\d+,\d+ bytes, [\d,]+ times"):
        read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 << 10


def test_a_row_of_a_workbook_without_end_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "in.xlsx", b"<row><c t='str'><v>" + b"x" * (9 << 20) + b"</v></c></row>")
    with pytest.raises(FileError, match=r"a row is longer than 8,388,608 bytes"):
        read(path)


# --- refused rows are mended and fed again ---


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".xlsx"])
@pytest.mark.parametrize("source", [".csv", ".xlsx", ".parquet"])
def test_refused_rows_are_mended_and_fed_again(tmp_path: Path, source: str, ending: str) -> None:
    path = table(
        tmp_path / f"in{source}",
        ["id", "描述", "结论"],
        ["1", HONEST, "正常"],
        ["2", "=" + DEPOSIT, "诈片"],
        ["3", "", "诈骗"],
    )
    bad, again = tmp_path / f"bad{ending}", tmp_path / f"again{ending}"
    assert run(["examples", "check", str(path), *OWN, "--refused", str(bad)]) == 1
    mended = ["--label-value", "诈片=scam"]
    assert run(["examples", "check", str(bad), *OWN, *mended, "--refused", str(again)]) == 1
    ((one,), (still,), _) = read(bad, Names.of(["text=描述", "label=结论"], ["诈骗=scam", "诈片=scam"]))
    assert (one.id, one.text, one.label) == ("2", "=" + DEPOSIT, "scam")
    assert still.cause == "the text is empty"
    _, (last,), _ = read(again, Names.of(["text=描述", "label=结论"], ["诈骗=scam"]))
    assert last.row is not None
    assert {**last.row, "cause": ""} == {**last.row, "id": "3", "结论": "诈骗", "cause": ""}


def test_a_line_that_was_no_json_is_mended_inside_raw(tmp_path: Path) -> None:
    row = json.dumps({"text": DEPOSIT, "label": "scam"}, ensure_ascii=False)
    (tmp_path / "in.jsonl").write_bytes(row.encode("gb18030") + b"\n" + row[:-1].encode() + b"\n")
    bad = tmp_path / "bad.jsonl"
    assert run(["examples", "check", str(tmp_path / "in.jsonl"), "--refused", str(bad)]) == 1
    first, second = (json.loads(line) for line in bad.read_text("utf-8").splitlines())
    assert first["cause"].endswith(
        "in.jsonl: line 1: byte 11 is not UTF-8; save the file as UTF-8 (it looks like GB18030)"
    )
    assert first["raw"] == row
    second["raw"] += "}"
    json_file(bad, first, second)
    examples, refused, _ = read(bad)
    assert not refused
    assert [one.text for one in examples] == [DEPOSIT, DEPOSIT]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("bad.parquet", "refused rows go into .jsonl, .csv, .xlsx"),
        ("in.jsonl", "is the input as well"),
        ("no/bad.csv", ""),
    ],
)
def test_a_file_for_refused_rows_that_cannot_be_is_told_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str, says: str
) -> None:
    path = json_file(tmp_path / "in.jsonl", {"text": DEPOSIT, "label": "x"})
    assert run(["examples", "check", str(path), "--refused", str(tmp_path / target)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line


def test_many_refused_rows_are_told_in_the_file_and_not_all_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = json_file(tmp_path / "in.jsonl", *[{"text": DEPOSIT, "label": "x"}] * 50)
    run(["examples", "check", str(path), "--refused", str(tmp_path / "bad.jsonl")])
    told = capsys.readouterr().err
    assert told.count(": line ") == 10
    assert "50 rows read, 0 taken, 50 refused" in told
    assert len((tmp_path / "bad.jsonl").read_text("utf-8").splitlines()) == 50
    run(["examples", "check", str(path)])
    assert capsys.readouterr().err.count(": line ") == 50


# --- what a check finds ---


def test_a_check_names_contradictions_copies_leaks_and_what_is_too_little(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json_file(
        tmp_path / "data.jsonl",
        {"id": "a", "text": DEPOSIT, "label": "scam"},
        {"id": "b", "text": DEPOSIT[:-1] + "！", "label": "legit"},
        {"id": "c", "text": HONEST, "label": "legit", "poster": "甲"},
    )
    test = json_file(
        tmp_path / "test.jsonl",
        {"id": "d", "text": HONEST + "急", "label": "legit"},
        {"id": "e", "text": "后厨帮工，晚班，月休四天，包吃住。", "label": "legit", "poster": "甲"},
        {"id": "f", "text": "幼儿园保育员，持证，朝九晚五，工资面谈。", "label": "legit"},
    )
    out = tmp_path / "conflicts.csv"
    assert run(["examples", "check", str(data), "--test", str(test), "--json", "--conflicts", str(out)]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["near_copies"], facts["conflicts"], facts["tested"], facts["leaks"]) == (2, 1, 3, 2)
    assert facts["independent"] == {"scam": 1, "legit": 3, "not_posting": 0}
    assert any("1 independent rows of scam" in line for line in facts["advice"])
    with out.open(encoding="utf-8-sig", newline="") as stream:
        assert [(row["id"], row["label"]) for row in csv.DictReader(stream)] == [("a", "scam"), ("b", "legit")]


def test_an_empty_file_is_checked_without_a_stumble(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text("")
    assert run(["examples", "check", str(tmp_path / "in.jsonl")]) == 0
    assert "0 independent rows of scam" in capsys.readouterr().out
