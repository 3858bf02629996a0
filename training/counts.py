"""What training counts in a text: how often each feature stands in it, and what its rules claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from detector.document import Document
from detector.features import FAMILIES, features
from detector.roles import without_denials
from detector.rules import RuleSet, load_rules
from training.dataset import Example
from training.feature_cache import Arrays, Cache, chunks
from training.progress import Count, silent

Held = tuple[NDArray[np.uint64], NDArray[np.int64]]
"""Distinct keys in order, and how often each occurs."""


@dataclass(frozen=True)
class Counts:
    """What one example holds: the features of each of FAMILIES, and what its rules claim."""

    held: tuple[Held, ...]
    rules: Mapping[str, float]


def count(example: Example, rules: RuleSet) -> Counts:
    """What one example holds."""
    document = Document(example.posting)
    found = features(without_denials(document))
    return Counts(
        held=tuple(np.unique(part, return_counts=True) for part in np.split(found.keys, np.cumsum(found.sizes[:-1]))),
        rules={str(reason.rule): reason.confidence for reason in rules.read(document).reasons},
    )


def count_all(
    examples: Sequence[Example], jobs: int = -1, cache: Path | None = None, done: Count = silent
) -> list[Counts]:
    """The features of every example, in order, on several cores (-1: all).

    With a folder as `cache`, what was read before is taken from there, and what is read now is kept there.
    """
    kept = Cache(cache, "counts") if cache else None
    parts = list(chunks(examples))
    known = [kept is not None and kept.path(part).exists() for part in parts]  # no process is started for those
    new = [delayed(_count_chunk)(part, kept) for part, there in zip(parts, known, strict=True) if not there]
    work = iter(Parallel(n_jobs=jobs, return_as="generator")(new) if new else ())
    found: list[Counts] = []
    for part, there in zip(parts, known, strict=True):
        found += _count_chunk(part, kept) if there else next(work)
        done(len(found))
    if kept:
        kept.prune()
    return found


def _count_chunk(examples: Sequence[Example], kept: Cache | None) -> list[Counts]:
    stored = kept.get(examples) if kept else None
    if stored is not None:
        return list(_unpacked(stored))
    counts = [count(example, _rules()) for example in examples]
    if kept:
        kept.put(examples, _packed(counts))
    return counts


@cache
def _rules() -> RuleSet:
    """The shipped rules, read once in a process."""
    return load_rules()


def _packed(counts: Sequence[Counts]) -> Arrays:
    """The counts as plain arrays: of all texts one after another, with `sizes` (texts, families) to part them."""
    fired = [(row, rule, claim) for row, item in enumerate(counts) for rule, claim in item.rules.items()]
    held = [part for item in counts for part in item.held]
    return {
        "keys": np.concatenate([keys for keys, _ in held]),
        "times": np.concatenate([times for _, times in held]).astype(np.uint16),
        "sizes": np.array([len(keys) for keys, _ in held], np.int32).reshape(len(counts), len(FAMILIES)),
        "rows": np.array([row for row, _, _ in fired], np.int32),
        "rules": np.array([rule for _, rule, _ in fired], np.str_),
        "claims": np.array([claim for _, _, claim in fired], np.float64),
    }


def _unpacked(stored: Arrays) -> Iterator[Counts]:
    sizes = stored["sizes"]
    borders = np.cumsum(sizes.ravel())[:-1]
    keys = np.split(stored["keys"], borders)
    times = np.split(stored["times"].astype(np.int64), borders)
    rules: list[dict[str, float]] = [{} for _ in sizes]
    fired = zip(stored["rows"].tolist(), stored["rules"].tolist(), stored["claims"].tolist(), strict=True)
    for row, rule, claim in fired:
        rules[row][rule] = claim
    for row, said in enumerate(rules):
        here = slice(row * len(FAMILIES), (row + 1) * len(FAMILIES))
        yield Counts(tuple(zip(keys[here], times[here], strict=True)), said)
