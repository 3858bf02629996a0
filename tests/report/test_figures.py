from __future__ import annotations

import numpy as np
import pytest

from detector.rules import load_rules
from detector.types import Kind
from training.confidence import clustered, grouped, mcnemar, wilson
from training.report.comparison import comparison
from training.report.copies import summary
from training.report.excerpts import pieces
from training.report.figures import (
    by_code,
    by_rule,
    by_source,
    calibration,
    confusion,
    curve,
    figures,
    histogram,
    threshold,
)

from said import said

MIXED = [
    said("scam", 90, name="1", source="x", codes=("upfront_fee",), given=("upfront_fee", "urgency")),
    said("scam", 40, name="2", source="x", codes=("upfront_fee",), given=("easy_money",)),
    said("scam", 10, name="3", source="y"),
    said("legit", 80, name="4", source="y", given=("easy_money",), fired=("upfront_fee.deposit",)),
    said("legit", 5, name="5", source="y"),
    said("not_posting", 3, name="6", kind=Kind.NOT_POSTING),
]


def test_a_threshold_tells_what_it_would_catch_and_whom_it_would_alarm() -> None:
    at = threshold(MIXED, 30)
    assert at.flagged == 3
    assert (at.precision and at.precision.value, at.recall and at.recall.value) == pytest.approx((2 / 3, 2 / 3))
    assert at.alarms is not None
    assert (at.alarms.value, at.alarms.whole) == (pytest.approx(1 / 3), 3)
    assert threshold(MIXED, 95).precision is None


def test_the_curve_has_a_point_for_each_score() -> None:
    points = curve(MIXED)
    assert [score for score, _, _ in points] == [90, 80, 40, 10, 5, 3]
    assert points[0] == (90, pytest.approx(1 / 3), 1.0)
    assert points[-1][1:] == (1.0, 0.5)


def test_figures_of_one_class_say_nothing_where_there_is_nothing() -> None:
    honest = figures([said("legit", 5), said("legit", 50, name="b")])
    assert (honest.recall, honest.f1, honest.auc, honest.average_precision) == (None, None, None, None)
    assert honest.alarms is not None
    assert honest.alarms.value == 0.5
    scams = figures([said("scam", 90)])
    assert (scams.alarms, scams.auc) == (None, None)
    assert scams.f1 == 1.0


def test_no_texts_give_empty_figures() -> None:
    assert figures([]).accuracy is None
    assert curve([]) == ()
    assert calibration([]).bins == ()
    assert by_source([]) == {}
    assert by_code([]) == ()
    assert summary([]).texts == 0


def test_sources_come_largest_first_and_texts_without_one_have_their_own_line() -> None:
    assert list(by_source(MIXED)) == ["y", "x", ""]
    assert by_source(MIXED)["x"].scams == 2


def test_kinds_and_scores_are_counted_by_label() -> None:
    assert confusion(MIXED)["scam"] == {"low": 1, "medium": 1, "high": 1, "not_posting": 0}
    assert confusion(MIXED)["not_posting"]["not_posting"] == 1
    assert histogram(MIXED)["scam"] == (0, 1, 0, 0, 1, 0, 0, 0, 0, 1)


def test_a_code_is_found_or_another_is_given_instead() -> None:
    fee, easy, hurry = (next(one for one in by_code(MIXED) if one.code == code) for code in
                        ("upfront_fee", "easy_money", "urgency"))  # fmt: skip
    assert fee.found is not None
    assert (fee.labelled, fee.found.value, fee.wrong, fee.instead) == (2, 0.5, 0, (("easy_money", 1),))
    assert (easy.labelled, easy.found, easy.wrong) == (0, None, 2)
    assert hurry.wrong == 1


def test_a_rule_that_hits_honest_texts_falls_short() -> None:
    rule = next(rule for rule in load_rules().rules if rule.id == "upfront_fee.deposit")
    hits = [said("legit", 5, name=str(at), fired=(rule.id,)) for at in range(30)]
    (found,) = by_rule(hits, [rule])
    assert (found.honest, found.scam, found.short) == (30, 0, True)
    (never,) = by_rule([said("legit", 5)], [rule])
    assert (never.share, never.short) == (None, False)


def test_texts_of_one_group_widen_the_interval_as_the_bootstrap_does() -> None:
    random = np.random.default_rng(3)
    hits = np.repeat(random.random(200) < 0.7, 5)
    groups = np.repeat(np.arange(200), 5).tolist()
    fast, drawn, plain = (
        clustered(hits.tolist(), groups),
        grouped(hits, np.ones(1000), groups),
        wilson(hits.sum(), 1000),
    )
    assert fast is not None
    assert drawn is not None
    assert plain is not None
    assert (fast.low, fast.high) == pytest.approx((drawn.low, drawn.high), abs=0.01)
    assert fast.high - fast.low > 2 * (plain.high - plain.low)


def test_mcnemar_is_the_exact_binomial_test() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 5) == 1.0
    assert mcnemar(10, 0) == pytest.approx(2 / 2**10)


def test_a_comparison_names_what_changed_worst_first() -> None:
    after = [said(one.example.label, score, name=one.example.id)
             for one, score in zip(MIXED, (90, 10, 60, 10, 5, 3), strict=True)]  # fmt: skip
    found = comparison(MIXED, after)
    assert (found.both_right, found.only_after, found.only_before, found.both_wrong) == (3, 2, 1, 0)
    assert [(one.place, one.better) for one in found.changes] == [(1, False), (3, True), (2, True)]
    with pytest.raises(ValueError, match="same texts"):
        comparison(MIXED, after[1:])


def test_near_copies_with_other_labels_are_conflicts_unless_they_share_a_group() -> None:
    text = "招打字员，日结三百，入职前先交押金两百元，做满三天退还。"
    rows = [
        said("scam", 90, text, name="a").example,
        said("legit", 90, text + "！", name="b").example,
        said("scam", 90, "社区超市招收银员两名，早晚两班，月薪三千八，缴社保。", name="c", group="g").example,
        said("legit", 90, "社区超市招收银员两名，早晚两班，月薪三千八，缴社保！", name="d", group="g").example,
    ]
    about = summary(rows)
    assert (about.copies, [(one.first, one.second, one.alike) for one in about.conflicts]) == (1, [(0, 1, 1.0)])
    assert about.lengths == {"20–39": 4}


def test_a_long_text_is_cut_around_its_marks_and_says_how_much_is_left_out() -> None:
    text = "前" * 5000 + "押金" + "后" * 9000
    found = pieces(text, [(5000, 5002, "reason"), (5001, 5003, "aside"), (-1, 4, "reason"), (20_000, 20_001, "aside")])
    assert [one.text for one in found if one.how == "reason"] == ["押金"]
    assert not [one for one in found if one.how == "aside"]
    assert sum(len(one.text) for one in found) < 600
    assert sum(len(one.text) + one.left_out for one in found) == len(text)


def test_a_short_text_is_shown_whole() -> None:
    assert "".join(one.text for one in pieces("先交押金再上岗", [(2, 4, "reason")])) == "先交押金再上岗"
    assert pieces("") == ()
