"""A posting and the views that rules and classifier read: normal text, words, concepts, clauses, pay.

Every view is made once, when first asked for. Spans are in the normal text; `evidence` leads back to the fields as
sent.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
import rjieba

from detector.concepts import Concept, find_concepts
from detector.market import Comparison, compare
from detector.normalize import AlignedText, normalize
from detector.pay import Pay, is_traditional, read_pay
from detector.types import Evidence, Posting

Found = TypeVar("Found")

_SENTENCE_ENDS = "。!?;\n…"
_PAUSES = ", \t\r~|•●★☆◆◇■□▪【】[]<>"
_SYMBOLS = "\u2600-\u27bf\U0001f000-\U0001faff"
_CLAUSE = re.compile(f"[^{re.escape(_SENTENCE_ENDS + _PAUSES)}{_SYMBOLS}]++|[{_SENTENCE_ENDS}]")
"""A clause, or the end of a sentence."""
SENTENCE = re.compile(f"[^{_SENTENCE_ENDS}]++[{_SENTENCE_ENDS}]?|[{_SENTENCE_ENDS}]")


class Clause(NamedTuple):
    """A stretch of text without a pause: its span, the number of its sentence, its concepts and their names."""

    start: int
    end: int
    sentence: int
    concepts: list[Concept]
    names: frozenset[str]


def _clause(span: tuple[int, int, int], concepts: list[Concept]) -> Clause:
    return Clause(*span, concepts, frozenset([concept[0] for concept in concepts]) if concepts else _NOTHING)


_NOTHING: frozenset[str] = frozenset()


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
        self._notes: dict[str, Any] = {}

    def noted(self, name: str, find: Callable[[Document], Found]) -> Found:
        """What a reader finds out about the whole text, found out once."""
        if name not in self._notes:
            self._notes[name] = find(self)
        found: Found = self._notes[name]
        return found

    @cached_property
    def aligned(self) -> AlignedText:
        """The normal text with its map to the original."""
        return normalize(self.original)

    @property
    def text(self) -> str:
        """The normal text: simplified, lower case, disguises undone."""
        return self.aligned.text

    def without(self, spans: Sequence[tuple[int, int]]) -> Document:
        """The same posting without these sentences of the normal text.

        A full stop goes with them where it follows a pause: it only parts them from what stood before.
        """
        keep = np.ones(len(self.text), np.bool_)
        for start, end in spans:
            keep[start:end] = False
            if start > 1 and self.text[start - 1] == "。" and self.text[start - 2] in _PAUSES:
                keep[start - 1] = False
        places = np.concatenate([[0], np.cumsum(keep)])
        hidden = [(int(places[start]), int(places[end])) for start, end in self.aligned.disguised]
        rest = Document(self.posting)
        rest.aligned = AlignedText(
            self.original,
            "".join([char for char, kept in zip(self.text, keep.tolist(), strict=True) if kept]),
            self.aligned.starts[keep],
            self.aligned.ends[keep],
            tuple(span for span in hidden if span[0] < span[1]),
        )
        return rest

    @cached_property
    def words(self) -> list[str]:
        """The jieba words of the normal text, without gaps: joined they are the text again."""
        words: list[str] = rjieba.cut(self.text, False)
        return words

    @cached_property
    def borders(self) -> list[int]:
        """Places in the normal text where a word begins or ends, in order."""
        return [0, *accumulate(map(len, self.words))]

    @cached_property
    def _border_set(self) -> frozenset[int]:
        return frozenset(self.borders)

    def is_border(self, place: int) -> bool:
        """Whether a word begins or ends at a place of the normal text."""
        return place in self._border_set

    @cached_property
    def concepts(self) -> list[Concept]:
        """The words that the lexicon knows, in order."""
        return find_concepts(self.text, self._border_set)

    @cached_property
    def _concept_starts(self) -> list[int]:
        return [concept.start for concept in self.concepts]

    def concepts_between(self, start: int, end: int) -> list[Concept]:
        """The concepts that begin in [start, end) of the normal text."""
        return self.concepts[bisect_left(self._concept_starts, start) : bisect_left(self._concept_starts, end)]

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """The sentences as spans of the normal text, each with the mark that ends it."""
        return [match.span() for match in SENTENCE.finditer(self.text)]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_at(self, place: int) -> tuple[int, int]:
        """The sentence that holds a place of the normal text, which is not empty."""
        return self.sentences[bisect_right(self._sentence_starts, place) - 1]

    @cached_property
    def clauses(self) -> list[Clause]:
        """The clauses with the concepts in them, in order; a concept between two belongs to the first."""
        spans: list[tuple[int, int, int]] = []
        sentence = 0
        for match in _CLAUSE.finditer(self.text):
            start, end = match.span()
            if end - start == 1 and self.text[start] in _SENTENCE_ENDS:
                sentence += 1
            else:
                spans.append((start, end, sentence))
        first = [bisect_left(self._concept_starts, span[0]) for span in spans]
        first.append(len(self.concepts))
        return [
            _clause(span, self.concepts[left:right]) for span, (left, right) in zip(spans, pairwise(first), strict=True)
        ]

    @cached_property
    def _clause_starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]

    def clauses_between(self, start: int, end: int) -> list[Clause]:
        """The clauses that begin in [start, end)."""
        starts = self._clause_starts
        return self.clauses[bisect_left(starts, start) : bisect_left(starts, end)]

    def clause_at(self, place: int) -> int:
        """The number of the clause at (or just before) a place of the normal text; -1 where there is none."""
        return bisect_right(self._clause_starts, place) - 1

    @cached_property
    def pays(self) -> tuple[Pay, ...]:
        """Every amount of money that the text names."""
        return read_pay(self.text, traditional=is_traditional(self.original))

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
        return self.evidence_at(left, right, disguised=self.aligned.is_disguised(start, end))

    def evidence_at(self, left: int, right: int, *, disguised: bool) -> Evidence:
        """What stands at a span of `original`, in the field as it was sent."""
        which = max(0, bisect_right(self._offsets, left) - 1)
        name, offset = self._names[which], self._offsets[which]
        value = getattr(self.posting, name)
        left, right = min(left - offset, len(value)), min(right - offset, len(value))
        return Evidence(name, left, right, value[left:right], disguised)
