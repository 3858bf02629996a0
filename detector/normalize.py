"""Undo the tricks that hide a word from a search, without losing its place.

Each step takes an `AlignedText` and gives a plainer one: characters (full-width, traditional, invisible), separators
put inside words (押-金), and disguised words: from a table by hand (兼织, 薇❤), by shape and sound (扌甲金, 鸭金), in
pinyin (ya jin, 押jin). Every character of the result knows which characters of the original it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import ahocorasick_rs
import numpy as np
import rjieba
from numpy.typing import NDArray

from detector.errors import TableError

REFERENCE = Path(__file__).parent / "reference"
TABLE_FILE = REFERENCE / "characters.npy"
DISGUISE_FILE = REFERENCE / "disguises.tsv"
WORD_FILE = REFERENCE / "words.tsv"
VARIANT_FILE = REFERENCE / "variants.npy"
VARIANT = np.dtype([("key", "<u8"), ("word", "<u2")])
"""A row of the variant table: a written form as a number, the place of its word in the word table."""
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
    return folded(text).text


def folded(text: str) -> AlignedText:
    """The same with the map to the original."""
    return _undo_characters(text)


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
    text = _decoded(mapped)
    return AlignedText(original, text, places, places + np.int32(1), _in_telling_words(text, hidden))


def _decoded(codes: NDArray[np.uint32]) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _expand(codes: NDArray[np.uint32], mapped: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    wide = np.flatnonzero(mapped == EXPAND)
    several = [unicodedata.normalize("NFKC", chr(code)).lower() for code in codes[wide].tolist()]
    many = np.ones(len(codes), np.intp)
    many[wide] = [len(plain) for plain in several]
    plain = np.repeat(mapped, many)
    plain[np.repeat(mapped == EXPAND, many)] = code_points("".join(several))
    return plain, np.repeat(np.arange(len(codes), dtype=np.int32), many)


def _hidden_inside_words(mapped: NDArray[np.uint32], kept: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """Spans in the kept text where an invisible character stood between two Han characters."""
    place_in_kept = np.cumsum(kept)
    han = (mapped >= 0x3400) & (mapped <= 0x9FFF)
    gaps = np.flatnonzero(~kept[1:-1] & han[:-2] & han[2:]) + 1
    return tuple((int(place_in_kept[gap]) - 1, int(place_in_kept[gap]) + 1) for gap in gaps.tolist())


def _in_telling_words(text: str, spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Of the spans those that lie in a word that only scammers have a reason to hide; pages copied from anywhere hold
    invisible characters, breaks and blanks in any word.
    """
    ordered = _merged(spans)
    if not ordered:
        return ()
    found = []
    for _, start, end in _telling().find_matches_as_indexes(text):
        at = bisect_left(ordered, (end,)) - 1
        if at >= 0 and start < ordered[at][1]:
            found.append((start, end))
    return tuple(found)


def _undo_separators(aligned: AlignedText) -> AlignedText:
    """Put words of the scam vocabulary together again where separators were set between their characters."""
    text = aligned.text
    if not (_PERHAPS_SPACED_OUT.search(text) or _may_join(text)) or not _SEPARATED.search(text):
        return aligned
    drop: set[int] = set()
    for run in _SPACED_OUT.finditer(text):
        drop.update(place for place in range(*run.span()) if not _is_word(text[place]))
    for start, end in _around_gaps(text):
        drop.update(start + place for place in _separators_inside_words(text[start:end]))
    return _without(aligned, drop) if drop else aligned


def _may_join(text: str) -> bool:
    """A quick no: whether any gap stands between two characters that are neighbours in a word of the vocabulary."""
    gaps = _GAP.findall(text)
    return bool(gaps) and not _neighbours().isdisjoint(gaps)


_WINDOW = 24
"""Characters about a gap in which the word around it lies."""


def _around_gaps(text: str) -> tuple[tuple[int, int], ...]:
    """Stretches of the text about gaps between two characters that are neighbours in a word of the vocabulary."""
    neighbours = _neighbours()
    return _merged(
        (max(0, gap.start() - _WINDOW), min(len(text), gap.end() + _WINDOW))
        for gap in _GAP.finditer(text)
        if gap.groups() in neighbours
    )


def _separators_inside_words(text: str) -> set[int]:
    places = [place for place, char in enumerate(text) if _is_word(char)]
    squeezed = "".join([text[place] for place in places])
    inside: set[int] = set()
    done = -1
    for _, start, end in sorted(_vocabulary().find_matches_as_indexes(squeezed, overlapping=True), key=_longest_first):
        first, last = places[start], places[end - 1]
        if first <= done or last - first == end - start - 1:
            continue
        gaps = [text[places[i] + 1 : places[i + 1]] for i in range(start, end - 1)]
        if all(len(gap) <= 3 and not set(gap) & _CLAUSE_ENDS for gap in gaps) and not _cuts_words(text, first, last):
            inside.update(place for place in range(first, last) if not _is_word(text[place]))
            done = last
    return inside


