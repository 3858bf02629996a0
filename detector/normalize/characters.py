"""Characters made plain: simplified, lower case, NFKC, none that cannot be seen."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from detector.normalize.aligned import AlignedText, code_points, union
from detector.normalize.tables import EXPAND, TABLE_SIZE, character_table, telling_words


def fold(text: str) -> str:
    """The characters step alone, for tables and patterns that must match normal text."""
    return folded(text).text


def folded(original: str) -> AlignedText:
    """The same with the map to the original."""
    codes = code_points(original)
    try:
        text = _decoded(character_table().take(codes))
    except (IndexError, UnicodeDecodeError):  # a character beyond the table, or one that stands for several
        return _undo_rare_characters(original, codes)
    return _undo_rare_characters(original, codes) if "\0" in text else AlignedText(original, text)


def _undo_rare_characters(original: str, codes: NDArray[np.uint32]) -> AlignedText:
    """The same where characters vanish, expand, or lie beyond the table."""
    mapped = np.where(codes < TABLE_SIZE, character_table()[np.minimum(codes, TABLE_SIZE - 1)], codes)
    places = np.arange(len(codes), dtype=np.int32)
    if (mapped == EXPAND).any():
        mapped, places = _expand(codes, mapped)
    kept = mapped != 0
    hidden: tuple[tuple[int, int], ...] = ()
    if not kept.all():
        hidden = _hidden_inside_words(mapped, kept)
        mapped, places = mapped[kept], places[kept]
    text = _decoded(mapped)
    return AlignedText(original, text, places, places + np.int32(1), in_telling_words(text, hidden))


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


def in_telling_words(text: str, spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Of the spans those that lie in a word that only scammers have a reason to hide; pages copied from anywhere hold
    invisible characters, breaks and blanks in any word.
    """
    ordered = union(spans)
    if not ordered:
        return ()
    found = []
    for _, start, end in telling_words().find_matches_as_indexes(text):
        at = bisect_left(ordered, (end,)) - 1
        if at >= 0 and start < ordered[at][1]:
            found.append((start, end))
    return tuple(found)
