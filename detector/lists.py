"""Lists of words are written as one string, which reads and edits like prose; here they become what is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

Meaning = TypeVar("Meaning")


def words(text: str) -> tuple[str, ...]:
    """The words of a list."""
    return tuple(text.split())


def spread(table: Mapping[Meaning, str]) -> dict[str, Meaning]:
    """{meaning: "word word"} turned into {word: meaning}."""
    return {word: meaning for meaning, listed in table.items() for word in listed.split()}


def lengths(listed: Iterable[str]) -> dict[str, list[int]]:
    """The first characters of the words, each with the lengths of the words that begin so, longest first."""
    found: dict[str, set[int]] = {}
    for word in listed:
        found.setdefault(word[0], set()).add(len(word))
    return {first: sorted(sizes, reverse=True) for first, sizes in found.items()}


def holds(text: str, listed: Iterable[str]) -> bool:
    """Whether any of the words stands in the text."""
    for word in listed:  # noqa: SIM110  # a generator takes three times as long, and every posting comes by
        if word in text:
            return True
    return False
