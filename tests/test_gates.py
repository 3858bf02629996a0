"""The gates refuse what got worse by more than chance, say by how much, and let pass what did not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from kills import variant

from detector import Detector, Posting
from detector.model import SHIPPED
from detector.registry import SHIPPED_NAME, Registry
from training import command, gates
from training import registry as shelf
from training.gate_readers import on_all_cores
from training.gates import ALLOWED, Case, Outcome, Report
from training.texts import Text

Run = Callable[..., SimpleNamespace]


class Fixed:
    """Gives each text the score that is written in it, and a code where it says so."""

    def __init__(self, at: int = 0, shift: int = 0) -> None:
        self._at, self._shift = at, shift

    def assess(self, posting: Posting, /) -> SimpleNamespace:
        score = int(posting.text.split()[self._at]) + self._shift
        codes = [SimpleNamespace(code="upfront_fee")] if "押金" in posting.text else []
        return SimpleNamespace(risk_score=max(0, min(100, score)), reasons=codes)


def cases(rows: list[tuple[int, int, bool]]) -> list[Case]:
    """(score by the new, score by the running, scam) rows, each a group of its own."""
    return [Case(Posting(text=f"{new} {old}"), scam, str(at)) for at, (new, old, scam) in enumerate(rows)]


def read(rows: list[tuple[int, int, bool]]) -> gates.Read:
    reader = gates.by_turns(Fixed(0), Fixed(1))  # type: ignore[arg-type]
    return gates._read(reader, cases(rows), "x", lambda _name, _many: None)


HONEST = [(at % 20, at % 20, False) for at in range(200)]


def test_equal_models_pass() -> None:
    same = read([*HONEST, *[(80, 80, True)] * 50])
    for rate in gates.ALARM_RATES:
        found = gates.recall_at(rate, same)
        assert found is not None
        assert (found.worse, found.low, found.high, found.passed) == (0, 0, 0, True)


def test_recall_is_compared_at_the_same_false_alarms_whatever_the_scale() -> None:
    """All scores halved: the levels flag nothing more, but the order is the same, and so is the recall."""
    halved = read([(new // 2, new, scam) for new, _, scam in [*HONEST, *[(80, 80, True)] * 50]])
    found = gates.recall_at(0.05, halved)
    assert found is not None
    assert found.candidate == pytest.approx(found.running) == pytest.approx(1.0)
    fallen = read([(2 if at % 2 else 90, 90, True) for at in range(50)] + HONEST)
    found = gates.recall_at(0.05, fallen)
    assert found is not None
    assert not found.passed
    assert (found.candidate, found.running) == (pytest.approx(0.5), pytest.approx(1.0))


@pytest.mark.parametrize(
    ("lost", "won", "passes"), [(0, 0, True), (1, 0, True), (10, 9, True), (12, 0, False), (40, 10, False)]
)
def test_what_chance_explains_is_not_refused(lost: int, won: int, passes: bool) -> None:
    rows = [(0, 90, True)] * lost + [(90, 0, True)] * won + [(90, 90, True)] * (200 - lost - won)
    found = gates._recall("denial, recall", read(rows))
    assert found is not None
    assert found.passed is passes
    assert found.worse == pytest.approx((lost - won) / 200)


def test_more_false_alarms_are_refused_and_fewer_are_not() -> None:
    more = gates._alarms("false alarms", read([(50, 0, False)] * 20 + [(0, 0, False)] * 180), 30)
    fewer = gates._alarms("false alarms", read([(0, 50, False)] * 20 + [(0, 0, False)] * 180), 30)
    assert more is not None
    assert fewer is not None
    assert (more.passed, fewer.passed) == (False, True)
    assert more.told == "false alarms +10.0 points"
    assert str(more).startswith("false alarms: 10.0%, running 0.0% (+10.0 points, 95% +")


def test_texts_that_are_too_many_of_a_kind_are_not_compared() -> None:
    assert gates._alarms("false alarms", read([(50, 0, True)]), 30) is None
    assert gates.recall_at(0.01, read(HONEST)) is None


def test_a_slower_model_is_refused() -> None:
    class Slow(Fixed):
        def assess(self, posting: Posting, /) -> SimpleNamespace:
            sum(range(3000))
            return super().assess(posting)

    found = gates.speed(Slow(), Fixed(), [Posting(text="1 2")] * 50)  # type: ignore[arg-type]
    assert found is not None
    assert not found.passed
    assert found.told.startswith("speed +")


def test_disguises_and_denials_are_made_of_every_text() -> None:
    texts = [Text("a", "打字员，入职交押金300元，日结，加微信。", "scam"), Text("b", "收银员，月薪4000元。", "legit")]
    hidden, denied = gates.disguises(texts), gates.denials(texts)
    assert all(case.posting.text not in {text.text for text in texts} for case in [*hidden, *denied])
    assert 2 <= sum(case.is_scam for case in hidden) <= 1 + gates.TRICKS_A_TEXT
    assert sum(case.is_scam for case in denied) == 6
    assert gates.disguises(texts) == hidden


# --- through the command line, on a suite of a few texts ---


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command line in this process, with a home of its own and a functional suite of four texts."""
    monkeypatch.setenv("SCAMJOB_HOME", str(tmp_path / "home"))
    texts = [
        Text("1", "打字员，入职先交押金300元，做满退还。", "scam", "1", must=frozenset({"upfront_fee"})),
        Text("2", "抄写员，先交材料费128元，在家做。", "scam", "2"),
        Text("3", "社区超市收银员，月薪4000，缴社保。", "legit", "3"),
        Text("4", "警方提醒：先交押金的兼职都是诈骗。", "not_posting", "4"),
    ]
    monkeypatch.setattr(gates, "suite", lambda: texts)
    monkeypatch.setattr(gates, "speed", lambda *_: None)

    def call(*arguments: str) -> SimpleNamespace:
        status = command.run(arguments)
        out, err = capfd.readouterr()
        return SimpleNamespace(status=status, out=out, err=err, lines=err.splitlines())

    return call


