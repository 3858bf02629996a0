"""One table: this detector and two peers, in one run, on texts nobody trained on.

Reads ../shared where it is there (functional suite, hand-checked real texts, honest postings) and data/test, the
project's own blind cases. Nothing of those texts is trained on.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detector import Detector, Posting
from detector.types import MAX_TEXT, Assessment, Kind, Level
from training.dataset import DATA
from training.peers import keyword_codes, naive_shares_ahead

SHARED = Path(__file__).parent.parent.parent / "shared"
BLIND = Path(__file__).parent.parent / "data" / "test" / "functional.jsonl"


@dataclass(frozen=True)
class Verdict:
    """What any of the compared detectors says of a text."""

    scam: bool
    high: bool = False
    codes: frozenset[str] = frozenset()
    not_posting: bool = False
    score: float = 0.0


Judge = Callable[[Sequence[str]], list[Verdict]]


@dataclass
class Figures:
    """Counts of one judge on one set."""

    right: int = 0
    all: int = 0
    hit: int = 0
    told: int = 0
    scams: int = 0
    high: int = 0
    extra: dict[str, float] = field(default_factory=dict)

    def add(self, told: bool, scam: bool, right: bool) -> None:
        """Count one text."""
        self.all += 1
        self.right += right
        self.told += told
        self.scams += scam
        self.hit += told and scam

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall on scams."""
        return 2 * self.hit / max(1, self.told + self.scams)

    @property
    def recall(self) -> float:
        """The share of scams that were told."""
        return self.hit / max(1, self.scams)

    @property
    def false_alarms(self) -> float:
        """The share of others that were told to be scams."""
        return (self.told - self.hit) / max(1, self.all - self.scams)

    @property
    def accuracy(self) -> float:
        """The share of texts that were judged right."""
        return self.right / max(1, self.all)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def verdict(assessment: Assessment) -> Verdict:
    """This detector's assessment in the form that all judges share."""
    return Verdict(
        scam=assessment.risk_level is not Level.LOW,
        high=assessment.risk_level is Level.HIGH,
        codes=frozenset(reason.code for reason in assessment.reasons),
        not_posting=assessment.kind is Kind.NOT_POSTING,
        score=assessment.risk_score / 100,
    )


def judges(
    detector: Detector, texts: Sequence[str], only: Iterable[str] | None = None, ours: Judge | None = None
) -> dict[str, Judge]:
    """This detector and its two peers, or those named, for these texts; `ours` stands for the detector if given."""
    makers: dict[str, Callable[[], Judge]] = {
        "scamjob": lambda: ours or remembering(_detector_judge(detector)),
        "keywords": lambda: _keyword_judge,
        "jieba TF-IDF + LR": lambda: _pipeline_judge(texts),
    }
    return {name: make() for name, make in makers.items() if only is None or name in only}


def remembering(judge: Judge) -> Judge:
    """The same judge, asked about each text once."""
    known: dict[str, Verdict] = {}

    def judged(texts: Sequence[str]) -> list[Verdict]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, judge(new), strict=True))
        return [known[text] for text in texts]

    return judged


def _detector_judge(detector: Detector) -> Judge:
    def judge(texts: Sequence[str]) -> list[Verdict]:
        return [verdict(found) for found in detector.assess_many(Posting(text=text) for text in texts)]

    return judge


def _keyword_judge(texts: Sequence[str]) -> list[Verdict]:
    found = [frozenset(keyword_codes(text)) for text in texts]
    return [Verdict(scam=bool(codes), high=len(codes) > 1, codes=codes) for codes in found]


def _pipeline_judge(texts: Sequence[str]) -> Judge:
    """It is trained, and reads all the texts, in another process; whoever asks waits for it."""
    shares = naive_shares_ahead(DATA, texts)

    def judge(asked: Sequence[str]) -> list[Verdict]:
        share_of = dict(zip(texts, shares.result(), strict=True))
        return [Verdict(scam=share_of[text] >= 0.5, high=share_of[text] >= 0.7, score=share_of[text]) for text in asked]

    return judge


def on_cases(judge: Judge, rows: Sequence[Mapping[str, Any]]) -> Figures:
    """Functional cases: accuracy, groups all right, `must` found, traps (`must_not`) sprung."""
    figures = Figures()
    groups: dict[str, list[bool]] = defaultdict(list)
    must = found = traps = sprung = 0
    for row, said in zip(rows, judge([row["text"][:MAX_TEXT] for row in rows]), strict=True):
        scam = row["expect"] == "scam"
        right = said.scam == scam
        figures.add(said.scam, scam, right)
        groups[row["group"]].append(right)
        must += len(row["must"])
        found += len(said.codes & set(row["must"]))
        traps += bool(row["must_not"])
        sprung += bool(said.codes & set(row["must_not"]))
    pairs = [all(group) for group in groups.values() if len(group) > 1]
    figures.extra = {
        "groups": sum(pairs) / max(1, len(pairs)),
        "must": found / max(1, must),
        "traps": sprung / max(1, traps),
    }
    return figures


