"""Near-copies are known by their sketches, and nothing else is."""

from __future__ import annotations

from itertools import combinations

import pytest
from traps import TRAP, honest, trap

from detector.fingerprint import PERMUTATIONS, agreement, bands, sketch
from detector.normalize import normalize

SEED = 20260301


def sketches(texts: list[str], seed: int = SEED) -> list[bytes]:
    found = [sketch(normalize(text).text, seed) for text in texts]
    return [one for one in found if one is not None]


def alike(one: bytes, other: bytes) -> bool:
    return bool(set(bands(one)) & set(bands(other))) and agreement(one, [other])[0] >= 0.5


def test_thirty_five_wordings_of_a_trap_are_one() -> None:
    pairs = list(combinations(sketches([trap(number) for number in range(35)]), 2))
    assert sum(alike(*pair) for pair in pairs) >= 0.9 * len(pairs)


def test_two_hundred_honest_postings_are_not() -> None:
    found = sketches([honest(number) for number in range(200)])
    assert len(found) == 200
    trapped = sketches([TRAP])[0]
    assert not any(alike(trapped, one) for one in found)
    assert sum(alike(*pair) for pair in combinations(found, 2)) < 0.01 * 200 * 199 / 2


def test_a_sketch_is_the_same_on_every_machine() -> None:
    """Stored sketches are compared with those of the next version."""
    found = sketch("日结兼职在家可做手机操作一单一结名额有限", SEED)
    assert found is not None
    assert len(found) == PERMUTATIONS
    assert found.hex()[:32] == "7b792c845e147fd9a420d3dbd97ea1d9"


def test_another_seed_gives_another_sketch() -> None:
    one, other = sketches([TRAP], 1)[0], sketches([TRAP], 2)[0]
    assert agreement(one, [other])[0] < 0.1


def test_figures_symbols_and_punctuation_do_not_count() -> None:
    assert sketches([TRAP]) == sketches(["🔥" + TRAP.replace("198", "2980").replace("，", "！")])


@pytest.mark.parametrize(
    "text", ["", "招人", "好" * 20_000, "🔥" * 20_000, "1" * 20_000, "\ud800" * 50, "招店员，月薪四千"]
)
def test_what_says_too_little_has_no_sketch(text: str) -> None:
    assert sketch(normalize(text).text, SEED) is None


def test_the_longest_text_has_one() -> None:
    text = "".join(chr(0x4E00 + number) for number in range(20_000))
    assert sketch(text, SEED) is not None
