"""A posting and the views that rules and classifier read: normal text, words, concepts, clauses, pay.

Every view is made once, when first asked for. Spans are in the normal text; `evidence` leads back to the fields as
sent.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import rjieba
from numpy.typing import NDArray

from detector.concepts import Concept, find_concepts
from detector.market import Comparison, compare
from detector.normalize import AlignedText, code_points, normalize
from detector.pay import Pay, read_pay
from detector.types import Evidence, Posting

_PAUSE, _SENTENCE = 1, 2


def _breaks() -> NDArray[np.uint8]:
    """What each code point does to a clause: nothing, ends it, ends the sentence too."""
    table = np.zeros(0x1FB00, dtype=np.uint8)
    table[0x2600:0x27C0] = table[0x1F000:0x1FB00] = _PAUSE  # symbols and emoji
    for mark in ", \t\r~|•●★☆◆◇■□▪【】[]<>":
        table[ord(mark)] = _PAUSE
    for mark in "。!?;\n…":
        table[ord(mark)] = _SENTENCE
    table[-1] = 0  # stands for all that lies beyond
    return table


_BREAKS = _breaks()


class Clause(NamedTuple):
    """A stretch of text without a pause: its span, the number of its sentence, its concepts and their names."""

    start: int
    end: int
    sentence: int
    concepts: list[Concept]
    names: frozenset[str]


class Document:
    """A posting under reading."""

    def __init__(self, posting: Posting) -> None:
        self.posting = posting
        self._names: list[str] = []
        self._offsets: list[int] = []
        pieces: list[str] = []
        length = 0
        for name, value in posting.fields():
            self._names.append(name)
            self._offsets.append(length)
            pieces.append(value)
            length += len(value) + 1
        self.original = "\n".join(pieces)

    @cached_property
    def aligned(self) -> AlignedText:
        """The normal text with its map to the original."""
        return normalize(self.original)

    @property
    def text(self) -> str:
        """The normal text: simplified, lower case, disguises undone."""
        return self.aligned.text

    @cached_property
    def words(self) -> list[str]:
        """The jieba words of the normal text, without gaps: joined they are the text again."""
        words: list[str] = rjieba.cut(self.text, False)
        return words

    @cached_property
    def borders(self) -> set[int]:
        """Places in the normal text where a word begins or ends."""
        return {0, *accumulate(map(len, self.words))}

    @cached_property
    def concepts(self) -> list[Concept]:
        """The words that the lexicon knows, in order."""
        return find_concepts(self.text, self.borders)

    @cached_property
    def _concept_starts(self) -> list[int]:
        return [concept.start for concept in self.concepts]

    def concepts_between(self, start: int, end: int) -> list[Concept]:
        """The concepts that begin in [start, end) of the normal text."""
        return self.concepts[bisect_left(self._concept_starts, start) : bisect_left(self._concept_starts, end)]

    @cached_property
    def clauses(self) -> list[Clause]:
        """The clauses with the concepts in them, in order."""
        kinds = _BREAKS[np.minimum(code_points(self.text), len(_BREAKS) - 1)]
        inside = np.concatenate([[0], kinds == 0, [0]]).astype(np.int8)
        steps = np.diff(inside)
        starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
        sentences = np.concatenate([[0], np.cumsum(kinds == _SENTENCE)])[starts]
        first = [*np.searchsorted(np.array(self._concept_starts, np.int64), starts).tolist(), len(self.concepts)]
        found = []
        for at, span in enumerate(zip(starts.tolist(), ends.tolist(), sentences.tolist(), strict=True)):
            concepts = self.concepts[first[at] : first[at + 1]]
            found.append(Clause(*span, concepts, frozenset([concept[0] for concept in concepts])))
        return found

    @cached_property
    def _clause_starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]

    def clause_at(self, place: int) -> int:
        """The number of the clause at (or just before) a place of the normal text; -1 where there is none."""
        return bisect_right(self._clause_starts, place) - 1

    @cached_property
    def pays(self) -> tuple[Pay, ...]:
        """Every amount of money that the text names."""
        return read_pay(self.text)

    @cached_property
    def _pay_starts(self) -> list[int]:
        return [pay.start for pay in self.pays]

    def pays_between(self, start: int, end: int) -> tuple[Pay, ...]:
        """The amounts that begin in [start, end] of the normal text."""
        return self.pays[bisect_left(self._pay_starts, start) : bisect_right(self._pay_starts, end)]

    @cached_property
    def comparison(self) -> Comparison | None:
        """The best offer against what the work named usually pays."""
        return compare(self.text, self.pays)

    def evidence(self, start: int, end: int) -> Evidence:
        """What stands at a span of the normal text, in the field as it was sent."""
        left, right = self.aligned.origin(start, end)
        which = max(0, bisect_right(self._offsets, left) - 1)
        name, offset = self._names[which], self._offsets[which]
        value = getattr(self.posting, name)
        left, right = min(left - offset, len(value)), min(right - offset, len(value))
        return Evidence(name, left, right, value[left:right], self.aligned.is_disguised(start, end))
