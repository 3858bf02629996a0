"""From labelled examples to a model folder, in one line of steps; groups are never split; same input, same bytes.

`train` gives a `Trained`: the manifest, and what fits that saw nothing of a text's group said of it (`HeldOut`), from
which a report can be made. `heldout.jsonl` in the folder is the same, without the texts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Any

from detector.model import FORMAT, MANIFEST_FILE, SHIPPED
from training.conflicts import Conflict, conflicts
from training.dataset import DataError, Example
from training.feature_cache import Cache, detector_version
from training.held_out import HELD_OUT_FILE, HeldOut
from training.labelled import labelled_files
from training.large import IN_MEMORY, train_large
from training.mixture import Mix, Mixed, Source, is_shipped, kept_together, mixed, rows_in, stream
from training.model_files import refuse_unfit, write_model
from training.outcome import Outcome
from training.progress import Count, Step, counted, tell_nobody
from training.settings import SETTINGS
from training.splits import units
from training.walk import Walked, keep, kept_walk, walk, walk_path

__all__ = ["SETTINGS", "Plan", "Trained", "train"]


@dataclass(frozen=True)
class Plan:
    """How to train: the mixture, where what was read is kept, and what else is wanted.

    `search` tries other settings first; `sources` keeps rows of one source on one side of a fold; `predictions` leaves
    HELD_OUT_FILE in the folder; from more rows than `in_memory` on training goes out of core; `command` is what the
    user typed, for the manifest.
    """

    mix: Mix = field(default_factory=Mix)
    cache: Path | None = None
    search: bool = False
    sources: bool = False
    predictions: bool = False
    in_memory: int = IN_MEMORY
    command: str = ""


@dataclass(frozen=True)
class Trained:
    """A model that was just written: its manifest, what held-out fits said, and near-copies with different labels."""

    manifest: Mapping[str, Any]
    held_out: HeldOut
    conflicts: Sequence[Conflict] = ()


def train(
    paths: Sequence[Path],
    out: Path,
    *,
    settings: Mapping[str, Any] = SETTINGS,
    plan: Plan = Plan(),  # frozen
    step: Step | None = None,
    source: Source | None = None,
) -> Trained:
    """Train on labelled files and write a model folder. DataError says what is wrong; then nothing is written.

    Without a `source` that reads the files in another way, the first bad row is fatal.
    """
    tell: Step = step or tell_nobody
    refuse_unfit(out)
    paths = [Path(file) for file in labelled_files(map(str, paths))]
    source = source or Source()
    walked = _earlier_walk(paths, plan, source)
    rows = iter(()) if walked else stream(source.rows([str(path) for path in paths]), plan.mix)
    total = rows_in(paths)
    tell(f"reading {total:,} rows", 0.0)
    many = walked is not None or _surely_more(paths, plan.in_memory)
    first = [] if many else list(islice(rows, plan.in_memory + 1))
    if many or len(first) > plan.in_memory:
        if plan.search:
            raise DataError(f"--search works in memory, up to {plan.in_memory:,} rows; search on a sample of yours")
        if plan.sources:
            raise DataError(
                f"--keep-sources works in memory, up to {plan.in_memory:,} rows; train on a sample of yours"
            )
        tell(f"more than {plan.in_memory:,} rows: features stay on disk, and are fitted part by part", 0.01)
        reading = counted(tell, "reading the texts", total, 0.02, 0.6)
        kept_at = partial(_kept_at, paths, plan, source)
        go = partial(_walk, walked, chain(_given_up(first), rows), kept_at, settings["jobs"], reading)
        outcome = train_large(go, plan.mix, settings, plan.cache, tell)
    else:
        from training.small import train_in_memory

        data, found = _independent(mixed(first, plan.mix), is_shipped(paths), plan.sources)
        outcome = replace(train_in_memory(data, settings, plan.cache, plan.search, tell), conflicts=found)
    manifest = _manifest(outcome, plan)
    others = {HELD_OUT_FILE: outcome.held.lines()} if plan.predictions else {}
    write_model(out, outcome.fitted, outcome.known, manifest, others)
    tell("done", 1.0)
    return Trained(manifest, outcome.held, outcome.conflicts)


def _independent(data: Mixed, checked: bool, sources: bool) -> tuple[Mixed, list[Conflict]]:
    """The rows with near-copies, groups and posters kept together, and the contradictions that own rows have part in.

    With `sources` own rows of one source are kept together, too. Rows whose groups were `checked` keep these.
    """
    if not data.examples or (checked and not sources):
        return data, []
    rows = units(data.examples)
    found = conflicts(data.examples, rows)
    return kept_together(data, rows, sources), [one for one in found if data.own[list(one.rows)].any()]


def _earlier_walk(paths: Sequence[Path], plan: Plan, source: Source) -> Walked | None:
    """What was kept of a walk through the very same files."""
    there = plan.cache and all(path.exists() for path in paths)
    walked = kept_walk(walk_path(plan.cache, paths, plan.mix.base, source.names)) if plan.cache and there else None
    return walked if walked and len(walked) > plan.in_memory else None


def _kept_at(paths: Sequence[Path], plan: Plan, source: Source) -> Path | None:
    """Where a walk through the files is to be kept; nowhere if rows were refused, which is to be told each time."""
    if plan.cache is None or source.tally.refused:
        return None
    return walk_path(plan.cache, paths, plan.mix.base, source.names)


def _surely_more(paths: Sequence[Path], than: int) -> bool:
    """Whether the files have more rows however many of their lines are none, so that none need be held to know it."""
    return rows_in([path for path in paths if path.suffix in _A_ROW_A_LINE]) > 2 * than


_A_ROW_A_LINE = (".jsonl", ".parquet")


def _given_up(rows: list[tuple[Example, bool]]) -> Iterator[tuple[Example, bool]]:
    """The rows, none of which is held any longer once it was taken."""
    rows.reverse()
    while rows:
        yield rows.pop()


def _walk(  # what it takes before a folder is known
    walked: Walked | None,
    rows: Iterable[tuple[Example, bool]],
    kept_at: Callable[[], Path | None],
    jobs: int,
    reading: Count,
    kept: Cache,
) -> Walked:
    if walked is None:
        walked = walk(rows, kept, jobs, reading)
        if path := kept_at():
            keep(walked, path)
    return walked


def _manifest(outcome: Outcome, plan: Plan) -> dict[str, Any]:
    settings = {key: value for key, value in outcome.settings.items() if key != "jobs"}
    return {
        "format": FORMAT,
        "heads": list(outcome.fitted.heads),
        "sizes": list(outcome.known.sizes),
        "blocks": dict(settings["blocks"]),
        "settings": {**settings, "rare": outcome.known.rare},
        "calibration": outcome.held.curve,
        "scores": outcome.held.bands(settings["prior"]),
        "data": outcome.data,
        "metrics": outcome.metrics,
        "rules": outcome.audit,
        "made": _made(outcome, plan),
    }


def _made(outcome: Outcome, plan: Plan) -> dict[str, Any]:
    """What a manifest says of how the model came about; nothing in it depends on the clock or the machine."""
    return {
        "command": plan.command,
        "code": version("scamjob"),
        "detector": detector_version(),
        "base": plan.mix.base,
        "parent": _shipped_hash() if plan.mix.base == "shipped" else None,
        "own": outcome.own,
        "weights": dict(sorted(outcome.by_source.items())),
        "class_weight": plan.mix.class_weight,
        "search": list(outcome.tried),
    }


def _shipped_hash() -> str | None:
    """SHA-256 of the shipped model; None where there is none."""
    path = SHIPPED / MANIFEST_FILE
    return str(json.loads(path.read_text("utf-8"))["sha256"]) if path.exists() else None
