"""Explicit rules: what a fraud officer would point at, each with its proof.

A pack is one TOML file a reason code (`packs/upfront_fee.toml`); a rule is a table in it. A pattern finds a mention,
the roles decide whether it is asserted of the applicant, a named check may say what a pattern cannot. The loader
refuses a rule without its proof: at least three `scam` and three `fine` sentences and one `disguised`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from detector.checks import CHECKS, WHOLE, Told
from detector.document import Document
from detector.errors import PackError
from detector.prefilter import Prefilter, needs
from detector.roles import BECAUSE, Stance, stance, verdict, without_denials
from detector.types import CODES, Finding, Legal, Reason, SetAside

PACKS = Path(__file__).parent / "packs"
MAX_EVIDENCE = 5
"""Places named for one rule; further ones say nothing new."""
SILENCE_REACH = 60
"""Characters of the sentence on either side of a match in which an `unless` silences it."""

_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d+,\}")
_LOOKS = re.compile(r"\(\?[=!<(]|\(\?P=|\\[1-9]")

_PACK_KEYS = {"code", "title", "explanation", "advice", "legal", "rule"}
_RULE_KEYS = {
    "id", "title", "explanation", "advice", "legal", "confidence", "patterns", "unless", "check", "stances",
    "scam", "fine", "disguised",
}  # fmt: skip
_PROOF = {"scam": 3, "fine": 3, "disguised": 1}


class Finder(NamedTuple):
    """A pattern, and whether a group of it says which part is the mention."""

    pattern: re.Pattern[str]
    has_at: bool


class Mention(NamedTuple):
    """What a pattern matched in the normal text, and the part of it whose stance counts."""

    start: int
    end: int
    left: int
    right: int


NOTHING = Finding()


@dataclass(frozen=True)
class Rule:
    """One rule: what it looks for, what it tells the user, and the sentences that prove it.

    `patterns` are bounded regular expressions over a sentence of the normal text; the part in a group named `at` (else
    the whole match) is the mention whose stance counts. A rule without patterns asks a check that reads the whole text.
    `unless` are patterns that silence the rule near by in the sentence. `stances` says whether the roles are asked at
    all (a lure such as 月入过万 is not paid by anybody).
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
    def finders(self) -> tuple[Finder, ...]:
        """The patterns, ready to search; compiled when the rule is first tried, as that takes longer than all else."""
        return tuple(Finder(re.compile(pattern), "(?P<at>" in pattern) for pattern in self.patterns)

    @cached_property
    def _silencer(self) -> re.Pattern[str] | None:
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.unless)) if self.unless else None

    def read(self, document: Document) -> Finding:
        """The reason this rule gives for the document, and the mentions it set aside."""
        mentions = [
            mention
            for start, end in document.sentences
            for finder in self.finders
            for mention in self.mentions(document, finder, document.text[start:end], start)
        ]
        return self.judge(document, mentions)

    def mentions(self, document: Document, finder: Finder, sentence: str, offset: int) -> list[Mention]:
        """What a pattern finds in a sentence that begins at `offset`, but for what is silenced or cuts a word."""
        found: list[Mention] = []
        for match in finder.pattern.finditer(sentence):
            start, end = match.span()
            at = match.span("at") if finder.has_at and match.start("at") >= 0 else (start, end)
            place = offset + at[1]
            if at[1] < len(sentence) and sentence[at[1]] > "\u3400" and not document.is_border(place):
                continue  # it ends inside a word, as 刷客 does in 刷客户的违章押金
            if self._silencer and self._silencer.search(sentence, max(0, start - SILENCE_REACH), end + SILENCE_REACH):
                continue
            found.append(Mention(offset + start, offset + end, offset + at[0], place))
        return found

    def judge(self, document: Document, mentions: Sequence[Mention]) -> Finding:
        """The reason that these mentions make, and those that the roles set aside."""
        asserted: list[tuple[int, int]] = []
        aside: dict[Stance, list[tuple[int, int]]] = {}
        for start, end, left, right in mentions:
            how = stance(document, left, right) if self.stances else Stance.ASSERTED
            if how is Stance.ASSERTED:
                how = verdict(document, left, right)
            if how is Stance.ASSERTED:
                asserted.append((start, end))
            else:
                aside.setdefault(how, []).append((start, end))
        told = Told(asserted)
        if self.check is not None and (asserted or self.check in WHOLE):
            told = CHECKS[self.check](document, asserted) or Told(())
        if not told.spans and not aside:
            return NOTHING
        return Finding(
            (self._reason(document, told),) if told.spans else (),
            tuple(
                SetAside(self.code, BECAUSE[how], tuple(document.evidence(*span) for span in _distinct(spans)))
                for how, spans in aside.items()
            ),
        )

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
        self._always = [number for number, rule in enumerate(self.rules) if not rule.patterns]

    def read(self, document: Document) -> Finding:
        """What all rules find, in the order of the packs.

        Reasons are looked for as if nobody had written the sentences that only deny; those are set aside.
        """
        plain = without_denials(document)
        found = self._read(plain)
        return found if plain is document else Finding(found.reasons, self._read(document).set_aside)

    def _read(self, document: Document) -> Finding:
        mentions: dict[int, list[Mention]] = {number: [] for number in self._always}
        for start, end in document.sentences:
            sentence = document.text[start:end]
            for index in self._prefilter.candidates(sentence):
                number, place = self._owner[index]
                rule = self.rules[number]
                found = rule.mentions(document, rule.finders[place], sentence, start)
                if found:
                    mentions.setdefault(number, []).extend(found)
        findings = [self.rules[number].judge(document, mentions[number]) for number in sorted(mentions)]
        return Finding(
            tuple(reason for finding in findings for reason in finding.reasons),
            tuple(item for finding in findings for item in finding.set_aside),
        )


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
        patterns=() if check in WHOLE and "patterns" not in both else _patterns(where, both, "patterns"),
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
