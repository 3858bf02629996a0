"""The main path: a posting in, an assessment out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from detector.document import Document
from detector.errors import ModelError, TextTooLong
from detector.model import SHIPPED, load_model
from detector.retold import calls
from detector.rules import MAX_EVIDENCE, Rule, RuleSet, load_rules
from detector.scoring import HINT_BELOW, LEVELS, Levels, calibrated, families, kindred, level, noisy_or
from detector.types import (
    CODES,
    HIGH_FROM,
    MAX_TEXT,
    Assessment,
    Because,
    Evidence,
    Finding,
    Kind,
    Level,
    Posting,
    Reason,
    SetAside,
    Versions,
)
from detector.wording import Classifier, Opinion

CODE_FROM = 0.2
"""A reason code that the classifier finds at least this likely, if the text is a scam, is given."""
SECOND_FROM = 0.1
"""The same of the two likeliest codes of a text whose risk is high: a scam is seldom of one kind only."""
PROBE_TOLERANCE = 0.002
OWN_EXPLANATION = "这段话的写法与已知的同类骗局相近。"
OWN_ADVICE = "先别答应，也别付钱、别给证件和验证码；向平台核实后再说。"
"""What is said of a code that only the classifier sees and no rule explains."""


class Detector:
    """Reads postings and says how likely each is a scam, and why.

    detector = Detector.load()
    detector.assess(Posting(text="…")).risk_level
    """

    def __init__(self, rules: RuleSet, classifier: Classifier, levels: Levels = LEVELS) -> None:
        self._rules = rules
        self._classifier = classifier
        self._levels = levels
        self._curve = classifier.model.manifest["calibration"]
        self._audit = classifier.model.manifest["rules"]
        self.versions = Versions(model=classifier.model.version, rules=rules.version)

    @classmethod
    def load(cls, model: Path | None = None, packs: Path | None = None) -> Detector:
        """A detector with the shipped (or another) model and packs; a DetectorError says what is wrong with them."""
        rules = load_rules(packs) if packs else load_rules()
        classifier = Classifier(load_model(model))
        _refuse_changed_features(classifier, model or SHIPPED)
        return cls(rules, classifier)

    def adapted(self, version: str, rules: Sequence[Rule] = (), levels: Levels = LEVELS) -> Detector:
        """The same detector with other levels and these rules besides its own; `version` tells its answers apart."""
        own = {rule.id for rule in self.rules}
        added = [rule for rule in rules if rule.id not in own]
        together = RuleSet([*self.rules, *added], self._rules.version) if added else self._rules
        other = Detector(together, self._classifier, levels)
        other.versions = Versions(self.versions.model, f"{self.versions.rules}+{version}", self.versions.api)
        return other

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that run, in the order of the packs."""
        return self._rules.rules

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What is known of the model: data, settings, metrics."""
        return self._classifier.model.manifest

    def assess(self, posting: Posting) -> Assessment:
        """How likely the posting is a scam, and why. Any string will do; TextTooLong over 20,000 characters in all."""
        return self.read(Document(posting))

    def read(self, document: Document) -> Assessment:
        """The same of a posting that is being read already, perhaps without some of its sentences."""
        posting = document.posting
        if len(document.original) > MAX_TEXT:
            raise TextTooLong(len(document.original), MAX_TEXT)
        finding = self._rules.read(document)
        opinion = self._classifier.read(document)
        kind = self._kind(document, opinion, finding)
        score = self._score(kind, opinion, finding)
        return Assessment(
            id=posting.id,
            kind=kind,
            risk_level=level(score, self._levels),
            risk_score=score,
            reasons=self._reasons(posting, score, opinion, finding),
            set_aside=_set_aside(posting, finding),
            wording=opinion.wording(),
            versions=self.versions,
        )

    def assess_many(self, postings: Iterable[Posting]) -> Iterator[Assessment]:
        """The assessment of each posting, in order, one at a time."""
        return map(self.assess, postings)

    def _kind(self, document: Document, opinion: Opinion, finding: Finding) -> Kind:
        """A warning or a story that asks its readers to join, and does what a rule knows, is a posting for all that."""
        if not document.text.strip():
            return Kind.NOT_POSTING
        if opinion.not_posting <= max(opinion.scam, opinion.legit):
            return Kind.POSTING
        sure = any(self._trusted(reason).confidence >= HINT_BELOW for reason in finding.reasons)
        return Kind.POSTING if sure and calls(document) else Kind.NOT_POSTING

    def _score(self, kind: Kind, opinion: Opinion, finding: Finding) -> int:
        claims = {reason.rule: reason.confidence for reason in finding.reasons if reason.rule}
        risk = opinion.risk * kindred(opinion.codes.values())
        raw = noisy_or(risk, families(claims, self._audit, opinion.legit).values())
        score = round(100 * calibrated(raw, self._curve))
        return min(score, self._levels.medium - 1) if kind is Kind.NOT_POSTING else score

    def _reasons(self, posting: Posting, score: int, opinion: Opinion, finding: Finding) -> tuple[Reason, ...]:
        """Rules first, then what only the classifier sees; nothing at all where the risk is low."""
        if level(score, self._levels) is Level.LOW:
            return ()
        found = [self._trusted(reason) for reason in finding.reasons]
        told = {reason.code for reason in found}
        own = {code: share for code, share in _likely(opinion.codes, score).items() if code not in told}
        if not own and opinion.codes and not any(reason.confidence >= HINT_BELOW for reason in found):
            likeliest = max(opinion.codes, key=lambda code: opinion.codes[code])
            if likeliest not in told:
                own = {likeliest: opinion.codes[likeliest]}
        reasons = [
            *found,
            *(self._own_reason(opinion, code, share * score / 100) for code, share in own.items()),
        ]
        return _one_a_code(posting, sorted(reasons, key=lambda reason: -reason.confidence))

    def _trusted(self, reason: Reason) -> Reason:
        """The reason of a rule with what may be believed of it, where that is less than it claims."""
        audited = self._audit.get(str(reason.rule))
        return replace(reason, confidence=min(reason.confidence, audited["believed"])) if audited else reason

    def _own_reason(self, opinion: Opinion, code: str, confidence: float) -> Reason:
        like = next((rule for rule in self.rules if rule.code == code), None)
        return Reason(
            code=code,
            rule=None,
            title=CODES[code],
            explanation=like.explanation if like else OWN_EXPLANATION,
            advice=like.advice if like else OWN_ADVICE,
            confidence=round(min(max(confidence, 0.01), 0.99), 2),
            evidence=(opinion.document.evidence(*opinion.clause_for(code)),),
            legal=like.legal if like else (),
        )


def _likely(codes: Mapping[str, float], score: int) -> dict[str, float]:
    """The codes that the classifier gives: all from CODE_FROM on; where the risk is high, the two likeliest sooner."""
    first = sorted(codes, key=lambda code: -codes[code])[:2] if score >= HIGH_FROM else []
    return {code: share for code, share in codes.items() if share >= (SECOND_FROM if code in first else CODE_FROM)}


def _one_a_code(posting: Posting, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The strongest reason of each code, with the places that the others of its code point at: ten deposits are one."""
    strongest: dict[str, Reason] = {}
    for reason in reasons:
        first = strongest.setdefault(reason.code, reason)
        if first is not reason:
            strongest[reason.code] = replace(first, evidence=apart(posting, [*first.evidence, *reason.evidence]))
    return tuple(strongest.values())


