"""Lines of a picture to a text that reads as it was written: wrapped lines joined, speakers named, chrome left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from api.ocr.lines import Line, Sheet
from api.ocr.talk import speakers

_BEGINS = re.compile(
    r"\d{1,2}[.、．)）]|[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,2}[)）]|[•●○·▪■◆★☆▶►✅✔※\-—]|【"
)
"""What a new line begins with."""
_LETTER = re.compile(r"[A-Za-z]")
_NEVER_FIRST = re.compile(r".[，。！？；：、）”》】…,.!?;:)]")
ROOM, ROOM_BEFORE_MARK = 2.4, 3.4
"""Characters that would still have fit on a line that was broken because the next did not; a full stop may not begin
a line and takes the character before it along."""
BODY = 0.85
"""Width of a Chinese character to the height of the box around its line."""
WIDEST = 0.5
"""Bubbles narrower than this share of the page hold no wrapped lines."""


@dataclass(slots=True)
class Passage:
    """A paragraph, or what one says in one bubble."""

    text: str
    speaker: str | None

    def __str__(self) -> str:
        """As it stands in the text."""
        return f"{self.speaker}：{self.text}" if self.speaker else self.text


def passages(sheet: Sheet, lines: Sequence[Line]) -> list[Passage]:
    """The paragraphs of a picture, made of those of its lines that count."""
    who = speakers(lines, sheet.width)
    if who is None:
        return _paragraphs(sheet, lines)
    said: list[Passage] = []
    last: Line | None = None
    for line, speaker in zip(lines, who, strict=True):
        if speaker == "":
            continue
        if said and last and speaker and line.joined and said[-1].speaker == speaker:
            said[-1].text = _joined(said[-1].text, line.text, hard=not _wraps(last, line, lines, sheet.width))
        else:
            said.append(Passage(line.text, speaker))
        last = line
    return said


def _paragraphs(sheet: Sheet, lines: Sequence[Line]) -> list[Passage]:
    found: list[Passage] = []
    last: Line | None = None
    centred = _centred(lines, sheet.width)

    def goes_on(above: Line, line: Line) -> bool:
        return not centred and _same_paragraph(above, line) and _wraps(above, line, lines, sheet.width)

    for row in rows(lines):
        text = " ".join(line.text for line in row)
        line = row[0] if len(row) == 1 else None
        if (
            not centred
            and found
            and last
            and line
            and _same_paragraph(last, line)
            and _wraps(last, line, lines, sheet.width)
        ):
            found[-1].text = _joined(found[-1].text, text, hard=False)
        else:
            found.append(Passage(text, None))
        last = line
    return found


def rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand side by side, from left to right."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.middle):
        if found and abs(found[-1][0].middle - line.middle) < 0.5 * min(found[-1][0].height, line.height):
            found[-1].append(line)
        else:
            found.append([line])
    return [sorted(row, key=lambda one: one.left) for row in found]


def _same_paragraph(above: Line, line: Line) -> bool:
    """Same type, same distance as within a paragraph, and flush, but for the indent of a first line."""
    height = min(above.height, line.height)
    alike = max(above.height, line.height) < 1.35 * height
    flush = -0.8 * height < above.left - line.left < 2.6 * height
    return alike and flush and line.top - above.bottom < 0.9 * height


def _wraps(above: Line, line: Line, lines: Sequence[Line], width: int) -> bool:
    """Whether the line was broken because the next word did not fit, and not because somebody broke it."""
    if _BEGINS.match(line.text):
        return False
    left, right = (above.bubble.left, above.bubble.right) if above.bubble else (0, width)
    if right - left < WIDEST * width:
        return False
    margin = max(0, min(above.left, line.left) - left)
    limit = max(right - margin, *(other.right for other in lines if other.bubble == above.bubble))
    word = re.match(r"[A-Za-z0-9.]+", line.text)
    room = ROOM_BEFORE_MARK if _NEVER_FIRST.match(line.text) else ROOM
    needed = max(room, 0.6 * len(word[0]) + 1 if word else 0.0)
    return limit - above.right < needed * _em(above)


def _em(line: Line) -> float:
    """The width of a Chinese character of a line."""
    length = sum(1.0 if char > "\u2e80" else 0.55 for char in line.text)
    by_height = BODY * line.height
    return max(by_height, (line.right - line.left) / length) if length > 5 else by_height


def _centred(lines: Sequence[Line], width: int) -> bool:
    """Whether lines are set about the middle of the page, as on a bill: there a line break means something."""
    middle = [line for line in lines if abs(line.left + line.right - width) < 0.06 * width]
    if len(middle) < 0.6 * len(lines) or len(middle) < 3:
        return False
    edges = sorted(line.left for line in middle)
    flush = max(sum(abs(edge - other) < 0.02 * width for other in edges) for edge in edges)
    return flush < 0.6 * len(middle)


def _joined(above: str, line: str, *, hard: bool) -> str:
    """No blank between Chinese characters, one between two words in letters."""
    if hard:
        return f"{above}\n{line}"
    blank = " " if _LETTER.match(above[-1:]) and _LETTER.match(line[:1]) else ""
    return f"{above}{blank}{line}"
