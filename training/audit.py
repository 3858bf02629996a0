"""Hold each rule to its claim: how often it fires, how often rightly, what it costs, and which rule says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Protocol, cast

from detector.document import Document
from detector.roles import without_denials
from detector.rules import Rule
from training.dataset import Example

SLACK = 0.05
"""How far the share of scams may fall short of the claim before the table says so."""


class HasRules(Protocol):
    """What the audit asks of a detector."""

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that are held to their claims."""
        ...


@dataclass(slots=True)
class _Tally:
    scam: int = 0
    honest: int = 0
    right_code: int = 0
    seconds: list[float] = field(default_factory=list)
    beside: Counter[str] = field(default_factory=Counter)


def audit(detector: HasRules, rows: Iterable[Example]) -> list[dict[str, object]]:
    """One dict a rule, in the order of the packs; `share_scam` is to be compared with the claimed `confidence`."""
    tallies = {rule.id: _Tally() for rule in detector.rules}
    for example in rows:
        document = without_denials(Document(example.posting))
        for rule in detector.rules:
            rule.read(document)  # makes the views that rules share; they belong to none of them
        fired = {rule.id for rule in detector.rules if _fires(rule, document, tallies[rule.id])}
        for rule in detector.rules:
            if rule.id in fired:
                _count(tallies[rule.id], rule, example, fired)
    return [_facts(rule, tallies[rule.id]) for rule in detector.rules]


def _fires(rule: Rule, document: Document, tally: _Tally) -> bool:
    start = perf_counter()
    finding = rule.read(document)
    tally.seconds.append(perf_counter() - start)
    return bool(finding.reasons)


def _count(tally: _Tally, rule: Rule, example: Example, fired: set[str]) -> None:
    tally.scam += example.label == "scam"
    tally.honest += example.label != "scam"
    tally.right_code += rule.code in example.codes
    tally.beside.update(fired - {rule.id})


def _facts(rule: Rule, tally: _Tally) -> dict[str, object]:
    hits = tally.scam + tally.honest
    other, together = next(iter(tally.beside.most_common(1)), (None, 0))
    return {
        "rule": rule.id,
        "hits_scam": tally.scam,
        "hits_honest": tally.honest,
        "share_scam": tally.scam / hits if hits else None,
        "confidence": rule.confidence,
        "right_code": tally.right_code / hits if hits else None,
        "microseconds": round(1e6 * median(tally.seconds or [0.0]), 2),
        "overlaps": other,
        "overlap": together / hits if hits else None,
    }


_COLUMNS = ("hits_scam", "hits_honest", "share_scam", "confidence", "right_code", "microseconds", "overlap")


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """The audit for a person; `!` marks a rule that is right less often than it claims, `?` one that never fired."""
    width = max([len(str(row["rule"])) for row in rows] or [4])
    lines = [f"{'rule':{width}}  " + "".join(f"{name:>13}" for name in _COLUMNS) + "  overlaps"]
    for row in rows:
        cells = "".join(f"{_cell(row[name]):>13}" for name in _COLUMNS)
        lines.append(f"{row['rule']!s:{width}} {_flag(row)}{cells}  {row['overlaps'] or ''}".rstrip())
    return "\n".join(lines)


def _flag(row: Mapping[str, object]) -> str:
    share = cast(float | None, row["share_scam"])
    if share is None:
        return "?"
    return "!" if share < cast(float, row["confidence"]) - SLACK else " "


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
