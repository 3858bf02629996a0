"""What is suggested for labelling: doubtful, unlike one another, and in a file that can be filled in."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from detector.types import Posting
from training.command import run
from training.suggest import Candidate, choose

WORDS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"


def candidate(number: int, scam: float, text: str = "") -> Candidate:
    return Candidate(number, None, Posting(text=text or WORDS[number] * 30), scam, 1 - scam)


def numbers(candidates: list[Candidate], number: int) -> list[int]:
    return [one.number for one in choose(candidates, number)]


def test_the_doubtful_come_first() -> None:
    assert numbers([candidate(0, 0.02), candidate(1, 0.48), candidate(2, 0.97), candidate(3, 0.7)], 3) == [1, 3, 2]


def test_near_copies_are_asked_for_once() -> None:
    text = "招聘录入员，在家可做，先交工号费二百元，满月退还，名额不多"
    copies = [candidate(number, 0.5, f"{text}{number}") for number in range(30)]
    assert numbers([*copies, candidate(9, 0.01)], 5) == [0, 9]


def test_each_sort_is_asked_about_once() -> None:
    sorts = ["录入员，在家可做，工号费二百元满月退还", "仓库夜班分拣，包吃住，月薪五千", "短剧群演，当日结算，自备黑裤"]
    copies = [candidate(at, 0.5 - at / 100, f"{sorts[at % 3]}，{WORDS[at] * 6}{WORDS[-at] * 6}") for at in range(18)]
    assert sorted(number % 3 for number in numbers(copies, 3)) == [0, 1, 2]


def test_texts_too_short_to_differ_are_asked_for_all_the_same() -> None:
    assert numbers([candidate(at, 0.5 - at / 100, WORDS[at]) for at in range(9)], 4) == [0, 1, 2, 3]


def test_what_is_no_posting_is_not_in_doubt() -> None:
    assert Candidate(0, None, Posting(text="新闻"), 0.1, 0.1).doubt == pytest.approx(0.2)
    assert Candidate(1, None, Posting(text="招工"), 0.6, 0.4).doubt == pytest.approx(0.8)


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_the_file_can_be_filled_in_and_trained_on(
    toy_model: Path, tmp_path: Path, ending: str, capfd: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / f"out.{ending}"
    rows = [{"id": f"p{n}", "title": "=cmd()", "description": WORDS[n] * 30 + "押金" * (n % 3)} for n in range(12)]
    source.write_text("\n".join([*map(json.dumps, rows), '{"id": "bad"}']), "utf-8")
    assert run(["suggest", str(source), "-n", "5", "-o", str(output), "--model", str(toy_model)]) == 1
    assert "line 13" in capfd.readouterr().err
    raw = output.read_text("utf-8-sig")
    lines = map(json.loads, raw.splitlines()) if ending == "jsonl" else csv.DictReader(io.StringIO(raw))
    picked = list(lines)
    assert len({row["id"] for row in picked}) == 5
    assert all(row["label"] == "" for row in picked)
    assert {row["title"] for row in picked} == {"=cmd()" if ending == "jsonl" else "'=cmd()"}


def test_another_ending_is_refused(toy_model: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["suggest", "in.jsonl", "-o", "out.xlsx", "--model", str(toy_model)]) == 2
    assert "must be .jsonl or .csv" in capfd.readouterr().err
