"""Builds the character table that the detector ships, from Unicode and from OpenCC.

Run by `python -m training.tables`; a test holds that the shipped file equals a rebuild.
Sources: Unicode NFKC (the running Python's unicodedata), OpenCC 1.4 `t2s` (Apache-2.0).
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import opencc
from numpy.typing import NDArray

from detector.normalize import EXPAND, TABLE_FILE, TABLE_SIZE

INVISIBLE = [
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x0300, 0x0370),  # combining strokes and accents laid over a character
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0x20D0, 0x2100),  # enclosing keycaps and overlays
    *range(0xFE00, 0xFE10),  # variation selectors
]
"""Code points that show nothing, or only decorate the one before them."""

SPACES = [0x09, 0x0B, 0x0C, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x2800, 0x3000]

NEW_LINES = [0x0D, 0x85, 0x2028, 0x2029]

LOOKALIKE = {
    "〇": "零",
    "⼀": "一",
    "〜": "~",
    "～": "~",
    "—": "-",
    "–": "-",
    "－": "-",
    "﹣": "-",
    "➖": "-",
    "➕": "+",
    "✚": "+",
    "・": "·",
}

KEEP = {"…", "‥", "。", "、"}


def character_table() -> NDArray[np.uint32]:
    """(TABLE_SIZE,) array: code point → code point; 0 drops it, EXPAND marks several characters."""
    simplify = opencc.OpenCC("t2s")
    table = np.arange(TABLE_SIZE, dtype=np.uint32)
    for code in range(1, TABLE_SIZE):
        if 0xD800 <= code < 0xE000:
            continue
        char = chr(code)
        if char in KEEP:
            continue
        plain = unicodedata.normalize("NFKC", LOOKALIKE.get(char, char)).lower()
        if 0x2E80 <= code < 0x3400 or 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00:
            plain = simplify.convert(plain)
        if len(plain) == 1:
            table[code] = ord(plain) if ord(plain) < TABLE_SIZE else code
        elif plain.isalnum() and code > 0xFF and len(plain) <= 4:
            table[code] = EXPAND
    table[SPACES] = ord(" ")
    table[NEW_LINES] = ord("\n")
    table[INVISIBLE] = 0
    table[0x1F3FB:0x1F400] = 0  # skin tones
    table[0xD800:0xE000] = 0xFFFD  # lone surrogates
    table[0] = ord(" ")
    plain = (table != 0) & (table != EXPAND)
    table[plain] = table[table[plain]]  # 🈚 is 無, and 無 is 无
    return table


def write(path: Path = TABLE_FILE) -> None:
    """Write the table where the detector looks for it."""
    np.save(path, character_table(), allow_pickle=False)


if __name__ == "__main__":
    write()
