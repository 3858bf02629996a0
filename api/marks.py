"""Cut a text at the borders of everything that points into it, so that overlapping and nested marks come out right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a field that something points at, half-open, in code points."""

    start: int
    end: int
    owner: str
    """Where the mark leads: `reason-1`, `aside-2`."""
    anchor: str
    """Where the owner's link leads back to: `words-1-1`."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text with the same owners throughout. Owners stand in the order of the spans as they were given."""

    text: str
    owners: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    """Anchors of the spans that begin here."""
    closes: tuple[str, ...] = ()
    """Owners whose last span over this place ends here."""


def segments(text: str, spans: Sequence[Span]) -> list[Segment]:
    """The text in order, cut so that each span is a whole number of segments. Spans outside the text are left out."""
    inside = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    begin, finish = _by_border(inside)
    borders = sorted({0, len(text)} | begin.keys() | finish.keys())
    open_now: dict[int, Span] = {}
    cut = []
    for start, end in pairwise(borders):
        for index in finish.get(start, ()):
            del open_now[index]
        open_now.update((index, inside[index]) for index in begin.get(start, ()))
        owners = _distinct(open_now[index].owner for index in sorted(open_now))
        opens = tuple(inside[index].anchor for index in begin.get(start, ()))
        ending = dict.fromkeys(finish.get(end, ()))
        staying = {span.owner for index, span in open_now.items() if index not in ending}
        closes = _distinct(inside[index].owner for index in ending if inside[index].owner not in staying)
        cut.append(Segment(text[start:end], owners, opens, closes))
    return cut


def _by_border(spans: Sequence[Span]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    begin, finish = defaultdict(list), defaultdict(list)
    for index, span in enumerate(spans):
        begin[span.start].append(index)
        finish[span.end].append(index)
    return begin, finish


def _distinct(owners: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(owners))
