"""Which words of a text mean something for "who pays whom, for what, and is it so?", and where they stand.

The lexicon is a table (`reference/lexicon.toml`): concept → words. The longest word at the leftmost place wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

import ahocorasick_rs

from detector.errors import TableError
from detector.normalize import REFERENCE

LEXICON_FILE = REFERENCE / "lexicon.toml"


class Concept(NamedTuple):
    """A word of the lexicon in a text: half-open span in normal text, and the concept it stands for."""

    name: str
    start: int
    end: int


def find_concepts(text: str, borders: frozenset[int] | set[int]) -> list[Concept]:
    """All concept words of a normal text, in order, not overlapping.

    `borders` are the places where a word begins or ends: a concept word of one character counts only as a whole word
    (交 in 交500, not in 交通), and one that begins with a digit only at the start of a number.
    """
    automaton, names, picky = _lexicon()
    found = []
    for index, start, end in automaton.find_matches_as_indexes(text):
        if picky[index]:
            if text[start].isdigit():
                if start and text[start - 1].isdigit():
                    continue
            elif start not in borders or end not in borders:
                continue
        found.append(Concept(names[index], start, end))
    return found


def possible_concepts(text: str) -> list[tuple[Concept, bool]]:
    """As `find_concepts`, before the words are known: each with whether it counts wherever the words end."""
    automaton, names, picky = _lexicon()
    return [
        (Concept(names[index], start, end), not picky[index])
        for index, start, end in automaton.find_matches_as_indexes(text)
    ]


def concept_names() -> tuple[str, ...]:
    """Every concept of the lexicon, in the order of the table."""
    return tuple(dict.fromkeys(_lexicon()[1]))


def words_of(names: Collection[str]) -> list[str]:
    """The words that stand for any of these concepts."""
    return [word for word, name in _concept_of().items() if name in names]


@cache
def _concept_of() -> dict[str, str]:
    """The concept of each word."""
    try:
        table = tomllib.loads(LEXICON_FILE.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{LEXICON_FILE}: {error}") from None
    concept_of: dict[str, str] = {}
    for name, words in table.items():
        if not isinstance(words, str):
            raise TableError(f"{LEXICON_FILE}: {name}: need one string of words with spaces between")
        for word in words.split():
            concept_of.setdefault(word, name)
    return concept_of


@cache
def _lexicon() -> tuple[ahocorasick_rs.AhoCorasick, tuple[str, ...], tuple[bool, ...]]:
    concept_of = _concept_of()
    automaton = ahocorasick_rs.AhoCorasick(list(concept_of), matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)
    picky = tuple(len(word) == 1 or word[0].isdigit() for word in concept_of)
    return automaton, tuple(concept_of.values()), picky
