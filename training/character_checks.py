"""What a text may be made of: no damage from an editor or a wrong encoding, and nobody's personal data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from training.labelled_rows import Problem, Row

GARBLED_ON_PURPOSE = frozenset({
    "T7-127", "T7-128", "T7-129", "T7-309", "T7-310", "T7-311", "T7-330", "T7-363",
})  # fmt: skip
"""Pages in a wrong encoding, as people paste them: they are the subject there, with all three labels."""

MAX_ASCII = 0.15
"""Share of `,:!?` among the commas, colons and marks between two Han characters, a file: people who type fast leave
some in (0.11 at most is measured), but an editor or a model that "cleans up" a file brings it near 1."""
MIN_TEXTS = 10
"""A file with this many texts and not one full-width mark has lost them."""

_HAN = r"[\u3400-\u9fff]"
_ASCII_MARK = re.compile(f"(?<={_HAN})[,:!?](?={_HAN})")
_FULL_MARK = re.compile(f"(?<={_HAN})[，：！？](?={_HAN})")
_ANY_FULL_MARK = re.compile("[，。：！？；、（）]")

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff\ue000-\uf8ff]"
)
_MOJIBAKE = re.compile(
    "[ã-ï][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]{2}"  # UTF-8 read as Windows-1252
    "|[À-ÖØ-öø-ÿ]{2}[¡-ÖØ-öø-ÿ]{2}|锟斤拷|烫烫烫|屯屯屯"  # GBK read as Latin-1; U+FFFD and blank memory read as GBK
)

PERSONAL = (
    ("a mobile number", re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "138xxxx0000"),
    ("a Taiwan mobile number", re.compile(r"(?<!\d)09\d{2}[- ]?\d{3}[- ]?\d{3}(?!\d)"), "0900-xxx-000"),
    ("a telephone number", re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"), "010-xxxx0000"),
    ("an ID number", re.compile(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])"), "leave it out"),
    ("a bank card number", re.compile(r"(?<!\d)(?:\d{4}[- ]?){3,4}\d{3,4}(?!\d)"), "6222 xxxx xxxx 0000"),
    ("an account or QQ number", re.compile(r"(?<![\d.])\d{9,}(?!\d)"), "2000xxxx0"),
)
"""What it is, how it looks in NFKC, and what to write instead."""

_MAIL = re.compile(r"[\w.+-]+@((?:[a-z0-9-]+\.)+[a-z]{2,})", re.ASCII | re.IGNORECASE)
_EXAMPLE = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net|cn)|[a-z0-9-]+\.example|example)$", re.IGNORECASE)


INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
"""Characters that a scammer sets between others; a functional case may hold them, training makes its own."""


def characters(row: Row, *, may_hide: bool = False) -> Iterator[Problem]:
    """No character that no person typed; with `may_hide`, invisible ones as a scammer uses them are let through."""
    text = row.text.translate(dict.fromkeys(map(ord, INVISIBLE))) if may_hide else row.text
    if found := _CONTROL.search(text):
        cause = f"control or private character U+{ord(found[0]):04X} at {found.start()}"
        yield Problem(row.where, cause, "take it out; disguises are made by a program when training")
    if row.id in GARBLED_ON_PURPOSE:
        return
    if (at := row.text.find("\ufffd")) >= 0:
        yield Problem(row.where, f"U+FFFD at {at}", "a character was lost in a wrong encoding: write it again")
    if found := _MOJIBAKE.search(row.text):
        yield Problem(row.where, f"mojibake {found[0]!r}", "write it again, or name it in GARBLED_ON_PURPOSE")


def personal_data(row: Row) -> Iterator[Problem]:
    """Nobody can be called, written to or paid from a training text."""
    text = unicodedata.normalize("NFKC", row.text)
    for what, pattern, instead in PERSONAL:
        if found := pattern.search(text):
            yield Problem(row.where, f"{what}, {found[0]}", f"mask it: {instead}")
            break
    for mail in _MAIL.finditer(text):
        if not _EXAMPLE.search(mail[1]):
            yield Problem(row.where, f"an address outside the example domains, {mail[0]}", "name@company.example")


def punctuation(rows: Sequence[Row]) -> Iterator[Problem]:
    """Chinese texts kept their full-width punctuation, file by file."""
    files: dict[str, list[str]] = {}
    for row in rows:
        files.setdefault(row.file, []).append(row.text)
    for file, texts in files.items():
        share = ascii_share(texts)
        if share > MAX_ASCII:
            cause = f"{share:.0%} of the marks between Han characters are ASCII, over {MAX_ASCII:.0%}"
            yield Problem(file, cause, "an editor has converted them: bring back ，：！？")
        if len(texts) >= MIN_TEXTS and not any(_ANY_FULL_MARK.search(text) for text in texts):
            yield Problem(file, "not one full-width mark", "an editor has converted them: bring back ，。：！？")


def ascii_share(texts: Sequence[str]) -> float:
    """Share of ASCII among the commas, colons, exclamation and question marks between two Han characters."""
    marks = [sum(len(mark.findall(text)) for text in texts) for mark in (_ASCII_MARK, _FULL_MARK)]
    return marks[0] / sum(marks) if any(marks) else 0.0
