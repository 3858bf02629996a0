"""From signs to a score to a level."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.scoring import HINT, STRANGE, believed, calibrated, families, kindred, level, noisy_or
from detector.types import Level

CURVE = [[0.0, 0.0], [0.2, 0.1], [0.5, 0.6], [1.0, 0.97]]
UNIT = st.floats(0, 1, allow_nan=False)

LEVELS = [(0, "low"), (29, "low"), (30, "medium"), (69, "medium"), (70, "high"), (100, "high")]


@pytest.mark.parametrize(("score", "expected"), LEVELS)
def test_levels_begin_where_the_contract_says(score: int, expected: str) -> None:
    assert level(score) is Level(expected)


@pytest.mark.parametrize(
    ("likelihood", "signs", "expected"),
    [(0.3, [], 0.3), (0.0, [0.9], 0.9), (0.5, [0.5], 0.75), (0.2, [0.5, 0.5], 0.8), (1.0, [0.1], 1.0)],
)
def test_independent_signs_are_joined(likelihood: float, signs: list[float], expected: float) -> None:
    assert noisy_or(likelihood, signs) == pytest.approx(expected)


@given(UNIT, st.lists(UNIT, max_size=8), UNIT)
def test_one_sign_more_never_lowers_the_chance(likelihood: float, signs: list[float], more: float) -> None:
    joined = noisy_or(likelihood, signs)
    assert likelihood - 1e-9 <= joined <= noisy_or(likelihood, [*signs, more]) + 1e-9 <= 1 + 2e-9


READ = [(0, 0), (0.1, 0.05), (0.2, 0.1), (0.35, 0.35), (0.5, 0.6), (0.75, 0.785), (1, 0.97), (1.5, 0.97)]


@pytest.mark.parametrize(("raw", "expected"), READ)
def test_the_curve_is_read_between_its_points(raw: float, expected: float) -> None:
    assert calibrated(raw, CURVE) == pytest.approx(expected)


@given(UNIT, UNIT)
def test_a_higher_raw_score_never_gives_a_lower_one(left: float, right: float) -> None:
    low, high = sorted([left, right])
    assert calibrated(low, CURVE) <= calibrated(high, CURVE) + 1e-12


def test_a_curve_that_starts_above_zero_begins_there() -> None:
    assert calibrated(0.0, [[0.0, 0.2], [1.0, 0.9]]) == 0.2


def test_ten_rules_of_one_code_are_one_family() -> None:
    claims = {f"upfront_fee.r{number}": 0.5 + number / 100 for number in range(10)} | {"easy_money.lure": 0.4}
    assert families(claims, {}) == {"upfront_fee": 0.59, "easy_money": 0.4}


def test_a_rule_is_believed_as_the_audit_says() -> None:
    claims = {"upfront_fee.deposit": 0.9, "upfront_fee.named_fee": 0.7}
    assert families(claims, {"upfront_fee.deposit": {"believed": 0.6}}) == {"upfront_fee": 0.7}


def test_a_classifier_that_sees_an_honest_posting_takes_half_of_a_claim_at_most() -> None:
    claims = {"upfront_fee.deposit": 0.9}
    assert families(claims, {}, legit=1.0) == {"upfront_fee": pytest.approx(0.45)}
    assert families(claims, {}, legit=0.0) == {"upfront_fee": 0.9}


def test_of_the_claim_of_a_sure_rule_less_is_taken_and_only_while_the_audit_bears_it_out() -> None:
    claims = {"upfront_fee.handed_over": 0.95}
    assert families(claims, {}, legit=1.0) == {"upfront_fee": pytest.approx(0.95 * 0.7)}
    audit = {"upfront_fee.handed_over": {"believed": 0.5}}
    assert families(claims, audit, legit=1.0) == {"upfront_fee": 0.25}


@pytest.mark.parametrize(
    ("claim", "scam", "legit", "expected"),
    [(0.9, 0, 0, 0.9), (0.9, 1000, 0, 0.9), (0.9, 0, 1000, 0.0036), (0.5, 4, 0, 0.5), (0.8, 97, 3, 0.8)],
)
def test_a_claim_is_believed_as_far_as_its_hits_bear_it_out(
    claim: float, scam: int, legit: int, expected: float
) -> None:
    assert believed(claim, scam, legit) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(("scam", "legit", "expected"), [(95, 5, 0.9), (94, 6, HINT), (9, 1, HINT), (1, 9, 0.329)])
def test_a_rule_that_is_wrong_more_than_one_time_in_twenty_is_a_hint(scam: int, legit: int, expected: float) -> None:
    assert believed(0.9, scam, legit) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("codes", "expected"), [([], 1), ([0.1, 0.9], 1), ([0.25], 1), ([0.0, 0.05], 0.6), ([0.0], STRANGE)]
)
def test_a_text_like_no_kind_of_scam_is_half_believed_to_be_one(codes: list[float], expected: float) -> None:
    assert kindred(codes) == pytest.approx(expected)
