"""Training is one line of steps with the same bytes at its end, and refuses what it cannot learn from."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TOY_ROWS, TOY_SETTINGS
from numpy.typing import NDArray

from detector import Detector, Posting
from detector.model import ARRAYS_FILE, MANIFEST_FILE
from detector.rules import load_rules
from training import folds as folds_module
from training.counts import count
from training.dataset import DataError, Example, data_hash, read_examples
from training.fit import train
from training.folds import held_out
from training.held_out import calibration, score_bands
from training.mixture import Mix, mixed
from training.model_files import PROBES
from training.vocabulary import raw_counts, vocabulary
from training.weights import Rows, Weights
from training.whole import write_whole

RULES = load_rules()


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TOY_ROWS.read_text("utf-8").splitlines()]


def write(path: Path, some: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some), "utf-8")
    return path


def manifest(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    return value


# --- same input, same bytes ---


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_same_rows_give_the_same_bytes(toy_model: Path, tmp_path: Path, jobs: int) -> None:
    train([TOY_ROWS], tmp_path / "again", settings={**TOY_SETTINGS, "jobs": jobs})
    assert (tmp_path / "again" / ARRAYS_FILE).read_bytes() == (toy_model / ARRAYS_FILE).read_bytes()
    assert manifest(tmp_path / "again") == manifest(toy_model)


def test_another_row_gives_another_model(toy_model: Path, tmp_path: Path) -> None:
    changed = write(tmp_path / "rows.jsonl", [*rows()[1:], {**rows()[0], "text": "夜班理货，先交被褥押金二百八。"}])
    train([changed], tmp_path / "model", settings=TOY_SETTINGS)
    assert manifest(tmp_path / "model")["sha256"] != manifest(toy_model)["sha256"]
    assert manifest(tmp_path / "model")["data"]["sha256"] != manifest(toy_model)["data"]["sha256"]


# --- groups ---


def test_groups_are_never_split(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = read_examples([TOY_ROWS])
    counts = [count(item, RULES) for item in examples]
    known = vocabulary(counts, TOY_SETTINGS)
    seen: list[set[str]] = []
    honest = folds_module.fit_weights

    def spy(
        raw: Any,
        known: Any,
        some: Sequence[Example],
        settings: Any = TOY_SETTINGS,
        codes: bool = True,
        rows: Rows | None = None,
    ) -> Weights:
        seen.append({item.id for item in some})
        return honest(raw, known, some, settings, codes, rows)

    monkeypatch.setattr(folds_module, "fit_weights", spy)
    shares = held_out(
        raw_counts(counts, known), known, counts, mixed([(item, True) for item in examples], Mix()), TOY_SETTINGS
    )
    assert len(seen) == TOY_SETTINGS["folds"]
    for group in {item.group for item in examples}:
        members = {item.id for item in examples if item.group == group}
        assert all(members <= part or not members & part for part in seen)
        assert sum(not members & part for part in seen) == 1
    assert np.allclose(shares[:, :3].sum(axis=1), 1, atol=1e-5)
    assert ((shares[:, 3] > 0) & (shares[:, 3] < 1)).all()


# --- the manifest ---


def test_the_manifest_says_what_the_model_was_made_of(toy_model: Path) -> None:
    said = manifest(toy_model)
    examples = read_examples([TOY_ROWS])
    assert said["data"] == {
        "sha256": data_hash(examples),
        "examples": 120,
        "labels": {"legit": 40, "not_posting": 40, "scam": 40},
        "groups": len({item.group for item in examples}),
        "sources": {"own": {"legit": 40, "not_posting": 40, "scam": 40}},
    }
    assert said["sha256"] == hashlib.sha256((toy_model / ARRAYS_FILE).read_bytes()).hexdigest()
    assert said["heads"][:3] == ["scam", "legit", "not_posting"]
    assert {"upfront_fee", "advance_funds", "task_rebate"} == set(said["heads"][3:])
    assert {**said["settings"], "rare": 0, "jobs": 0} == {**TOY_SETTINGS, "rare": 0, "jobs": 0}


def test_the_manifest_has_metrics_between_nothing_and_one(toy_model: Path) -> None:
    metrics = manifest(toy_model)["metrics"]
    assert {"accuracy", "f1", "recall", "false_alarms", "auc", "kind_accuracy"} <= set(metrics)
    assert all(0 <= value <= 1 for value in metrics.values())
    assert metrics["auc"] > 0.9


def test_the_manifest_says_what_scores_to_expect(toy_model: Path) -> None:
    shares = manifest(toy_model)["scores"]
    assert len(shares) == 10
    assert sum(shares) == pytest.approx(1, abs=0.001)


def test_scores_are_counted_as_traffic_would_have_them() -> None:
    share, scam = np.array([0.95, 0.05, 0.85, 0.07]), np.array([True, False, True, False])
    posting = np.array([True, True, False, True])
    bands = score_bands(share, posting, scam, prior=0.1)
    assert bands == pytest.approx([0.9, 0, 0.05, 0, 0, 0, 0, 0, 0, 0.05])  # what is no posting scores below 30


def test_the_manifest_audits_each_rule_that_fired(toy_model: Path) -> None:
    audit = manifest(toy_model)["rules"]
    deposit = audit["upfront_fee.deposit"]
    assert deposit["scam"] >= 3
    assert 0 < deposit["believed"] <= deposit["claimed"] < 1
    assert set(audit) <= {rule.id for rule in RULES.rules}


def test_the_manifest_holds_probes_that_come_out_again(toy: Detector, toy_model: Path) -> None:
    probes = manifest(toy_model)["probes"]
    assert tuple(probe["text"] for probe in probes) == PROBES
    assert all(sum(probe["shares"]) == pytest.approx(1, abs=0.001) for probe in probes)
    assert toy.manifest["probes"] == probes


def test_line_ends_of_windows_do_not_shift_the_rows(tmp_path: Path) -> None:
    windows = [{**row, "text": row["text"].replace("，", "\r\n")} for row in rows()]
    train([write(tmp_path / "rows.jsonl", windows)], tmp_path / "model", settings=TOY_SETTINGS)
    found = Detector.load(model=tmp_path / "model").assess(Posting(text="入职前\r\n先交押金300元\r\n做满退"))
    assert any(reason.code == "upfront_fee" for reason in found.reasons)


# --- calibration ---


def test_the_curve_rises_from_nothing_to_nearly_all() -> None:
    random = np.random.default_rng(1)
    raw = random.random(400)
    scam: NDArray[np.bool_] = random.random(400) < raw
    curve = np.array(calibration(raw, scam, 0.5))
    assert (np.diff(curve[:, 0]) > 0).all()
    assert (np.diff(curve[:, 1]) >= 0).all()
    assert curve[0, 1] <= 0.01
    assert curve[-1, 1] >= 0.97
    middle = np.interp([0.3, 0.5, 0.7], curve[:, 0], curve[:, 1])
    assert middle == pytest.approx([0.3, 0.5, 0.7], abs=0.15)


def test_fewer_scams_in_the_world_lower_the_curve() -> None:
    raw = np.linspace(0, 1, 200)
    scam = raw + np.sin(np.arange(200)) * 0.3 > 0.5
    rare, often = (np.array(calibration(raw, scam, prior))[:, 1] for prior in (0.05, 0.5))
    assert (rare <= often + 1e-9).all()
    assert rare.sum() < often.sum()


# --- refusals ---


def test_too_few_rows_are_refused_by_label(tmp_path: Path) -> None:
    few = write(tmp_path / "few.jsonl", [row for row in rows() if row["label"] != "legit"] + rows()[40:43])
    with pytest.raises(DataError, match=r"3 groups with examples of 'legit' \(3 rows\); training needs at least 5"):
        train([few], tmp_path / "model", settings=TOY_SETTINGS)
    assert not (tmp_path / "model").exists()


def test_rows_all_of_one_group_are_refused(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", [{**row, "group": row["label"]} for row in rows()])
    with pytest.raises(DataError, match="1 groups with examples of 'scam'"):
        train([one], tmp_path / "model", settings=TOY_SETTINGS)


def test_no_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0 groups with examples of 'scam'"):
        train([write(tmp_path / "none.jsonl", [])], tmp_path / "model", settings=TOY_SETTINGS)


def test_a_bad_row_is_named(tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.jsonl", [*rows()[:2], {"text": "招人", "label": "maybe"}])
    with pytest.raises(DataError, match=r"bad\.jsonl:3: label 'maybe'"):
        train([bad], tmp_path / "model", settings=TOY_SETTINGS)


# --- writing ---


def test_steps_are_told_in_order(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    train([TOY_ROWS], tmp_path / "model", settings=TOY_SETTINGS, step=lambda name, share: told.append((name, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], told[-1]) == (0.0, ("done", 1.0))


def test_nothing_but_the_two_files_is_left(toy_model: Path) -> None:
    assert sorted(path.name for path in toy_model.iterdir()) == [MANIFEST_FILE, ARRAYS_FILE]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "manifest.json"
    write_whole(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new, but the disk is full")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["manifest.json"]


def test_a_written_file_may_be_read_by_others(tmp_path: Path) -> None:
    write_whole(tmp_path / "model.npz", b"x")
    assert (tmp_path / "model.npz").stat().st_mode & 0o777 == 0o644


def test_a_table_trains_the_same_model_as_the_json_lines_it_was_made_from(toy_model: Path, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label", "codes", "group"])
        for item in read_examples([TOY_ROWS]):
            writer.writerow([item.id, item.posting.text, item.label, ",".join(item.codes), item.group])
    train([table], tmp_path / "from-table", settings=TOY_SETTINGS)
    assert (tmp_path / "from-table" / ARRAYS_FILE).read_bytes() == (toy_model / ARRAYS_FILE).read_bytes()
