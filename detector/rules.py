"""Explicit rules: what a fraud officer would point at, each with its proof.

A pack is one TOML file a reason code (`packs/upfront_fee.toml`); a rule is a table in it. A pattern finds a mention,
the roles decide whether it is asserted of the applicant, a named check may say what a pattern cannot. The loader
refuses a rule without its proof: at least three `scam` and three `fine` sentences and one `disguised`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from detector.checks import CHECKS, Told
from detector.document import Document
from detector.errors import PackError
from detector.prefilter import Prefilter, needs
from detector.roles import BECAUSE, Stance, stance
from detector.types import CODES, Finding, Legal, Reason, SetAside

PACKS = Path(__file__).parent / "packs"
MAX_EVIDENCE = 5
"""Places named for one rule; further ones say nothing new."""

_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d+,\}")
_LOOKS = re.compile(r"\(\?[=!<(]|\(\?P=|\\[1-9]")

_PACK_KEYS = {"code", "title", "explanation", "advice", "legal", "rule"}
_RULE_KEYS = {
    "id", "title", "explanation", "advice", "legal", "confidence", "patterns", "unless", "check", "stances",
    "scam", "fine", "disguised",
}  # fmt: skip
_PROOF = {"scam": 3, "fine": 3, "disguised": 1}


@dataclass(frozen=True)
class Rule:
    """One rule: what it looks for, what it tells the user, and the sentences that prove it.

    `patterns` are bounded regular expressions over normal text; the part in a group named `at` (else the whole match)
    is the mention whose stance counts. `unless` are patterns that silence the rule in the same sentence. `stances` says
    whether the roles are asked at all (a lure such as 月入过万 is not paid by anybody).
    """

    id: str
    code: str
    title: str
    explanation: str
    advice: str
    legal: tuple[Legal, ...]
    confidence: float
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    check: str | None = None
    stances: bool = True
    scam: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()
    disguised: tuple[str, ...] = ()

    @cached_property
    def _finders(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.patterns)

    @cached_property
    def _silencers(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.unless)

    def read(self, document: Document, patterns: Collection[int] | None = None) -> Finding:
        """The reason this rule gives for the document, and the mentions it set aside.

        `patterns` are the places of the patterns worth trying; all where it is None.
        """
        asserted: list[tuple[int, int]] = []
        aside: dict[Stance, list[tuple[int, int]]] = {}
        for start, end, at in self._mentions(document, patterns):
            how = stance(document, *at) if self.stances else Stance.ASSERTED
            if how is Stance.ASSERTED:
                asserted.append((start, end))
            else:
                aside.setdefault(how, []).append((start, end))
        told = Told(asserted)
        if asserted and self.check is not None:
            told = CHECKS[self.check](document, asserted) or Told(())
        return Finding(
            (self._reason(document, told),) if told.spans else (),
            tuple(
                SetAside(self.code, BECAUSE[how], tuple(document.evidence(*span) for span in _distinct(spans)))
                for how, spans in aside.items()
            ),
        )

    def _mentions(
        self, document: Document, patterns: Collection[int] | None
    ) -> Iterator[tuple[int, int, tuple[int, int]]]:
        for number, finder in enumerate(self._finders):
            if patterns is not None and number not in patterns:
                continue
            for match in finder.finditer(document.text):
                at = match.span("at") if "at" in finder.groupindex and match.start("at") >= 0 else match.span()
                if not _cuts_a_word(document, at[1]) and not self._is_silenced(document.text, *match.span()):
                    yield match.start(), match.end(), at

    def _is_silenced(self, text: str, start: int, end: int) -> bool:
        if not self._silencers:
            return False
        left = max(text.rfind(stop, max(0, start - 60), start) for stop in "。!?;\n") + 1
        right = min([place for stop in "。!?;\n" if (place := text.find(stop, end, end + 60)) >= 0] or [end + 60])
        sentence = text[max(left, start - 60) : right]
        return any(silencer.search(sentence) for silencer in self._silencers)

    def _reason(self, document: Document, told: Told) -> Reason:
        return Reason(
            code=self.code,
            rule=self.id,
            title=self.title,
            explanation=self.explanation + told.sentence,
            advice=self.advice,
            confidence=self.confidence,
            evidence=tuple(document.evidence(*span) for span in _distinct(told.spans)),
            legal=self.legal,
        )


def _cuts_a_word(document: Document, end: int) -> bool:
    """Whether a mention ends inside a word, as 刷客 does in 刷客户的违章押金."""
    return end < len(document.text) and document.text[end] > "\u3400" and end not in document.borders


def _distinct(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The first few spans, none inside another."""
    chosen: list[tuple[int, int]] = []
    for span in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not chosen or span[0] >= chosen[-1][1]:
            chosen.append(span)
        if len(chosen) == MAX_EVIDENCE:
            break
    return chosen


