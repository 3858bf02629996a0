"""The figures of docs/quality.md, on sets small enough to count by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import TOY_ROWS

from detector import Detector, Posting
from detector.model import load_model
from detector.types import CODES, Versions
from training import breakdown, goals, leave_out, quality, robustness
from training.ablation import ablated
from training.confidence import Share, ece, ece_by_chance, grouped, reliability, share_of, wilson
from training.goals import Goal, goal_table
from training.measure import Verdict, remembering
from training.page import Section, Table, cell, kept_sections, markdown, plain, section_text, width
from training.texts import DetectorJudge, Sets, Text, pairs, read_texts

# --- confidence ---

# Newcombe 1998, table I, method 3 (Wilson without continuity correction).
WILSON = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("part", "whole", "low", "high"), WILSON)
def test_wilson_intervals_are_those_of_the_literature(part: int, whole: int, low: float, high: float) -> None:
    share = wilson(part, whole)
    assert share is not None
    assert (share.value, share.whole) == (part / whole, whole)
    assert (share.low, share.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_nothing_has_no_share() -> None:
    assert wilson(0, 0) is None
    assert grouped([], [], []) is None
    assert share_of([]) is None


def test_texts_of_one_group_count_as_one() -> None:
    hits = [True, False] * 50
    alone = share_of(hits)
    groups = share_of(hits, [number // 20 for number in range(100)])
    twins = share_of([True] * 50 + [False] * 50, [number // 10 for number in range(100)])
    assert alone is not None and groups is not None and twins is not None  # noqa: PT018
    assert groups.high - groups.low < alone.high - alone.low < twins.high - twins.low
    assert twins == share_of([True] * 50 + [False] * 50, [number // 10 for number in range(100)])


def test_where_all_agree_the_interval_is_not_a_point() -> None:
    share = share_of([True] * 10, ["a"] * 5 + ["b"] * 5)
    assert share is not None
    assert share.low < 0.8


def test_reliability_and_ece_of_a_toy() -> None:
    scores, scam = [0.1, 0.1, 0.9, 1.0], [False, True, True, True]
    bins = reliability(scores, scam)
    assert [(at.start, at.count, at.scams) for at in bins] == [(0.1, 2, 1), (0.9, 2, 2)]
    assert [at.mean for at in bins] == [pytest.approx(0.1), pytest.approx(0.95)]
    assert ece(scores, scam) == pytest.approx((2 * 0.4 + 2 * 0.05) / 4)
    assert ece([], []) == 0


def test_perfect_scores_show_some_error_by_chance() -> None:
    usual, most = ece_by_chance([0.3] * 100)
    assert 0.02 < usual < 0.06
    assert usual < most < 0.12
    assert ece_by_chance([0.0, 1.0]) == (0, 0)


# --- breakdown ---


def text(name: str, label: str, **more: object) -> Text:
    values = {"text": name, "group": name, **more}
    return Text(id=name, label=label, **values)  # type: ignore[arg-type]


FEE = frozenset({"upfront_fee"})
JUDGED: list[tuple[Text, Verdict]] = [
    (text("a", "scam", group="g", must=FEE, functionality="UF1", source="s", voice="sms"),
     Verdict(scam=True, high=True, codes=FEE, score=0.9)),
    (text("b", "legit", group="g", must_not=FEE, functionality="UF3", source="s"),
     Verdict(scam=True, codes=FEE, score=0.5)),
    (text("c", "scam", must=FEE | {"urgency"}, functionality="UF1", source="t"), Verdict(scam=False, score=0.1)),
    (text("d", "not_posting", functionality="NP1", source="t"), Verdict(scam=False, not_posting=True, score=0.0)),
]  # fmt: skip


def value(share: object) -> float:
    assert isinstance(share, Share)
    return share.value


def test_the_shares_of_judged_texts() -> None:
    assert value(breakdown.accuracy(JUDGED)) == 0.5
    assert value(breakdown.recall(JUDGED)) == 0.5
    assert value(breakdown.false_alarms(JUDGED)) == 0.5
    assert value(breakdown.f1(JUDGED)) == 0.5
    assert value(breakdown.groups_right(JUDGED)) == 0
    assert value(breakdown.codes_found(JUDGED)) == pytest.approx(1 / 3)
    assert value(breakdown.traps_sprung(JUDGED)) == 1
    assert value(breakdown.kinds_right(JUDGED)) == 1


def test_each_code_is_counted_where_it_must_and_must_not_be() -> None:
    table = breakdown.by_code(JUDGED, JUDGED, JUDGED[1:2])
    rows = {str(line[0]): line[1:] for line in table.lines}
    assert value(rows["upfront_fee"][0]) == 0.5
    assert value(rows["upfront_fee"][1]) == 1
    assert value(rows["upfront_fee"][2]) == 0.5
    assert rows["upfront_fee"][3] == 1
    assert value(rows["urgency"][0]) == 0
    assert rows["vice_lure"][0] is None


def test_parts_are_named_and_counted() -> None:
    sources = breakdown.by_source(JUDGED)
    assert [line[:2] for line in sources.lines] == [("s", 2), ("t", 2)]
    assert [line[0] for line in breakdown.by_voice(JUDGED).lines] == ["sms"]
    assert [line[0] for line in breakdown.by_functionality([], JUDGED).lines] == ["NP1", "UF1", "UF3"]


def test_length_bands_have_no_gap() -> None:
    assert [text("x" * many, "scam").band for many in (0, 19, 20, 319, 320, 19_999)] == [
        "0–19", "0–19", "20–39", "160–319", "320+", "320+",
    ]  # fmt: skip


def test_levels_say_whether_they_keep_their_promise() -> None:
    table = breakdown.levels(JUDGED)
    assert [(line[0], line[3]) for line in table.lines] == [("low", False), ("medium", False), ("high", True)]


def test_of_others_texts_only_ids_are_listed() -> None:
    secret = (text("id-1", "scam", text="别人的原文"), Verdict(scam=False))
    ours = (text("id-2", "scam", text="自己写的\n原文"), Verdict(scam=False))
    tables = breakdown.mistakes([secret], [ours], [secret])
    shown = "\n".join(map(plain, tables))
    assert "id-1" in shown
    assert "别人" not in shown
    assert "自己写的 原文" in shown


# --- robustness ---


def marks(texts: Sequence[str]) -> list[Verdict]:
    """押金 in plain characters is a scam, 正规 takes half of the score away, 软件 adds to it."""
    scores = [("押金" in text) * 0.9 * (0.5 if "正规" in text else 1) + 0.4 * ("软件" in text) for text in texts]
    return [Verdict(scam=score >= 0.3, score=score) for score in scores]


ATTACKED = [
    text("a", "scam", text="先交押金。"),
    text("b", "legit", text="押金由公司出。再见。"),
    text("c", "legit", text="招工。好。"),
]


def test_recall_falls_where_a_word_is_hidden() -> None:
    found = {effect.name: effect for effect in robustness.effects(marks, ATTACKED)}
    assert value(found["pinyin"].fall) == 1
    assert value(found["pinyin"].gain) == -1
    assert found["full_width"].fall is None
    assert [len(found["pinyin"].before), len(found["pinyin"].after)] == [2, 2]
    assert "three mixed" in plain(robustness.disguise_table(list(found.values())))


def test_what_a_denial_moves_is_listed_by_id() -> None:
    found = robustness.denied(marks, ATTACKED)
    assert {(move.id, move.place) for move in found.moved if move.scam} == {("a", "front"), ("a", "end")}
    assert all(move.before > move.after for move in found.moved if move.scam)
    assert {move.id for move in found.moved if not move.scam} <= {"c"}
    assert found.tried["front", True] == 6
    assert "a " in plain(robustness.denial_tables(found)[1])


# --- goals ---


def test_a_goal_is_kept_on_its_own_side() -> None:
    assert Goal("recall", wilson(9, 10), 0.9, at_least=True).met is True
    assert Goal("alarms", 0.06, 0.05).met is False
    assert Goal("nothing", None, 0.05).met is None
    assert Goal("recall", wilson(9, 10), 0.9, at_least=True).plain()["n"] == 10


def test_goals_name_the_worst_trick() -> None:
    found = robustness.effects(marks, ATTACKED)
    named = goals.robust_goals(found, robustness.denied(marks, ATTACKED))
    assert named[0].value == 1
    assert plain(goal_table(named)).count("NO") >= 2


# --- texts and page ---


def test_rows_become_texts_and_other_scams_are_not_scored(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "x", "label": "scam", "source": "forum"},
        {"id": "2", "text": "y", "label": "other_scam", "source": "forum"},
        {"id": "3", "text": "z", "expect": "legit", "group": "g", "must": [], "must_not": ["urgency"]},
    ]
    path = tmp_path / "datasets" / "real_train.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert [item.group for item in read_texts(path)] == ["1", "2", "g"]
    assert [item.id for item in Sets(tmp_path).real_train] == ["1", "3"]
    assert read_texts(path)[2].must_not == {"urgency"}
    assert Sets(tmp_path / "nowhere").real == []


def test_a_text_is_judged_once() -> None:
    asked: list[str] = []

    def judge(texts: Sequence[str]) -> list[Verdict]:
        asked.extend(texts)
        return [Verdict(scam=text == "x") for text in texts]

    judged = remembering(judge)
    assert [said.scam for said in judged(["x", "y", "x"])] == [True, False, True]
    judged(["y"])
    assert asked == ["x", "y"]


def test_what_breaks_the_detector_is_counted() -> None:
    class Broken:
        def assess_many(self, postings: object, /) -> object:
            raise IndexError

    judge = DetectorJudge(Broken())  # type: ignore[arg-type]
    assert judge(["x"]) == [Verdict(scam=False)]
    assert judge.broken == ["x"]


TABLE = Table("per code", ("", "found"), (("甲", wilson(1, 2)), ("b", None), ("c", False)), "note")


def test_a_table_is_shown_in_columns_and_as_markdown() -> None:
    assert plain(TABLE).splitlines()[:4] == [
        "per code",
        "      found",
        "  甲  0.500 [0.095, 0.905] n=2",
        "  b   –",
    ]
    assert markdown(TABLE, {"per code": "按代码", "found": "找到"}).splitlines()[:5] == [
        "**按代码**",
        "",
        "|  | 找到 |",
        "| --- | --- |",
        "| 甲 | 0.500 [0.095, 0.905] n=2 |",
    ]
    assert (width("甲a"), cell(0.25), cell(True)) == (3, "0.250", "yes")


def test_a_section_that_is_not_measured_again_stays_on_the_page() -> None:
    old = section_text(Section("curve", "学习曲线", "…", (TABLE,)), {}, "model old")
    new = section_text(Section("codes", "按代码", "…", (TABLE,)), {}, "model new")
    machine = quality.machine_readable(Versions("m", "r"), [Goal("g", 0.5, 1)])
    whole = quality.page(f"x\n\n{old}\n\ny", {"codes": new}, machine)
    assert set(kept_sections(whole)) == {"codes", "curve"}
    assert "<!-- section curve: model old -->" in whole
    assert whole.index("## 按代码") < whole.index("## 学习曲线")
    assert "模型 `m`" in whole
    assert quality.machine_block(whole) == machine
    assert machine["goals"] == [
        {"name": "g", "value": 0.5, "interval": None, "n": None, "bound": 1, "at_least": False, "met": True}
    ]


# --- parts removed, texts left out ---

PAID = Posting(text="奶茶店急招，入职前先交服装押金300元，做满三个月退还。")
UNPAID = Posting(text="奶茶店招店员，不收押金，双休，五险，月薪4200。")


def test_each_part_can_be_taken_away_and_comes_back(toy_model: Path) -> None:
    said = {}
    for name, detector, context in ablated(toy_model):
        with context:
            said[name] = (
                detector.assess(PAID),
                detector.assess(UNPAID),
                detector.assess(Posting(text="先交押-金300元")),
            )
    assert [reason.rule for reason in said["classifier only"][0].reasons if reason.rule] == []
    assert said["rules only"][0].risk_score > said["rules only"][1].risk_score
    assert all(term.weight == 0 for term in said["rules only"][0].wording)
    assert said["whole"][1].set_aside != ()
    assert said["no roles"][1].set_aside == ()
    assert any(e.disguised for reason in said["whole"][2].reasons for e in reason.evidence)
    assert not any(e.disguised for reason in said["no undoing of disguise"][2].reasons for e in reason.evidence)
    assert Detector.load(model=toy_model).assess(UNPAID) == said["whole"][1]


@pytest.fixture(scope="module")
def material() -> leave_out.Material:
    return leave_out.material(TOY_ROWS)


def test_figures_count_recall_over_the_scams_named() -> None:
    found = leave_out.figures(np.array([0.9, 0.1, 0.6]), np.array([True, True, False]), np.array([True, False, True]))
    assert (found.texts, found.auc, value(found.recall), value(found.false_alarms)) == (3, 0.5, 1, 1)


def test_no_group_stands_on_both_sides(material: leave_out.Material) -> None:
    hidden = np.array([item.label == "not_posting" for item in material.examples])
    hidden[:] = False
    hidden[:30] = True
    unseen, shares = leave_out.left_out(material, hidden)
    assert unseen.tolist() == list(range(30))
    assert len(shares) == 30
    assert ((shares >= 0) & (shares <= 1)).all()


def test_every_source_is_left_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leave_out, "CODES", ("upfront_fee", "advance_funds"))
    rows = TOY_ROWS.read_text("utf-8").splitlines(keepends=True)
    for name, part in (("even", rows[::2]), ("odd", rows[1::2])):
        (tmp_path / f"{name}.jsonl").write_text("".join(part), "utf-8")
    sources, codes = leave_out.leave_out_tables(leave_out.material(tmp_path), lambda _: None)
    assert [line[:2] for line in sources.lines] == [("even", (len(rows) + 1) // 2), ("odd", len(rows) // 2)]
    assert all(isinstance(line[2], float) for line in sources.lines)
    assert {str(line[0]) for line in codes.lines} <= set(CODES)


def test_the_learning_curve_has_a_point_for_every_share_and_set(material: leave_out.Material) -> None:
    elsewhere = [("elsewhere", [text("a", "scam", text=PAID.text), text("b", "legit", text=UNPAID.text)])]
    table = leave_out.curve_table(material, elsewhere, lambda _: None)
    assert [line[1] for line in table.lines] == ["groups kept back", "elsewhere"] * 4
    counts = [int(str(line[0]).split("(")[1].split()[0]) for line in table.lines[::2]]
    assert counts == sorted(counts)


# --- the whole ---


def test_the_page_is_written_from_what_is_there(
    toy_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"id": "B-1", "functionality": "UF1", "group": "g", "text": PAID.text, "expect": "scam",
         "must": ["upfront_fee"], "must_not": [], "voice": "flyer"},
        {"id": "B-2", "functionality": "UF3", "group": "g", "text": UNPAID.text, "expect": "legit",
         "must": [], "must_not": ["upfront_fee"], "voice": "flyer"},
    ]  # fmt: skip
    blind = tmp_path / "blind.jsonl"
    blind.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    monkeypatch.setattr("training.measure.BLIND", blind)
    monkeypatch.setattr(quality, "Sets", lambda: Sets(tmp_path / "nowhere", blind))
    monkeypatch.setattr(quality, "PAGE", tmp_path / "docs" / "quality.md")
    result = CliRunner().invoke(quality.main, [str(toy_model), "--no-peers", "--write"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "docs" / "quality.md").read_text("utf-8")
    assert set(kept_sections(page)) == set(quality.ORDER) - {"leave_out", "curve"}
    assert load_model(toy_model).version in page
    assert page.count("| UF1 |") == 1
    assert "three mixed" in result.output


def test_sections_alone_need_a_page_to_stand_on(
    toy_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "PAGE", tmp_path / "quality.md")
    result = CliRunner().invoke(quality.main, [str(toy_model), "--no-figures", "--write"])
    assert result.exit_code == 2
    assert "write it once with all figures" in result.output


def test_judged_texts_keep_their_order() -> None:
    judged = pairs(marks, ATTACKED)
    assert [(item.id, said.scam) for item, said in judged] == [("a", True), ("b", True), ("c", False)]
