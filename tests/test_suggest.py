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


def candidate(number: int, risk: float, text: str = "") -> Candidate:
    return Candidate(number, None, Posting(text=text or WORDS[number] * 30), risk)


def numbers(candidates: list[Candidate], number: int) -> list[int]:
    return [choice.candidate.number for choice in choose(candidates, number)]


def test_the_doubtful_come_first() -> None:
    assert numbers([candidate(0, 0.02), candidate(1, 0.48), candidate(2, 0.97), candidate(3, 0.7)], 3) == [1, 3, 2]


def test_near_copies_are_asked_for_once() -> None:
    text = "招聘录入员，在家可做，先交工号费二百元，满月退还，名额不多"
    copies = [candidate(number, 0.5, f"{text}{number}") for number in range(30)]
    assert numbers([*copies, candidate(9, 0.01)], 5) == [0, 9]


def test_what_resembles_a_choice_is_worth_less() -> None:
    text = WORDS
    near, far = text[:16] + "另有八个字写在这里", "完全不同的另一段话，说的是别的事情，字也都不一样"
    assert numbers([candidate(0, 0.5, text), candidate(1, 0.49, near), candidate(2, 0.47, far)], 3) == [0, 2, 1]


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
