from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from detector import Detector
from detector.types import Kind, Level, Posting
from training.dataset import DataError, Example, read_examples
from training.feature_cache import text_key
from training.held_out import HELD_OUT_FILE
from training.report.held_out import readings
from training.report.predictions import Prediction, predictions


@pytest.fixture(scope="module")
def some(toy_model: Path) -> list[Prediction]:
    rows = read_examples([Path(__file__).parent.parent / "toy.jsonl"])[:40]
    return list(predictions(rows, toy_model))


def test_a_prediction_is_what_the_detector_says(some: list[Prediction], toy: Detector) -> None:
    for one in some:
        said = toy.assess(one.example.posting)
        assert (one.score, one.kind, one.reasons, one.level) == (
            said.risk_score,
            said.kind,
            said.reasons,
            said.risk_level,
        )
        assert sum(one.shares) == pytest.approx(1)
        assert 0 <= one.risk <= 1


def test_rules_that_hit_are_told_where_no_reason_is_given(some: list[Prediction]) -> None:
    assert {reason.rule for one in some for reason in one.reasons if reason.rule} <= {
        rule for one in some for rule in one.fired
    }


TEXT = "入职前先交服装押金300元，做满三个月退还。"


def test_what_a_model_was_trained_on_is_taken_from_the_readings_beside_it(toy_model: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(toy_model, model)
    rows = [Example(str(number), Posting(text=TEXT + "！" * number), "scam", group="g") for number in range(3)]
    lines = [
        {"key": text_key(rows[0]).hex(), "shares": [0.8, 0.1, 0.1], "risk": 0.93, "score": 93},
        {"key": text_key(rows[1]).hex(), "shares": [0.2, 0.1, 0.7], "risk": 0.93, "score": 29},
    ]
    (model / HELD_OUT_FILE).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    posting, news, asked = predictions(rows, model)
    assert (posting.score, posting.level, posting.kind, posting.held_out) == (93, Level.HIGH, Kind.POSTING, True)
    assert posting.codes == {"upfront_fee"}
    assert (news.score, news.level, news.kind, news.reasons) == (29, Level.LOW, Kind.NOT_POSTING, ())
    assert news.fired == posting.fired != ()
    assert not asked.held_out


@pytest.mark.parametrize("line", ["{}", "no json", '{"key": "k", "shares": [1], "risk": 0, "score": 0}'])
def test_a_damaged_reading_is_named_by_its_line(line: str, tmp_path: Path) -> None:
    (tmp_path / HELD_OUT_FILE).write_text(line + "\n", "utf-8")
    with pytest.raises(DataError, match=r"heldout.jsonl:1: not a held-out reading"):
        readings(tmp_path)


def test_no_readings_are_none(tmp_path: Path) -> None:
    assert readings(tmp_path) == {}
