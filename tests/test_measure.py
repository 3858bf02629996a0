"""The figures that `make measure` prints, on sets small enough to count by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import TOY_ROWS

from detector import Detector, Posting
from training import measure
from training.dataset import read_examples
from training.measure import Figures, Verdict, on_cases, on_honest, on_real, read_rows, verdict
from training.peers import jieba_words, keyword_codes, naive_pipeline


def by_mark(texts: Sequence[str]) -> list[Verdict]:
    """Judges by what is written into the text: ! a scam, !! a high one, f the code of a fee."""
    return [
        Verdict(scam="!" in text, high="!!" in text, codes=frozenset({"upfront_fee"} if "f" in text else ()))
        for text in texts
    ]


def case(text: str, expect: str, group: str, must: Sequence[str] = (), must_not: Sequence[str] = ()) -> dict[str, Any]:
    return {"text": text, "expect": expect, "group": group, "must": list(must), "must_not": list(must_not)}


CASES = [
    case("!f", "scam", "a", must=["upfront_fee"]),
    case("", "legit", "a", must_not=["upfront_fee"]),
    case("!", "scam", "b", must=["upfront_fee", "urgency"]),
    case("!f", "legit", "b", must_not=["upfront_fee"]),
    case("", "scam", "alone"),
]


def test_cases_are_counted() -> None:
    figures = on_cases(by_mark, CASES)
    assert (figures.all, figures.right, figures.told, figures.scams, figures.hit) == (5, 3, 3, 3, 2)
    assert figures.accuracy == pytest.approx(0.6)
    assert figures.recall == pytest.approx(2 / 3)
    assert figures.false_alarms == pytest.approx(0.5)
    assert figures.f1 == pytest.approx(2 / 3)
    assert figures.extra == {"groups": 0.5, "must": pytest.approx(1 / 3), "traps": 0.5}


def test_real_texts_are_counted_for_all_and_by_source() -> None:
    rows = [
        {"text": "!", "label": "scam", "source": "police"},
        {"text": "", "label": "scam", "source": "forum"},
        {"text": "!", "label": "legit", "source": "forum"},
        {"text": "!", "label": "other_scam", "source": "forum"},
    ]
    figures = on_real(by_mark, rows)
    assert set(figures) == {"all", "police", "forum"}
    assert (figures["all"].all, figures["all"].hit, figures["all"].told) == (3, 1, 2)
    assert (figures["police"].recall, figures["forum"].recall, figures["forum"].false_alarms) == (1, 0, 1)


def test_honest_postings_are_counted_flagged_and_high() -> None:
    figures = on_honest(by_mark, [{"text": text} for text in ("", "!", "!!", "")])
    assert (figures.false_alarms, figures.extra["high"], figures.accuracy) == (0.5, 0.25, 0.5)


def test_an_honest_posting_over_the_limit_is_cut() -> None:
    lengths: list[int] = []

    def judge(texts: Sequence[str]) -> list[Verdict]:
        lengths.extend(map(len, texts))
        return by_mark(texts)

    on_honest(judge, [{"text": "招" * 30_000}])
    assert lengths == [20_000]


def test_figures_of_nothing_are_nothing() -> None:
    empty = Figures()
    assert (empty.accuracy, empty.recall, empty.f1, empty.false_alarms) == (0, 0, 0, 0)


def test_an_assessment_becomes_a_verdict(toy: Detector) -> None:
    bad = verdict(toy.assess(Posting(text="奶茶店急招，入职前先交服装押金300元，做满三个月退还。")))
    assert (bad.scam, bad.high, bad.not_posting) == (True, True, False)
    assert "upfront_fee" in bad.codes
    assert bad.score >= 0.7
    news = verdict(toy.assess(Posting(text="警方提醒：凡是要求先交押金的兼职都是诈骗，请勿转账。")))
    assert (news.scam, news.not_posting) == (False, True)


def shared(folder: Path) -> Path:
    """A small ../shared."""
    sets: dict[str, list[dict[str, Any]]] = {
        "suite/functional.jsonl": [
            case("入职前先交服装押金300元，做满退。", "scam", "a"),
            case("双休，五险，月薪4200。", "legit", "a"),
        ],
        "datasets/real_dev.jsonl": [{"text": "先交押金300元上岗", "label": "scam", "source": "police"}],
        "datasets/honest_58tongcheng.jsonl": [{"text": "招店员，双休，五险，月薪4200。"}],
    }
    for name, rows in sets.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return folder


def test_the_table_names_each_set_and_what_is_missing(
    toy: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "BLIND", tmp_path / "blind.jsonl")
    monkeypatch.setattr(measure, "DATA", TOY_ROWS)
    table = measure.measure(toy, shared(tmp_path))
    assert "visible functional suite (2 texts)" in table
    assert "real_dev, other_scam not scored (1 texts)" in table
    assert "honest_58tongcheng (1 texts)" in table
    assert f"blind cases: not measured, {tmp_path / 'blind.jsonl'} is not there" in table
    assert "honest_51job_zhilian: not measured" in table
    header = next(line for line in table.splitlines() if "scamjob" in line)
    assert header.split() == ["scamjob", "keywords", "jieba", "TF-IDF", "+", "LR"]
    accuracy = next(line for line in table.splitlines() if line.startswith("accuracy"))
    assert accuracy.split()[1] == "1.0000"


def test_one_judge_alone_can_be_measured(toy: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "DATA", TOY_ROWS)
    table = measure.measure(toy, shared(tmp_path), only=["scamjob"])
    assert "keywords" not in table


def test_rows_are_read_over_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"a": 1}\n\n{"a": 2}\n', "utf-8")
    assert read_rows(tmp_path / "rows.jsonl") == [{"a": 1}, {"a": 2}]


# --- the peers ---

KEYWORD_CASES = [
    ("先交押金200", {"upfront_fee"}),
    ("不收押金", set()),
    ("本店绝对没有任何押金", set()),
    ("不用经验也可以来先交押金", {"upfront_fee"}),
    ("刷单垫付", {"order_brushing", "advance_funds"}),
    ("招店员", set()),
]


@pytest.mark.parametrize(("text", "codes"), KEYWORD_CASES)
def test_the_keyword_peer_looks_six_characters_back(text: str, codes: set[str]) -> None:
    assert keyword_codes(text) == codes


def test_the_usual_pipeline_learns_its_own_rows() -> None:
    examples = read_examples([TOY_ROWS])
    pipeline = naive_pipeline(examples)
    shares = pipeline.predict_proba([item.text for item in examples])[:, 1]
    right = [(share >= 0.5) == (item.label == "scam") for share, item in zip(shares, examples, strict=True)]
    assert sum(right) / len(right) > 0.7
    assert jieba_words("招聘店员") == ["招聘", "店员"]
