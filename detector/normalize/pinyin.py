"""Words in pinyin, joined or spaced, or with some of their characters in it: ya jin, 押jin."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, lru_cache

from detector.normalize.edits import Edit
from detector.normalize.tables import word_rows

_LATIN = re.compile(r"[a-z](?<![a-z]{2})[a-z]{0,23}+(?: [a-z]{1,24}+)*+(?![a-z])")
_TOKEN = re.compile("[a-z]+")
_SYLLABLES = 5
"""A word in pinyin has no more."""
_SYLLABLE = 6
"""Letters of the longest syllable."""
_PIECE, _SHORTEST, _LONGEST = 4, 5, 24
"""Letters of a word among words, of a word that stands alone, and of the longest."""


def by_pinyin(text: str) -> list[Edit]:
    """Words in pinyin, joined or spaced, or with some of their characters in it."""
    edits: list[Edit] = []
    for run in _LATIN.finditer(text):
        if not any(map(_may_begin, run[0].split(" "))):
            continue
        tokens = list(_TOKEN.finditer(text, *run.span()))
        at = 0
        while at < len(tokens):
            at = _read_pinyin(text, tokens, at, edits)
    return edits


def _read_pinyin(text: str, tokens: list[re.Match[str]], at: int, edits: list[Edit]) -> int:
    """Add what the tokens from `at` on stand for; the number of the first token that is left."""
    if not _may_begin(tokens[at][0]):
        return at + 1
    for stop in range(min(len(tokens), at + _SYLLABLES), at, -1):
        places = [place for token in tokens[at:stop] for place in range(*token.span())]
        latin = "".join([token[0] for token in tokens[at:stop]])
        found = _segmented(latin)
        if found:
            edits += [Edit(places[left], places[right - 1] + 1, word, None) for left, right, word in found]
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


def _mixed_word(text: str, start: int, end: int, latin: str) -> Edit | None:
    for before, after, word in _words_around(latin):
        if text.endswith(before, 0, start) and text.startswith(after, end):
            return Edit(start - len(before), end + len(after), word, None)
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


@cache
def _pinyin() -> tuple[dict[str, str], dict[str, list[tuple[str, list[str]]]]]:
    """Sound → word, and syllable → the words that it is in, each with its syllables; the longest words first."""
    whole: dict[str, str] = {}
    holding: dict[str, list[tuple[str, list[str]]]] = {}
    for word, sound, _ in sorted(word_rows(), key=lambda row: (-len(row[0]), not row[2])):
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
