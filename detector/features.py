"""What the classifier sees of a document. One encoder for training and serving.

Families: jieba words, two words in a row, the reading (concepts and their order in a clause, who pays whom, pay
against the market), and two and three characters in a row. A feature is known by a 64-bit key. Digits are masked: an
amount counts only through the pay reader. The length of a text is no feature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.market import UNSKILLED, Comparison, asks_nothing
from detector.normalize import code_points
from detector.roles import MENTIONS, stance

FAMILIES = ("words", "pairs", "reading", "bigrams", "trigrams")
"""In this order the occurrences of a document stand, and the rows of a model."""
NAMED = 3
"""So many of FAMILIES, the first, say something by name; the others are runs of characters."""

_BESIDE = frozenset({"before", "later", "applicant", "employer", "pay", "collect", "refund", "rent"})
"""Concepts that, in the clause of a mention, go with its stance into a feature."""

CLAUSE_REACH = 5
"""How many concepts further on in a clause a concept is paired with."""

LONGEST_NUMBER = 5
"""Digits of a number that count in a word; a longer one is like one of so many."""

_BASE = 0x9E3779B97F4A7C15
"""Of the polynomial hash modulo 2**64: odd, so that it has an inverse."""
_MIX = {
    "words": np.uint64(0xBF58476D1CE4E5B9),
    "pairs": np.uint64(0x94D049BB133111EB),
    "characters": np.uint64(0xD6E8FEB86659FD93),
}
_FIRST_OF_PAIR = np.uint64(0xA0761D6478BD642F)
_HALF = np.uint64(32)
_USUAL = 4096

Term = tuple[str, int, int]
"""A named feature that stands somewhere: its name and half-open span in the normal text."""

Spans = tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32]]
"""Keys with where each stands: half-open spans in the normal text."""


class Features(NamedTuple):
    """Every occurrence of a feature: its key and half-open span in the normal text, family by family.

    `sizes` says how many there are of each of FAMILIES; `sentences` in which sentence each stands, of so `many`.
    """

    keys: NDArray[np.uint64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    sentences: NDArray[np.int64]
    sizes: tuple[int, ...]
    many: int


def features(document: Document, reading: bool = True) -> Features:
    """All that the classifier sees of a document: nothing across two sentences, and no full stop.

    Without `reading` that family is empty; training on very many texts cannot wait for it.
    """
    codes = code_points(document.text).astype(np.uint64)
    codes[(codes >= 48) & (codes <= 57)] = 48
    codes[codes == 10] = 32
    words = _words(document, codes)
    parts = (words, _pairs(words), _reading(document) if reading else _NO_SPANS, *_characters(codes))
    keys = np.concatenate([part[0] for part in parts])
    starts, ends = (np.concatenate([part[at] for part in parts]) for at in (1, 2))
    lengths = [end - start for start, end in document.sentences]
    sentence_of = np.append(np.repeat(np.arange(len(lengths)), lengths), 0)
    sentence_of[:-1][codes == FULL_STOP] = -1
    sentences = sentence_of[starts]
    kept = (sentences >= 0) & (sentence_of[np.maximum(ends - 1, starts)] == sentences)
    borders = np.cumsum([0, *(len(part[0]) for part in parts)])
    before = np.concatenate([[0], np.cumsum(kept)])[borders]
    sizes = tuple(np.diff(before).tolist())
    return Features(keys[kept], starts[kept], ends[kept], sentences[kept], sizes, len(lengths))


def _words(document: Document, codes: NDArray[np.uint64]) -> Spans:
    """The words, white space left out; a number is one of so many digits."""
    borders = np.fromiter(document.borders, np.int32, len(document.borders))
    starts, ends = borders[:-1], borders[1:]
    first = codes[starts] if len(starts) else codes
    kept = (first != 32) | (ends - starts > 1)
    starts, ends, first = starts[kept], ends[kept], first[kept]
    read = np.where(first == 48, np.minimum(ends, starts + LONGEST_NUMBER), ends)
    up, down = _powers(len(codes))
    sums = np.concatenate([_ZERO, np.cumsum(codes * up[: len(codes)])])
    return _mixed((sums[read] - sums[starts]) * down[starts], "words"), starts, ends


def _pairs(words: Spans) -> Spans:
    """Each word with the next."""
    keys, starts, ends = words
    return _mixed(keys[:-1] * _FIRST_OF_PAIR + keys[1:], "pairs"), starts[:-1], ends[1:]


def _characters(codes: NDArray[np.uint64]) -> Iterator[Spans]:
    """The runs of two and of three characters that are not ASCII alone."""
    foreign = codes > 127
    key, keep = codes, foreign
    for size in (2, 3):
        key = key[:-1] * _FIRST_OF_PAIR + codes[size - 1 :]
        keep = keep[:-1] | foreign[size - 1 :]
        places = np.flatnonzero(keep).astype(np.int32)
        yield _mixed(key[places], "characters"), places, places + np.int32(size)


FULL_STOP = ord("。")
"""Says nothing of the text: one writer sets it where another breaks the line."""
_ZERO = np.zeros(1, np.uint64)
_NO_SPANS: Spans = (np.zeros(0, np.uint64), np.zeros(0, np.int32), np.zeros(0, np.int32))


def _mixed(keys: NDArray[np.uint64], family: str) -> NDArray[np.uint64]:
    """Spread over all bits, each family in its own way."""
    keys = (keys ^ (keys >> _HALF)) * _MIX[family]
    return keys ^ (keys >> _HALF)


def _powers(many: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first powers of the base and of its inverse."""
    return _powers_to(max(_USUAL, 1 << many.bit_length()))


