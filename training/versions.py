"""The versions of the model as a person asks for them: a list, one whole, two side by side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from detector import Detector
from detector.errors import ModelError, RegistryError
from detector.model import DECISIVE, MANIFEST_FILE, version_of
from detector.registry import SHIPPED_NAME, Promotion, Registry
from detector.types import LOW_BELOW
from training import evaluate, gates
from training.confidence import mcnemar
from training.dataset import Example
from training.registry import add

LATEST = 10
"""Steps of the history that a list shows."""
_LONG = {"calibration", "probes", "rules", "sizes", "heads", "blocks", "seal"}
"""Of a manifest: for programs only."""
_FIGURES = (
    "rows", "scam", "honest", "accuracy", "precision", "recall", "f1", "auc", "false_alarms", "false_alarms_high",
)  # fmt: skip


def known(registry: Registry, given: str) -> str:
    """The version that a name or its beginning stands for; ModelError when there is none."""
    version = registry.name(given)
    if version is None:
        raise ModelError(f"{given}: no such version; `scamjob models list` names them")
    return version


def put_in(registry: Registry, given: str) -> str:
    """The version of a name, or of a folder that is put in first."""
    version = registry.name(given)
    return version if version and not Path(given).is_dir() else add(registry, Path(given)).version


def running_or_shipped(registry: Registry) -> str:
    """What runs; where the pointer is damaged, the shipped one."""
    try:
        return registry.running()
    except RegistryError:
        return SHIPPED_NAME


def to_compare_with(registry: Registry, version: str) -> tuple[Detector, str]:
    """The running detector and its name; where that one is broken, the one that comes with the program."""
    try:
        return registry.load(version), version
    except ModelError:
        return Detector.load(), SHIPPED_NAME


def said_of(paths: Sequence[str], cases: Sequence[gates.Case]) -> dict[str, Any]:
    """What the gates were measured on: names, numbers, and a hash that tells whether it was the same another time."""
    if not paths:
        return {"files": ["data/test/functional.jsonl"], "texts": len(gates.suite())}
    digest = hashlib.sha256(repr([(case.posting, case.is_scam) for case in cases]).encode("utf-8", "surrogatepass"))
    scams = sum(case.is_scam for case in cases)
    return {"files": list(paths), "texts": len(cases), "scams": scams, "sha256": digest.hexdigest()}


def plain(history: Iterable[Promotion]) -> list[dict[str, Any]]:
    """The history as JSON says it."""
    return [asdict(step) for step in history]


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a model folder, as far as it can be read; nothing is vouched for."""
    try:
        said = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def overview(registry: Registry) -> list[dict[str, Any]]:
    """What there is, the shipped one first: where it stands, what it came from, its own figures."""
    running = running_or_shipped(registry)
    return [_row(registry, version, running) for version in (SHIPPED_NAME, *registry.versions())]


def _row(registry: Registry, version: str, running: str) -> dict[str, Any]:
    manifest, record = manifest_of(registry.folder(version)), registry.record(version)
    gated = (record.get("gates") or [None])[-1]
    data = manifest.get("data")
    return {
        "name": version,
        "version": version_of(manifest) if set(DECISIVE) <= set(manifest) else None,
        "running": version == running,
        "added": record.get("added"),
        "parent": manifest.get("parent"),
        "examples": data.get("examples") if isinstance(data, dict) else None,
        "metrics": manifest.get("metrics", {}),
        "gates": None if gated is None else bool(gated.get("passed")),
    }


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The overview for a person; * is the one that runs. The figures are each version's own, from its training."""
    lines: list[tuple[str, ...]] = [("", "version", "added", "parent", "examples", "f1", "auc", "alarms", "gates")]
    for row in rows:
        figures = [_figure(row["metrics"].get(name)) for name in ("f1", "auc", "false_alarms")]
        gated = {None: "-", True: "passed", False: "refused"}[row["gates"]]
        facts = [row["added"], _parent(row["parent"]), row["examples"]]
        told = [str(fact if fact is not None else "-") for fact in facts]
        lines.append(("*" if row["running"] else "", _name(row), *told, *figures, gated))
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    return "".join(_aligned(line, widths) + "\n" for line in lines)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _name(row: Mapping[str, Any]) -> str:
    return row["name"] if row["name"] == row["version"] else f"{row['name']} ({row['version']})"


def _parent(said: object) -> str | None:
    if isinstance(said, Mapping):
        said = said.get("version")
    return None if said is None else str(said)


