"""Find the ways to reach somebody that a posting names: phone numbers, QQ and WeChat ids, written plainly or not.

Masked numbers (138xxxx0000), hotlines (110, 96110, 12333) and service numbers (400, 95xxx) reach nobody in particular.
An id is read from the characters as they were sent, not from the normal text, in which `kefu_lr8` would be a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from detector.normalize import folded

if TYPE_CHECKING:
    from detector.document import Document

MOST = 16
"""Contacts of one posting that are told."""
_LABELS_READ = 64
_REACH = 40
"""Characters after a label in which its id stands."""

_FIGURES = str.maketrans("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_GAP = r"[^0-9a-z\u3400-\u9fff\n]{0,2}"
_PHONE = re.compile(rf"(?<![0-9])(?:86{_GAP})?(1{_GAP}[3-9](?:{_GAP}[0-9]){{9}})(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9])(0(?:10|2[0-9]|[3-9][0-9]{2})[- ()]{0,2}[2-9][0-9]{6,7})(?![0-9-])")
_LABEL = re.compile(
    r"(?P<sure>微信|威信|绿泡泡|企微|wechat|weixin|telegram|whatsapp|qq|扣扣|企鹅)"
    r"|(?<![a-z0-9_])(?:vx|wx|[vq])(?![a-z])|微|薇|卫星|纸飞机|飞机|蝙蝠"
)
_ID = re.compile(
    r"(?:[\s:=>→+❤♥@]|[号群是为加搜联系同])*+"
    r"(?P<id>(?P<letters>[a-z][a-z0-9_-]{5,19})|[1-9][0-9]{4,11})(?![a-z0-9_])"
)
_MASK = re.compile(r"xxx|\*\*|000000|___")
_HOTLINE = re.compile(r"(?:400|800)[0-9]{7}|(?:95|96|12|10)[0-9]{3,4}")


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach somebody: `value` is the same however it was written; a span of the posting as it was sent."""

    value: str
    start: int
    end: int
    disguised: bool


def contacts(document: Document) -> tuple[Contact, ...]:
    """The contacts of a posting, each once, in the order in which they stand; offsets are in `document.original`."""
    found = sorted([*_numbers(document), *_ids(document)], key=lambda one: one.start)
    first: dict[str, Contact] = {}
    for one in found:
        first.setdefault(one.value, one)
    return tuple(islice(first.values(), MOST))


def _numbers(document: Document) -> Iterator[Contact]:
    plain = folded(document.original)
    figures = plain.text.translate(_FIGURES)
    for pattern in (_PHONE, _LANDLINE):
        for match in islice(pattern.finditer(figures), _LABELS_READ):
            value = re.sub(r"[^0-9]", "", match[1])
            if len(set(value)) > 2:
                start, end = plain.origin(*match.span(1))
                yield Contact(value, start, end, document.original[start:end].strip() != match[1])


def _ids(document: Document) -> Iterator[Contact]:
    for label in islice(_LABEL.finditer(document.text), _LABELS_READ):
        before, after = document.aligned.origin(*label.span())
        piece = folded(document.original[after : after + _REACH])
        found = _ID.match(piece.text)
        if found and _is_id(found, sure=bool(label["sure"]) or ":" in found[0]):
            start, end = piece.origin(*found.span("id"))
            hidden = document.aligned.is_disguised(*label.span()) or not label["sure"]
            yield Contact(found["id"], before if hidden else after + start, after + end, hidden)


def _is_id(found: re.Match[str], *, sure: bool) -> bool:
    value = found["id"]
    if _MASK.search(value) or (not found["letters"] and _HOTLINE.fullmatch(value)):
        return False
    return sure or any(character in "0123456789_" for character in value)
