"""The disguises that are listed by hand, and the words that they stand for."""

from __future__ import annotations

from functools import cache

import ahocorasick_rs

from detector.errors import TableError
from detector.normalize.characters import fold
from detector.normalize.edits import Edit
from detector.normalize.tables import REFERENCE, word_rows

DISGUISE_FILE = REFERENCE / "disguises.tsv"


@cache
def form_rows() -> tuple[tuple[str, str, bool], ...]:
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


def by_hand(text: str) -> list[Edit]:
    """The listed disguises that the text holds."""
    automaton, plain = _disguises()
    return [
        Edit(start, end, *plain[index])
        for index, start, end in automaton.find_matches_as_indexes(text)
        if _stands_alone(text, start, end)
    ]


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A disguise in Latin letters counts only as a word of its own: `vx` in `vx123`, not in `svxd`."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start].isascii() and text[start].isalpha() and before.isascii() and before.isalpha():
        return False
    last = text[end - 1]
    return not (last.isascii() and last.isalpha() and after.isascii() and after.isalpha())


@cache
def _disguises() -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[str, bool], ...]]:
    """Finds the written forms; the plain word of each, and whether it is a disguise."""
    rows = [row for row in form_rows() if row[0] != row[1]]
    rows += _contacts(known={form for form, _, _ in rows})
    automaton = ahocorasick_rs.AhoCorasick(
        [form for form, _, _ in rows], matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST
    )
    return automaton, tuple((plain, hidden) for _, plain, hidden in rows)


def _contacts(known: set[str]) -> list[tuple[str, str, bool]]:
    """加 and + before each form of 微信 and qq, so that 加薇信 is read whole and not as 加薇 with a 信 left over."""
    return [
        (add + form, "加" + plain, hidden and form != plain)
        for form, plain, hidden in form_rows()
        if plain in ("微信", "qq")
        for add in "加+"
        if add + form not in known
    ]


@cache
def joinable() -> tuple[str, ...]:
    """Words that are put together again: the plain words of the table and their written disguises."""
    words = {plain for _, plain, _ in form_rows()} | {form for form, _, _ in form_rows() if form.isalnum()}
    words |= {word for word, _, _ in word_rows()}
    return tuple(sorted(word for word in words if len(word) > 1))
