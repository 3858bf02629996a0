"""Hide words the way scammers do, to see whether the detector still reads them.

The tables here were written by hand and from pypinyin, apart from the detector's own tables: a detector that only
knew its own list would be found out. Same text, trick and seed: same disguise. The tricks that need pypinyin or opencc
import them when first asked for; the others run wherever the program does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from training.disguise_tables import (
    CONTACTS,
    EMOJI,
    HOMOPHONES,
    LOOKALIKES,
    SPLITS,
    VOCABULARY,
)

if TYPE_CHECKING:
    import opencc

SEED = 11
MIXED = 3
"""So many tricks at once in a mixture."""

Dice = np.random.Generator
WordTrick = Callable[[str, Dice], str]
"""Writes one word of the vocabulary otherwise, or as it was where the trick knows no way."""

GAPS = ("-", "·", "*", " ", "_", "/", ".", "~", "|", "+", "^")
INVISIBLE = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
_HAN = "\u4e00-\u9fff"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])(?=[{_HAN}])")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code).isalnum()}
_ALONE = r"(?<![0-9A-Za-z.,:：/-])(\d{1,5})(?![0-9A-Za-z.,:：/-]|年|月|日|号|点|岁)"
_NUMBER = re.compile(_ALONE)
_MONEY = re.compile(r"(?<![0-9A-Za-z.:：-])(\d{1,5})(?:元|块钱|块)")
_CAPITALS = str.maketrans("一二三四五六七八九十百千万", "壹贰叁肆伍陆柒捌玖拾佰仟萬")
_WORDS = re.compile("|".join(sorted(map(re.escape, VOCABULARY), key=lambda word: (-len(word), word))))


def dice(*of: str) -> Dice:
    """Random numbers that the strings alone decide."""
    digest = hashlib.blake2b("\0".join(of).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))


def pick(forms: Sequence[str], random: Dice) -> str:
    """One of them."""
    return forms[int(random.integers(len(forms)))]


def _one_character(word: str, forms: Mapping[str, str], random: Dice) -> str:
    """The word with one of its characters in another form, where the table has one."""
    places = [place for place, char in enumerate(word) if char in forms]
    if not places:
        return word
    at = places[int(random.integers(len(places)))]
    return word[:at] + pick(forms[word[at]], random) + word[at + 1 :]


def separators(word: str, random: Dice) -> str:
    """押-金, 保·证·金."""
    return pick(GAPS, random).join(word)


def line_breaks(word: str, random: Dice) -> str:
    """A line break after one of the characters."""
    at = 1 + int(random.integers(len(word) - 1))
    return f"{word[:at]}\n{word[at:]}"


def zero_width(word: str, random: Dice) -> str:
    """A character that shows nothing between any two."""
    return _BETWEEN_HAN.sub(lambda _: pick(INVISIBLE, random), word)


def homophones(word: str, random: Dice) -> str:
    """Written as people do: 煎职, 拥金."""
    return pick(HOMOPHONES[word], random) if word in HOMOPHONES else word


def new_homophones(word: str, random: Dice) -> str:
    """One character replaced by a common one of the same sound: forms that stand in nobody's list."""
    at = int(random.integers(len(word)))
    alike = [char for char in _same_sound().get(_sound(word[at]), ()) if char != word[at]]
    return word[:at] + pick(alike, random) + word[at + 1 :] if alike else word


def lookalikes(word: str, random: Dice) -> str:
    """曰结, 涮单."""
    return _one_character(word, LOOKALIKES, random)


def split_characters(word: str, random: Dice) -> str:
    """扌甲金: one character written as its parts."""
    at = [place for place, char in enumerate(word) if char in SPLITS]
    if not at:
        return word
    place = at[int(random.integers(len(at)))]
    return word[:place] + SPLITS[word[place]] + word[place + 1 :]


def pinyin(word: str, random: Dice) -> str:
    """Yajin, or ya jin."""
    return pick(("", " "), random).join(_spelled(word))


def mixed_latin(word: str, random: Dice) -> str:
    """Shua单: one character in pinyin."""
    at = int(random.integers(len(word)))
    return word[:at] + _spelled(word[at])[0] + word[at + 1 :]


def emoji(word: str, random: Dice) -> str:
    """薇❤, 赚💰."""
    return pick(EMOJI[word], random) if word in EMOJI else word


def contacts(word: str, random: Dice) -> str:
    """加V, 扣扣."""
    return pick(CONTACTS[word], random) if word in CONTACTS else word


WORD_TRICKS: Mapping[str, WordTrick] = {
    "separators": separators,
    "line_breaks": line_breaks,
    "zero_width": zero_width,
    "homophones": homophones,
    "new_homophones": new_homophones,
    "lookalikes": lookalikes,
    "split_characters": split_characters,
    "pinyin": pinyin,
    "mixed_latin": mixed_latin,
    "emoji": emoji,
    "contacts": contacts,
}


