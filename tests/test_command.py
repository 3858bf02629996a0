from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import detector
from detector.errors import ModelError
from detector.types import Evidence, Kind, Level, Posting, Reason, Wording
from training import command, verdict
from training.commands.check import READ_LIMIT
from training.verdict import Style, mark

from toys import DEPOSIT, ToyDetector

SCAMJOB = [sys.executable, "-m", "training.command"]
SOURCES = Path(__file__).parent.parent

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """The command line in this process, with the toy detector."""
    monkeypatch.setattr(detector.Detector, "load", lambda model=None: ToyDetector())
    before = signal.getsignal(signal.SIGTERM)

    def call(*arguments: str, stdin: bytes = b"") -> SimpleNamespace:
        reader, writer = os.pipe()
        os.write(writer, stdin)
        os.close(writer)
        with os.fdopen(reader, "r") as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            status = command.run(arguments)
        out, err = capfd.readouterr()
        return SimpleNamespace(status=status, out=out, err=err, lines=err.splitlines())

    yield call
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "posting.txt"
    path.write_text(DEPOSIT, "utf-8")
    return path


def test_check_tells_level_score_reasons_and_marks_the_words(run: Run, letter: Path) -> None:
    done = run("check", str(letter))
    assert done.status == 0
    assert done.out.startswith("高风险　90 / 100\n")
    assert "1. 收押金（upfront_fee 先交钱才上岗，把握 90%）\n   原文：「押金」" in done.out
    assert "所述行为可能违反《法》第九条" in done.out
    assert "招打字员，日结300，先交200元【押金】[1]。" in done.out
    assert "「押金」：文中说的是没有（先交钱才上岗）" in done.out
    assert "96110" in done.out
    assert "\x1b" not in done.out


def test_check_reads_standard_input_with_and_without_a_dash(run: Run) -> None:
    with_dash, without = run("check", "-", stdin=DEPOSIT.encode()), run("check", stdin=DEPOSIT.encode())
    assert with_dash.out == without.out
    assert with_dash.status == without.status == 0


def test_check_as_json_is_the_assessment_of_the_contract(run: Run, letter: Path) -> None:
    done = run("check", str(letter), "--json")
    assert json.loads(done.out) == json.loads(json.dumps(ToyDetector().assess(Posting(DEPOSIT)).to_dict()))
    assert done.out.count("\n") == 1


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_check_reads_what_windows_saves(run: Run, encoding: str) -> None:
    assert "【押金】" in run("check", stdin=DEPOSIT.encode(encoding)).out


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (b"", "there is no text in it"),
        (" \n\t\u3000".encode(), "there is no text in it"),
        (b"\xff\xfe\xfa\x80", "byte 1 is neither UTF-8 nor GB18030"),
        ("招聘打字员".encode()[:-1], "byte 13 is neither UTF-8 nor GB18030"),
        ("字" * 20_001, "text has 20001 characters; the limit is 20000"),
    ],
)
def test_a_text_that_cannot_be_assessed_is_refused_in_one_line(
    run: Run, tmp_path: Path, text: object, cause: str
) -> None:
    path = tmp_path / "posting.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else bytes(text))
    done = run("check", str(path))
    assert done.status == 2
    assert len(done.lines) == 1
    assert cause in done.err
    assert done.out == ""


def test_a_text_of_exactly_the_limit_is_read(run: Run) -> None:
    assert run("check", stdin=("字" * 20_000).encode()).status == 0


