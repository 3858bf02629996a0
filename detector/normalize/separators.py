"""Words put together again where separators were set between their characters: 押-金."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise

import ahocorasick_rs
import numpy as np
import rjieba

from detector.normalize.aligned import AlignedText, union
from detector.normalize.characters import in_telling_words
from detector.normalize.forms import joinable

_HAN = "\u3400-\u9fff"
_SEPARATED = re.compile(rf"[{_HAN}a-z][^{_HAN}a-z0-9,。!?;:、()]{{1,3}}[{_HAN}a-z]")
_PERHAPS_SPACED_OUT = re.compile(rf"[ ·.*_|/\\-][{_HAN}][ ·.*_|/\\-]{{1,2}}[{_HAN}][ ·.*_|/\\-]")
_SPACED_OUT = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:[ ·.*_|/\\-]{{1,2}}[{_HAN}]){{3,}}(?![{_HAN}])")

_ENDS = ",。!?;:、()…"
_CLAUSE_ENDS = set(_ENDS)
_GAP = re.compile(rf"[\W_](?<=([^\W_])[\W_])(?<![{_ENDS}])(?:[\W_](?<![{_ENDS}])){{0,2}}+(?=([^\W_]))")
"""A gap that a word may have inside, with the characters about it."""
_WINDOW = 24
"""Characters about a gap in which the word around it lies."""
REACH = 4
"""Characters beside a word that are read to tell whether it belongs to its neighbours."""


def undo_separators(aligned: AlignedText) -> AlignedText:
    """Put words of the scam vocabulary together again where separators were set between their characters."""
    text = aligned.text
    if not (_PERHAPS_SPACED_OUT.search(text) or _may_join(text)) or not _SEPARATED.search(text):
        return aligned
    drop: set[int] = set()
    for run in _SPACED_OUT.finditer(text):
        drop.update(place for place in range(*run.span()) if not text[place].isalnum())
    for start, end in _around_gaps(text):
        drop.update(start + place for place in _separators_inside_words(text[start:end]))
    return _without(aligned, drop) if drop else aligned


def _may_join(text: str) -> bool:
    """A quick no: whether any gap stands between two characters that are neighbours in a word of the vocabulary."""
    gaps = _GAP.findall(text)
    return bool(gaps) and not _neighbours().isdisjoint(gaps)


def _around_gaps(text: str) -> tuple[tuple[int, int], ...]:
    """Stretches of the text about gaps between two characters that are neighbours in a word of the vocabulary."""
    neighbours = _neighbours()
    return union(
        (max(0, gap.start() - _WINDOW), min(len(text), gap.end() + _WINDOW))
        for gap in _GAP.finditer(text)
        if gap.groups() in neighbours
    )


def _separators_inside_words(text: str) -> set[int]:
    places = [place for place, char in enumerate(text) if char.isalnum()]
    squeezed = "".join([text[place] for place in places])
    inside: set[int] = set()
    done = -1
    for _, start, end in sorted(_vocabulary().find_matches_as_indexes(squeezed, overlapping=True), key=_longest_first):
        first, last = places[start], places[end - 1]
        if first <= done or last - first == end - start - 1:
            continue
        gaps = [text[places[i] + 1 : places[i + 1]] for i in range(start, end - 1)]
        if all(len(gap) <= 3 and not set(gap) & _CLAUSE_ENDS for gap in gaps) and not _cuts_words(text, first, last):
            inside.update(place for place in range(first, last) if not text[place].isalnum())
            done = last
    return inside


def _longest_first(match: tuple[int, int, int]) -> tuple[int, int]:
    return match[1], -match[2]


def _cuts_words(text: str, first: int, last: int) -> bool:
    """Whether a word found across gaps is the end of a word and the start of another: 员工 in 服务员 工资."""
    start = first
    while start > 0 and first - start < REACH and text[start - 1].isalnum():
        start -= 1
    gap = next(place for place in range(first, last) if not text[place].isalnum())
    if start == first or _is_border(text[start:gap], first - start):
        return False
    end = last + 1
    while end < len(text) and end - last <= REACH and text[end].isalnum():
        end += 1
    gap = next(place for place in range(last, first, -1) if not text[place].isalnum())
    return end > last + 1 and not _is_border(text[gap + 1 : end], last - gap)


@lru_cache(4096)
def _is_border(text: str, place: int) -> bool:
    """Whether a word ends at a place of a stretch of text."""
    for word in rjieba.cut(text, False):
        place -= len(word)
        if place <= 0:
            break
    return place == 0


def _without(aligned: AlignedText, drop: set[int]) -> AlignedText:
    """The text without the characters at these places; the words around each gap are marked as disguised."""
    keep = np.ones(len(aligned.text), dtype=np.bool_)
    keep[list(drop)] = False
    new_place = np.concatenate([[0], np.cumsum(keep)])
    spans = [(int(new_place[left]), int(new_place[right])) for left, right in aligned.disguised]
    text = "".join([char for char, stays in zip(aligned.text, keep.tolist(), strict=True) if stays])
    gaps = [int(new_place[place]) for place in drop if aligned.text[place] != "\n"]
    spans += in_telling_words(text, [(max(0, gap - 1), min(len(text), gap + 1)) for gap in gaps])
    return AlignedText(aligned.original, text, aligned.starts[keep], aligned.ends[keep], union(spans))


@cache
def _neighbours() -> frozenset[tuple[str, str]]:
    return frozenset(pair for word in joinable() for pair in pairwise(word))


@cache
def _vocabulary() -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(joinable())
