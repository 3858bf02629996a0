"""Find out in what encoding a Chinese file is, without taking a damaged UTF-8 file for GB18030.

GB18030 gives nearly any bytes some character, so "it decodes" proves nothing. What proves it: the characters that come
out are the common ones of GB2312, and the bytes make no sense as UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from itertools import chain

_UTF8_CHINESE = re.compile(rb"[\xe2-\xef][\x80-\xbf]{2}")
_DOUBLE_BYTE = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_COMMON_SHARE = 0.4
"""Simplified text is nearly all in GB2312, traditional text more than half; of UTF-8 read as GB18030 a fifth is."""


class NotTextError(ValueError):
    """The bytes are neither UTF-8 nor GB18030. `byte` counts from 1."""

    def __init__(self, byte: int) -> None:
        super().__init__(f"byte {byte:,} is neither UTF-8 nor GB18030; save it as UTF-8")
        self.byte = byte


def decode(data: bytes) -> str:
    """The text in a whole file, its byte order mark gone; NotTextError says which byte cannot be read."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if looks_like_gb18030(data):
            return _decode_gb18030(data)
        raise NotTextError(error.start + 1) from None


def _decode_gb18030(data: bytes) -> str:
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise NotTextError(error.start + 1) from None


def encoding_of(blocks: Iterable[bytes]) -> str:
    """The codec to open a file with, from its blocks in order; the first with a character beyond ASCII decides.

    What begins with the mark of UTF-16, as Excel's "Unicode text" does, is that.
    """
    first = next(blocks := iter(blocks), b"")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    for block in chain([first], blocks):
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError:
            return "gb18030" if looks_like_gb18030(block) else "utf-8-sig"
        if not text.isascii():
            return "utf-8-sig"  # a whole block of it is no accident; what breaks later is damage
    return "utf-8-sig"


def other_encoding(text: str, read_as: str) -> tuple[str, str] | None:
    """The encoding that a piece of a file is really in, and the piece read in it; None when it fits the file's own.

    `text` was decoded with "surrogateescape". Half of a file may come from elsewhere: GB18030 in a UTF-8 file shows
    as broken bytes, UTF-8 in a GB18030 file as 鎷涜仒, which only the bytes give away.
    """
    if text.isascii():
        return None
    if read_as != "gb18030":
        data = text.encode("utf-8", "surrogateescape") if _BROKEN.search(text) else b""
        return ("GB18030", data.decode("gb18030", "replace")) if looks_like_gb18030(data) else None
    try:
        plain = text.encode("gb18030", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return None
    return ("UTF-8", plain) if len(_CHINESE.findall(plain)) >= 3 else None


_BROKEN = re.compile("[\udc80-\udcff]")
_CHINESE = re.compile("[\u4e00-\u9fff]")


def looks_like_gb18030(data: bytes) -> bool:
    """Whether bytes that are not valid UTF-8 are Chinese in GB18030 rather than damaged UTF-8."""
    beyond_ascii = sum(byte > 0x7F for byte in data)
    as_utf8 = sum(map(len, _UTF8_CHINESE.findall(data)))
    if not beyond_ascii or as_utf8 > beyond_ascii / 2:
        return False
    pairs = _DOUBLE_BYTE.findall(data)
    common = sum(pair[0] in _COMMON_LEADS and pair[1] >= 0xA1 for pair in pairs)
    return bool(pairs) and common >= _COMMON_SHARE * len(pairs)


_COMMON_LEADS = frozenset([0xA1, 0xA3, *range(0xB0, 0xF8)])
"""GB2312: punctuation, full-width forms, and the characters of both levels."""
