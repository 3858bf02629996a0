"""A labelled text and what was said of it: what the report is made from, wherever the predictions come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detector import Detector
from detector.document import Document
from detector.model import load_model
from detector.rules import RuleSet, load_rules
from detector.scoring import calibrated, families, level, noisy_or
from detector.types import LOW_BELOW, Finding, Kind, Level, Reason
from detector.wording import Classifier
from training.dataset import Example


@dataclass(frozen=True, slots=True)
class Prediction:
    """A labelled text and what a model says of it.

    `shares` are the classifier's own of scam, legit and not_posting and sum to 1; `risk`, 0..1, joins them with the
    rules and is not calibrated; `score`, 0..100, `kind` and `reasons` are what a user gets; `fired` are the ids of all
    rules that hit, also where the level is low and no reason is given.
    """

    example: Example
    shares: tuple[float, float, float]
    risk: float
    score: int
    kind: Kind
    reasons: tuple[Reason, ...] = ()
    fired: tuple[str, ...] = ()

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
    """What the model in a folder (default: the shipped one) says of each example, in order; TextTooLong as `assess`."""
    detector = Detector.load(model)
    classifier, rules = Classifier(load_model(model)), load_rules()
    audit = detector.manifest["rules"]
    for example in examples:
        document = Document(example.posting)
        opinion, finding = classifier.read(document), rules.read(document)
        assessment = detector.assess(example.posting)
        yield Prediction(
            example=example,
            shares=(opinion.scam, opinion.legit, opinion.not_posting),
            risk=noisy_or(opinion.risk, families(_claims(finding), audit, opinion.legit).values()),
            score=assessment.risk_score,
            kind=assessment.kind,
            reasons=assessment.reasons,
            fired=tuple(_claims(finding)),
        )


def held_out_predictions(
    examples: Sequence[Example],
    shares: Iterable[Sequence[float]],
    risks: Iterable[float],
    curve: Sequence[Sequence[float]],
    rules: RuleSet | None = None,
) -> Iterator[Prediction]:
    """The same from fits that saw nothing of an example's group, as training has them.

    `shares` are rows of scam, legit and not_posting (what follows them in a row is not read), `risks` the likelihood of
    a scam with the rules joined in, `curve` the calibration. Reasons are those of the rules alone.
    """
    rules = rules or load_rules()
    for example, (scam, legit, not_posting, *_), risk in zip(examples, shares, risks, strict=True):
        finding = rules.read(Document(example.posting))
        kind = Kind.NOT_POSTING if not_posting > max(scam, legit) else Kind.POSTING
        score = round(100 * calibrated(float(risk), curve))
        score = min(score, LOW_BELOW - 1) if kind is Kind.NOT_POSTING else score
        yield Prediction(
            example=example,
            shares=(float(scam), float(legit), float(not_posting)),
            risk=float(risk),
            score=score,
            kind=kind,
            reasons=finding.reasons if level(score) is not Level.LOW else (),
            fired=tuple(_claims(finding)),
        )


def _claims(finding: Finding) -> dict[str, float]:
    """What each rule that hit claims."""
    return {reason.rule: reason.confidence for reason in finding.reasons if reason.rule}
