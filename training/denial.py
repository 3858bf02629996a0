"""Put a denial into a text. It takes away nothing that the text asks for: no scam may look better for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from training.disguise import dice

DENIALS = (
    "本公司不收取任何费用。",
    "我们不收押金，不收保证金，也不收服装费。",
    "郑重声明：这不是刷单，不用您垫付一分钱。",
    "入职全程免费，凡收费的都是冒充我们的。",
    "正规合法，不是传销，不涉及任何违法的事。",
    "不需要提供银行卡、验证码，也不用下载软件。",
)
PLACES = ("front", "middle", "end")

_BORDER = re.compile(r"[。！？!?；;\n]+")
_PAUSE = re.compile(r"[，,、 ]+")
_ENDED = re.compile(r"[。！？!?；;~～…\s]$")


def with_denial(text: str, denial: str, place: str) -> str | None:
    """The text with the sentence at its front, its middle or its end; None where it has no middle to put it in."""
    if place == "front":
        return denial + text
    if place == "end":
        return text + ("" if _ENDED.search(text) else "。") + denial
    at = middle_border(text)
    if at is None:
        return None
    ended = _BORDER.search(text[at - 1 : at])
    return text[:at] + ("" if ended else "。") + denial + text[at:]


def middle_border(text: str) -> int | None:
    """The place after a sentence nearest to the middle, or after a pause where there is but one sentence."""
    for border in (_BORDER, _PAUSE):
        inside = [match.end() for match in border.finditer(text) if match.end() < len(text.rstrip())]
        if inside:
            return min(inside, key=lambda place: abs(place - len(text) / 2))
    return None


def variants(text: str, many: int = len(DENIALS)) -> Iterator[tuple[str, int, str]]:
    """(place, number of the denial, text) for so many of the denials at each place; the text decides which."""
    for place in PLACES:
        for number in sorted(dice("denial", place, text).permutation(len(DENIALS))[:many].tolist()):
            changed = with_denial(text, DENIALS[number], place)
            if changed is not None:
                yield place, number, changed
