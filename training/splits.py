"""Which rows a model may be measured on: never a copy, a sibling or the same poster of what it was trained on.

`Units` says what must stay together; folds, a held-out part and a split by time are made of whole units. Everything
here works on arrays of one number a row, so that a million rows take a few hundred megabytes; the texts are never kept.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.dataset import LABELS, DataError, Example
from training.sketches import ESTIMATED, equal, groups_of, joined, sketches

Numbers = NDArray[np.int64]
Chosen = NDArray[np.bool_]

UNITS = ("copies", "group", "poster")
"""What stays together unless told otherwise; `source` may be added."""


@dataclass(frozen=True)
class Units:
    """What a split has to know of each row: (rows,) each.

    `copies`: the first near-copy of the text. `unit`: the first row of what must not be parted from it. `label`: place
    in LABELS. `date`: ISO dates, "" where there is none.
    """

    copies: Numbers
    unit: Numbers
    label: Numbers
    date: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.unit)


def units(examples: Iterable[Example], together: Sequence[str] = UNITS, at_least: float = ESTIMATED) -> Units:
    """What must stay together, from one walk through the examples, none of which is kept.

    `together` names any of copies, group, poster, source. Rows that name no poster (or source) are not one poster's.
    """
    seen = _Seen([name for name in together if name != "copies"])
    copies = groups_of(sketches(seen.texts(examples)), at_least)
    own = copies if "copies" in together else np.arange(len(copies))
    for keys in seen.keys.values():
        own = tied(own, np.frombuffer(keys, np.int64))
    return Units(copies, own, np.array(seen.labels, np.int64), np.array(seen.dates, np.str_))


def tied(unit: Numbers, keys: Numbers) -> Numbers:
    """(rows,) the units once rows of one key belong together as well; the key 0 is none."""
    named = np.flatnonzero(keys)
    return joined(unit, named, named[equal(keys[named])])


class _Seen:
    """What is kept of the examples that go by: a number for each name, the label and the date."""

    def __init__(self, names: Iterable[str]) -> None:
        self.keys = {name: array("q") for name in names}
        self.labels = array("b")
        self.dates: list[str] = []

    def texts(self, examples: Iterable[Example]) -> Iterator[str]:
        for example in examples:
            for name, keys in self.keys.items():
                keys.append(name_number(getattr(example, name)))
            self.labels.append(LABELS.index(example.label))
            self.dates.append(example.date[:10])
            yield example.text


def name_number(name: str) -> int:
    """A number for a name, the same in every run; 0 for none."""
    data = name.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little", signed=True) if name else 0


def folds(rows: Units, count: int = 5, seed: int = 0) -> Numbers:
    """(rows,) the fold of each, 0 to count - 1: whole units, labels and sizes as even as the units allow.

    DataError when a label stands in fewer units than there are folds.
    """
    _refuse_too_few(rows, count)
    return _deal(rows, np.full(count, 1 / count), seed)


def hold_out(rows: Units, share: float = 0.2, seed: int = 0) -> Chosen:
    """(rows,) which are held out: whole units, about `share` of each label; DataError as `folds` does."""
    _refuse_too_few(rows, 2)
    return np.asarray(_deal(rows, np.array([1 - share, share]), seed) == 1)


@dataclass(frozen=True)
class TimeSplit:
    """Train on earlier rows, test on later ones: (rows,) each.

    What is in neither is later, but belongs to a unit that training has seen: `copies` of them are near-copies of a
    training text, `related` are of its group or poster. `undated` rows are trained on.
    """

    since: str
    train: Chosen
    test: Chosen
    copies: int
    related: int
    undated: int


def by_time(rows: Units, share: float = 0.2, since: str = "") -> TimeSplit:
    """Rows from the date `since` on are the test, or the last `share` of those with a date, whole days.

    DataError when no row has a date, or all of them lie on one side.
    """
    dated = rows.date != ""
    if not dated.any():
        raise DataError("no row has a date; give them a column date (--column date=…), or split by groups")
    since = since or _cut(np.sort(rows.date[dated]), share)
    later = dated & (rows.date >= since)
    if not later.any() or later.all():
        side = "before" if not later.any() else "from"
        raise DataError(f"all rows are {side} {since}; a split by time needs rows on both sides")
    copies = later & np.isin(rows.copies, rows.copies[~later])
    tied = later & np.isin(rows.unit, rows.unit[~later])
    test = later & ~tied & ~copies
    return TimeSplit(since, ~later, test, int(copies.sum()), int((tied & ~copies).sum()), int((~dated).sum()))


def _cut(dates: NDArray[np.str_], share: float) -> str:
    """The first day of the last `share` of the rows; never the very first day, so that something is earlier."""
    wanted = str(dates[min(len(dates) - 1, round(len(dates) * (1 - share)))])
    return wanted if wanted > dates[0] else str(next((day for day in dates if day > wanted), wanted))


def _refuse_too_few(rows: Units, count: int) -> None:
    for number, label in enumerate(LABELS):
        of_label = rows.label == number
        many = len(np.unique(rows.unit[of_label]))
        if 0 < many < count:
            raise DataError(
                f"{int(of_label.sum()):,} rows of {label} are only {many:,} independent ones (near-copies, groups and "
                f"posters count as one); {count} parts need at least {count}"
            )


def _deal(rows: Units, shares: NDArray[np.float64], seed: int) -> Numbers:
    """(rows,) a part for each, in the proportions of `shares`: the largest units first, each where most is missing."""
    _, unit = np.unique(rows.unit, return_inverse=True)
    many = np.zeros((int(unit.max(initial=-1)) + 1, len(LABELS)))
    np.add.at(many, (unit, rows.label), 1)
    wanted = shares[:, None] * many.sum(axis=0)
    order = np.lexsort((np.random.default_rng(seed).permutation(len(many)), -many.sum(axis=1)))
    part = np.zeros(len(many), np.int64)
    scale = 1 / np.maximum(1e-9, wanted) / np.maximum(1, many.sum(axis=0))
    for number in order:
        part[number] = ((wanted * scale) @ many[number]).argmax()
        wanted[part[number]] -= many[number]
    return part[unit]
