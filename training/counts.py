"""What training counts in a text: how often each feature stands in it, and what its rules claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.features import Features, features
from detector.roles import without_denials
from detector.rules import RuleSet, load_rules
from training.dataset import Example
from training.feature_cache import Arrays, Cache, chunks
from training.progress import Count, silent
from training.workers import in_processes

Held = tuple[NDArray[np.uint64], NDArray[np.int64]]
"""Distinct keys in order, and how often each occurs."""


@dataclass(frozen=True)
class Counts:
    """What one example holds, without its mere denials: every occurrence of a feature, and what its rules claim.

    As in `detector.features.Features`: `keys` and `sentences` (occurrences,), `sizes` of each of FAMILIES, `many`
    sentences.
    """

    keys: NDArray[np.uint64]
    sentences: NDArray[np.int32]
    sizes: tuple[int, ...]
    many: int
    rules: Mapping[str, float]

    @property
    def held(self) -> Iterator[Held]:
        """The features of each of FAMILIES."""
        for part in np.split(self.keys, np.cumsum(self.sizes[:-1])):
            yield np.unique(part, return_counts=True)

    @property
    def features(self) -> Features:
        """For the classifier; where in the text each stands is not known any more."""
        nowhere = np.broadcast_to(np.int32(0), len(self.keys))
        return Features(self.keys, nowhere, nowhere, self.sentences.astype(np.int64), self.sizes, self.many)


def count(example: Example, rules: RuleSet) -> Counts:
    """What one example holds."""
    document = Document(example.posting)
    found = features(without_denials(document))
    return Counts(
        keys=found.keys,
        sentences=found.sentences.astype(np.int32),
        sizes=found.sizes,
        many=found.many,
        rules={str(reason.rule): reason.confidence for reason in rules.read(document).reasons},
    )


def count_all(
    examples: Sequence[Example], jobs: int = -1, cache: Path | None = None, done: Count = silent
) -> list[Counts]:
    """The features of every example, in order, on several cores (-1: all).

    With a folder as `cache`, what was read before is taken from there, and what is read now is kept there.
    """
    kept = Cache(cache, "occurrences") if cache else None
    parts = list(chunks(examples))
    known = [kept is not None and kept.path(part).exists() for part in parts]  # no process is started for those
    new = [part for part, there in zip(parts, known, strict=True) if not there]
    work = in_processes(partial(_count_chunk, kept=kept), new, jobs)
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
    return {
        "keys": np.concatenate([item.keys for item in counts]),
        "sentences": np.concatenate([item.sentences for item in counts]),
        "sizes": np.array([item.sizes for item in counts], np.int32),
        "many": np.array([item.many for item in counts], np.int32),
        "rows": np.array([row for row, _, _ in fired], np.int32),
        "rules": np.array([rule for _, rule, _ in fired], np.str_),
        "claims": np.array([claim for _, _, claim in fired], np.float64),
    }


def _unpacked(stored: Arrays) -> Iterator[Counts]:
    sizes = stored["sizes"]
    borders = np.cumsum(sizes.sum(axis=1))[:-1]
    rules: list[dict[str, float]] = [{} for _ in sizes]
    fired = zip(stored["rows"].tolist(), stored["rules"].tolist(), stored["claims"].tolist(), strict=True)
    for row, rule, claim in fired:
        rules[row][rule] = claim
    parts = (np.split(stored[name], borders) for name in ("keys", "sentences"))
    for keys, sentences, size, many, said in zip(*parts, sizes.tolist(), stored["many"].tolist(), rules, strict=True):
        yield Counts(keys, sentences, tuple(size), many, said)
