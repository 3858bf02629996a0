"""What the gates said of a version when it was last to be promoted, as the registry keeps it."""

from __future__ import annotations

from pathlib import Path

from detector.registry import Registry
from training.gates import Outcome
from training.report.study import Gate

NAMES = {
    "recall at 1% false alarms": "误报 1% 时的召回率",
    "recall at 5% false alarms": "误报 5% 时的召回率",
    "false alarms": "误报",
    "false alarms, high": "误报为高",
    "functional suite": "功能案例，判对的",
    "functional suite, codes": "功能案例，理由代码",
    "disguise, recall": "伪装之下的召回率",
    "disguise, false alarms": "伪装之下的误报",
    "denial, recall": "加上否认的召回率",
    "denial, false alarms": "加上否认的误报",
    "speed": "速度",
}
"""What the page calls each gate; a test holds that none is missing."""


def gates_of(folder: Path) -> tuple[Gate, ...]:
    """The gates of the version in a folder of the registry; none for other folders, or where none were run."""
    registry = Registry.here()
    kept = registry.record(folder.name).get("gates") or () if folder == registry.folder(folder.name) else ()
    return tuple(_gate(one) for one in kept[-1]["outcomes"]) if kept else ()


def _gate(said: dict[str, object]) -> Gate:
    outcome = Outcome(**{key: value for key, value in said.items() if key != "passed"})  # type: ignore[arg-type]
    name = NAMES.get(outcome.gate, outcome.gate)
    if outcome.gate == "speed":
        figure = f"{outcome.candidate:.2f} 毫秒（当时在用的 {outcome.running:.2f}）"
        return Gate(name, outcome.passed, figure, f"慢 {outcome.allowed:.0%} 以内")
    figure = f"{outcome.candidate:.1%}（当时在用的 {outcome.running:.1%}）"
    return Gate(
        NAMES.get(outcome.gate, outcome.gate), outcome.passed, figure, f"差 {100 * outcome.allowed:.1f} 个百分点以内"
    )