def _set_aside(posting: Posting, finding: Finding) -> tuple[SetAside, ...]:
    """Each mention once, whichever rules met it."""
    mentions: dict[tuple[str, Because], list[Evidence]] = {}
    for item in finding.set_aside:
        mentions.setdefault((item.code, item.because), []).extend(item.evidence)
    return tuple(SetAside(code, because, apart(posting, places)) for (code, because), places in mentions.items())


def apart(posting: Posting, places: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The places in reading order; those that overlap are one."""
    apart: list[Evidence] = []
    for place in sorted(places, key=lambda place: (Posting.FIELDS.index(place.field), place.start, place.end)):
        last = apart[-1] if apart else None
        if last is not None and last.field == place.field and place.start < last.end:
            end = max(last.end, place.end)
            quote = getattr(posting, last.field)[last.start : end]
            apart[-1] = Evidence(last.field, last.start, end, quote, last.disguised or place.disguised)
        else:
            apart.append(place)
    return tuple(apart[:MAX_EVIDENCE])


def _refuse_changed_features(classifier: Classifier, folder: Path) -> None:
    """The probe texts must come out as they did when the model was made."""
    for probe in classifier.model.manifest["probes"]:
        shares = classifier.read(Document(Posting(text=probe["text"]))).shares
        if any(abs(now - then) > PROBE_TOLERANCE for now, then in zip(shares, probe["shares"], strict=True)):
            raise ModelError(
                f"{folder}: made with other features than this code reads (probe scores differ); "
                "train it again with `scamjob train` (for the shipped one: `make model`)"
            )
