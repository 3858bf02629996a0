"""Tables of figures, for a terminal and for docs/quality.md, and the page whose sections are written one by one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from training.confidence import Share

Cell = str | int | float | bool | Share | None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under a head. `name` and head are English; the page shows them as `words` says."""

    name: str
    head: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page that is written again as one: what it means, in Chinese, and its tables."""

    name: str
    title: str
    meaning: str
    tables: tuple[Table, ...]


def cell(value: Cell) -> str:
    """A figure as text: a share with its interval and its count."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, Share):
        return f"{value.value:.3f} [{value.low:.3f}, {value.high:.3f}] n={value.whole}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def plain(table: Table) -> str:
    """The table for a terminal, its columns aligned; wide characters count twice."""
    rows = [tuple(map(str, table.head)), *(tuple(map(cell, line)) for line in table.lines)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(_padded(text, wide) for text, wide in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([table.name, *("  " + line for line in lines), *([f"  ({table.note})"] if table.note else [])])


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - width(text))


def markdown(table: Table, words: Mapping[str, str]) -> str:
    """The table for the page."""

    def shown(value: Cell) -> str:
        text = cell(value)
        return words.get(text, text).replace("|", "\\|").replace("\n", " ")

    lines = [[shown(word) for word in table.head], ["---"] * len(table.head)]
    lines += [[shown(value) for value in line] for line in table.lines]
    title = words.get(table.name, table.name)
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"**{title}**\n\n{body}" + (f"\n\n{words.get(table.note, table.note)}" if table.note else "")


def section_text(section: Section, words: Mapping[str, str], version: str) -> str:
    """A section between its two marks."""
    tables = "\n\n".join(markdown(table, words) for table in section.tables)
    return (
        f"<!-- section {section.name}: {version} -->\n\n## {section.title}\n\n{section.meaning}\n\n{tables}\n\n"
        f"<!-- /section {section.name} -->"
    )


_SECTION = re.compile(r"<!-- section (\w+): [^\n]* -->\n.*?<!-- /section \1 -->", re.DOTALL)


def kept_sections(page: str) -> dict[str, str]:
    """The sections of a page by name, each with its marks."""
    return {match[1]: match[0] for match in _SECTION.finditer(page)}
