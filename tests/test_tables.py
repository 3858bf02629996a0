"""The shipped character table is the one that its builder builds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.normalize.tables import EXPAND, TABLE_FILE, TABLE_SIZE
from training.tables import character_table, write


@pytest.fixture(scope="module")
def table() -> NDArray[np.uint32]:
    return character_table()


def test_the_shipped_table_equals_a_rebuild(table: NDArray[np.uint32]) -> None:
    shipped = np.load(TABLE_FILE, allow_pickle=False)
    different = np.flatnonzero(shipped != table)
    assert not len(different), f"rebuild it with `python -m training.tables`: {[hex(code) for code in different[:10]]}"


def test_writing_it_gives_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "characters.npy")
    assert (tmp_path / "characters.npy").read_bytes() == TABLE_FILE.read_bytes()


READ_AS = [
    ("錢", "钱"), ("Ａ", "a"), ("Z", "z"), ("９", "9"), ("，", ","), ("、", "、"), ("。", "。"), ("〇", "零"),
    ("—", "-"), ("︱", "-"), ("🈚", "无"), ("･", "·"),
    ("\u3000", " "), ("\t", " "), ("\x00", " "), ("\r", "\n"), ("\u2028", "\n"), ("\n", "\n"), ("❤", "❤"), ("押", "押"),
    ("\ud800", "\ufffd"),
]  # fmt: skip


@pytest.mark.parametrize(("char", "plain"), READ_AS, ids=ascii)
def test_a_character_is_read_as(table: NDArray[np.uint32], char: str, plain: str) -> None:
    assert chr(int(table[ord(char)])) == plain


@pytest.mark.parametrize("code", [0x200B, 0x200D, 0xFEFF, 0xFE0F, 0x2060, 0x00AD, 0x0336, 0x20E3, 0x1F3FB])
def test_an_invisible_character_is_dropped(table: NDArray[np.uint32], code: int) -> None:
    assert table[code] == 0


def test_a_character_for_several_is_marked(table: NDArray[np.uint32]) -> None:
    assert table[ord("⑫")] == table[ord("㎏")] == EXPAND
    assert table[ord("①")] == ord("1")


def test_reading_twice_changes_nothing_more(table: NDArray[np.uint32]) -> None:
    kept = table[(table != 0) & (table != EXPAND)]
    assert kept.max() < TABLE_SIZE
    unstable = np.unique(kept[table[kept] != kept])
    assert not len(unstable), [hex(code) for code in unstable[:10]]