def _longest_first(match: tuple[int, int, int]) -> tuple[int, int]:
    return match[1], -match[2]


_REACH = 4


def _cuts_words(text: str, first: int, last: int) -> bool:
    """Whether a word found across gaps is the end of a word and the start of another: 员工 in 服务员 工资."""
    start = first
    while start > 0 and first - start < _REACH and _is_word(text[start - 1]):
        start -= 1
    gap = next(place for place in range(first, last) if not _is_word(text[place]))
    if start == first or _is_border(text[start:gap], first - start):
        return False
    end = last + 1
    while end < len(text) and end - last <= _REACH and _is_word(text[end]):
        end += 1
    gap = next(place for place in range(last, first, -1) if not _is_word(text[place]))
    return end > last + 1 and not _is_border(text[gap + 1 : end], last - gap)


@lru_cache(4096)
def _is_border(text: str, place: int) -> bool:
    """Whether a word ends at a place of a stretch of text."""
    for word in rjieba.cut(text, False):
        place -= len(word)
        if place <= 0:
            break
    return place == 0


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
    gaps = [int(new_place[place]) for place in drop if aligned.text[place] != "\n"]
    spans += _in_telling_words(text, [(max(0, gap - 1), min(len(text), gap + 1)) for gap in gaps])
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


class _Edit(NamedTuple):
    """A disguised word: half-open span, the plain word; whether it is evidence, None where that is up to the word."""

    start: int
    end: int
    plain: str
    hidden: bool | None


def _undo_words(aligned: AlignedText) -> AlignedText:
    """Write each disguised word as the plain word it stands for."""
    text = aligned.text
    automaton, plain = _disguises()
    by_hand = [
        _Edit(start, end, *plain[index])
        for index, start, end in automaton.find_matches_as_indexes(text)
        if _stands_alone(text, start, end)
    ]
    edits = _apart([*by_hand, *_by_shape_and_sound(text), *_by_pinyin(text)])
    edits = [edit for edit in edits if text[edit.start : edit.end] != edit.plain]
    return _edited(aligned, edits) if edits else aligned


