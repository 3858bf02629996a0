"""How well screenshots are read: character errors and verdicts over thirty drawn from our own texts (`make bench-ocr`).

Prints the table that docs/ocr.md shows, or writes it there; exit status 1 where a target is missed.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.ocr import Limits, opened
from detector import Detector, Posting
from training.ocr_samples import Sample, samples

DOCS = Path(__file__).parent.parent / "docs" / "ocr.md"
BEGIN, END = "<!-- bench-ocr: begin -->\n", "<!-- bench-ocr: end -->\n"
CLEAN_MOST, HARD_MOST, LEVELS_LEAST = 0.01, 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one screenshot."""

    sample: Sample
    errors: float
    seconds: float
    level: str
    expected: str


def error_rate(text: str, read: str) -> float:
    """Characters to insert, delete or change to get from one to the other, to each of the true text; blanks aside."""
    one, other = (re.sub(r"\s+", "", value) for value in (text, read))
    return distance(one, other) / max(1, len(one))


def distance(one: str, other: str) -> int:
    """Levenshtein's."""
    row = list(range(len(other) + 1))
    for number, char in enumerate(one, 1):
        last, row[0] = row[0], number
        for place, against in enumerate(other, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (char != against))
    return row[-1]


def measured() -> Iterator[Row]:
    """Every sample, read by the process that the service uses."""
    detector = Detector.load()
    desk = opened(Limits(patience=300, deadline=400))
    if desk is None:
        sys.exit("bench-ocr: the extra [ocr] is not installed; run `make setup`")
    try:
        desk.read([next(samples()).data])  # the first one also starts the process
        for sample in samples():
            begun = time.perf_counter()
            read = desk.read([sample.data])["text"]
            seconds = time.perf_counter() - begun
            level, expected = (detector.assess(Posting(text=text)).risk_level.value for text in (read, sample.text))
            yield Row(sample, error_rate(sample.text, read), seconds, level, expected)
    finally:
        desk.close()


def table(rows: Sequence[Row]) -> str:
    """As it stands in the documentation."""
    lines = ["| 截图 | 类别 | 字错率 | 等级（真文 → 识别） | 秒 |", "|---|---|--:|---|--:|"]
    for row in rows:
        kind = "难" if row.sample.hard else "清晰"
        lines.append(
            f"| {row.sample.name} | {kind} | {row.errors:.2%} | {row.expected} → {row.level} | {row.seconds:.1f} |"
        )
    clean, hard = means(rows)
    right = sum(row.level == row.expected for row in rows)
    times = sorted(row.seconds for row in rows)
    summary = (
        f"清晰的 {clean[1]} 张：平均字错率 **{clean[0]:.2%}**（目标 ≤ 1%），最差 {clean[2]:.2%}；"
        f"难的 {hard[1]} 张：**{hard[0]:.2%}**（目标 ≤ 5%），最差 {hard[2]:.2%}；"
        f"风险等级与真文一致 **{right}/{len(rows)}**（目标 ≥ 95%）。"
        f"每张用时中位数 {times[len(times) // 2]:.1f} 秒，最长 {times[-1]:.1f} 秒。"
    )
    return "\n".join([*lines, "", summary]) + "\n"


def means(rows: Sequence[Row]) -> list[tuple[float, int, float]]:
    """Mean error, number and worst error of the clean ones and of the hard ones."""
    groups = [[row.errors for row in rows if row.sample.hard is hard] for hard in (False, True)]
    return [(sum(group) / len(group), len(group), max(group)) for group in groups]


def main(arguments: Sequence[str]) -> int:
    """Measure, show or write, and say whether the targets are met."""
    rows = list(measured())
    shown = table(rows)
    if "--write" in arguments:
        text = DOCS.read_text("utf-8")
        before, rest = text.split(BEGIN)
        DOCS.write_text(before + BEGIN + shown + END + rest.split(END)[1], "utf-8")
    print(shown, end="")
    (clean, _, _), (hard, _, _) = means(rows)
    right = sum(row.level == row.expected for row in rows) / len(rows)
    return int(clean > CLEAN_MOST or hard > HARD_MOST or right < LEVELS_LEAST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
