"""Hold each rule to its claim: how often it fires, how often rightly, what it costs, and which rule says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Protocol, cast

from detector.document import Document
from detector.rules import Rule
from detector.types import Assessment, Posting
from training.dataset import Example

TIMED = 200
"""Texts on which each rule's own reading is timed."""


class Assessor(Protocol):
    """What the audit asks of a detector."""

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that are held to their claims."""
        ...

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        """How likely each posting is a scam, and why; in order."""
        ...


@dataclass(slots=True)
class _Tally:
    scam: int = 0
    honest: int = 0
    right_code: int = 0
    beside: Counter[str] = field(default_factory=Counter)


def audit(detector: Assessor, rows: Iterable[Example]) -> list[dict[str, object]]:
    """One dict a rule, in the order of the packs; `share_scam` is to be compared with the claimed `confidence`."""
    examples = list(rows)
    tallies = _tallies(detector, examples)
    costs = _costs(detector.rules, [example.posting for example in examples[:TIMED]])
    return [_facts(rule, tallies[rule.id], costs[rule.id]) for rule in detector.rules]


def _tallies(detector: Assessor, examples: Sequence[Example]) -> dict[str, _Tally]:
    tallies = {rule.id: _Tally() for rule in detector.rules}
    assessments = detector.assess_many(example.posting for example in examples)
    for example, assessment in zip(examples, assessments, strict=True):
        fired = {reason.rule: reason.code for reason in assessment.reasons if reason.rule is not None}
        for name, code in fired.items():
            tally = tallies[name]
            tally.scam += example.label == "scam"
            tally.honest += example.label != "scam"
            tally.right_code += code in example.codes
            tally.beside.update(fired.keys() - {name})
    return tallies


def _costs(rules: Sequence[Rule], postings: Sequence[Posting]) -> dict[str, float]:
    """Microseconds that each rule takes to read a text closely, at the median."""
    documents = [Document(posting) for posting in postings]
    for document in documents:
        for rule in rules:
            rule.read(document)  # the views that rules share are made here, and belong to none of them
    return {rule.id: 1e6 * median([_seconds(rule, document) for document in documents] or [0.0]) for rule in rules}


def _seconds(rule: Rule, document: Document) -> float:
    start = perf_counter()
    rule.read(document)
    return perf_counter() - start


def _facts(rule: Rule, tally: _Tally, cost: float) -> dict[str, object]:
    hits = tally.scam + tally.honest
    other, together = next(iter(tally.beside.most_common(1)), (None, 0))
    return {
        "rule": rule.id,
        "hits_scam": tally.scam,
        "hits_honest": tally.honest,
        "share_scam": tally.scam / hits if hits else None,
        "confidence": rule.confidence,
        "right_code": tally.right_code / hits if hits else None,
        "microseconds": round(cost, 2),
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
        lines.append(f"{row['rule']!s:{width}}{_flag(row)} {cells}  {row['overlaps'] or ''}".rstrip())
    return "\n".join(lines)


def _flag(row: Mapping[str, object]) -> str:
    share = cast("float | None", row["share_scam"])
    if share is None:
        return "?"
    return "!" if share < cast(float, row["confidence"]) - 0.05 else " "


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
