from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from training.report.copies import Conflict
from training.report.label_errors import label_errors, wrong

from said import said


def test_a_label_that_all_speak_against_is_listed_first_with_what_is_likelier() -> None:
    rows = [said("legit", 4, name=str(at)) for at in range(40)] + [
        said("legit", 98, name="bad", fired=("upfront_fee.deposit",)),
        said("scam", 95, name="good"),
        said("scam", 1, name="worse", shares=(0.01, 0.04, 0.95)),
    ]
    found = label_errors(rows)
    assert [(rows[one.place].example.id, one.likely) for one in found] == [("worse", "not_posting"), ("bad", "scam")]
    assert found[1].rules == ("upfront_fee.deposit",)
    assert all(0.5 <= one.chance <= 1 for one in found)


def test_labels_of_one_kind_and_no_texts_give_no_errors() -> None:
    assert label_errors([]) == ()
    assert label_errors([said("scam", 3, name=str(at)) for at in range(9)]) == ()


def test_of_two_labels_of_the_same_text_the_less_likely_is_listed() -> None:
    rows = [said("legit", 5, name=str(at)) for at in range(30)] + [
        said("scam", 60, name="a"),
        said("legit", 60, name="b"),
    ]
    assert label_errors(rows) == ()
    (found,) = label_errors(rows, [Conflict(30, 31, 1.0)])
    assert (rows[found.place].example.id, found.copies) == ("b", ("a",))
    assert label_errors(rows, [Conflict(30, 31, 0.9)]) == ()


def shares_of_own_labels(rate: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What 4,000 labels get from a model that is right as often as it says, and which labels were turned."""
    random = np.random.default_rng(5)
    share = random.beta(12, 0.3, 4000)
    share = np.where(random.random(4000) < share, share, 1 - share)
    turned = random.random(4000) < rate
    return np.where(turned, 1 - share, share), turned


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.15])
def test_planted_errors_are_found_at_any_rate(rate: float) -> None:
    share, turned = shares_of_own_labels(rate)
    listed = wrong(share) >= 0.5
    assert (listed & turned).sum() / turned.sum() >= 0.7
    assert (listed & turned).sum() / listed.sum() >= 0.8


def test_without_errors_little_is_listed() -> None:
    share, _ = shares_of_own_labels(0)
    assert (wrong(share) >= 0.5).mean() < 0.002
