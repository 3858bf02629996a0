"""The figures of the data card: counted from the files, written between two marks in data/README.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from pathlib import Path

from detector.types import CODES
from training.character_checks import ascii_share
from training.dataset import LABELS
from training.labelled_rows import VOICES, Row, by_group
from training.leaning import length_auc, median_length, voice_auc

BEGIN = "<!-- figures: python -m training.check_data --card -->"
END = "<!-- /figures -->"

SCAMS_A_CODE = 180
"""Scams that each code is to have. This and the others below are where the set is going, not what the check demands."""
WANTED = {"scam": 3400, "legit": 3200, "not_posting": 1400}
WANTED_CONTRASTS = 1200
WANTED_HK_TW = 700
LENGTHS = (0, 15, 40, 100, 300, 20_001)


def figures(rows: Sequence[Row], cases: Sequence[Row]) -> str:
    """All tables, as Markdown."""
    parts = [_labels(rows), _codes(rows), _voices(rows), _lengths(rows), _files(rows), _groups(rows), _cases(cases)]
    return "\n\n".join(parts)


def write_figures(card: Path, text: str) -> bool:
    """Put the figures between the marks; False when the card has none."""
    before, _, rest = (card.read_text("utf-8") if card.exists() else "").partition(BEGIN)
    _, end, after = rest.partition(END)
    if end:
        card.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")
    return bool(end)


def is_current(card: Path, text: str) -> bool:
    """Whether the card shows these figures."""
    return card.exists() and f"{BEGIN}\n\n{text}\n\n{END}" in card.read_text("utf-8")


def _table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in (head, rule, *lines))


def _labels(rows: Sequence[Row]) -> str:
    count = Counter(row.label for row in rows)
    lines = [[name, count[name], WANTED[name]] for name in LABELS]
    return _table(("label", "texts", "wanted"), [*lines, ["all", len(rows), sum(WANTED.values())]])


def _codes(rows: Sequence[Row]) -> str:
    count = Counter(code for row in rows for code in row.codes)
    alone = Counter(row.codes[0] for row in rows if len(row.codes) == 1)
    grouped = by_group(rows)
    beside: Counter[str] = Counter()
    for members in grouped.values():
        codes = {code for row in members for code in row.codes}
        honest = sum(row.label == "legit" for row in members)
        beside.update(dict.fromkeys(codes, honest))
    lines = [
        [f"{code} {CODES[code]}", count[code], alone[code], beside[code], "" if count[code] >= SCAMS_A_CODE else "yes"]
        for code in CODES
    ]
    return _table(("code", "scams", "as the only code", "honest twins", f"under {SCAMS_A_CODE}"), lines)


def _voices(rows: Sequence[Row]) -> str:
    return _by("voice", VOICES, {voice: [row for row in rows if row.voice == voice] for voice in VOICES})


def _lengths(rows: Sequence[Row]) -> str:
    bands = {
        f"{low}–{high - 1} characters": [row for row in rows if low <= len(row.text) < high]
        for low, high in pairwise(LENGTHS)
    }
    return _by("length", list(bands), bands)


def _by(head: str, names: Sequence[str], parts: dict[str, list[Row]]) -> str:
    lines = []
    for name in names:
        count = Counter(row.label for row in parts[name])
        posted = count["scam"] + count["legit"]
        share = f"{count['scam'] / posted:.0%}" if posted else ""
        lines.append([name, len(parts[name]), *(count[label] for label in LABELS), share])
    return _table((head, "texts", *LABELS, "scams among postings"), lines)


def _files(rows: Sequence[Row]) -> str:
    head = ("file", "texts", *LABELS, "median length scam / legit", "AUC length", "AUC voice", "ASCII marks")
    parts = [(file, list(part)) for file, part in groupby(rows, key=lambda row: row.file)]
    lines = [_file(Path(file).name, part) for file, part in parts]
    return _table(head, [*lines, _file("all", rows)])


def _file(name: str, rows: Sequence[Row]) -> list[object]:
    count = Counter(row.label for row in rows)
    lengths = f"{median_length(rows, 'scam')} / {median_length(rows, 'legit')}"
    aucs = ["" if auc is None else f"{auc:.2f}" for auc in (length_auc(rows), voice_auc(rows))]
    ascii_marks = f"{ascii_share([row.text for row in rows]):.1%}"
    return [name, len(rows), *(count[label] for label in LABELS), lengths, *aucs, ascii_marks]


def _groups(rows: Sequence[Row]) -> str:
    grouped = by_group(rows)
    contrasts = [members for members in grouped.values() if len({row.label for row in members}) > 1]
    inside = sum(map(len, contrasts))
    sizes = Counter(len(members) for members in grouped.values())
    sized = ", ".join(f"{sizes[size]:,} of {size}" for size in sorted(sizes))
    hk_tw = sum(row.voice == "hk_tw" for row in rows)
    return (
        f"Groups: {len(grouped):,} ({sized}). Contrast groups, in which labels differ: {len(contrasts):,}"
        f" (wanted {WANTED_CONTRASTS:,}), with {inside:,} texts."
        f" Taiwan and Hong Kong usage: {hk_tw} (wanted {WANTED_HK_TW})."
    )


def _cases(cases: Sequence[Row]) -> str:
    count = Counter(row.label for row in cases)
    labels = ", ".join(f"{count[label]} {label}" for label in LABELS)
    kinds = len({row.string("functionality") for row in cases})
    return f"Functional cases in data/test: {len(cases)} ({labels}) of {kinds} functionalities; never trained on."
