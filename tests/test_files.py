from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from detector.errors import TextTooLong
from detector.types import Assessment, Posting
from training.bulk import Scored, assess_block
from training.encodings import NotTextError, decode
from training.files import BLOCK, BadRow, FileError, Record, item_of
from training.labelled import read_labelled
from training.reading import LONGEST_LINE, open_rows
from training.sheets import MAX_ROWS, SheetWriter
from training.writing import COLUMNS, SheetSink, open_results

from toys import DEPOSIT, ToyDetector


def rows_of(path: Path) -> list[Record | BadRow]:
    with open_rows(str(path)) as rows:
        return [row for block in rows.blocks for row in block]


def texts_of(path: Path) -> list[object]:
    return [row.values.get("text") if isinstance(row, Record) else row for row in rows_of(path)]


def score_file(source: Path, target: Path) -> list[BadRow]:
    refused = []
    with open_rows(str(source)) as rows, open_results(str(target), str(source)) as write:
        for block in rows.blocks:
            scored = assess_block(ToyDetector(), block)
            write(scored.results)
            refused += scored.refused
    return refused


def write_table(path: Path, rows: list[dict[str, object]]) -> Path:
    match path.suffix:
        case ".jsonl":
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        case ".csv":
            with path.open("w", encoding="utf-8", newline="") as stream:
                table = csv.DictWriter(stream, list(rows[0]))
                table.writeheader()
                table.writerows(rows)
        case ".parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.Table.from_pylist(rows), path)
        case ".xlsx":
            with path.open("wb") as stream:
                writer = SheetWriter(stream)
                writer.add(list(rows[0]))
                for row in rows:
                    writer.add(list(row.values()))
                writer.close()
    return path


def read_table(path: Path) -> list[dict[str, object]]:
    match path.suffix:
        case ".csv":
            with path.open(encoding="utf-8", newline="") as stream:
                return list(csv.DictReader(stream))
        case ".parquet":
            import pyarrow.parquet as pq

            return pq.read_table(path).to_pylist()
        case ".xlsx":
            from openpyxl import load_workbook

            header, *rows = load_workbook(path).active.values
            return [dict(zip(header, row, strict=True)) for row in rows]
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


