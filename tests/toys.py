"""A detector small enough to know what it will say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from detector.errors import TextTooLong
from detector.types import (
    MAX_TEXT,
    Assessment,
    Because,
    Evidence,
    Kind,
    Legal,
    Level,
    Posting,
    Reason,
    SetAside,
    Versions,
    Wording,
)

DEPOSIT = "招打字员，日结300，先交200元押金。"


class ToyDetector:
    """Calls 押金 a scam."""

    versions = Versions("toy", "toy")
    rules = ()

    def assess(self, posting: Posting, /) -> Assessment:
        text = posting.text
        if len(text) > MAX_TEXT:
            raise TextTooLong(len(text), MAX_TEXT)
        at = text.find("押金")
        evidence = (Evidence("text", at, at + 2, text[at : at + 2]),)
        reason = Reason(
            "upfront_fee", "upfront_fee.deposit", "收押金", "…", "…", 0.9, evidence, (Legal("法", "第九条"),)
        )
        return Assessment(
            id=posting.id,
            kind=Kind.POSTING,
            risk_level=Level.HIGH if at >= 0 else Level.LOW,
            risk_score=90 if at >= 0 else 3,
            reasons=(reason,) if at >= 0 else (),
            set_aside=(SetAside("upfront_fee", Because.DENIED, evidence),) if at >= 0 else (),
            wording=(Wording("押金", 1.5, at, at + 2),) if at >= 0 else (),
            versions=self.versions,
        )

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        return (self.assess(posting) for posting in postings)

    @property
    def manifest(self) -> Mapping[str, object]:
        return {"format": 1, "sha256": "toy", "metrics": {}}
