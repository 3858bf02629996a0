"""The labelled files line by line: each row with the place it came from, so that every problem can name one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VOICES = (
    "58_post", "boss_jd", "official_jd", "wechat_group", "qq_group", "telegram", "sms", "moments",
    "xiaohongshu", "douyin_comment", "tieba", "shop_notice", "flyer", "hk_tw", "chat", "article",
)  # fmt: skip
"""Who could have written it, and where it would stand."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what mends it: one line."""

    where: str
    cause: str
    cure: str

    def __str__(self) -> str:
        return f"{self.where}: {self.cause}; {self.cure}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a labelled file, parsed but not yet believed."""

    file: str
    line: int
    values: Mapping[str, object]

    @property
    def where(self) -> str:
        """File, line and id, as every problem starts."""
        return f"{self.file}:{self.line} {self.string('id') or '(no id)'}"

    def string(self, name: str) -> str:
        """The field, or "" where it is missing or of another type."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def strings(self, name: str) -> tuple[str, ...]:
        """The strings of a list field."""
        value = self.values.get(name)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    @property
    def id(self) -> str:
        """Unique over all files."""
        return self.string("id")

    @property
    def text(self) -> str:
        """The posting, message or article."""
        return self.string("text")

    @property
    def label(self) -> str:
        """`scam`, `legit` or `not_posting`; a functional case calls it `expect`."""
        return self.string("label") or self.string("expect")

    @property
    def codes(self) -> tuple[str, ...]:
        """Reason codes of a scam."""
        return self.strings("codes")

    @property
    def group(self) -> str:
        """Rows of one group are never split between training and measuring."""
        return self.string("group")

    @property
    def voice(self) -> str:
        """One of VOICES."""
        return self.string("voice")


def read(path: Path, root: Path) -> tuple[list[Row], list[Problem]]:
    """The rows of a JSON-lines file, and the lines that are none; places are named relative to `root`."""
    name = path.relative_to(root).as_posix()
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as error:
        return [], [Problem(name, f"not UTF-8 (byte {error.start})", "save it as UTF-8")]
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError as error:
            problems.append(Problem(f"{name}:{number}", f"not JSON ({error})", "one JSON object a line"))
            continue
        if isinstance(values, dict):
            rows.append(Row(name, number, values))
        else:
            problems.append(Problem(f"{name}:{number}", "not a JSON object", "one JSON object a line"))
    return rows, problems


def read_all(folder: Path, root: Path) -> tuple[list[Row], list[Problem]]:
    """The rows and problems of every *.jsonl in a folder, in order of name and line."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.jsonl")):
        found, wrong = read(path, root)
        rows += found
        problems += wrong
    return rows, problems


def by_group(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each group, in order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return groups
