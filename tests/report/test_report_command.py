from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.command import run

ROWS = Path(__file__).parent.parent / "toy.jsonl"


def test_the_command_writes_page_and_json_beside_another_model(
    toy_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, told = tmp_path / "r.html", tmp_path / "r.json"
    words = ["report", str(toy_model), str(ROWS), "-o", str(page), "--json", str(told), "--against", "promoted"]
    assert run(words) == 0
    assert "texts" in capsys.readouterr().out
    found = json.loads(told.read_bytes())
    assert found["summary"]["texts"] == sum(found["summary"]["labels"].values())
    assert found["comparison"]["after"] == found["whole"]
    assert found["origin"]["seen"] is True
    assert "正是这个模型的训练数据" in page.read_text("utf-8")


def test_a_refused_row_is_named_and_counted_and_the_rest_is_reported(
    toy_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "mine.jsonl"
    good = {"id": "1", "text": "社区超市招收银员，月薪3800元，缴社保。", "label": "legit"}
    data.write_text(json.dumps(good) + "\n" + json.dumps({**good, "label": "scan"}) + "\n", "utf-8")
    assert run(["report", str(toy_model), str(data), "-o", str(tmp_path / "r.html")]) == 1
    assert "mine.jsonl: line 2: label 'scan'" in capsys.readouterr().err
    assert "有 1 行读不了" in (tmp_path / "r.html").read_text("utf-8")


@pytest.mark.parametrize("words", [["nowhere", str(ROWS)], [str(ROWS.parent), str(ROWS)]], ids=["missing", "no model"])
def test_a_model_that_is_none_is_one_clear_line(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", *words, "-o", str(tmp_path / "r.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "r.html").exists()
