"""Contacts that a platform has blocked, found in a posting however they are written: 138 0000 0000, １３８…, 幺三八….

Only letters and figures count, each in its plain form; whatever stands between two of them may be up to GAP characters
long. A posting is read once, whatever the number of contacts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import ahocorasick_rs

from detector.types import Evidence

if TYPE_CHECKING:
    from detector.types import Posting

SHORTEST, LONGEST = 5, 64
GAP = 3
"""Characters between two of a contact: blanks, hyphens, pictures, invisible ones."""
STUCK = frozenset({"vx", "wx", "v", "w", "q", "qq", "vxin", "weixin", "wechat", "tel", "86", "0086"})
"""What may stand right before a contact as if it were part of it."""
_FIGURES = ("零〇○", "一壹幺", "二贰貳", "三叁參叄", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
_FIGURE = {char: str(value) for value, chars in enumerate(_FIGURES) for char in chars}
_ORDINARY = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -_+()")


@lru_cache(8192)
def _plain(char: str) -> str:
    """The character as a figure or a small letter, itself where it is a word's, nothing where it only separates."""
    if char in _FIGURE:
        return _FIGURE[char]
    figure = unicodedata.digit(char, None)
    if figure is not None:
        return str(figure)
    folded = unicodedata.normalize("NFKC", char).lower()
    if len(folded) == 1 and folded.isascii():
        return folded if folded.isalnum() else ""
    return char if char.isalnum() else ""


def squeezed(text: str) -> tuple[str, list[int]]:
    """The letters and figures of a text in their plain forms, and where each stands."""
    plain = [(_plain(char), place) for place, char in enumerate(text)]
    kept = [(char, place) for char, place in plain if char]
    return "".join([char for char, _ in kept]), [place for _, place in kept]


def plain_contact(contact: str) -> str | None:
    """The form in which a contact is looked for; None for what is too short, too long, or no phone, QQ or WeChat id."""
    text = squeezed(contact)[0]
    if text.startswith("86") and len(text) == 13 and text.isdigit():
        text = text[2:]
    return text if SHORTEST <= len(text) <= LONGEST and text.isascii() else None


class Blocklist:
    """Looks for many contacts at once; each as `plain_contact` gives it."""

    def __init__(self, contacts: Sequence[str]) -> None:
        self._automaton = ahocorasick_rs.AhoCorasick(contacts) if contacts else None

    def find(self, posting: Posting) -> Iterator[tuple[int, Evidence]]:
        """The number of each contact that is there, and where."""
        if self._automaton is None:
            return
        for name, value in posting.fields():
            text, places = squeezed(value)
            for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
                if _stands_alone(text, places, start, end):
                    left, right = places[start], places[end - 1] + 1
                    quote = value[left:right]
                    yield number, Evidence(name, left, right, quote, not _ORDINARY.issuperset(quote))


def _stands_alone(text: str, places: Sequence[int], start: int, end: int) -> bool:
    """Whether the match is no part of a longer number or name, and holds together."""
    if any(places[at + 1] - places[at] > GAP + 1 for at in range(start, end - 1)):
        return False
    if end < len(text) and places[end] == places[end - 1] + 1 and text[end].isascii():
        return False
    first = start
    while first > max(0, start - 8) and places[first - 1] == places[first] - 1 and text[first - 1].isascii():
        first -= 1
    return first == start or text[first:start] in STUCK