@cache
def _powers_to(many: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    return _powers_of(_BASE, many), _powers_of(pow(_BASE, -1, 1 << 64), many)


def _powers_of(base: int, many: int) -> NDArray[np.uint64]:
    return np.cumprod(np.array([1] + [base] * many, dtype=np.uint64), dtype=np.uint64)


def _reading(document: Document) -> Spans:
    """What the reading says, as keys."""
    terms = reading_terms(document)
    keys = np.array([name_key(term[0]) for term in terms], np.uint64)
    starts = np.array([term[1] for term in terms], np.int32)
    ends = np.array([term[2] for term in terms], np.int32)
    return keys, starts, ends


@cache
def name_key(name: str) -> int:
    """The key of a named feature; there are some thousand names."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8"), digest_size=8).digest(), "little")


def reading_terms(document: Document) -> list[Term]:
    """What the reading says: concepts, their order in a clause, stances, pay."""
    terms: list[Term] = []
    add = terms.append
    for clause in document.clauses:
        concepts = clause.concepts
        beside = _BESIDE.intersection(clause.names)
        for number, (name, start, end) in enumerate(concepts):
            add((name, start, end))
            for other, _, other_end in concepts[number + 1 : number + 1 + CLAUSE_REACH]:
                add((f"{name}>{other}", start, other_end))
            if name in MENTIONS:
                how = f"{name}={stance(document, start, end).value}"
                add((how, start, end))
                for other in beside:
                    add((f"{how}&{other}", start, end))
    terms.extend(_pay_terms(document))
    terms.extend(_whole_terms(document))
    return terms


def _pay_terms(document: Document) -> Iterator[Term]:
    for pay in document.pays:
        band = _band(pay.high)
        name = f"pay:{pay.unit}/{pay.per}"
        yield (name, pay.start, pay.end)
        yield (f"{name}:{band}", pay.start, pay.end)
        if pay.per is None:
            start, end = document.sentence_at(pay.start)
            for concept in document.concepts_between(max(start, pay.start - 24), min(end, pay.end + 24)):
                yield (f"sum&{concept.name}", pay.start, pay.end)
    comparison = document.comparison
    if comparison is not None:
        yield (f"market:{comparison.verdict}", comparison.start, comparison.end)
        yield (f"market:{comparison.verdict}:{comparison.role}", comparison.start, comparison.end)
        yield from _level_terms(document, comparison)


_RATIOS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
_MONTHS = (8_000, 12_000, 17_000, 24_000, 34_000, 50_000)
"""Steps that an offer climbs: over the top of what is usual, and in yuan a month."""


def _level_terms(document: Document, comparison: Comparison) -> Iterator[Term]:
    """How far up an offer is, step by step, by whether a trade is named and anything asked.

    The verdict errs on the side of the posting; what it leaves open the classifier may weigh beside all else.
    """
    trade = {None: "unnamed", UNSKILLED: "unskilled"}.get(comparison.role, "named")
    who = f"{trade}:{'nothing' if asks_nothing(document.text) else 'asked'}"
    monthly = comparison.offered_monthly[0] if comparison.offered_monthly else 0.0
    for step in _RATIOS:
        if comparison.ratio >= step:
            yield (f"ratio:{who}:{step}", comparison.start, comparison.end)
    for least in _MONTHS:
        if monthly >= least:
            yield (f"month:{who}:{least}", comparison.start, comparison.end)


def _band(amount: float) -> int:
    """The order of magnitude in steps of about two (1, 2, 5, 10 …)."""
    return int(np.floor(np.log10(max(amount, 0.01)) * 3))


def _whole_terms(document: Document) -> Iterator[Term]:
    """Combinations that only the whole text shows: several weak signs with no named work are a lure."""
    concepts = document.concepts
    names = {concept.name for concept in concepts}
    weak = names & {"easy", "nobar", "urgent", "settle", "contact", "spam", "task"}
    named = "work_named" in names
    formal = sum(concept.name == "formal" for concept in concepts)
    start = next((concept.start for concept in concepts), 0)
    end = min(start + 1, len(document.text))
    yield (f"weak{len(weak)}:{'named' if named else 'unnamed'}", start, end)
    yield (f"formal{min(formal, 4)}:{'named' if named else 'unnamed'}", start, end)
    for one in sorted(weak):
        yield (f"has:{one}:{'named' if named else 'unnamed'}", start, end)
    for one in sorted(names & {"news", "victim", "resume", "advert", "hiring", "formal", "pay_word"}):
        yield (f"kind:{one}", start, end)
