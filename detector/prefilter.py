"""Which patterns can match a text at all, found by the words they cannot do without.

Two hundred patterns tried one by one cost more than everything else together. From each pattern we take a set of literals
one of which stands in any match (押金|保证金 …); one pass of Aho-Corasick over the text then leaves a dozen patterns to try.
"""

from __future__ import annotations

from collections.abc import Sequence
from re import _constants, _parser  # type: ignore[attr-defined]  # the stdlib's own parser, the only one that never differs
from typing import Any

import ahocorasick_rs


def literals(pattern: str) -> frozenset[str]:
    """Literals one of which stands in every match of the pattern; empty where there are none. re.error for a bad pattern."""
    return _of_sequence(_parser.parse(pattern)) or frozenset()


class Prefilter:
    """Finds the patterns that are worth trying on a text."""

    def __init__(self, patterns: Sequence[str]) -> None:
        owners: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, pattern in enumerate(patterns):
            needed = literals(pattern)
            if not needed:
                self._always.append(number)
            for literal in needed:
                owners.setdefault(literal, []).append(number)
        self._owners = list(owners.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(owners))

    def candidates(self, text: str) -> set[int]:
        """The numbers of the patterns that may match somewhere in the text."""
        found = set(self._always)
        for literal in {hit[0] for hit in self._automaton.find_matches_as_indexes(text, overlapping=True)}:
            found.update(self._owners[literal])
        return found


def _of_sequence(items: Any) -> frozenset[str] | None:
    """The best set of literals among those that the parts of a sequence need; longer and fewer is better."""
    sets: list[frozenset[str]] = []
    run = ""
    for kind, value in items:
        if kind is _constants.LITERAL:
            run += chr(value)
            continue
        if run:
            sets.append(frozenset([run]))
            run = ""
        needed = _of_part(kind, value)
        if needed:
            sets.append(needed)
    if run:
        sets.append(frozenset([run]))
    return max(sets, key=lambda literals: (min(2, min(map(len, literals))), -len(literals)), default=None)


def _of_part(kind: Any, value: Any) -> frozenset[str] | None:
    if kind is _constants.SUBPATTERN:
        return _of_sequence(value[3])
    if kind is _constants.BRANCH:
        branches = [_of_sequence(branch) for branch in value[1]]
        return frozenset().union(*[b for b in branches if b]) if all(branches) else None
    if kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and value[0] >= 1:
        return _of_sequence(value[2])
    if kind is _constants.IN:
        return _of_class(value)
    return None


def _of_class(items: Any) -> frozenset[str] | None:
    """The characters of a small class such as [交缴]; None for a negated or a large one."""
    chars: set[str] = set()
    for kind, value in items:
        if kind is _constants.LITERAL:
            chars.add(chr(value))
        elif kind is _constants.RANGE and value[1] - value[0] < 12:
            chars.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(chars)



