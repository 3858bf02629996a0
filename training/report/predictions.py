"""A labelled text and what was said of it: what the report is made from, wherever the predictions come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from detector import Detector
from detector.document import Document
from detector.model import SHIPPED, load_model
from detector.rules import load_rules
from detector.scoring import families, kindred, level, noisy_or
from detector.types import Finding, Kind, Level, Reason
from detector.wording import Classifier
from training.dataset import Example
from training.feature_cache import text_key
from training.report.held_out import Reading, readings


@dataclass(frozen=True, slots=True)
class Prediction:
    """A labelled text and what a model says of it.

    `shares` are the classifier's own of scam, legit and not_posting and sum to 1; `risk`, 0..1, joins them with the
    rules and is not calibrated; `score`, 0..100, `kind` and `reasons` are what a user gets; `fired` are the ids of all
    rules that hit, also where the level is low and no reason is given. `held_out`: by a fit that saw nothing of the
    text's group; its reasons are those of the rules alone.
    """

    example: Example
    shares: tuple[float, float, float]
    risk: float
    score: int
    kind: Kind
    reasons: tuple[Reason, ...] = ()
    fired: tuple[str, ...] = ()
    held_out: bool = False

    @property
    def level(self) -> Level:
        """What the score means in words."""
        return level(self.score)

    @property
    def is_scam(self) -> bool:
        """What the label says."""
        return self.example.label == "scam"

    @property
    def is_flagged(self) -> bool:
        """What the model says: medium or high."""
        return self.level is not Level.LOW

    @property
    def codes(self) -> frozenset[str]:
        """The reason codes that are given."""
        return frozenset(reason.code for reason in self.reasons)


def predictions(examples: Iterable[Example], model: Path | None = None) -> Iterator[Prediction]:
    """What the model in a folder (default: the shipped one) says of each example, in order; TextTooLong as `assess`.

    What it was trained on it is not asked: where training left held-out readings beside it, those are taken.
    """
    detector = Detector.load(model)
    classifier, rules = Classifier(load_model(model)), load_rules()
    kept = readings(model or SHIPPED)
    for example in examples:
        reading = kept.get(text_key(example).hex())
        finding = rules.read(Document(example.posting))
        if reading:
            yield held_out(example, reading, finding)
        else:
            yield _asked(example, detector, classifier, finding)


def _asked(example: Example, detector: Detector, classifier: Classifier, finding: Finding) -> Prediction:
    opinion = classifier.read(Document(example.posting))
    believed = families(_claims(finding), detector.manifest["rules"], opinion.legit)
    assessment = detector.assess(example.posting)
    return Prediction(
        example=example,
        shares=(opinion.scam, opinion.legit, opinion.not_posting),
        risk=noisy_or(opinion.risk * kindred(opinion.codes.values()), believed.values()),
        score=assessment.risk_score,
        kind=assessment.kind,
        reasons=assessment.reasons,
        fired=tuple(_claims(finding)),
    )


def held_out(example: Example, reading: Reading, finding: Finding) -> Prediction:
    """The same from a fit that saw nothing of the example's group, and from what the rules find."""
    scam, legit, other = reading.shares
    return Prediction(
        example=example,
        shares=reading.shares,
        risk=reading.risk,
        score=reading.score,
        kind=Kind.NOT_POSTING if other > max(scam, legit) else Kind.POSTING,
        reasons=finding.reasons if level(reading.score) is not Level.LOW else (),
        fired=tuple(_claims(finding)),
        held_out=True,
    )


def _claims(finding: Finding) -> dict[str, float]:
    """What each rule that hit claims."""
    return {reason.rule: reason.confidence for reason in finding.reasons if reason.rule}