class RuleSet:
    """All rules together. One pass finds which patterns can match at all; only those are tried."""

    def __init__(self, rules: Sequence[Rule], version: str) -> None:
        self.rules = tuple(rules)
        self.version = version
        self._owner = [(number, place) for number, rule in enumerate(self.rules) for place in range(len(rule.patterns))]
        self._prefilter = Prefilter([pattern for rule in self.rules for pattern in rule.patterns])

    def read(self, document: Document) -> Finding:
        """What all rules find, in the order of the packs."""
        likely: dict[int, set[int]] = {}
        for index in self._prefilter.candidates(document.text):
            number, place = self._owner[index]
            likely.setdefault(number, set()).add(place)
        reasons: list[Reason] = []
        aside: list[SetAside] = []
        for number in sorted(likely):
            finding = self.rules[number].read(document, likely[number])
            reasons += finding.reasons
            aside += finding.set_aside
        return Finding(tuple(reasons), tuple(aside))


def load_rules(folder: Path = PACKS) -> RuleSet:
    """The rules of every pack in the folder; PackError says which file and rule, and what to mend."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise PackError(f"{folder}: no rule packs (*.toml) there")
    rules: list[Rule] = []
    digest = hashlib.sha256()
    for path in files:
        raw = path.read_bytes()
        digest.update(raw)
        rules += read_pack(path, raw)
    _refuse_twins(rules)
    return RuleSet(rules, digest.hexdigest()[:12])


def read_pack(path: Path, raw: bytes) -> list[Rule]:
    """The rules of one pack file."""
    try:
        pack = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(f"{path.name}: {error}") from None
    _refuse_unknown(path.name, pack, _PACK_KEYS)
    code = pack.get("code")
    if code not in CODES:
        raise PackError(f"{path.name}: no code {code!r}; there are {', '.join(CODES)}")
    tables = pack.get("rule", [])
    if not isinstance(tables, list) or not tables:
        raise PackError(f"{path.name}: no [[rule]] in it")
    return [_rule(path.name, pack, table) for table in tables]


def _rule(file: str, pack: Mapping[str, object], table: Mapping[str, object]) -> Rule:
    code = str(pack["code"])
    name = table.get("id")
    where = f"{file}: {name}"
    if not isinstance(name, str) or not re.fullmatch(rf"{code}\.[a-z0-9_]+", name):
        raise PackError(f"{file}: rule id {name!r}; need {code}.something")
    _refuse_unknown(where, table, _RULE_KEYS)
    both = {**{key: value for key, value in pack.items() if key != "rule"}, **table}
    confidence = both.get("confidence")
    if not isinstance(confidence, float) or not 0 < confidence < 1:
        raise PackError(f"{where}: confidence {confidence!r}; need a number between 0 and 1, such as 0.9")
    check = both.get("check")
    if check is not None and check not in CHECKS:
        raise PackError(f"{where}: no check {check!r}; there are {sorted(CHECKS)}")
    for key, least in _PROOF.items():
        if len(_strings(where, both, key)) < least:
            raise PackError(f"{where}: {key}: needs at least {least} sentences as its proof")
    return Rule(
        id=name,
        code=code,
        title=_string(where, both, "title"),
        explanation=_string(where, both, "explanation"),
        advice=_string(where, both, "advice"),
        legal=_legal(where, both),
        confidence=confidence,
        patterns=_patterns(where, both, "patterns"),
        unless=_patterns(where, both, "unless") if "unless" in both else (),
        check=str(check) if check is not None else None,
        stances=bool(both.get("stances", True)),
        scam=_strings(where, both, "scam"),
        fine=_strings(where, both, "fine"),
        disguised=_strings(where, both, "disguised"),
    )


def _patterns(where: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    patterns = _strings(where, table, key)
    if not patterns:
        raise PackError(f"{where}: {key}: none given")
    for pattern in patterns:
        try:
            needs(pattern)
        except (re.error, OverflowError) as error:
            raise PackError(f"{where}: {key}: {pattern!r}: {error}") from None
        plain = _CLASS.sub("C", pattern)
        if _UNBOUNDED.search(plain):
            raise PackError(f"{where}: {key}: {pattern!r}: repetition without a bound; write {{0,12}}")
        if _LOOKS.search(plain):
            raise PackError(f"{where}: {key}: {pattern!r}: look-around or back-reference; guards live in checks")
    return patterns


def _legal(where: str, table: Mapping[str, object]) -> tuple[Legal, ...]:
    norms = table.get("legal", [])
    if not isinstance(norms, list) or any(not isinstance(norm, str) or " " not in norm for norm in norms):
        raise PackError(f'{where}: legal: need a list such as ["劳动合同法 第九条"]')
    return tuple(Legal(*norm.split(" ", 1)) for norm in norms)


def _string(where: str, table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PackError(f"{where}: {key}: missing")
    return value


def _strings(where: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or any(not isinstance(item, str) or not item for item in value):
        raise PackError(f"{where}: {key}: need a list of strings")
    return tuple(value)


def _refuse_unknown(where: str, table: Mapping[str, object], known: set[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise PackError(f"{where}: unknown key {unknown[0]!r}; there are {', '.join(sorted(known))}")


def _refuse_twins(rules: Sequence[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise PackError(f"{rule.id}: two rules of this name")
        seen.add(rule.id)