def test_more_than_a_posting_is_not_read_to_its_end(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "posting.txt"
    path.write_bytes(b"x" * (READ_LIMIT + 1))
    assert "over 1 MiB" in run("check", str(path)).err


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["check", "--nonsense"], "No such option"),
        (["check", "/nowhere/x.txt"], "/nowhere/x.txt: No such file or directory"),
        (["check", "/"], "Is a directory"),
        (["score", "in.jsonl"], "Missing option '-o'"),
        (["score", "/nowhere/x.jsonl", "-o", "-"], "/nowhere/x.jsonl: No such file"),
        (["score", "x.txt", "-o", "-"], "the name has to end in .jsonl, .csv, .parquet, .xlsx"),
        (["score", "-", "-o", "x.doc"], "the name has to end in"),
        (["score", "-", "-o", "/nowhere/x.csv"], "there is no folder /nowhere"),
        (["score", "-", "-o", "-", "--workers", "0"], "0 is not in the range"),
        (["rules", "show", "no.such"], "no rule 'no.such'"),
        (["rules", "show"], "Missing argument 'ID'"),
        (["evaluate"], "Missing argument 'DATA...'"),
        (["evaluate", "/nowhere/x.jsonl"], "No such file"),
        (["train", "x.jsonl"], "Missing option '-o'"),
        (["train", "/nowhere/x.jsonl", "-o", "/tmp/unwritten"], "/nowhere/x.jsonl"),
        (["serve", "--port", "70000"], "70000 is not in the range"),
        (["models", "promote", "x"], "x: not a folder with a model"),
        (["models", "promote", "x", "--force"], "--force needs --reason"),
        (["models", "show", "0000"], "0000: no such folder and no such version"),
        (["models", "rollback"], "nothing to go back from"),
        (["check", "--model", "no-model", "/dev/stdin"], "there is no text in it"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_status_two(run: Run, arguments: list[str], cause: str) -> None:
    done = run(*arguments)
    assert done.status == 2
    assert len(done.lines) == 1, done.err
    assert done.lines[0].startswith("scamjob: ")
    assert cause in done.err
    assert done.out == ""


def test_without_a_command_the_commands_are_listed(run: Run) -> None:
    done = run()
    assert done.status == 2
    assert all(name in done.err for name in ("check", "score", "serve", "train", "evaluate", "models", "rules"))


@pytest.mark.parametrize("arguments", [["--help"], ["check", "-h"], ["rules", "show", "--help"], ["--version"]])
def test_help_and_version_are_no_mistakes(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).status == 0


def test_a_bad_model_is_told_in_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(model: Path | None = None) -> None:
        raise ModelError("model.npz: altered;\nrestore it")

    monkeypatch.setattr(detector.Detector, "load", load)
    done = run("check", "--model", str(tmp_path), stdin=DEPOSIT.encode())
    assert (done.status, done.err) == (2, "scamjob: model.npz: altered; restore it\n")


def test_a_fault_of_ours_is_a_line_too_and_says_how_to_see_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ToyDetector, "assess", lambda self, posting: 1 / 0)
    done = run("check", stdin=DEPOSIT.encode())
    assert done.status == 2
    assert done.lines == [
        "scamjob: a fault of the program: ZeroDivisionError: division by zero (set SCAMJOB_TRACEBACK=1 to see where)"
    ]


def test_ctrl_c_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: ToyDetector, posting: Posting) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ToyDetector, "assess", interrupted)
    done = run("check", stdin=DEPOSIT.encode())
    assert (done.status, done.lines) == (130, ["scamjob: stopped"])