def _figure(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "-"


def told(history: Sequence[Promotion]) -> str:
    """The latest steps of the history, a line each."""
    if not history:
        return "\nnothing was promoted yet: the model that comes with the program runs\n"
    lines = [f"\nhistory ({len(history)} in all):\n"] if len(history) > LATEST else ["\nhistory:\n"]
    for step in history[-LATEST:]:
        over = f", over {' and '.join(step.overruled)}" if step.overruled else ""
        why = f": {' '.join(step.reason.split())}" if step.reason else ""
        lines.append(f"  {step.when}  {step.action:8}  {step.previous} -> {step.version}  by {step.who}{over}{why}\n")
    return "".join(lines)


def facts(registry: Registry, given: str) -> dict[str, Any]:
    """All that is known of one version, or of a model folder."""
    folder = registry.resolve(given)
    manifest = manifest_of(folder)
    if not manifest:
        raise ModelError(f"{folder / MANIFEST_FILE}: cannot be read; `scamjob models verify` says more")
    name = registry.name(given)
    steps = [step for step in registry.history() if name in {step.version, step.previous}]
    return {
        "name": name,
        "folder": str(folder),
        "version": version_of(manifest),
        "running": name is not None and name == running_or_shipped(registry),
        "manifest": manifest,
        "record": registry.record(name) if name else {},
        "history": plain(steps),
    }


def shown(found: Mapping[str, Any]) -> str:
    """The facts for a person; what is long and only for programs is left to --json."""
    lines = [f"{key}: {found[key]}" for key in ("name", "folder", "version", "running")]
    lines += [*_nested({key: value for key, value in found["manifest"].items() if key not in _LONG}), ""]
    record = dict(found["record"])
    gated = record.pop("gates", [])
    lines += _nested(record)
    for report in gated:
        lines.append(f"gates {report['when']} against {report['running']}:")
        lines += [f"  {line}" for line in gates.table(_outcomes(report)).splitlines()]
    history = [Promotion(**step | {"overruled": tuple(step["overruled"])}) for step in found["history"]]
    return "\n".join(lines) + "\n" + (told(history) if history else "")


def _nested(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _nested(value, indent + "  ")
        else:
            yield f"{indent}{key}: {value}"


def _outcomes(report: Mapping[str, Any]) -> list[gates.Outcome]:
    return [
        gates.Outcome(**{key: value for key, value in one.items() if key != "passed"}) for one in report["outcomes"]
    ]


def side_by_side(registry: Registry, one: str, other: str) -> dict[str, Any]:
    """The figures that are written down of two models: their own metrics, and the gates they last went through."""
    found = [facts(registry, given) for given in (one, other)]
    kept: list[dict[str, Any]] = []
    for said in found:
        gated = (said["record"].get("gates") or [{}])[-1]
        shares = {f"gate: {outcome['gate']}": outcome["candidate"] for outcome in gated.get("outcomes", ())}
        kept.append({**said["manifest"].get("metrics", {}), **shares})
    return {"models": [said["version"] for said in found], "texts": None, "figures": _beside(*kept)}


def compared(registry: Registry, one: str, other: str, examples: Sequence[Example]) -> dict[str, Any]:
    """Two models on the same labelled texts: figures, which got right what the other did not, and whether by chance."""
    if not examples:
        raise ModelError("no labelled texts to compare on")
    detectors = [registry.load(given) for given in (one, other)]
    kept = [evaluate.evaluate(detector, examples) for detector in detectors]
    return {
        "models": [detector.versions.model for detector in detectors],
        "texts": len(examples),
        "figures": _beside(*({name: figures[name] for name in _FIGURES} for figures in kept)),
        "paired": paired(detectors, gates.cases_of(examples)),
    }


def paired(detectors: Sequence[Detector], cases: Sequence[gates.Case]) -> dict[str, Any]:
    """How many texts both, neither, or only one of two gets right at medium, and how likely chance makes such a gap."""
    right = [(gates.scores(detector, cases) >= LOW_BELOW) == [case.is_scam for case in cases] for detector in detectors]
    first, second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    both, neither = int((right[0] & right[1]).sum()), int((~right[0] & ~right[1]).sum())
    return {"both": both, "neither": neither, "first": first, "second": second, "p": mcnemar(first, second)}


def _beside(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [left.get(name), right.get(name)] for name in dict.fromkeys([*left, *right])}


def columns(found: Mapping[str, Any]) -> str:
    """Two models for a person, a line a figure."""
    lines = [f"{'':38}{found['models'][0]:>14}{found['models'][1]:>14}"]
    for name, values in found["figures"].items():
        lines.append(f"{name:38}" + "".join(f"{_cell(value):>14}" for value in values))
    if pairs := found.get("paired"):
        first, second = found["models"]
        lines.append(f"right: both {pairs['both']}, neither {pairs['neither']}, only {first} {pairs['first']}, ")
        lines[-1] += f"only {second} {pairs['second']}; p = {pairs['p']:.3g} (McNemar, exact)"
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
