"""Undo the tricks that hide a word from a search, without losing its place.

Each step takes an `AlignedText` and gives a plainer one: characters (full-width, traditional, invisible), separators
put inside words (押-金), and disguised words from a table (兼织, yajin, 薇❤). Every character of the result knows
which characters of the original it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from detector.errors import TableError

REFERENCE = Path(__file__).parent / "reference"
TABLE_FILE = REFERENCE / "characters.npy"
DISGUISE_FILE = REFERENCE / "disguises.tsv"
TABLE_SIZE = 0x20000
EXPAND = 0xFFFFFFFF
"""Table value of a character that stands for several, such as ⑫."""

_HAN = "\u3400-\u9fff"
_SEPARATED = re.compile(rf"[{_HAN}a-z][^{_HAN}a-z0-9,。!?;:、()]{{1,3}}[{_HAN}a-z]")
_PERHAPS_SPACED_OUT = re.compile(rf"[ ·.*_|/\\-][{_HAN}][ ·.*_|/\\-]{{1,2}}[{_HAN}][ ·.*_|/\\-]")
_SPACED_OUT = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:[ ·.*_|/\\-]{{1,2}}[{_HAN}]){{3,}}(?![{_HAN}])")


class AlignedText:
    """A text and where each of its characters came from.

    `starts` and `ends` are int32 arrays of len(text): character i of `text` stands for original[starts[i]:ends[i]].
    Where they are not given, every character stands for the one at its own place, and the arrays are made when asked
    for. `disguised` are half-open spans of `text` that were written in disguise, in order, none inside another.
    """

    __slots__ = ("_ends", "_starts", "disguised", "original", "text")

    def __init__(
        self,
        original: str,
        text: str,
        starts: NDArray[np.int32] | None = None,
        ends: NDArray[np.int32] | None = None,
        disguised: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.original = original
        self.text = text
        self._starts = starts
        self._ends = ends
        self.disguised = disguised

    @property
    def starts(self) -> NDArray[np.int32]:
        """Where in the original each character begins."""
        if self._starts is None:
            self._starts = np.arange(len(self.text), dtype=np.int32)
        return self._starts

    @property
    def ends(self) -> NDArray[np.int32]:
        """Where in the original each character ends."""
        if self._ends is None:
            self._ends = self.starts + np.int32(1)
        return self._ends

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the original that text[start:end] stands for."""
        if start >= end:
            at = int(self.starts[start]) if start < len(self.text) else len(self.original)
            return at, at
        if self._starts is None and start >= 0 and end <= len(self.text):
            return start, end
        return int(self.starts[start]), int(self.ends[end - 1])

    def is_disguised(self, start: int, end: int) -> bool:
        """Whether any of text[start:end] was written in disguise."""
        before = bisect_left(self.disguised, (end,)) - 1
        return before >= 0 and start < self.disguised[before][1]


def normalize(original: str) -> AlignedText:
    """The plain reading of a text: simplified, lower case, NFKC, no invisible characters, words put together again."""
    return _undo_words(_undo_separators(_undo_characters(original)))


def fold(text: str) -> str:
    """The characters step alone, for tables and patterns that must match normal text."""
    return _undo_characters(text).text