def test_score_keeps_ids_and_order_and_names_bad_lines(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    rows = [{"id": n, "text": DEPOSIT if n % 2 else "店员"} for n in range(700)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    source.write_text("\n".join([*lines[:5], "nonsense", *lines[5:], '{"text": ""}']), "utf-8")
    done = run("score", str(source), "-o", str(tmp_path / "out.jsonl"))
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in found] == list(range(700))
    assert done.status == 1
    assert done.lines[0].startswith("scamjob: line 6: not JSON")
    assert done.lines[1:] == ["scamjob: line 702: the text is empty", "scamjob: 700 rows assessed, 2 refused"]


def test_score_reads_and_writes_pipes(run: Run) -> None:
    done = run("score", "-", "-o", "-", stdin=f'{{"id": "a", "text": "{DEPOSIT}"}}\n'.encode())
    assert done.status == 0
    assert json.loads(done.out)["id"] == "a"


def test_score_shows_no_bar_where_there_is_no_terminal(run: Run) -> None:
    assert run("score", "-", "-o", "-", stdin=b'{"text": "x"}').lines == ["scamjob: 1 rows assessed, 0 refused"]


def test_models_list_tells_the_model_in_use(run: Run) -> None:
    done = run("models", "list")
    assert "*  shipped (" in done.out
    assert json.loads(run("models", "list", "--json").out)["running"] == "shipped"


def test_evaluate_prints_figures_and_names_bad_rows(run: Run, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": DEPOSIT, "label": "scam", "codes": ["upfront_fee"], "source": "a"},
        {"id": "2", "text": "店员", "label": "legit", "source": "a"},
        {"id": "3", "text": "押金怎么退", "label": "not_posting", "source": "b"},
        {"id": "4", "text": "手工活，交材料费", "label": "scam", "codes": ["upfront_fee"], "source": "b"},
        {"id": "5", "text": "贷款", "label": "other_scam"},
        {"id": "6", "text": "x", "label": "maybe"},
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    done = run("evaluate", str(path), "--json")
    figures = json.loads(done.out)
    assert done.status == 1
    assert "6 rows read, 4 taken, 1 refused, 1 left out (other_scam)" in done.lines[1]
    assert "line 6: label 'maybe'" in done.err
    assert (figures["rows"], figures["scam"], figures["honest"]) == (4, 2, 2)
    assert [figures[name] for name in ("accuracy", "precision", "recall", "f1", "false_alarms")] == [0.5] * 5
    assert figures["auc"] == 0.5
    assert figures["codes"]["upfront_fee"] == {
        "labelled": 2,
        "found": 1,
        "recall": 0.5,
        "wrongly_given": 1,
        "precision": 0.5,
    }
    assert figures["kind"]["not_posting"] == {"posting": 1, "not_posting": 0}
    assert set(figures["sources"]) == {"a", "b"}
    assert "upfront_fee" in run("evaluate", str(path)).out


def test_auc_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    from training.evaluate import auc

    scores = [1, 5, 5, 7, 9, 9, 3, 5, 0, 9]
    labels = [False, True, False, True, True, False, False, True, False, True]
    assert auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    assert auc([1, 2], [True, True]) is None


def test_marks_that_overlap_are_one_mark_with_all_numbers() -> None:
    spans = [(0, 4, 1), (2, 6, 2), (6, 7, 3), (8, 8, 4)]
    assert mark("abcdefgh", spans, Style(colour=False)) == "【abcdef】[1,2]【g】[3]h"


def test_a_terminal_gets_colours_and_never_the_postings_own_escapes() -> None:
    text = "先交\x1b[2J押金\u202e\x07\r\n完"
    assessment = ToyDetector().assess(Posting(text))
    shown = verdict.render(Posting(text), assessment, Style(colour=True))
    assert "\x1b[1;4;31m押金\x1b[0m\x1b[2m[1]\x1b[0m" in shown
    assert "\x1b[2J" not in shown
    assert not set(shown) & {"\u202e", "\x07", "\r"}


def test_several_fields_are_shown_with_their_names() -> None:
    posting = Posting(title="打字员", description="先交押金")
    reason = Reason(
        "upfront_fee", None, "收押金", "", "", 0.9, (Evidence("description", 2, 4, "押金", disguised=True),)
    )
    assessment = ToyDetector().assess(Posting("x"))
    shown = verdict.render(
        posting,
        type(assessment)(
            None, Kind.POSTING, Level.HIGH, 90, (reason, reason), (), (Wording("押金", 1, 2, 4),), assessment.versions
        ),
        Style(colour=False),
    )
    assert "title: 打字员\ndescription: 先交【押金】[1,2]" in shown
    assert "「押金」（写法有伪装）" in shown


def scamjob(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*SCAMJOB, *arguments], cwd=SOURCES, capture_output=True, timeout=120, **options)  # type: ignore[call-overload]


def test_the_real_detector_answers_from_the_command_line() -> None:
    done = scamjob("check", "--json", input=DEPOSIT.encode())
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["risk_level"] == "high"
    assert "upfront_fee" in {reason["code"] for reason in found["reasons"]}


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_a_poor_locale_costs_characters_but_no_traceback(locale: dict[str, str]) -> None:
    done = scamjob("check", input=DEPOSIT.encode(), env=os.environ | locale)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_file_name_that_is_no_text_is_told_all_the_same() -> None:
    done = scamjob(os.fsdecode(b"check"), os.fsdecode(b"/nowhere/\xff\xfe"))
    assert done.returncode == 2
    assert b"No such file" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(f'{{"text": "{DEPOSIT}"}}\n' * 3000, "utf-8")
    command_line = [*SCAMJOB, "score", str(source), "-o", "-"]
    with subprocess.Popen(command_line, cwd=SOURCES, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stopped_run_leaves_nothing_behind(tmp_path: Path, number: int, status: int, workers: str) -> None:
    target = tmp_path / "out.csv"
    command_line = [*SCAMJOB, "score", "-", "-o", str(target), "--workers", workers]
    with subprocess.Popen(
        command_line, cwd=SOURCES, stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for _ in range(20):
            process.stdin.write(f'{{"text": "{DEPOSIT}"}}\n'.encode() * 50)
            process.stdin.flush()
        _wait_until(lambda: any(tmp_path.iterdir()))
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        assert process.wait(60) == status
        process.stdin.close()
        assert b"Traceback" not in process.stderr.read()
    assert list(tmp_path.iterdir()) == []
    _wait_until(lambda: not _group(process.pid))


def _wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def _group(leader: int) -> list[int]:
    """Processes that are still in a process group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(int(entry.parent.name))
    return found


@pytest.mark.slow
def test_several_workers_give_the_same_file_as_one(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    lines = [json.dumps({"id": n, "text": f"{DEPOSIT}第{n}号"}) for n in range(3000)]
    source.write_text("\n".join([*lines, "nonsense"]))
    for workers in ("1", "2"):
        done = scamjob("score", str(source), "-o", str(tmp_path / f"out{workers}.jsonl"), "--workers", workers)
        assert done.returncode == 1
        assert b"line 3,001: not JSON" in done.stderr
    assert (tmp_path / "out1.jsonl").read_bytes() == (tmp_path / "out2.jsonl").read_bytes()
