"""What labelled files hold before anything is trained on them: counts, contradictions, near-copies, leaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from training.conflicts import conflicts
from training.dataset import LABELS, Example
from training.files import PIPE, BadRow, FileError
from training.labelled import labelled_files, read_labelled
from training.naming import Names
from training.splits import Units, units
from training.tally import Tally

FEW = 50
"""Independent rows of a label below which figures say little."""
SHOWN = 10


@dataclass(frozen=True)
class Found:
    """What was found; `conflicts` are near-copies with different labels, as rows that can be written out."""

    tally: Tally
    rows: Units
    conflicts: Sequence[Sequence[BadRow]]
    tested: int
    leaks: int

    @property
    def copied(self) -> int:
        """Rows that are near-copies of an earlier one."""
        return len(self.rows) - len(np.unique(self.rows.copies))

    def independent(self) -> dict[str, int]:
        """Units with each label."""
        chosen = {label: self.rows.unit[self.rows.label == number] for number, label in enumerate(LABELS)}
        return {label: len(np.unique(unit)) for label, unit in chosen.items()}

    def largest(self) -> int:
        """Rows in the largest unit."""
        return int(np.bincount(self.rows.unit).max(initial=0)) if len(self.rows) else 0

    def facts(self) -> dict[str, object]:
        """The figures for a program."""
        near = {"near_copies": self.copied, "independent": self.independent(), "largest_unit": self.largest()}
        dated = {"dated": int((self.rows.date != "").sum())}
        found = {"conflicts": len(self.conflicts), "tested": self.tested, "leaks": self.leaks}
        return {**self.tally.facts(), **near, **dated, **found, "advice": list(advice(self))}


def check(examples: Iterable[Example], tally: Tally, paths: Sequence[str], tests: int, names: Names) -> Found:
    """What the files hold; the last `tests` of `paths` are held-out rows, and what training gives away of them counts.

    The files are read twice, and no text is kept that is not part of a contradiction.
    """
    if PIPE in paths:
        raise FileError("a check reads the rows twice, which a pipe does not allow; give a file")
    rows = units(examples)
    first = sum(tally.files[file] for file in labelled_files(paths[: len(paths) - tests]))
    tested = np.arange(len(rows)) >= first
    seen = np.isin(rows.unit, rows.unit[~tested]) | np.isin(rows.copies, rows.copies[~tested])
    return Found(tally, rows, _contradictions(paths, names, rows), int(tested.sum()), int((tested & seen).sum()))


def _contradictions(paths: Sequence[str], names: Names, rows: Units) -> list[list[BadRow]]:
    again = (row for _, _, row in read_labelled(paths, names) if isinstance(row, Example))
    return [
        [BadRow(position + 1, f"labelled {row.label}", _plain(row)) for position, row in conflict.rows.items()]
        for conflict in conflicts(again, rows)
    ]


def _plain(row: Example) -> dict[str, object]:
    facts = {"id": row.id, **dict(row.posting.fields()), "label": row.label, "codes": list(row.codes)}
    return facts | {name: value for name in ("source", "group", "date", "poster") if (value := getattr(row, name))}


def table(found: Found) -> Iterator[str]:
    """The figures for a reader."""
    independent = ", ".join(f"{label} {many:,}" for label, many in found.independent().items())
    yield f"independent rows       {independent} (near-copies, groups and posters count as one)"
    yield f"near-copies            {found.copied:,}; the largest unit has {found.largest():,} rows"
    yield f"rows with a date       {int((found.rows.date != '').sum()):,}"
    if found.tested:
        yield f"leaks into the test    {found.leaks:,} of {found.tested:,} rows"
    yield f"contradicting labels   {len(found.conflicts):,} groups of near-copies"
    for rows in found.conflicts[:SHOWN]:
        yield "  " + " | ".join(f"{(row.row or {}).get('id')!s:.40} {row.cause}" for row in rows[:4])
    yield from (f"! {line}" for line in advice(found))


def advice(found: Found) -> Iterator[str]:
    """What stands in the way of a good model."""
    for label, many in found.independent().items():
        if many < FEW:
            yield f"{many:,} independent rows of {label}: at least {FEW} make figures that say something"
    if len(found.rows) >= 5 * FEW and found.largest() > len(found.rows) / 5:
        yield "one unit holds more than a fifth of the rows: are its near-copies, groups or posters really one?"
    if found.leaks:
        yield "the test holds near-copies, groups or posters of the training rows: its figures will be too good"