def on_real(judge: Judge, rows: Sequence[Mapping[str, Any]]) -> dict[str, Figures]:
    """Real texts: figures for all, and for each source; other_scam is not scored."""
    scored = [row for row in rows if row["label"] != "other_scam"]
    figures: dict[str, Figures] = defaultdict(Figures)
    for row, said in zip(scored, judge([row["text"][:MAX_TEXT] for row in scored]), strict=True):
        scam = row["label"] == "scam"
        for name in ("all", row["source"]):
            figures[name].add(said.scam, scam, said.scam == scam)
    return figures


def on_honest(judge: Judge, rows: Sequence[Mapping[str, Any]]) -> Figures:
    """Honest postings: how many are flagged, and how many high."""
    figures = Figures()
    for said in judge([row["text"][:MAX_TEXT] for row in rows]):
        figures.add(said.scam, False, not said.scam)
        figures.high += said.high
    figures.extra = {"high": figures.high / max(1, figures.all)}
    return figures


Row = tuple[str, list[float]]


def _case_rows(compared: Sequence[Judge], cases: Sequence[Mapping[str, Any]]) -> list[Row]:
    found = [on_cases(judge, cases) for judge in compared]
    return [
        ("accuracy", [item.accuracy for item in found]),
        ("recall of scams", [item.recall for item in found]),
        ("false alarms", [item.false_alarms for item in found]),
        ("groups all right", [item.extra["groups"] for item in found]),
        ("must codes found", [item.extra["must"] for item in found]),
        ("traps sprung", [item.extra["traps"] for item in found]),
    ]


def _real_rows(compared: Sequence[Judge], texts: Sequence[Mapping[str, Any]]) -> list[Row]:
    real = [on_real(judge, texts) for judge in compared]
    rows = [
        ("F1", [item["all"].f1 for item in real]),
        ("recall", [item["all"].recall for item in real]),
        ("false alarms", [item["all"].false_alarms for item in real]),
    ]
    for source in sorted(set(real[0]) - {"all"}):
        one = real[0][source]
        if one.scams:
            rows.append((f"  recall, {source} ({one.scams} scams)", [item[source].recall for item in real]))
        if one.all > one.scams:
            alarms = [item[source].false_alarms for item in real]
            rows.append((f"  false alarms, {source} ({one.all - one.scams})", alarms))
    return rows


def _honest_rows(compared: Sequence[Judge], texts: Sequence[Mapping[str, Any]]) -> list[Row]:
    honest = [on_honest(judge, texts) for judge in compared]
    return [
        ("flagged (medium or high)", [item.false_alarms for item in honest]),
        ("high", [item.extra["high"] for item in honest]),
    ]


def measure(
    detector: Detector, shared: Path = SHARED, only: Iterable[str] | None = None, ours: Judge | None = None
) -> str:
    """The whole table as text; what is not there to be measured is named."""
    real, honest = shared / "datasets", _honest_rows
    parts = (
        ("visible functional suite", shared / "suite" / "functional.jsonl", _case_rows),
        ("blind cases", BLIND, _case_rows),
        ("real_dev, other_scam not scored", real / "real_dev.jsonl", _real_rows),
        ("real_train, other_scam not scored", real / "real_train.jsonl", _real_rows),
        ("honest_58tongcheng", real / "honest_58tongcheng.jsonl", honest),
        ("honest_51job_zhilian", real / "honest_51job_zhilian.jsonl", honest),
    )
    sets = {path: read_rows(path) for _, path, _ in parts if path.exists()}
    texts = list(dict.fromkeys(row["text"][:MAX_TEXT] for rows in sets.values() for row in rows))
    compared = judges(detector, texts, only, ours)
    next(iter(compared.values()))(texts)  # while the pipeline is trained in its process
    lines: list[str] = []
    for title, path, rows_of in parts:
        if path not in sets:
            lines += ["", f"{title}: not measured, {path} is not there"]
            continue
        rows = sets[path]
        lines += ["", f"{title} ({len(rows)} texts)", f"{'':44}" + "".join(f"{name:>20}" for name in compared)]
        for name, values in rows_of(list(compared.values()), rows):
            lines.append(f"{name:44}" + "".join(f"{value:20.4f}" for value in values))
    return "\n".join(lines).strip() + "\n"


if __name__ == "__main__":
    import sys

    model = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(measure(Detector.load(model=model), only=["scamjob"] if model else None))
