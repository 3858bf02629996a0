"""Labels that contradict each other: near-copies of one text, called a scam here and honest there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.dataset import LABELS, Example
from training.near_copies import near_copies
from training.splits import Chosen, Units


@dataclass(frozen=True, slots=True)
class Conflict:
    """Near-copies that do not have one label: position of each among the rows → example."""

    rows: Mapping[int, Example]


def suspects(rows: Units) -> Chosen:
    """(rows,) which belong to a group of near-copies, by their sketches, with more than one label."""
    lowest = np.full(len(rows), len(LABELS))
    highest = np.full(len(rows), -1)
    np.minimum.at(lowest, rows.copies, rows.label)
    np.maximum.at(highest, rows.copies, rows.label)
    return np.asarray((lowest != highest)[rows.copies])


def conflicts(examples: Iterable[Example], rows: Units) -> Iterator[Conflict]:
    """The conflicts, from a second walk through the examples of `rows`; each is confirmed on the texts themselves."""
    wanted = suspects(rows)
    groups: dict[int, dict[int, Example]] = {}
    for position, example in enumerate(examples):
        if wanted[position]:
            groups.setdefault(int(rows.copies[position]), {})[position] = example
    for members in groups.values():
        positions = _contradicting(list(members), list(members.values()))
        if positions:
            yield Conflict({position: members[position] for position in positions})


def _contradicting(positions: Sequence[int], members: Sequence[Example]) -> list[int]:
    found: set[int] = set()
    for one, other, _ in near_copies([member.text for member in members]):
        if members[one].label != members[other].label:
            found |= {one, other}
    return [positions[number] for number in sorted(found)]
