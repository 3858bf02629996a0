"""From sheets of lines to what is answered: one text, all lines with their places, and what may be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from api.ocr.chrome import is_chrome
from api.ocr.layout import passages
from api.ocr.lines import Line, Sheet
from api.ocr.seams import repeated

UNSURE = 0.8
MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pictures of a request say."""

    text: str
    lines: Sequence[dict[str, object]]
    warnings: Sequence[dict[str, object]]

    def to_dict(self) -> dict[str, object]:
        """As it travels."""
        return {"text": self.text, "lines": self.lines, "warnings": self.warnings}


def reading_of(sheets: Sequence[Sheet]) -> Reading:
    """The sheets put together in the order given."""
    counted = [[line for line in sheet.lines if not is_chrome(line, sheet)] for sheet in sheets]
    overlaps = set()
    for number in range(1, len(sheets)):
        cut, start = repeated(counted[number - 1], counted[number])
        if start > 1:
            overlaps.add(number)
        counted[number - 1] = counted[number - 1][: len(counted[number - 1]) - cut]
        counted[number] = counted[number][start:]
    parts = [str(part) for sheet, lines in zip(sheets, counted, strict=True) for part in passages(sheet, lines)]
    text = full_width("\n".join(parts))
    warnings = [
        {"code": code, "image": number}
        for number, sheet in enumerate(sheets)
        for code in _warnings(sheet, counted[number], overlap=number in overlaps)
    ]
    if len(text) > MAX_TEXT:
        warnings.append({"code": "text-too-long", "image": None})
    lines = [
        _plain(line, number, left_out=line not in kept)
        for number, (sheet, kept) in enumerate(zip(sheets, map(set, counted), strict=True))
        for line in sheet.lines
    ]
    return Reading(text, lines, warnings)


_NARROW = re.compile(r"(?<=[\u3400-\u9fff，。！？；：、）」”])[,!?;:]")
_WIDE = str.maketrans(",!?;:", "，！？；：")


def full_width(text: str) -> str:
    """Marks after a Chinese character as Chinese writes them; the network cannot tell the two widths apart."""
    return _NARROW.sub(lambda found: found[0].translate(_WIDE), text)


def _warnings(sheet: Sheet, lines: Sequence[Line], *, overlap: bool) -> list[str]:
    if not sheet.lines:
        return ["no-text"]
    length = sum(len(line.text) for line in lines)
    unsure = sum(len(line.text) for line in lines if line.confidence < UNSURE)
    told = {
        "unsure": unsure > 0.1 * length,
        "turned": sheet.turned,
        "animated": sheet.animated,
        "stopped": sheet.stopped,
        "overlap": overlap,
    }
    return [code for code, holds in told.items() if holds]


def _plain(line: Line, image: int, *, left_out: bool) -> dict[str, object]:
    return {
        "text": line.text,
        "confidence": round(line.confidence, 3),
        "box": [line.left, line.top, line.right, line.bottom],
        "image": image,
        "left_out": left_out,
    }