def code_points(text: str) -> NDArray[np.uint32]:
    """(len(text),) code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _undo_characters(original: str) -> AlignedText:
    codes = code_points(original)
    try:
        text = _decoded(_table().take(codes))
    except (IndexError, UnicodeDecodeError):  # a character beyond the table, or one that stands for several
        return _undo_rare_characters(original, codes)
    return _undo_rare_characters(original, codes) if "\0" in text else AlignedText(original, text)


def _undo_rare_characters(original: str, codes: NDArray[np.uint32]) -> AlignedText:
    """The same where characters vanish, expand, or lie beyond the table."""
    mapped = np.where(codes < TABLE_SIZE, _table()[np.minimum(codes, TABLE_SIZE - 1)], codes)
    places = np.arange(len(codes), dtype=np.int32)
    if (mapped == EXPAND).any():
        mapped, places = _expand(codes, mapped)
    kept = mapped != 0
    hidden: tuple[tuple[int, int], ...] = ()
    if not kept.all():
        hidden = _hidden_inside_words(mapped, kept)
        mapped, places = mapped[kept], places[kept]
    return AlignedText(original, _decoded(mapped), places, places + np.int32(1), hidden)


def _decoded(codes: NDArray[np.uint32]) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _expand(codes: NDArray[np.uint32], mapped: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    plain: list[int] = []
    places: list[int] = []
    for place, (code, value) in enumerate(zip(codes.tolist(), mapped.tolist(), strict=True)):
        if value == EXPAND:
            several = unicodedata.normalize("NFKC", chr(code)).lower()
            plain.extend(map(ord, several))
            places.extend([place] * len(several))
        else:
            plain.append(value)
            places.append(place)
    return np.array(plain, dtype=np.uint32), np.array(places, dtype=np.int32)


def _hidden_inside_words(mapped: NDArray[np.uint32], kept: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """Spans in the kept text where an invisible character stood between two Han characters."""
    place_in_kept = np.cumsum(kept)
    han = (mapped >= 0x3400) & (mapped <= 0x9FFF)
    gaps = np.flatnonzero(~kept[1:-1] & han[:-2] & han[2:]) + 1
    return tuple((int(place_in_kept[gap]) - 1, int(place_in_kept[gap]) + 1) for gap in gaps.tolist())


def _undo_separators(aligned: AlignedText) -> AlignedText:
    """Put words of the scam vocabulary together again where separators were set between their characters."""
    text = aligned.text
    if not (_PERHAPS_SPACED_OUT.search(text) or _may_join(text)) or not _SEPARATED.search(text):
        return aligned
    drop: set[int] = set()
    for run in _SPACED_OUT.finditer(text):
        drop.update(place for place in range(*run.span()) if not _is_word(text[place]))
    drop.update(_separators_inside_words(text))
    return _without(aligned, drop) if drop else aligned


def _may_join(text: str) -> bool:
    """A quick no: whether any gap stands between two characters that are neighbours in a word of the vocabulary."""
    gaps = _GAP.findall(text)
    return bool(gaps) and not _neighbours().isdisjoint(gaps)


def _separators_inside_words(text: str) -> set[int]:
    places = [place for place, char in enumerate(text) if _is_word(char)]
    squeezed = "".join([text[place] for place in places])
    inside: set[int] = set()
    for _, start, end in _vocabulary().find_matches_as_indexes(squeezed):
        first, last = places[start], places[end - 1]
        if last - first == end - start - 1:
            continue
        gaps = [text[places[i] + 1 : places[i + 1]] for i in range(start, end - 1)]
        if all(len(gap) <= 3 and not set(gap) & _CLAUSE_ENDS for gap in gaps):
            inside.update(place for place in range(first, last) if not _is_word(text[place]))
    return inside


_ENDS = ",。!?;:、()…"
_CLAUSE_ENDS = set(_ENDS)


_GAP = re.compile(rf"[\W_](?<=([^\W_])[\W_])(?<![{_ENDS}])(?:[\W_](?<![{_ENDS}])){{0,2}}+(?=([^\W_]))")
"""A gap that a word may have inside, with the characters about it."""


def _is_word(char: str) -> bool:
    return char.isalnum()


def _without(aligned: AlignedText, drop: set[int]) -> AlignedText:
    """The text without the characters at these places; the words around each gap are marked as disguised."""
    keep = np.ones(len(aligned.text), dtype=np.bool_)
    keep[list(drop)] = False
    new_place = np.concatenate([[0], np.cumsum(keep)])
    spans = [(int(new_place[left]), int(new_place[right])) for left, right in aligned.disguised]
    text = "".join([char for char, stays in zip(aligned.text, keep.tolist(), strict=True) if stays])
    gaps = [int(new_place[place]) for place in drop]
    spans += [(max(0, gap - 1), min(len(text), gap + 1)) for gap in gaps]
    return AlignedText(aligned.original, text, aligned.starts[keep], aligned.ends[keep], _merged(spans))


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same places as spans in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif start < end:
            merged.append((start, end))
    return tuple(merged)


def _undo_words(aligned: AlignedText) -> AlignedText:
    """Write each disguised word of the table as the plain word it stands for."""
    automaton, plain = _disguises()
    text = aligned.text
    hits = [
        (start, end, *plain[index])
        for index, start, end in automaton.find_matches_as_indexes(text)
        if _stands_alone(text, start, end) and text[start:end] != plain[index][0]
    ]
    if not hits:
        return aligned
    pieces: list[str] = []
    starts: list[NDArray[np.int32]] = []
    ends: list[NDArray[np.int32]] = []
    spans: list[tuple[int, int]] = []
    shifts: list[tuple[int, int]] = []
    done = length = 0
    for start, end, word, hidden in hits:
        pieces += [text[done:start], word]
        origin_start, origin_end = aligned.origin(start, end)
        starts += [aligned.starts[done:start], np.full(len(word), origin_start, np.int32)]
        ends += [aligned.ends[done:start], np.full(len(word), origin_end, np.int32)]
        length += start - done
        if hidden:
            spans.append((length, length + len(word)))
        length += len(word)
        done = end
        shifts.append((end, length - end))
    pieces.append(text[done:])
    spans += [(_shifted(left, shifts), _shifted(right, shifts)) for left, right in aligned.disguised]
    return AlignedText(
        aligned.original,
        "".join(pieces),
        np.concatenate([*starts, aligned.starts[done:]]),
        np.concatenate([*ends, aligned.ends[done:]]),
        _merged(spans),
    )


def _shifted(place: int, shifts: list[tuple[int, int]]) -> int:
    """Where a place of the old text lies in the new one; `shifts` holds (old end of an edit, new minus old)."""
    before = bisect_right(shifts, place, key=lambda shift: shift[0])
    return max(0, place + (shifts[before - 1][1] if before else 0))


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A disguise in Latin letters counts only as a word of its own: `vx` in `vx123`, not in `svxd`."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start].isascii() and text[start].isalpha() and before.isascii() and before.isalpha():
        return False
    last = text[end - 1]
    return not (last.isascii() and last.isalpha() and after.isascii() and after.isalpha())


@cache
def _table() -> NDArray[np.uint32]:
    try:
        table: NDArray[np.uint32] = np.load(TABLE_FILE, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise TableError(f"{TABLE_FILE}: {error}; rebuild it with `python -m training.tables`") from None
    if table.shape != (TABLE_SIZE,) or table.dtype != np.uint32:
        raise TableError(f"{TABLE_FILE}: not a table of {TABLE_SIZE} code points; rebuild it")
    return table


@cache
def _rows() -> tuple[tuple[str, str, bool], ...]:
    """(written form, plain word, whether it is a disguise) of each entry, folded."""
    rows: list[tuple[str, str, bool]] = []
    for number, line in enumerate(DISGUISE_FILE.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        plain, tab, forms = line.partition("\t")
        if not tab or not forms.strip():
            raise TableError(f"{DISGUISE_FILE}: line {number}: need PLAIN<tab>FORM FORM …")
        rows += [(fold(form.removeprefix("~")), plain, not form.startswith("~")) for form in forms.split()]
    return tuple(rows)


@cache
def _disguises() -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[str, bool], ...]]:
    rows = [row for row in _rows() if row[0] != row[1]]
    rows += _contacts(known={form for form, _, _ in rows})
    automaton = ahocorasick_rs.AhoCorasick(
        [form for form, _, _ in rows], matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST
    )
    return automaton, tuple((plain, hidden) for _, plain, hidden in rows)


def _contacts(known: set[str]) -> list[tuple[str, str, bool]]:
    """加 and + before each form of 微信 and qq, so that 加薇信 is read whole and not as 加薇 with a 信 left over."""
    return [
        (add + form, "加" + plain, hidden and form != plain)
        for form, plain, hidden in _rows()
        if plain in ("微信", "qq")
        for add in "加+"
        if add + form not in known
    ]


@cache
def _joinable() -> tuple[str, ...]:
    """Words that are put together again: the plain words of the table and their written disguises."""
    words = {plain for _, plain, _ in _rows()} | {form for form, _, _ in _rows() if form.isalnum()}
    return tuple(sorted(word for word in words if len(word) > 1))


@cache
def _neighbours() -> frozenset[tuple[str, str]]:
    return frozenset(pair for word in _joinable() for pair in pairwise(word))


@cache
def _vocabulary() -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(_joinable(), matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)
