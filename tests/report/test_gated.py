from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from detector.registry import Registry
from training.gates import ALLOWED, Outcome
from training.registry import add, keep_gates
from training.report.gated import NAMES, gates_of


def test_every_gate_has_a_chinese_name() -> None:
    assert set(NAMES) == set(ALLOWED)


def test_the_gates_of_a_version_are_shown_and_other_folders_have_none(
    toy_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAMJOB_HOME", str(tmp_path))
    registry = Registry.here()
    version = add(registry, toy_model).version
    assert gates_of(registry.folder(version)) == ()
    outcomes = [
        Outcome("false alarms", 0.09, 0.01, 0.08, 0.06, 0.1, 0.005, 900),
        Outcome("speed", 0.3, 0.31, -0.03, -0.1, 0.1, 0.25, 100),
    ]
    keep_gates(registry, version, json.loads(json.dumps({"outcomes": [asdict(one) for one in outcomes]})))
    alarms, speed = gates_of(registry.folder(version))
    assert (alarms.name, alarms.passed, alarms.limit) == ("误报", False, "差 0.5 个百分点以内")
    assert alarms.figure == "9.0%（当时在用的 1.0%）"
    assert (speed.name, speed.passed) == ("速度", True)
    assert gates_of(toy_model) == ()
