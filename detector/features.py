"""What the classifier sees of a document. One encoder for training and serving.

Three families: jieba words (one and two in a row), characters (two to four in a row), and the reading (concepts and
their order in a clause, who pays whom, pay against the market). Numbers are masked: an amount counts only through the
pay reader. The length of a text is no feature.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.normalize import code_points
from detector.roles import stance

MENTIONS = frozenset(
    {"fee", "own_funds", "brushing", "task", "card", "rent", "mule", "overseas", "app", "recruit", "vice", "cert"}
    | {"referral", "sensitive", "loan", "gamble", "spam", "thing", "deduct"}
)
"""Concepts whose stance (asserted, denied …) is a feature."""

_BESIDE = frozenset({"before", "later", "applicant", "employer", "pay", "collect", "refund", "rent"})
"""Concepts that, in the clause of a mention, go with its stance into a feature."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

CLAUSE_REACH = 5
"""How many concepts further on in a clause a concept is paired with."""


Term = tuple[str, int, int]
"""A named feature that stands somewhere: its name and half-open span in the normal text."""


class Words(NamedTuple):
    """The words of a document with their half-open spans in the normal text; white space is left out."""

    names: list[str]
    starts: list[int]
    ends: list[int]


def word_names(document: Document) -> Words:
    """The words as the classifier knows them: numbers by their length, account names as `id`."""
    found = Words([], [], [])
    place = 0
    for word in document.words:
        start = place
        place += len(word)
        if word in (" ", "\n"):
            continue
        found.names.append(_masked(word) if word.isascii() else word)
        found.starts.append(start)
        found.ends.append(place)
    return found


def _masked(word: str) -> str:
    if word[0].isdigit():
        return "0" * min(len(word), 5)
    return "id" if len(word) > 2 and not word.isalpha() else word


def character_keys(text: str) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32]]:
    """The runs of two to four characters of a normal text, as (keys, starts, lengths).

    A key is a polynomial hash of the code points modulo 2**64. Digits are masked as 0, runs of ASCII alone left out.
    """
    codes = code_points(text).astype(np.uint64)
    codes[(codes >= 48) & (codes <= 57)] = 48
    codes[codes == 10] = 32
    foreign = codes > 127
    keys, starts, lengths = [], [], []
    key = codes
    keep_any = foreign
    for size in (2, 3, 4):
        if len(codes) < size:
            break
        key = key[:-1] * _MULTIPLIER + codes[size - 1 :]
        keep_any = keep_any[:-1] | foreign[size - 1 :]
        places = np.flatnonzero(keep_any).astype(np.int32)
        keys.append(key[places])
        starts.append(places)
        lengths.append(np.full(len(places), size, np.int32))
    if not keys:
        empty = np.zeros(0, np.int32)
        return np.zeros(0, np.uint64), empty, empty
    return np.concatenate(keys), np.concatenate(starts), np.concatenate(lengths)


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
            for concept in document.concepts_between(pay.start - 24, pay.end + 24):
                yield (f"sum&{concept.name}", pay.start, pay.end)
    comparison = document.comparison
    if comparison is not None:
        yield (f"market:{comparison.verdict}", comparison.start, comparison.end)
        yield (f"market:{comparison.verdict}:{comparison.role}", comparison.start, comparison.end)


def _band(amount: float) -> int:
    """The order of magnitude in steps of about two (1, 2, 5, 10 …)."""
    return int(np.floor(np.log10(max(amount, 0.01)) * 3))


def _whole_terms(document: Document) -> Iterator[Term]:
    """Combinations that only the whole text shows: several weak signs with no named work are a lure."""
    names = {concept.name for concept in document.concepts}
    weak = names & {"easy", "nobar", "urgent", "settle", "contact", "spam", "task"}
    named = "work_named" in names
    formal = sum(concept.name == "formal" for concept in document.concepts)
    end = min(1, len(document.text))
    yield (f"weak{len(weak)}:{'named' if named else 'unnamed'}", 0, end)
    yield (f"formal{min(formal, 4)}:{'named' if named else 'unnamed'}", 0, end)
    for one in sorted(weak):
        yield (f"has:{one}:{'named' if named else 'unnamed'}", 0, end)
    for one in sorted(names & {"news", "victim", "resume", "advert", "hiring", "formal", "pay_word"}):
        yield (f"kind:{one}", 0, end)
    if document.aligned.disguised:
        yield ("disguised", *document.aligned.disguised[0])


__all__ = ["MENTIONS", "Term", "Words", "character_keys", "reading_terms", "word_names"]