def _apart(edits: list[_Edit]) -> list[_Edit]:
    """The leftmost, of those the longest, of those the first given; none overlaps another."""
    apart: list[_Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not apart or apart[-1].end <= edit.start:
            apart.append(edit)
    return apart


def _edited(aligned: AlignedText, edits: list[_Edit]) -> AlignedText:
    text = aligned.text
    pieces: list[str] = []
    starts: list[NDArray[np.int32]] = []
    ends: list[NDArray[np.int32]] = []
    spans: list[tuple[int, int]] = []
    perhaps: list[tuple[int, int]] = []
    shifts: list[tuple[int, int, int, int]] = []
    done = length = 0
    for start, end, word, hidden in edits:
        pieces += [text[done:start], word]
        origin_start, origin_end = aligned.origin(start, end)
        starts += [aligned.starts[done:start], np.full(len(word), origin_start, np.int32)]
        ends += [aligned.ends[done:start], np.full(len(word), origin_end, np.int32)]
        length += start - done
        span = length, length + len(word)
        if hidden is None:
            perhaps.append(span)
        elif hidden:
            spans.append(span)
        shifts.append((start, end, *span))
        length += len(word)
        done = end
    pieces.append(text[done:])
    plain = "".join(pieces)
    spans += [_shifted(span, shifts) for span in aligned.disguised]
    spans += _in_telling_words(plain, perhaps)
    return AlignedText(
        aligned.original,
        plain,
        np.concatenate([*starts, aligned.starts[done:]]),
        np.concatenate([*ends, aligned.ends[done:]]),
        _merged(spans),
    )


def _shifted(span: tuple[int, int], shifts: list[tuple[int, int, int, int]]) -> tuple[int, int]:
    """Where a span of the old text lies in the new one; an edit that it lies in, even in part, it covers.

    `shifts` holds (old start, old end, new start, new end) of each edit, in order.
    """
    start, end = span
    first = bisect_right(shifts, start, key=lambda shift: shift[0]) - 1
    if first >= 0:
        _, old_end, new_start, new_end = shifts[first]
        start = new_start if start < old_end else start + new_end - old_end
    last = bisect_left(shifts, end, key=lambda shift: shift[0]) - 1
    if last >= 0:
        _, old_end, _, new_end = shifts[last]
        end = new_end if end <= old_end else end + new_end - old_end
    return start, end


_SIZES = (4, 3, 2)
"""Lengths of the written forms that the variant table holds."""
_PAIRS = 1 << 20


def window_key(form: str) -> int:
    """The number that stands for a written form of up to four characters in the variant table."""
    key = 0
    for char in form:
        key = key << 16 | ord(char)
    return key


def _by_shape_and_sound(text: str) -> list[_Edit]:
    """Words with one character taken apart, or replaced by one that sounds or looks alike."""
    keys, numbers, words, begins = _variants()
    codes = code_points(text)
    if len(codes) < 2:
        return []
    pairs = codes[:-1].astype(np.uint64) << np.uint64(16) | codes[1:]
    places = np.flatnonzero(begins[_pair_hash(pairs)])
    if not len(places):
        return []
    edits: list[_Edit] = []
    padded = np.concatenate([codes, np.zeros(max(_SIZES), np.uint32)]).astype(np.uint64)
    for size in _SIZES:
        key = padded[places]
        for step in range(1, size):
            key = key << np.uint64(16) | padded[places + step]
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        hit = keys[at] == key
        for start, number in zip(places[hit].tolist(), numbers[at[hit]].tolist(), strict=True):
            if max(text[start : start + size]) < "\U00010000" and not _is_chance(text, start, size, words[number]):
                edits.append(_Edit(start, start + size, words[number], None))
    return edits


BOUND = "讠扌钅釒纟亻氵氺忄犭饣礻衤阝刂攵灬艹冫宀冖辶廴囗疒"
"""Parts of characters that never stand alone: what they stand beside is one character taken apart."""
_BOUND = re.compile(f"[{BOUND}]")


def _is_chance(text: str, start: int, size: int, word: str) -> bool:
    """Whether the span is a form by chance: what it changes belongs to another word (身[无分]文, [体验]费)."""
    if _BOUND.search(text, start, start + size):
        return False
    first = max(0, start - _REACH)
    changed = [at for at, char in enumerate(word) if text[start + at] != char] if len(word) == size else []
    at = first - start
    for token in rjieba.cut(text[first : start + size + _REACH], False):
        end = at + len(token)
        inside = len(token) > 1 and end > 0 and at < size
        if inside and (at < 0 or end > size or any(at <= place < end for place in changed)):
            return True
        at = end
    return False


def _pair_hash(pairs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (pairs ^ pairs >> np.uint64(13)) & np.uint64(_PAIRS - 1)


_LATIN = re.compile(r"[a-z](?<![a-z]{2})[a-z]{0,23}+(?: [a-z]{1,24}+)*+(?![a-z])")
_SYLLABLES = 5
"""A word in pinyin has no more."""


def _by_pinyin(text: str) -> list[_Edit]:
    """Words in pinyin, joined or spaced, or with some of their characters in it."""
    edits: list[_Edit] = []
    for run in _LATIN.finditer(text):
        if not any(map(_may_begin, run[0].split(" "))):
            continue
        tokens = list(_TOKEN.finditer(text, *run.span()))
        at = 0
        while at < len(tokens):
            at = _read_pinyin(text, tokens, at, edits)
    return edits


_TOKEN = re.compile("[a-z]+")


def _read_pinyin(text: str, tokens: list[re.Match[str]], at: int, edits: list[_Edit]) -> int:
    """Add what the tokens from `at` on stand for; the number of the first token that is left."""
    if not _may_begin(tokens[at][0]):
        return at + 1
    for stop in range(min(len(tokens), at + _SYLLABLES), at, -1):
        places = [place for token in tokens[at:stop] for place in range(*token.span())]
        latin = "".join([token[0] for token in tokens[at:stop]])
        found = _segmented(latin)
        if found:
            edits += [_Edit(places[left], places[right - 1] + 1, word, None) for left, right, word in found]
            return stop
        mixed = _mixed_word(text, places[0], places[-1] + 1, latin)
        if mixed:
            edits.append(mixed)
            return stop
    return at + 1


@lru_cache(4096)
def _may_begin(latin: str) -> bool:
    """Whether any run of letters that begins with these can stand for something; most English words cannot."""
    whole, sounds = _pinyin()[0], _sounds()
    reached = {0}
    for end in range(_PIECE, len(latin) + 1):
        if any(latin[start:end] in whole for start in reached if end - start <= _LONGEST):
            reached.add(end)
    return any(sounds[bisect_left(sounds, latin[start:])].startswith(latin[start:]) for start in reached)


def _mixed_word(text: str, start: int, end: int, latin: str) -> _Edit | None:
    for before, after, word in _words_around(latin):
        if text.endswith(before, 0, start) and text.startswith(after, end):
            return _Edit(start - len(before), end + len(after), word, None)
    return None


@lru_cache(4096)
def _segmented(latin: str) -> tuple[tuple[int, int, str], ...]:
    """The words that a run of letters is made of, in order: (start, end, word); none where it is not made of words."""
    whole = _pinyin()[0]
    if len(latin) < _SHORTEST:
        return ()
    before: list[tuple[int, str] | None] = [None] * (len(latin) + 1)
    reached = {0}
    for end in range(_PIECE, len(latin) + 1):
        for start in range(max(0, end - _LONGEST), end - _PIECE + 1):
            if start in reached and latin[start:end] in whole:
                before[end] = start, whole[latin[start:end]]
                reached.add(end)
                break
    found: list[tuple[int, int, str]] = []
    end = len(latin)
    while end and (step := before[end]):
        found.append((step[0], end, step[1]))
        end = step[0]
    return tuple(reversed(found)) if not end else ()


_PIECE, _SHORTEST, _LONGEST = 4, 5, 24
_SYLLABLE = 6


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
def _words() -> tuple[tuple[str, str, bool], ...]:
    """(word, its sound, whether hiding it is evidence) of each row of the word table."""
    rows = [line.split("\t") for line in WORD_FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return tuple((word, sound, mark == "!") for word, sound, mark in rows)


@cache
def _telling() -> ahocorasick_rs.AhoCorasick:
    words = [word for word, _, telling in _words() if telling]
    return ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)


@cache
def _variants() -> tuple[NDArray[np.uint64], NDArray[np.uint16], list[str], NDArray[np.bool_]]:
    """Keys of the written forms in order, the place of the word of each, words, and which hashes of pairs begin one."""
    try:
        table: NDArray[np.void] = np.load(VARIANT_FILE, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise TableError(f"{VARIANT_FILE}: {error}; rebuild it with `python -m training.tables words`") from None
    words = [word for word, _, _ in _words()]
    keys: NDArray[np.uint64] = np.ascontiguousarray(table["key"])
    first = keys.copy()
    for size in (4, 3):
        longer = first >= np.uint64(1 << 16 * (size - 1))
        first[longer] >>= np.uint64(16)
    begins = np.zeros(_PAIRS, np.bool_)
    begins[_pair_hash(first)] = True
    return keys, table["word"], words, begins


@cache
def _pinyin() -> tuple[dict[str, str], dict[str, list[tuple[str, list[str]]]]]:
    """Sound → word, and syllable → the words that it is in, each with its syllables; the longest words first."""
    whole: dict[str, str] = {}
    holding: dict[str, list[tuple[str, list[str]]]] = {}
    for word, sound, _ in sorted(_words(), key=lambda row: (-len(row[0]), not row[2])):
        syllables = sound.split()
        if len(syllables) == len(word) > 1:
            whole.setdefault("".join(syllables), word)
            for syllable in set(syllables):
                holding.setdefault(syllable, []).append((word, syllables))
    return whole, holding


@cache
def _sounds() -> tuple[str, ...]:
    """How the words sound from each of their characters on, in order; the last is after every run of letters."""
    holding = _pinyin()[1].values()
    every = {"".join(syllables[at:]) for words in holding for _, syllables in words for at in range(len(syllables))}
    return (*sorted(every), "~")


@lru_cache(4096)
def _words_around(latin: str) -> tuple[tuple[str, str, str], ...]:
    """(characters before, characters after, word) of each word of which the letters spell a part."""
    found = []
    for size in range(2, min(len(latin), _SYLLABLE) + 1):
        for word, syllables in _pinyin()[1].get(latin[:size], ()):
            for start, syllable in enumerate(syllables):
                end = start
                length = 0
                while syllable == latin[:size] and end < len(word) and length < len(latin):
                    length += len(syllables[end])
                    end += 1
                if end > start and end - start < len(word) and "".join(syllables[start:end]) == latin:
                    found.append((word[:start], word[end:], word))
    return tuple(sorted(found, key=lambda row: -len(row[2])))


@cache
def _joinable() -> tuple[str, ...]:
    """Words that are put together again: the plain words of the table and their written disguises."""
    words = {plain for _, plain, _ in _rows()} | {form for form, _, _ in _rows() if form.isalnum()}
    words |= {word for word, _, _ in _words()}
    return tuple(sorted(word for word in words if len(word) > 1))


@cache
def _neighbours() -> frozenset[tuple[str, str]]:
    return frozenset(pair for word in _joinable() for pair in pairwise(word))


@cache
def _vocabulary() -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(_joinable())