@pytest.fixture
def model(toy_model: Path, tmp_path: Path) -> Path:
    return variant(toy_model, tmp_path / "model", 0.001)


def bad(version: str) -> Callable[..., tuple[Outcome, ...]]:
    outcome = Outcome("functional suite", 0.81, 0.96, 0.15, 0.12, 0.18, ALLOWED["functional suite"], 655)
    return lambda *_: (outcome,)


def test_a_folder_is_put_in_gated_and_promoted(run: Run, model: Path) -> None:
    run("models", "promote", "shipped")
    done = run("models", "promote", str(model), "--force", "--reason", "试一试")
    version = Registry.here().running()
    assert version != SHIPPED_NAME
    assert f"{version}: promoted instead of shipped" in done.out or "promoted over" in done.err
    report = Registry.here().record(version)["gates"][0]
    assert {one["gate"] for one in report["outcomes"]} <= set(ALLOWED)
    assert report["running"] == SHIPPED_NAME
    assert run("models", "promote", version).out == f"{version}: runs already; nothing to do\n"
    assert "gates 20" in run("models", "show").out


def test_a_model_that_got_worse_is_refused_by_gate_and_amount(
    run: Run, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "compare", bad(""))
    done = run("models", "promote", str(model))
    assert done.status == 1
    assert done.out.startswith("REFUSED functional suite: 81.0%, running 96.0% (-15.0 points, 95% -18.0..-12.0)")
    assert "is refused: functional suite -15.0 points; shipped runs on" in done.lines[-1]
    assert Registry.here().running() == SHIPPED_NAME
    version = Registry.here().versions()[0]
    assert Registry.here().record(version)["gates"][0]["passed"] is False
    assert "refused" in run("models", "list").out
    done = run("models", "promote", version, "--force", "--reason", "旧模型漏了新话术")
    assert done.status == 0
    assert "promoted over 1 gates" in done.lines[-1]
    (step,) = Registry.here().history()
    assert (step.version, step.overruled, step.reason) == (version, ("functional suite",), "旧模型漏了新话术")


def test_the_teams_own_texts_are_measured_and_bad_rows_are_told(run: Run, model: Path, tmp_path: Path) -> None:
    data = tmp_path / "ours.jsonl"
    rows = [{"描述": "先交押金200元才上岗。", "label": "诈骗"}, {"描述": "店员", "label": "legit"}, {"label": "scam"}]
    theirs = ["--column", "text=描述", "--label-value", "诈骗=scam"]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = run("models", "promote", str(model), "--data", str(data), *theirs, "--force", "--reason", "x", "--json")
    assert done.status == 1
    assert "ours.jsonl: line 3" in done.err
    found = json.loads(done.out)
    assert (found["data"]["texts"], found["data"]["scams"], found["promoted"]) == (2, 1, True)


def test_a_broken_running_model_is_no_hindrance(run: Run, model: Path, toy_model: Path) -> None:
    registry = Registry.here()
    broken = shelf.add(registry, toy_model).version
    shelf.promote(registry, broken)
    (registry.folder(broken) / "model.npz").write_bytes(b"")
    assert run("models", "promote", str(model), "--force", "--reason", "x").status == 0
    assert registry.history()[-1].previous == broken


def test_a_report_is_plain_json() -> None:
    outcome = Outcome("speed", 1.3, 1.0, 0.3, 0.28, 0.33, 0.25, 100)
    report = Report("a", "b", "now", {"files": []}, (outcome,)).plain()
    assert json.loads(json.dumps(report))["outcomes"][0]["passed"] is False


def test_all_cores_read_what_one_reads_in_the_same_order(tmp_path: Path) -> None:
    other = variant(SHIPPED, tmp_path / "other", 0.05)
    blocks = [
        [Case(Posting(text=f"{text}{at}"), True, "", frozenset({"upfront_fee"})) for at in range(2)] for text in TEXTS
    ]
    alone = list(gates.by_turns(Detector.load(other), Detector.load())(blocks))
    assert list(on_all_cores(other, SHIPPED, 2)(blocks)) == alone
    assert any(new != old for block in alone for new, old, _, _ in block)
    assert any(codes for block in alone for _, _, codes, _ in block)


TEXTS = ("入职前先交押金200元，日结300。", "招文员，月薪五千，五险一金。", "在家轻松兼职，日结，加微信。")
