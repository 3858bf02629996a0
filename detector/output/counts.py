"""Counts of things (六十桩, 三四百本, 一户半), and how many people share them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from detector.pay import Per, read_count

NUMBER = r"[0-9]{1,6}|[一二两三四五六七八九十百千万几]{1,7}"


class Output(NamedTuple):
    """How many pieces one person does in one `per` (hour, day, week, month), and the words that say so.

    `simple`: a piece takes so little that it can need no skill.
    """

    times: float
    per: Per
    said: str
    simple: bool = False


class Count(NamedTuple):
    """How many of the thing text[start:end] names."""

    number: float
    start: int
    end: int
    thing: str


_COUNT = re.compile(
    rf"(?<![0-9.])(?P<n>{NUMBER})(?:[-~到至](?:{NUMBER}))?[来多余]?[ 大小]?"
    r"(?P<each>个)?(?P<thing>[^\s,。;0-9])?(?P<half>半)?"
)
"""What a count looks like: 六十桩, 三四百本, 200 个, 两千一百户, 一户半."""


def counts(text: str, things: str) -> Iterator[Count]:
    """Every count of one of the things, in reading order; a thing is one character."""
    for found in _COUNT.finditer(text):
        each, thing = found["each"] or "", found["thing"] or ""
        if thing in things and thing:
            end, half = found.end("thing"), bool(found["half"])
        elif each and each in things:
            end, half, thing = found.end("each"), thing == "半", each
        else:
            continue
        count = read_count(found["n"])
        if count is not None:
            yield Count(count[0] + 0.5 * half, found.start(), end, thing)


_PEOPLE = re.compile(
    r"(几|[2-9]|1[0-9]|[两二三四五六七八九十]{1,2})个?人(?:一[车天夜晚组班起吨早上下]|分|平|均|搭|合|能|干|轮|做|装|卸|配合)"
)


def people(text: str, start: int, end: int) -> float:
    """How many share the work that is told of in text[start:end]: 四个人一车三十吨."""
    shared = _PEOPLE.search(text, max(start - 8, 0), end + 24)
    count = read_count(shared[1]) if shared else None
    return max(count[1], 1.0) if count else (4.0 if shared else 1.0)
