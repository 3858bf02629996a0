"""What a text may suffer without being read otherwise: disguises, and denials put into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from detector.types import LOW_BELOW
from training.breakdown import Judged, false_alarms, recall
from training.confidence import Share, grouped
from training.denial import DENIALS, PLACES, variants
from training.disguise import TRICKS, disguised, mixed
from training.measure import Judge
from training.page import Cell, Table
from training.texts import Text, pairs

HONEST_DENIALS = 2
"""So many of the denials are tried on an honest text at each place; on a scam all."""
LISTED = 40
"""Ids listed of the texts that a denial moved."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a trick does: the texts it changes before and after, the fall of recall, the gain of false alarms."""

    name: str
    before: Judged
    after: Judged

    @property
    def fall(self) -> Share | None:
        """By how much recall falls."""
        return self._moved(scam=True, sign=1)

    @property
    def gain(self) -> Share | None:
        """By how much false alarms rise."""
        return self._moved(scam=False, sign=-1)

    def _moved(self, *, scam: bool, sign: int) -> Share | None:
        both = [(old, new) for old, new in zip(self.before, self.after, strict=True) if old[0].is_scam == scam]
        moved = np.array([sign * (int(old[1].scam) - int(new[1].scam)) for old, new in both], np.float64)
        return grouped(moved, np.ones(len(both)), [old[0].group for old, _ in both])


def effects(judge: Judge, texts: Sequence[Text]) -> list[Effect]:
    """Each trick alone, and three at once, on the texts that it changes."""
    makers: list[tuple[str, Callable[[str], str]]] = [(name, _maker(name)) for name in TRICKS]
    return [_effect(judge, texts, name, make) for name, make in [*makers, ("three mixed", mixed)]]


def _maker(name: str) -> Callable[[str], str]:
    return lambda text: disguised(text, [name])


def _effect(judge: Judge, texts: Sequence[Text], name: str, make: Callable[[str], str]) -> Effect:
    made = [(text, make(text.text)) for text in texts]
    changed = [(text, new) for text, new in made if new != text.text]
    after = list(zip([text for text, _ in changed], judge([new for _, new in changed]), strict=True))
    return Effect(name, pairs(judge, [text for text, _ in changed]), after)


def disguise_table(found: Sequence[Effect]) -> Table:
    """Recall and false alarms of each trick, before and after, in texts that it changes."""
    lines: list[tuple[Cell, ...]] = [
        (
            effect.name,
            _value(recall(effect.before)),
            _value(recall(effect.after)),
            effect.fall,
            _value(false_alarms(effect.before)),
            _value(false_alarms(effect.after)),
            effect.gain,
        )
        for effect in found
    ]
    head = ("trick", "recall before", "recall after", "fall", "false alarms before", "false alarms after", "gain")
    return Table("disguise (blind cases and real_train)", head, tuple(lines))


def _value(share: Share | None) -> float | None:
    return None if share is None else share.value


@dataclass(frozen=True, slots=True)
class Moved:
    """A text that a denial moved the wrong way: scores before and after, 0..100."""

    id: str
    scam: bool
    place: str
    denial: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Denied:
    """What came of the denials: how many were tried at each place, in scams and in others, and which moved a text."""

    tried: Counter[tuple[str, bool]]
    moved: tuple[Moved, ...]

    def violations(self, place: str, *, scam: bool) -> list[Moved]:
        """Scams whose score fell, or honest texts that became medium, at one place."""
        return [move for move in self.moved if move.place == place and move.scam == scam]

    def texts(self, *, scam: bool) -> int:
        """How many texts were moved at all."""
        return len({move.id for move in self.moved if move.scam == scam})


def denied(judge: Judge, texts: Sequence[Text]) -> Denied:
    """Every denial at every place: no scam's score may fall, no honest text may become medium."""
    tried: Counter[tuple[str, bool]] = Counter()
    moved: list[Moved] = []
    for text, said in pairs(judge, texts):
        changed = list(variants(text.text, len(DENIALS) if text.is_scam else HONEST_DENIALS))
        before = round(100 * said.score)
        for (place, number, _), new in zip(changed, judge([item[2] for item in changed]), strict=True):
            tried[place, text.is_scam] += 1
            after = round(100 * new.score)
            wrong = after < before if text.is_scam else before < LOW_BELOW <= after
            if wrong:
                moved.append(Moved(text.id, text.is_scam, place, number, before, after))
    return Denied(tried, tuple(moved))


def denial_tables(found: Denied) -> tuple[Table, Table]:
    """Counts by place, and the texts that were moved most."""
    lines: list[tuple[Cell, ...]] = []
    for place in PLACES:
        falls, rises = found.violations(place, scam=True), found.violations(place, scam=False)
        lost = sum(move.before >= LOW_BELOW > move.after for move in falls)
        most = max((move.before - move.after for move in falls), default=0)
        lines.append(
            (place, found.tried[place, True], len(falls), most, lost, found.tried[place, False], len(rises)),
        )
    head = (
        "place", "scams tried", "score fell", "deepest fall", "became low", "honest tried", "became medium",
    )  # fmt: skip
    worst: dict[tuple[str, bool], Moved] = {}
    for move in sorted(found.moved, key=lambda move: (-abs(move.before - move.after), move.id)):
        worst.setdefault((move.id, move.scam), move)
    ids = [
        (move.id, "scam" if move.scam else "honest", move.place, move.denial + 1, move.before, move.after)
        for move in list(worst.values())[:LISTED]
    ]
    listed = Table("texts that a denial moved", ("id", "label", "place", "denial", "before", "after"), tuple(ids))
    return Table("denial (blind cases and real_train)", head, tuple(lines)), listed
