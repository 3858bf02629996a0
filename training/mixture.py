"""The team's own examples beside the shipped ones, and how much each row counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.wording import KINDS
from training.dataset import DATA, DataError, Example
from training.files import BadRow
from training.labelled import AS_THEY_ARE, read_labelled
from training.naming import Names
from training.splits import Units, name_number, tied
from training.tally import Tally
from training.weights import Rows

SHIPPED_SOURCE = "shipped"
OWN_SOURCE = "own"
BASES = ("none", "shipped")
CLASS_WEIGHTS = ("none", "balanced")

OWN_SHARE = 0.5
"""Own rows together count at least this part of what the shipped ones do, so that a few hundred are heard …"""
OWN_AT_MOST = 4.0
"""… but none counts more than so many shipped ones: a wrong label must not rule."""


@dataclass(frozen=True)
class Mix:
    """What goes into a training and how much it counts.

    `weights` by source; `own` stands for all rows of the team, `shipped` for all that come with the program.
    """

    base: str = "none"
    weights: Mapping[str, float] = field(default_factory=dict)
    class_weight: str = "none"


@dataclass(frozen=True)
class Mixed:
    """The examples, which of them are the team's own, and how much each counts (None: all alike).

    `groups` (examples,) names what must not be parted from each; `by_source` is how much rows count before labels are
    evened out.
    """

    examples: Sequence[Example]
    own: NDArray[np.bool_]
    rows: Rows | None
    groups: NDArray[np.str_]
    by_source: Mapping[str, float] = field(default_factory=dict)


def stream(own: Iterable[Example], mix: Mix) -> Iterator[tuple[Example, bool]]:
    """Every example and whether it is the team's own, the shipped ones last; DataError at a bad row."""
    yield from ((item, True) for item in own)
    if mix.base == "shipped":
        yield from ((replace(item, source=SHIPPED_SOURCE), False) for item in read_all([DATA]))


def mixed(rows: Iterable[tuple[Example, bool]], mix: Mix) -> Mixed:
    """The rows of `stream` together, with what each counts; the groups are those that the rows name."""
    both = list(rows)
    examples, own = [item for item, _ in both], np.array([flag for _, flag in both], np.bool_)
    by_source = {OWN_SOURCE: own_weight(int(own.sum()), int((~own).sum())), **mix.weights}
    kinds = np.array([KINDS.index(item.label) for item in examples], np.int64)
    sources = np.array([item.source for item in examples], np.str_)
    counting = kind_weights(sources, own, kinds, by_source, mix.class_weight)
    return Mixed(examples, own, counting, np.array([item.group for item in examples], np.str_), by_source)


def kept_together(data: Mixed, rows: Units, sources: bool = False) -> Mixed:
    """The same, with near-copies, groups and posters under one name, whether they are own rows or shipped ones.

    With `sources` own rows of one source, too.
    """
    named = zip(data.examples, data.own.tolist(), strict=True)
    keys = np.array([name_number(item.source if sources and own else "") for item, own in named], np.int64)
    return replace(data, groups=data.groups[tied(rows.unit, keys)])


def read_all(paths: Iterable[Path | str]) -> Iterator[Example]:
    """The examples of labelled files of any kind; DataError at the first row that is none."""
    for path, _, row in read_labelled(map(str, paths)):
        if isinstance(row, BadRow):
            raise DataError(f"{path}:{row.number}: {row.cause}")
        yield row


@dataclass(frozen=True)
class Source:
    """The team's own rows: what reads them from their files, by which names, and what became of each of them."""

    rows: Callable[[Sequence[str]], Iterator[Example]] = read_all
    names: Names = AS_THEY_ARE
    tally: Tally = field(default_factory=Tally)


def is_shipped(paths: Iterable[Path]) -> bool:
    """Whether these are the examples that come with the program, whose groups `training.check_data` has checked."""
    return all(path.resolve().is_relative_to(DATA.resolve()) for path in paths)


def rows_in(paths: Iterable[Path]) -> int:
    """About how many rows the files have, for an estimate of the time: lines, or what a Parquet file says."""
    many = 0
    for path in paths:
        if path.suffix == ".parquet":
            from pyarrow.parquet import ParquetFile

            many += ParquetFile(path).metadata.num_rows
        elif path.is_file():
            with path.open("rb") as lines:
                many += sum(block.count(b"\n") for block in iter(partial(lines.read, 1 << 20), b""))
    return many


def kind_weights(
    sources: NDArray[np.str_],
    own: NDArray[np.bool_],
    kinds: NDArray[np.int64],
    by_source: Mapping[str, float],
    class_weight: str = "none",
) -> Rows | None:
    """(examples,) by source, then evened out between the labels where asked; None where all would count alike."""
    _refuse_unknown(by_source, {OWN_SOURCE, SHIPPED_SOURCE, *np.unique(sources).tolist()})
    rows = np.where(own, by_source.get(OWN_SOURCE, 1.0), by_source.get(SHIPPED_SOURCE, 1.0))
    for name, weight in by_source.items():
        if name != OWN_SOURCE:
            rows[sources == name] = weight
    if class_weight == "balanced":
        rows = rows * _evening(rows, kinds)
    return None if bool((rows == 1).all()) else rows


def own_weight(own: int, shipped: int) -> float:
    """How much an own row counts unless told otherwise, in shipped rows."""
    return min(OWN_AT_MOST, max(1.0, OWN_SHARE * shipped / max(1, own)))


def _evening(rows: Rows, kinds: NDArray[np.int64]) -> Rows:
    """Factors with which every label counts alike, the whole as much as before."""
    held = np.bincount(kinds, rows, len(KINDS))
    return np.asarray((held.sum() / np.count_nonzero(held) / np.maximum(held, 1e-12))[kinds])


def _refuse_unknown(weights: Mapping[str, float], there: set[str]) -> None:
    for name, weight in weights.items():
        if name not in there:
            known = ", ".join(sorted(there - {""}))
            raise DataError(f"--weight {name}: no row has this source; there are {known}")
        if not 0 < weight < float("inf"):
            raise DataError(f"--weight {name}={weight:g}: a weight is a number above 0")


def source_counts(examples: Iterable[Example]) -> dict[str, dict[str, int]]:
    """Rows by source and label."""
    found: dict[str, Counter[str]] = {}
    for item in examples:
        found.setdefault(item.source or OWN_SOURCE, Counter())[item.label] += 1
    return {source: dict(sorted(labels.items())) for source, labels in sorted(found.items())}
