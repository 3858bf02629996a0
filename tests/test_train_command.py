"""`scamjob train` on a team's own files: their names, their bad rows, their copies, and the page on the outcome."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Sequence
from functools import partialmethod
from pathlib import Path

import numpy as np
import pytest
from conftest import TOY_ROWS

from detector.model import MANIFEST_FILE
from training import feature_cache, fit, mixture
from training.command import run
from training.dataset import Example, read_examples
from training.mixture import Mix, kept_together, mixed
from training.splits import units

TOY = read_examples([TOY_ROWS])
THEIRS = {"scam": "诈骗", "legit": "正常", "not_posting": "非招聘"}
OPTIONS = [
    *("--column", "id=编号", "--column", "text=描述", "--column", "label=结论", "--column", "poster=发布者"),
    *("--label-value", "诈骗=scam", "--label-value", "正常=legit", "--label-value", "非招聘=not_posting"),
]


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """A table as a Chinese Excel saves it."""
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["编号", "描述", "结论", "发布者"], *rows])
    return path


def good() -> list[list[str]]:
    return [[item.id, item.text, THEIRS[item.label], ""] for item in TOY]


@pytest.fixture(autouse=True)
def shipped_are_the_toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mixture, "DATA", TOY_ROWS)
    monkeypatch.setenv("SCAMJOB_HOME", str(tmp_path / "home"))


def test_a_team_trains_on_its_own_table_and_gets_its_bad_rows_back_and_a_page(
    tmp_path: Path, toy_model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    twin = [good()[0][0] + "-again", good()[0][1] + "！", THEIRS["legit"], ""]
    table = write(tmp_path / "team.csv", [*good(), twin, ["x1", "", "诈骗", ""], ["x2", "招文员", "诈偏", ""]])
    page, model = tmp_path / "page.html", tmp_path / "model"
    wanted = ["--report", str(page), "--against", str(toy_model), "--refused", str(tmp_path / "bad.csv")]
    status = run(["train", str(table), "-o", str(model), *OPTIONS, *wanted, "--jobs", "1", "--no-cache"])
    said = capfd.readouterr()
    assert status == 1, "rows were refused"
    assert "123 rows read, 121 taken, 2 refused" in said.err
    assert "line 123: the text is empty" in said.err
    assert "1 groups of near-copies have labels that contradict each other" in said.err
    mended = (tmp_path / "bad.csv").read_text("utf-8-sig").splitlines()
    assert mended[0] == "编号,描述,结论,发布者,cause"
    assert [line.split(",")[0] for line in mended[1:]] == ["x1", "x2"]
    assert json.loads((model / MANIFEST_FILE).read_text("utf-8"))["data"]["examples"] == 121
    html = page.read_text("utf-8")
    assert "121" in html
    assert "McNemar" in html
    assert f"{page}: 121 texts" in said.out


def test_too_many_refused_rows_stop_the_training_and_are_written_all_the_same(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table = write(tmp_path / "team.csv", [*good()[:12], *([f"x{at}", "招文员", "诈偏", ""] for at in range(3))])
    arguments = ["train", str(table), "-o", str(tmp_path / "model"), *OPTIONS, "--refused", str(tmp_path / "bad.jsonl")]
    assert run(arguments) == 2
    assert capfd.readouterr().err.splitlines()[-1] == (
        "scamjob: 3 of 15 rows were refused, more than 10%: nothing was trained; mend them, or raise --max-refused"
    )
    assert len((tmp_path / "bad.jsonl").read_text("utf-8").splitlines()) == 3
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("many", [10, 40])
def test_rows_of_one_label_are_refused_in_one_line_that_says_what_to_do(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], many: int
) -> None:
    table = write(tmp_path / "team.csv", [row for row in good() if row[2] == "诈骗"][:many])
    assert run(["train", str(table), "-o", str(tmp_path / "model"), *OPTIONS, "--no-cache", "--jobs", "1"]) == 2
    told = capfd.readouterr().err.splitlines()[-1]
    assert told.startswith("scamjob: 0 groups with examples of 'legit' (0 rows); training needs at least 5 of each")
    assert "--base shipped" in told


def test_ten_rows_are_refused_with_what_is_missing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [good()[at] for at in range(0, 120, 12)]
    assert run(["train", str(write(tmp_path / "few.csv", rows)), "-o", str(tmp_path / "m"), *OPTIONS]) == 2
    said = capfd.readouterr().err.splitlines()[-1]
    assert "training needs at least 5 of each label" in said
    assert "--base shipped" in said
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(("number", "says"), [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only file system")])
def test_where_the_cache_cannot_be_written_training_goes_on_or_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], number: int, says: str
) -> None:
    def refuses(_path: Path, _raw: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(feature_cache, "write_whole", refuses)
    cache, table = tmp_path / "cache", write(tmp_path / "team.csv", good())
    wanted = [str(table), *OPTIONS, "--jobs", "1", "--cache", str(cache), "-o"]
    assert run(["train", *wanted, str(tmp_path / "in-memory")]) == 0
    capfd.readouterr()
    monkeypatch.setattr(fit.Plan, "__init__", partialmethod(fit.Plan.__init__, in_memory=50))
    assert run(["train", *wanted, str(tmp_path / "out-of-core")]) == 2
    assert capfd.readouterr().err.splitlines()[-1] == f"scamjob: {cache}: {os.strerror(number)}"
    assert says in os.strerror(number)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["cache", "in-memory"]
    assert not list(cache.iterdir())


def test_rows_of_one_label_beside_the_shipped_ones_are_trained_on_with_a_warning(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table = write(tmp_path / "team.csv", [["a1", "夜班理货，先交被褥押金二百八。", "诈骗", ""]])
    arguments = ["train", str(table), "-o", str(tmp_path / "model"), *OPTIONS, "--base", "shipped", "--no-cache"]
    assert run([*arguments, "--jobs", "1"]) == 0
    assert "all 1 rows of yours are scam: nothing says what is not" in capfd.readouterr().err


def test_an_own_copy_of_a_shipped_row_and_one_posters_rows_are_kept_together() -> None:
    shipped, copied = TOY[0], Example("own", TOY[0].posting, "scam", group="own", poster="甲中介")
    other = Example("other", TOY[50].posting, "legit", group="other", poster="甲中介")
    alone = TOY[90]
    data = mixed([(copied, True), (other, True), (shipped, False), (alone, False)], Mix("shipped"))
    assert len(np.unique(data.groups)) == 4
    together = kept_together(data, units(data.examples)).groups
    assert together[0] == together[1] == together[2] != together[3]
