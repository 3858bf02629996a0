from __future__ import annotations

from pathlib import Path

import pytest

from detector import Detector
from detector.types import Kind, Level, Posting
from training.dataset import Example, read_examples
from training.report.predictions import Prediction, held_out_predictions, predictions

CURVE = [[0.0, 0.0], [1.0, 1.0]]


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


def test_held_out_shares_become_predictions_as_the_detector_would_make_them() -> None:
    text = "入职前先交服装押金300元，做满三个月退还。"
    rows = [Example(str(number), Posting(text=text), "scam", group="g") for number in range(2)]
    shares = [[0.8, 0.1, 0.1, 0.9], [0.2, 0.1, 0.7, 0.9]]
    posting, news = held_out_predictions(rows, shares, [0.93, 0.93], CURVE)
    assert (posting.score, posting.level, posting.kind) == (93, Level.HIGH, Kind.POSTING)
    assert posting.codes == {"upfront_fee"}
    assert (news.score, news.level, news.kind, news.reasons) == (29, Level.LOW, Kind.NOT_POSTING, ())
    assert news.fired == posting.fired != ()
