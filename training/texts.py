"""The texts that are measured: functional cases and real texts in one form, and the detector as a judge of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from detector import Posting
from detector.types import MAX_TEXT
from training.evaluate import Assessor
from training.measure import BLIND, SHARED, Judge, Verdict, read_rows, verdict

LENGTHS = (0, 20, 40, 80, 160, 320, MAX_TEXT)
"""Characters at which a length band begins."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text with its label, and what else is known of it."""

    id: str
    text: str
    label: str
    group: str = ""
    source: str = ""
    subtype: str = ""
    voice: str = ""
    functionality: str = ""
    must: frozenset[str] = frozenset()
    must_not: frozenset[str] = frozenset()

    @property
    def is_scam(self) -> bool:
        """What the label says."""
        return self.label == "scam"

    @property
    def band(self) -> str:
        """The length band it falls into."""
        low = max(start for start in LENGTHS[:-1] if start <= len(self.text))
        high = LENGTHS[LENGTHS.index(low) + 1]
        return f"{low}–{high - 1}" if high < MAX_TEXT else f"{low}+"


def read_texts(path: Path) -> list[Text]:
    """The texts of a JSON-lines file; none where it is not there. What has no group is one of its own."""
    return [_text(row) for row in read_rows(path)] if path.exists() else []


def _text(row: Mapping[str, object]) -> Text:
    def said(name: str) -> str:
        return str(row.get(name) or "")

    def codes(name: str) -> frozenset[str]:
        value = row.get(name)
        return frozenset(map(str, value)) if isinstance(value, list) else frozenset()

    return Text(
        id=said("id"),
        text=said("text"),
        label=said("expect") or said("label"),
        group=said("group") or said("id"),
        source=said("source"),
        subtype=said("subtype"),
        voice=said("voice"),
        functionality=said("functionality"),
        must=codes("must"),
        must_not=codes("must_not"),
    )


class Sets:
    """Everything that `make measure` reads, each set when first asked for."""

    def __init__(self, shared: Path = SHARED, blind: Path = BLIND) -> None:
        self._shared = shared
        self._blind = blind

    @cached_property
    def suite(self) -> list[Text]:
        """The visible functional cases."""
        return read_texts(self._shared / "suite" / "functional.jsonl")

    @cached_property
    def blind(self) -> list[Text]:
        """The project's own blind cases."""
        return read_texts(self._blind)

    @cached_property
    def real_train(self) -> list[Text]:
        """Real texts, the larger half; other_scam is not scored."""
        return [text for text in read_texts(self._shared / "datasets" / "real_train.jsonl") if _scored(text)]

    @cached_property
    def real(self) -> list[Text]:
        """All real texts that are scored."""
        dev = read_texts(self._shared / "datasets" / "real_dev.jsonl")
        return self.real_train + [text for text in dev if _scored(text)]

    @cached_property
    def honest(self) -> list[Text]:
        """The honest files."""
        folder = self._shared / "datasets"
        names = ("honest_58tongcheng.jsonl", "honest_51job_zhilian.jsonl")
        rows = [row for name in names if (folder / name).exists() for row in read_rows(folder / name)]
        return [Text(id=str(row.get("id", "")), text=str(row["text"]), label="legit") for row in rows]

    @cached_property
    def attacked(self) -> list[Text]:
        """What is disguised and denied: the blind cases but those already in disguise, and real_train."""
        return [text for text in self.blind if not text.functionality.startswith("OC")] + self.real_train


def _scored(text: Text) -> bool:
    return text.label != "other_scam"


class DetectorJudge:
    """A detector as a judge. Texts are cut where they are too long; what it breaks on counts as not flagged."""

    def __init__(self, detector: Assessor) -> None:
        self._detector = detector
        self.broken: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[Verdict]:
        """What it says of each text."""
        return [self._one(text[:MAX_TEXT]) for text in texts]

    def _one(self, text: str) -> Verdict:
        try:
            return verdict(next(self._detector.assess_many([Posting(text=text)])))
        except (LookupError, ValueError, TypeError, ArithmeticError):
            self.broken.append(text)
            return Verdict(scam=False)


def pairs(judge: Judge, texts: Sequence[Text]) -> list[tuple[Text, Verdict]]:
    """Each text with what the judge says of it."""
    return list(zip(texts, judge([text.text for text in texts]), strict=True))


Pick = Callable[[Text], str]
"""What a text is counted under; under nothing where it is empty."""
