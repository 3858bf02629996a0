"""What people label in Label Studio comes back as rows, and rows go there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from detector import Posting
from detector.types import CODES
from training.command import run
from training.files import BadRow, FileError
from training.label_studio import labeling_config, prediction, read_export
from training.naming import Names

from toys import DEPOSIT, ToyDetector

TEXT = "入职先交300元服装押金，做满三个月退还。"


def said(*words: str, **more: object) -> dict[str, object]:
    kinds = [("labels" if word in CODES else "choices", word) for word in words]
    result = [{"from_name": "a", "to_name": "b", "type": kind, "value": {kind: [word]}} for kind, word in kinds]
    return {"result": result, "completed_by": 1, **more}


def read(tmp_path: Path, *tasks: object, names: Names | None = None, majority: bool = False) -> list[Any]:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
    return [row for _, row in read_export(str(path), names or Names(), majority)]


def test_a_task_becomes_a_row(tmp_path: Path) -> None:
    task = {"id": 5, "data": {"text": TEXT, "poster": "乙"}, "annotations": [said("scam", "upfront_fee", "urgency")]}
    (row,) = read(tmp_path, task)
    assert row == {"text": TEXT, "poster": "乙", "id": 5, "label": "scam", "codes": ["upfront_fee", "urgency"]}


def test_a_teams_own_words_are_read(tmp_path: Path) -> None:
    names = Names.of(["text=描述"], ["诈骗=scam"])
    (row,) = read(tmp_path, {"data": {"描述": TEXT, "id": "x"}, "annotations": [said("诈骗")]}, names=names)
    assert (row["text"], row["id"], row["label"]) == (TEXT, "x", "scam")


def test_the_small_export_is_read_too(tmp_path: Path) -> None:
    task = {"id": 1, "text": TEXT, "label": "scam", "codes": {"choices": ["upfront_fee"]}, "annotator": 1}
    (row,) = read(tmp_path, task)
    assert row == {"text": TEXT, "id": 1, "label": "scam", "codes": ["upfront_fee"]}


REFUSED: dict[str, tuple[object, str]] = {
    "nobody labelled it": ({"data": {"text": TEXT}, "annotations": []}, "no annotation"),
    "it was skipped": ({"data": {"text": TEXT}, "annotations": [said("scam", was_cancelled=True)]}, "no annotation"),
    "codes alone": ({"data": {"text": TEXT}, "annotations": [said("upfront_fee")]}, "no annotation that names a label"),
    "an unknown label": ({"data": {"text": TEXT}, "annotations": [said("骗子")]}, "label '骗子'; do you mean scam?"),
    "two labels": ({"data": {"text": TEXT}, "annotations": [said("scam", "legit")]}, "says both scam and legit"),
    "people disagree": (
        {"data": {"text": TEXT}, "annotations": [said("scam"), said("legit"), said("scam")]},
        "annotators disagree: legit 1, scam 2",
    ),
    "no task": ([1], "not a JSON object"),
    "strange insides": ({"data": {"text": TEXT}, "annotations": [3, {"result": "x"}]}, "no annotation"),
}  # fmt: skip


@pytest.mark.parametrize(("task", "says"), list(REFUSED.values()), ids=list(REFUSED))
def test_a_task_without_a_clear_label_is_refused(tmp_path: Path, task: object, says: str) -> None:
    (row,) = read(tmp_path, task)
    assert isinstance(row, BadRow)
    assert says in row.cause


def test_most_annotators_may_decide(tmp_path: Path) -> None:
    people = [said("scam", "upfront_fee"), said("legit"), said("scam", "upfront_fee", "urgency")]
    (row,) = read(tmp_path, {"data": {"text": TEXT}, "annotations": people}, majority=True)
    assert (row["label"], row["codes"]) == ("scam", ["upfront_fee"])
    (row,) = read(tmp_path, {"data": {"text": TEXT}, "annotations": people[:2]}, majority=True)
    assert isinstance(row, BadRow)


@pytest.mark.parametrize("content", [b"{}", b"no json", b"[" * 100_000, b"\xff"])
def test_what_is_no_export_is_told_in_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "export.json").write_bytes(content)
    with pytest.raises(FileError, match=r"export\.json: not "):
        list(read_export(str(tmp_path / "export.json"), Names()))


def test_rows_go_there_and_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": TEXT, "label": "scam", "codes": ["upfront_fee"], "source": "甲", "group": "g"},
        {"id": "b", "title": "分拣员", "description": "月薪6000，双休。", "label": "legit", "codes": [], "group": "b"},
        {
            "id": "c",
            "text": "警方提醒🚨：先交押金多为诈骗。",
            "label": "not_posting",
            "codes": [],
            "date": "2026-05-01",
        },
    ]
    ours, tasks, back = tmp_path / "in.jsonl", tmp_path / "tasks.json", tmp_path / "back.jsonl"
    ours.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    page = tmp_path / "page.xml"
    assert run(["examples", "export", str(ours), "-o", str(tasks), "--config", str(page)]) == 0
    assert run(["examples", "import", str(tasks), "-o", str(back)]) == 0
    found = [json.loads(line) for line in back.read_text("utf-8").splitlines()]
    assert found == [{"group": row["id"], **row} for row in rows]
    assert page.read_text("utf-8") == labeling_config()


def test_refused_tasks_go_into_the_file_for_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read(tmp_path, {"data": {"text": TEXT}, "annotations": []}, {"data": {"text": ""}, "annotations": [said("scam")]})
    bad = tmp_path / "bad.jsonl"
    arguments = [str(tmp_path / "export.json"), "-o", str(tmp_path / "out.jsonl"), "--refused", str(bad)]
    assert run(["examples", "import", *arguments]) == 1
    assert "task 1: no annotation that names a label" in capsys.readouterr().err
    first, second = (json.loads(line) for line in bad.read_text("utf-8").splitlines())
    assert first["text"] == TEXT
    assert second["cause"].endswith("task 2: the text is empty")


def test_a_prediction_marks_the_words_where_the_model_found_them() -> None:
    text = "🧧" + DEPOSIT
    found = prediction(ToyDetector().assess(Posting(text)))
    label, codes, span = found["result"]  # type: ignore[misc]
    assert label["value"] == {"choices": ["scam"]}
    assert codes["value"] == {"choices": ["upfront_fee"]}
    assert text[span["value"]["start"] : span["value"]["end"]] == span["value"]["text"] == "押金"
    assert found["score"] == 0.9


def test_the_page_names_every_label_and_code_and_the_fields_of_a_task() -> None:
    page = ET.fromstring(labeling_config())
    aliases = {element.get("alias") for element in page.iter() if element.get("alias")}
    assert aliases == {"scam", "legit", "not_posting", *CODES}
    assert {element.get("name") for element in page.iter() if element.get("name")} == {
        "label",
        "codes",
        "spans",
        "text",
    }