ENDINGS = [".jsonl", ".csv", ".parquet", ".xlsx"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_texts_come_out_of_every_format_as_they_went_in(tmp_path: Path, ending: str) -> None:
    texts = ["NA", "null", "None", "0012", 'a,b;c\t"d"', "两行\n的字", "=1+1", "🧧 押 金", "_x0041_ 不变", "a\rb"]
    rows = [{"id": f"r{number}", "text": text} for number, text in enumerate(texts)]
    path = write_table(tmp_path / f"in{ending}", rows)
    assert texts_of(path) == texts


@pytest.mark.parametrize("source", ENDINGS)
@pytest.mark.parametrize("target", ENDINGS)
def test_ids_and_order_are_kept_from_any_format_to_any_other(tmp_path: Path, source: str, target: str) -> None:
    rows = [{"id": f"号-{number}", "text": f"{number} {DEPOSIT if number % 2 else '招店员'}"} for number in range(600)]
    inside, outside = write_table(tmp_path / f"in{source}", rows), tmp_path / f"out{target}"
    assert score_file(inside, outside) == []
    found = read_table(outside)
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    assert [row["risk_level"] for row in found] == ["low", "high"] * 300
    assert [int(str(row["risk_score"])) for row in found] == [3, 90] * 300


def test_results_in_json_lines_are_the_assessment_of_the_contract(tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.jsonl", [{"id": 7, "text": DEPOSIT}, {"text": DEPOSIT}])
    score_file(path, tmp_path / "out.jsonl")
    first, second = read_table(tmp_path / "out.jsonl")
    assert first == json.loads(json.dumps(ToyDetector().assess(Posting(DEPOSIT)).to_dict())) | {"id": 7}
    assert second["id"] is None


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_tables_name_the_row_the_codes_and_the_words(tmp_path: Path, ending: str) -> None:
    path = write_table(tmp_path / "in.jsonl", [{"id": "a", "text": DEPOSIT}])
    score_file(path, tmp_path / f"out{ending}")
    (row,) = read_table(tmp_path / f"out{ending}")
    assert tuple(row) == COLUMNS
    assert (str(row["row"]), row["codes"], row["evidence"]) == ("1", "upfront_fee", "押金")
    assert json.loads(str(row["reasons"]))[0]["evidence"][0]["quote"] == "押金"


def test_the_columns_of_a_job_board_make_a_posting(tmp_path: Path) -> None:
    row = {"id": "1", "title": "打字员", "salary": 5000, "description": "在家办公", "remark": "x"}
    (record,) = rows_of(write_table(tmp_path / "in.xlsx", [row]))
    item = item_of(record)
    assert not isinstance(item, BadRow)
    assert item.posting == Posting(id="1", title="打字员", salary="5000", description="在家办公")


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_that_excel_writes(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(f"id,text\r\n1,{DEPOSIT}\r\n".encode(mark))
    assert texts_of(path) == [DEPOSIT]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_may_be_divided_by_commas_semicolons_or_tabs(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"id{delimiter}text\n1{delimiter}招店员\n", "utf-8")
    assert texts_of(path) == ["招店员"]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_a_table_without_a_text_names_the_columns_it_has(tmp_path: Path, ending: str) -> None:
    path = write_table(tmp_path / f"in{ending}", [{"id": "1", "content": "招店员"}])
    with pytest.raises(FileError, match=r"no column text .*the columns are: id, content"):
        rows_of(path)


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text,Text\na,b\n", "utf-8")
    with pytest.raises(FileError, match="the column text stands twice"):
        rows_of(tmp_path / "in.csv")


BAD_LINES = {
    b'{"text": "\xff"}': "byte 11 is not UTF-8",
    b"not json": "not JSON",
    b"[1]": "not a JSON object",
    b"{}": "no text",
    b'{"body": "x"}': "the keys are: body",
    b'{"text": ""}': "the text is empty",
    b'{"text": " \\n\\u3000"}': "the text is empty",
    b'{"text": 5}': "text is a number",
    b'{"text": ["x"]}': "text is a list",
    b'{"text": null, "title": false}': "title is true or false",
    b'{"text": "x", "id": {}}': "id is an object",
    b'{"text": "x", "id": true}': "id is true or false",
    b'{"text": "\\ud800"}': "not JSON",
    b"[" * 20_000: "not JSON",
    b'{"text": "' + b"x" * 20_001 + b'"}': "20,001 characters; the limit is 20,000",
    b'{"text": "' + b"x" * 19_999 + b'", "title": "yz"}': "20,001 characters",
    b'{"text": NaN}': "not JSON",
    b'{"text": "' + b"x" * LONGEST_LINE + b'"}': "longer than",
}


@pytest.mark.parametrize(("line", "cause"), BAD_LINES.items(), ids=range(len(BAD_LINES)))
def test_a_bad_line_is_named_and_the_rest_goes_on(tmp_path: Path, line: bytes, cause: str) -> None:
    good = json.dumps({"id": "1", "text": DEPOSIT}).encode()
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join([b"\xef\xbb\xbf" + good, b"", line, good]))
    (refused,) = score_file(path, tmp_path / "out.jsonl")
    assert refused.number == 3
    assert cause in refused.cause
    assert len(read_table(tmp_path / "out.jsonl")) == 2


def test_a_text_of_exactly_the_limit_is_assessed(tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.jsonl", [{"text": "字" * 20_000}])
    assert score_file(path, tmp_path / "out.jsonl") == []


def test_nul_bytes_are_text_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes("id,text\n1,招\0聘\n".encode())
    assert texts_of(tmp_path / "in.csv") == ["招\0聘"]


@pytest.mark.parametrize(
    ("body", "good", "causes"),
    [
        ("1,a,b\n2,fine\n", ["fine"], ["3 cells where the header has 2"]),
        ('1,"a"b\n2,fine\n', ["fine"], ["not CSV"]),
        ('1,fine\n2,"never closed\n3,lost\n', ["fine"], ["never closed (lost up to line 4)"]),
        ("1,fine\n\n2,more\n", ["fine", "more"], []),
        ("1,\n2,fine\n", ["fine"], ["the text is empty"]),
    ],
)
def test_a_broken_row_of_csv_is_named_and_the_rest_goes_on(
    tmp_path: Path, body: str, good: list[str], causes: list[str]
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"id,text\n{body}", "utf-8")
    items = [item_of(row) for row in rows_of(path)]
    assert [item.posting.text for item in items if not isinstance(item, BadRow)] == good
    bad = [item for item in items if isinstance(item, BadRow)]
    assert len(bad) == len(causes)
    assert all(cause in row.cause for row, cause in zip(bad, causes, strict=True))


def test_one_broken_byte_does_not_turn_a_utf8_file_into_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    rows = [f"{number},{DEPOSIT}\n".encode() for number in range(50)]
    path.write_bytes(
        b"id,text\n" + b"".join(rows[:30]) + b"30,\xe6\x8b,\n".replace(b",\n", b"\n") + b"".join(rows[31:])
    )
    items = [item_of(row) for row in rows_of(path)]
    assert [item for item in items if isinstance(item, BadRow)] == [
        BadRow(32, "text is not valid Unicode at character 1; save it as UTF-8")
    ]
    assert sum(item.posting.text == DEPOSIT for item in items if not isinstance(item, BadRow)) == 49


def test_numbers_of_lines_are_those_an_editor_shows(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text('id,text\n1,"two\nlines"\n2,\n', "utf-8")
    assert [row.number for row in rows_of(path)] == [2, 4]


@pytest.mark.parametrize("ending", [".parquet", ".xlsx"])
def test_a_file_that_is_not_what_its_name_says_is_refused_by_name(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"in{ending}"
    path.write_bytes(b"id,text\n1,x\n" * 100)
    with pytest.raises(FileError, match=rf"in{ending}: not an? "):
        rows_of(path)


def test_a_damaged_sheet_says_how_far_it_was_good(tmp_path: Path) -> None:
    whole = write_table(tmp_path / "in.xlsx", [{"text": "招店员"}])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) * 3 // 4] if "sheet1" in name else data)
    with pytest.raises(FileError, match="damaged after row"):
        rows_of(tmp_path / "bad.xlsx")


@pytest.mark.parametrize("name", ["in.xls", "in", "in.json", "in.txt"])
def test_other_endings_are_refused_with_the_list_of_ours(name: str) -> None:
    with pytest.raises(FileError, match=r"has to end in \.jsonl, \.csv, \.parquet, \.xlsx"):
        rows_of(Path(name))


def test_the_first_sheet_is_read_with_rich_text_numbers_and_gaps(tmp_path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    book = Workbook()
    book.active["B2"], book.active["D2"] = "id", "Text"
    book.active["B4"], book.active["D4"] = 12.0, CellRichText("先交", TextBlock(InlineFont(b=True), "押金"))
    book.active["D7"] = 800
    book.create_sheet("zweites").append(["text"])
    book.save(tmp_path / "in.xlsx")
    first, second = rows_of(tmp_path / "in.xlsx")
    assert first == Record(4, {"id": 12, "text": "先交押金"})
    assert item_of(second) == BadRow(7, "text is a number; it has to be a string")


@pytest.mark.parametrize("cell", ['=HYPERLINK("x")', "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_no_cell_of_a_table_starts_a_formula(tmp_path: Path, cell: str) -> None:
    path = write_table(tmp_path / "in.jsonl", [{"id": cell, "text": DEPOSIT}])
    score_file(path, tmp_path / "out.csv")
    score_file(path, tmp_path / "out.xlsx")
    assert read_table(tmp_path / "out.csv")[0]["id"] == f"'{cell}"
    from openpyxl import load_workbook

    in_sheet = load_workbook(tmp_path / "out.xlsx").active["B2"]
    assert in_sheet.data_type in {"s", "inlineStr"}
    assert str(in_sheet.value).replace("_x000D_", "\r") == cell


@pytest.mark.parametrize("own_id", ["-5", "+86", "-1.5", "a=b"])
def test_ids_that_spreadsheets_take_for_numbers_stay_as_they_are(tmp_path: Path, own_id: str) -> None:
    score_file(write_table(tmp_path / "in.jsonl", [{"id": own_id, "text": "x"}]), tmp_path / "out.csv")
    assert read_table(tmp_path / "out.csv")[0]["id"] == own_id


def test_control_characters_do_not_break_a_sheet(tmp_path: Path) -> None:
    score_file(write_table(tmp_path / "in.jsonl", [{"id": "a\x00\x0bb", "text": "x"}]), tmp_path / "out.xlsx")
    assert read_table(tmp_path / "out.xlsx")[0]["id"] == "a\ufffd\ufffdb"


def test_a_full_sheet_is_refused_before_it_is_damaged() -> None:
    sink = SheetSink(io.BytesIO())
    sink._sheet._rows = MAX_ROWS
    with pytest.raises(FileError, match="holds 1,048,575 rows; write"):
        sink.write([(1, ToyDetector().assess(Posting("x")).to_dict())])


def test_what_no_cell_can_hold_is_named_in_its_place(tmp_path: Path) -> None:
    score_file(write_table(tmp_path / "in.jsonl", [{"id": "长" * 40_000, "text": "x"}]), tmp_path / "out.xlsx")
    assert "longer than the 32,767 characters" in str(read_table(tmp_path / "out.xlsx")[0]["id"])


def _stopped_midway(target: Path) -> None:
    with open_results(str(target)) as write:
        write([(1, ToyDetector().assess(Posting(DEPOSIT)).to_dict())])
        raise KeyboardInterrupt


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_that_fails_leaves_the_old_file_and_no_trace(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out{ending}"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        _stopped_midway(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_file_gets_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with open_results(str(tmp_path / "out.csv")):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o640


def test_a_link_goes_on_pointing_at_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with open_results(str(tmp_path / "link.csv")):
        pass
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("row,id")


@pytest.mark.parametrize(
    ("target", "cause"), [("in.jsonl", "is the input as well"), ("no/out.csv", "no folder"), ("d.csv", "is a folder")]
)
def test_targets_that_cannot_be_are_refused_before_work_begins(tmp_path: Path, target: str, cause: str) -> None:
    source = write_table(tmp_path / "in.jsonl", [{"text": "x"}])
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(FileError, match=cause):
        score_file(source, tmp_path / target)


def test_a_posting_that_only_the_detector_finds_too_long_is_refused_alone() -> None:
    class Strict(ToyDetector):
        def assess(self, posting: Posting, /) -> Assessment:
            if "长" in posting.text:
                raise TextTooLong(5, 4)
            return super().assess(posting)

    block: list[Record | BadRow] = [Record(n, {"text": text}) for n, text in enumerate(["短", "长", "短"], 1)]
    scored = assess_block(Strict(), block)
    assert isinstance(scored, Scored)
    assert [number for number, _ in scored.results] == [1, 3]
    assert scored.refused == [BadRow(2, "text has 5 characters; the limit is 4")]


def test_labelled_files_leave_out_other_scams_and_name_bad_labels(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": DEPOSIT, "label": "scam", "codes": '["upfront_fee"]'},
        {"id": "2", "text": "贷款", "label": "other_scam", "codes": ""},
        {"id": "3", "text": "店员", "label": "good", "codes": ""},
        {"id": "4", "text": "店员", "label": "legit", "codes": ""},
        {"id": "5", "text": DEPOSIT, "label": "scam", "codes": "upfront_fee,easy_money"},
    ]
    found = [row for _, _, row in read_labelled([str(write_table(tmp_path / "in.csv", rows))])]
    assert [getattr(row, "codes", None) for row in found] == [("upfront_fee",), None, (), ("upfront_fee", "easy_money")]
    assert isinstance(found[1], BadRow)
    assert "label 'good'" in found[1].cause


def test_a_pipe_is_answered_line_by_line() -> None:
    inside, outside = os.pipe()
    with os.fdopen(inside, "rb") as reader, os.fdopen(outside, "wb", buffering=0) as writer:
        from training.reading import _json_rows

        blocks = _json_rows(reader, None).blocks
        for number in (1, 2):
            writer.write(b'{"text": "x"}\n')
            assert next(blocks) == [Record(number, {"text": "x"})]


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_memory_does_not_grow_with_the_input(tmp_path: Path, ending: str) -> None:
    few, many = _peak(tmp_path, ending, 2_000), _peak(tmp_path, ending, 20_000)
    assert many < few * 1.2 + 200_000


def _peak(folder: Path, ending: str, rows: int) -> int:
    source = write_table(folder / f"{rows}{ending}", [{"id": str(n), "text": f"{DEPOSIT}{n}"} for n in range(rows)])
    tracemalloc.start()
    score_file(source, folder / f"out{ending}")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


GROWTH = """
import re, sys
from test_files import score_file
from pathlib import Path
score_file(Path(sys.argv[1]), Path(sys.argv[2]))
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_two_hundred_thousand_rows_take_no_more_memory_than_ten_thousand(tmp_path: Path, ending: str) -> None:
    def growth() -> int:
        return _resident(tmp_path, ending, 200_000) - _resident(tmp_path, ending, 10_000)

    # What an allocator keeps back differs from run to run; rows that stay in memory show in every run.
    assert any(growth() < 40 * 1024 for _ in range(3)), "200,000 rows took 40 MiB more than 10,000, three times"


def _resident(folder: Path, ending: str, rows: int) -> int:
    """KiB that a process of its own takes to score so many rows, each of its own 120 characters."""
    source = folder / f"{rows}{ending}"
    lines = ({"id": str(n), "text": f"{n}、招店员，月薪四千五，包吃住，双休。" * 5} for n in range(rows))
    write_table(source, list(lines))
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, str(source), str(folder / f"out{rows}{ending}")],
        env=os.environ | {"PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parent.parent}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.parametrize("text", ["招聘打字员，日结300元，先交押金200元", "誠聘文員，月薪一萬八，雙休", "abc"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_posting_is_read_in_either_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "cut",
    [b"\xe6\x8b", "招聘".encode()[:-1], "招聘打字员".encode()[1:], b"\xff\xfe\xfa\x80", b"\xff\xfa\x00", b"ok \x80"],
)
def test_damaged_utf8_is_refused_and_not_read_as_nonsense(cut: bytes) -> None:
    with pytest.raises(NotTextError, match="neither UTF-8 nor GB18030"):
        decode(cut)


def test_blocks_are_of_the_size_that_is_assessed_together(tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [{"id": str(n), "text": "x"} for n in range(BLOCK + 1)])
    with open_rows(str(path)) as rows:
        assert [len(block) for block in rows.blocks] == [BLOCK, 1]
        assert rows.done() == rows.size