def full_width(text: str, _random: Dice) -> str:
    """ＶＸ１２３: letters and digits."""
    return text.translate(_FULL_WIDTH)


def traditional(text: str, _random: Dice) -> str:
    """The whole text in traditional characters."""
    return str(_to_traditional().convert(text))


def numerals(text: str, random: Dice) -> str:
    """①⑤⓪, 叁佰, 三百: numbers that stand alone; telephone numbers, dates and times stay."""
    return _NUMBER.sub(lambda match: pick(numeral_forms(int(match[1])), random), text)


def money_slang(text: str, random: Dice) -> str:
    """300元 as 300米, 300💰 or 3张."""

    def slang(match: re.Match[str]) -> str:
        amount = int(match[1])
        sheets = [f"{amount // 100}张"] if amount and amount % 100 == 0 else []
        return pick([f"{amount}米", f"{amount}💰", f"{amount}🌾", *sheets], random)

    return _MONEY.sub(slang, text)


TEXT_TRICKS: Mapping[str, WordTrick] = {
    "full_width": full_width,
    "traditional": traditional,
    "numerals": numerals,
    "money_slang": money_slang,
}
"""These read the whole text."""

BEFORE_WORDS = ("money_slang", "numerals")
AFTER_WORDS = ("traditional", "full_width")

TRICKS = (*WORD_TRICKS, *TEXT_TRICKS)


def disguised(text: str, tricks: Sequence[str], seed: int = SEED) -> str:
    """The text with every word of the vocabulary hidden by one of the tricks that can, and the text tricks over all."""
    random = dice(str(seed), *tricks, text)
    on_words = [WORD_TRICKS[name] for name in tricks if name in WORD_TRICKS]

    def hide(match: re.Match[str]) -> str:
        word = str(match[0])
        for at in random.permutation(len(on_words)).tolist():
            hidden: str = on_words[at](word, random)
            if hidden != word:
                return hidden
        return word

    for name in (one for one in BEFORE_WORDS if one in tricks):
        text = TEXT_TRICKS[name](text, random)
    if on_words:
        text = _WORDS.sub(hide, text)
    for name in (one for one in AFTER_WORDS if one in tricks):
        text = TEXT_TRICKS[name](text, random)
    return text


def mixture(text: str, seed: int = SEED) -> tuple[str, ...]:
    """Three tricks for the text, chosen among those that change it; fewer where fewer do."""
    able = [name for name in TRICKS if disguised(text, [name], seed) != text]
    chosen = dice("mixture", str(seed), text).permutation(len(able))[:MIXED]
    return tuple(able[at] for at in chosen.tolist())


def mixed(text: str, seed: int = SEED) -> str:
    """The text under a mixture of three."""
    return disguised(text, mixture(text, seed), seed)


def numeral_forms(number: int) -> list[str]:
    """Other ways to write a number under 100,000."""
    forms = ["".join("⓪①②③④⑤⑥⑦⑧⑨"[int(digit)] for digit in str(number))]
    if number:
        spoken = in_words(number)
        forms += [spoken, spoken.translate(_CAPITALS)]
    return forms


def in_words(number: int) -> str:
    """350 as 三百五十, 12000 as 一万二千; 1..99,999."""
    high, low = divmod(number, 10_000)
    if high:
        gap = "零" if 0 < low < 1000 else ""
        return f"{in_words(high)}万{gap}{in_words(low) if low else ''}"
    words = ""
    for unit, value in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, rest = number // value, number % value
        number = rest
        if digit:
            words += ("" if value == 10 and digit == 1 and not words else "一二三四五六七八九"[digit - 1]) + unit
        elif words and rest and not words.endswith("零"):
            words += "零"
    return words


@cache
def _to_traditional() -> opencc.OpenCC:
    import opencc  # noqa: PLC0415  # a development dependency

    return opencc.OpenCC("s2t")


@cache
def _spelled(word: str) -> list[str]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # as above

    return list(lazy_pinyin(word))


@cache
def _sound(char: str) -> str:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  # as above

    return str(lazy_pinyin(char, style=Style.TONE3)[0])


@cache
def _same_sound() -> Mapping[str, tuple[str, ...]]:
    """The 3,755 common characters (level one of GB 2312) by sound and tone."""
    found: dict[str, list[str]] = {}
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            char = bytes((row, cell)).decode("gb2312", "ignore")
            if char:
                found.setdefault(_sound(char), []).append(char)
    return {sound: tuple(chars) for sound, chars in found.items()}
