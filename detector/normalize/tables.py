"""The files that normal text is read by: characters and words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from detector.errors import TableError

REFERENCE = Path(__file__).parent.parent / "reference"
TABLE_FILE = REFERENCE / "characters.npy"
WORD_FILE = REFERENCE / "words.tsv"
TABLE_SIZE = 0x20000
EXPAND = 0xFFFFFFFF
"""Table value of a character that stands for several, such as ⑫."""


@cache
def character_table() -> NDArray[np.uint32]:
    """(TABLE_SIZE,) the plain code point of each: 0 where it vanishes, EXPAND where it is several."""
    try:
        table: NDArray[np.uint32] = np.load(TABLE_FILE, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise TableError(f"{TABLE_FILE}: {error}; rebuild it with `python -m training.tables`") from None
    if table.shape != (TABLE_SIZE,) or table.dtype != np.uint32:
        raise TableError(f"{TABLE_FILE}: not a table of {TABLE_SIZE} code points; rebuild it")
    return table


@cache
def word_rows() -> tuple[tuple[str, str, bool], ...]:
    """(word, its sound, whether hiding it is evidence) of each row of the word table."""
    rows = [line.split("\t") for line in WORD_FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return tuple((word, sound, mark == "!") for word, sound, mark in rows)


@cache
def telling_words() -> ahocorasick_rs.AhoCorasick:
    """Finds the words that only scammers have a reason to hide."""
    words = [word for word, _, telling in word_rows() if telling]
    return ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)
