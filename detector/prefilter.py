"""Which patterns can match a text at all, found by the words they cannot do without.

Two hundred patterns tried one by one cost more than everything else together. From each pattern we take sets of
literals, one of each set standing in any match (交|缴 and 押金|保证金); one pass of Aho-Corasick leaves a few to try.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from re import _constants, _parser  # type: ignore[attr-defined]  # the stdlib's own parser, the only one that never differs
from typing import Any

import ahocorasick_rs

SETS = 2
"""How many sets of literals a pattern is held to, a bit for each; more find hardly less."""

Needs = tuple[frozenset[str], ...]


@cache
def needs(pattern: str) -> tuple[Needs, ...]:
    """For each alternative of a pattern, sets of literals: a match holds one of each set. re.error if it is bad."""
    items = list(_parser.parse(pattern))
    if len(items) == 1 and items[0][0] is _constants.BRANCH:
        return tuple(_best(_sets(branch)) for branch in items[0][1][1])
    return (_best(_sets(items)),)


class Prefilter:
    """Finds the patterns that are worth trying on a text."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._always: list[int] = []
        alternatives: list[tuple[int, Needs]] = []
        for number, pattern in enumerate(patterns):
            for alternative in needs(pattern):
                if alternative:
                    alternatives.append((number, alternative))
                else:
                    self._always.append(number)
        self._number_of = [number for number, _ in alternatives]
        self._many = len(alternatives)
        self._all = (1 << self._many) - 1
        bits: dict[str, int] = {}
        for here, (_, alternative) in enumerate(alternatives):
            for place in range(SETS):
                for literal in alternative[min(place, len(alternative) - 1)]:
                    bits[literal] = bits.get(literal, 0) | 1 << (here + place * self._many)
        self._bits = list(bits.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(bits))

    def candidates(self, text: str) -> set[int]:
        """The numbers of the patterns that may match somewhere in the text."""
        met = 0
        for literal in {hit[0] for hit in self._automaton.find_matches_as_indexes(text, overlapping=True)}:
            met |= self._bits[literal]
        whole = met & (met >> self._many) & self._all
        found = set(self._always)
        while whole:
            last = whole.bit_length() - 1
            found.add(self._number_of[last])
            whole ^= 1 << last
        return found


def _best(sets: list[frozenset[str]]) -> Needs:
    """The few sets that say most: longer literals, fewer of them; single characters only for want of others."""
    long = [literals for literals in sets if min(map(len, literals)) > 1]
    return tuple(sorted(long, key=len)[:SETS]) or tuple(sorted(sets, key=len)[:1])


def _sets(items: Iterable[Any]) -> list[frozenset[str]]:
    """The sets of literals that the parts of a sequence need."""
    sets: list[frozenset[str]] = []
    run = ""
    for kind, value in items:
        if kind is _constants.LITERAL:
            run += chr(value)
            continue
        if run:
            sets.append(frozenset([run]))
            run = ""
        if kind is _constants.SUBPATTERN:
            sets += _sets(value[3])
        elif kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and value[0] >= 1:
            sets += _sets(value[2])
        elif needed := _of_part(kind, value):
            sets.append(needed)
    return [*sets, frozenset([run])] if run else sets


def _of_part(kind: object, value: Sequence[Any]) -> frozenset[str] | None:
    if kind is _constants.BRANCH:
        branches = [_best(_sets(branch))[:1] for branch in value[1]]
        return frozenset().union(*[needed[0] for needed in branches]) if all(branches) else None
    if kind is _constants.IN:
        return _of_class(value)
    return None


def _of_class(items: Iterable[Any]) -> frozenset[str] | None:
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
