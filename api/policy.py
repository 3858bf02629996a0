"""What each tenant wants otherwise: its own levels, further rules, what it allows, whom it has blocked.

A TOML file (`scamjob serve --policy FILE`, $SCAMJOB_POLICY) with a table a tenant. It is looked at once a second and
taken up when it changes; one that is not right is refused by name in the log, and the one before goes on. Whatever an
entry does to an answer is told in the answer. Entries end with the day that `until` names, in Beijing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.blocked import Blocklist, plain_contact
from api.store.keys import TENANT
from detector import Detector
from detector.document import Document
from detector.engine import apart
from detector.errors import PackError
from detector.normalize import fold, normalize
from detector.registry import Stamp, stamp_of
from detector.rules import Rule, load_rules
from detector.scoring import Levels, level
from detector.types import CODES, Assessment, Evidence, Kind, Reason

if TYPE_CHECKING:
    from flask import Flask

    from api.config import Assessor, RuleLike
    from detector.types import Posting, Versions

log = logging.getLogger("api")

POLICY = "SCAMJOB_POLICY"
EVERY = 1.0
"""Seconds between two looks at the file."""
MOST = 8 * 2**20
"""Bytes that the file may have."""
PHRASE = 4
"""Fewest characters of an allowed phrase: a shorter one would hide words everywhere."""
BEIJING = timezone(timedelta(hours=8))
SURE = 0.97
BLOCKED = "policy.blocked_contact"
"""Stands where a rule's id would."""
BLOCKED_TITLE = "联系方式在黑名单里"
BLOCKED_EXPLANATION = "平台已经拉黑了这个联系方式："
BLOCKED_ADVICE = "不要联系，也不要离开平台沟通；已经联系过的，向平台说明。"
CONTACT = "off_platform_contact"
SHOWN = 5
"""Places told of one entry."""


class PolicyError(Exception):
    """The file is not a policy: one line that says what to mend, perhaps in the table of one `tenant`."""

    def __init__(self, line: str, tenant: str | None = None) -> None:
        super().__init__(line)
        self.tenant = tenant


# --- the file ---


def _code(code: str) -> str:
    if code not in CODES:
        raise ValueError(f"no code {code!r}; there are {', '.join(CODES)}")
    return code


STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)
Words = Annotated[str, Field(min_length=1, max_length=200)]


class Allow(BaseModel):
    """A phrase that is read as if it were not there, or a company whose reasons (of these codes) do not count."""

    model_config = STRICT

    phrase: Words | None = None
    company: Words | None = None
    codes: list[Annotated[str, AfterValidator(_code)]] = Field(default_factory=list)
    reason: Words
    until: date

    @model_validator(mode="after")
    def _one_of_both(self) -> Allow:
        if (self.phrase is None) == (self.company is None):
            raise ValueError("needs either phrase or company")
        if self.phrase is not None and (self.codes or len(normalize(self.phrase).text.strip()) < PHRASE):
            raise ValueError(f"a phrase has at least {PHRASE} characters, and no codes")
        if self.company is not None and not _name(self.company):
            raise ValueError("the company has no name")
        return self


class Block(BaseModel):
    """A phone number, QQ number or WeChat id that makes a posting risky."""

    model_config = STRICT

    contact: Words
    reason: Words
    until: date | None = None

    @model_validator(mode="after")
    def _a_contact(self) -> Block:
        if plain_contact(self.contact) is None:
            raise ValueError("contact: needs 5 to 64 letters and figures")
        return self


class LevelsTable(BaseModel):
    """The scores from which on a posting is medium, and high."""

    model_config = STRICT

    medium: int = Field(30, ge=1, le=99)
    high: int = Field(70, ge=2, le=100)

    @model_validator(mode="after")
    def _in_order(self) -> LevelsTable:
        if self.medium >= self.high:
            raise ValueError("medium must be less than high")
        return self


class TenantTable(BaseModel):
    """All that one tenant wants otherwise."""

    model_config = STRICT

    levels: LevelsTable = LevelsTable(medium=30, high=70)
    packs: Words | None = None
    allow: list[Allow] = Field(default_factory=list, max_length=1_000)
    block: list[Block] = Field(default_factory=list, max_length=100_000)


class PolicyFile(BaseModel):
    """The whole file."""

    model_config = STRICT

    tenants: dict[Annotated[str, Field(pattern=f"^{TENANT.pattern}$")], TenantTable]


def read_policy(path: Path) -> Mapping[str, Wanted]:
    """What each tenant wants; PolicyError."""
    try:
        raw = path.read_bytes()
        if len(raw) > MOST:
            raise PolicyError(f"{path.name}: more than {MOST:,} bytes")
        found = PolicyFile.model_validate(tomllib.loads(raw.decode("utf-8")))
    except OSError as error:
        raise PolicyError(f"{path.name}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        tenant = str(first["loc"][1]) if len(first["loc"]) > 1 else None
        raise PolicyError(f"{path.name}: {where}: {first['msg'].removeprefix('Value error, ')}", tenant) from None
    return {tenant: Wanted(table, *_rules(path, tenant, table)) for tenant, table in found.tenants.items()}


def _rules(path: Path, tenant: str, table: TenantTable) -> tuple[tuple[Rule, ...], str]:
    if table.packs is None:
        return (), ""
    try:
        packs = load_rules(path.parent / table.packs)
    except PackError as error:
        raise PolicyError(f"{path.name}: {tenant}: {error}", tenant) from None
    return packs.rules, packs.version


# --- what becomes of it ---


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a tenant wants: its table, and the rules of its packs with their version."""

    table: TenantTable
    rules: tuple[Rule, ...] = ()
    packs: str = ""

    def on(self, day: date, detector: Detector) -> Governed:
        """The detector as the tenant wants it on a day."""
        table = self.table
        allow = [one for one in table.allow if one.until >= day]
        block = [one for one in table.block if one.until is None or one.until >= day]
        active = table.model_copy(update={"allow": allow, "block": block})
        version = hashlib.sha256(json.dumps([active.model_dump(mode="json"), self.packs]).encode()).hexdigest()[:8]
        levels = Levels(table.levels.medium, table.levels.high)
        return Governed(
            detector.adapted(version, self.rules, levels),
            levels,
            tuple((normalize(one.phrase).text.strip(), one) for one in allow if one.phrase is not None),
            {_name(one.company): one for one in allow if one.company is not None},
            tuple(block),
            Blocklist([plain_contact(one.contact) or "" for one in block]),
        )


@dataclass(frozen=True, slots=True)
class Applied:
    """An entry of the policy that had a part in an answer, and where."""

    told: Mapping[str, object]
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """As it stands in the answer."""
        places = [{own.name: getattr(one, own.name) for own in fields(Evidence)} for one in self.evidence]
        return {**self.told, "evidence": places}


@dataclass(frozen=True, slots=True)
class Judged(Assessment):
    """An assessment with what the policy had a part in."""

    policy: tuple[Applied, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """With `policy` where an entry was used."""
        told = Assessment.to_dict(self)
        return told | {"policy": [one.to_dict() for one in self.policy]} if self.policy else told


@dataclass(frozen=True, slots=True)
class Governed:
    """A detector under a tenant's policy."""

    detector: Detector
    levels: Levels
    phrases: Sequence[tuple[str, Allow]]
    companies: Mapping[str, Allow]
    block: Sequence[Block]
    blocklist: Blocklist

    @property
    def versions(self) -> Versions:
        """What is running; the rules' version names the policy too."""
        return self.detector.versions

    @property
    def rules(self) -> Sequence[RuleLike]:
        """Those of the detector, and the tenant's."""
        return self.detector.rules

    @property
    def manifest(self) -> Mapping[str, object]:
        """What the model was made from."""
        return self.detector.manifest

    def assess(self, posting: Posting, /) -> Assessment:
        """As the detector does, but for what the policy says; each use of it is told."""
        document = Document(posting)
        applied, spans = self._allowed_phrases(document) if self.phrases else ([], [])
        found = self.detector.read(document.without(spans) if spans else document)
        found = self._of_allowed_company(posting, found, applied)
        found = self._with_blocked(posting, found, applied)
        if not applied:
            return found
        return Judged(**{own.name: getattr(found, own.name) for own in fields(Assessment)}, policy=tuple(applied))

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        """One by one."""
        return map(self.assess, postings)

    def _allowed_phrases(self, document: Document) -> tuple[list[Applied], list[tuple[int, int]]]:
        applied, spans = [], []
        for phrase, entry in self.phrases:
            places = list(_places(document.text, phrase))
            if places:
                told = {"allowed": entry.phrase, "reason": entry.reason, "until": entry.until.isoformat()}
                applied.append(Applied(told, tuple(document.evidence(*span) for span in places[:SHOWN])))
                spans += places
        return applied, spans

    def _of_allowed_company(self, posting: Posting, found: Assessment, applied: list[Applied]) -> Assessment:
        """Without the reasons that are allowed to the company; low where none is left."""
        entry = self.companies.get(_name(posting.company)) if posting.company and self.companies else None
        gone = [one.code for one in found.reasons if entry and (not entry.codes or one.code in entry.codes)]
        if entry is None or not gone:
            return found
        left = tuple(one for one in found.reasons if one.code not in gone)
        score = found.risk_score if left else min(found.risk_score, self.levels.medium - 1)
        told = {"allowed": entry.company, "reason": entry.reason, "until": entry.until.isoformat(), "codes": gone}
        applied.append(Applied(told))
        return replace(found, reasons=left, risk_score=score, risk_level=level(score, self.levels))

    def _with_blocked(self, posting: Posting, found: Assessment, applied: list[Applied]) -> Assessment:
        """With a reason for the blocked contacts in it; what is no posting stays low, and is told all the same."""
        places: dict[int, list[Evidence]] = {}
        for number, place in self.blocklist.find(posting):
            places.setdefault(number, []).append(place)
        for number, evidences in places.items():
            entry = self.block[number]
            until = {"until": entry.until.isoformat() if entry.until else None}
            applied.append(
                Applied({"blocked": entry.contact, "reason": entry.reason, **until}, tuple(evidences[:SHOWN]))
            )
        if not places or found.kind is Kind.NOT_POSTING:
            return found
        score = max(found.risk_score, round(100 * SURE))
        pointing = [*places.values(), *(one.evidence for one in found.reasons if one.code == CONTACT)]
        evidence = apart(posting, [one for some in pointing for one in some])
        others = [one for one in found.reasons if one.code != CONTACT]
        reasons = (_reason(evidence, self.block[min(places)].reason), *others)
        return replace(found, reasons=reasons, risk_score=score, risk_level=level(score, self.levels))


def _reason(evidence: tuple[Evidence, ...], because: str) -> Reason:
    return Reason(
        code=CONTACT,
        rule=BLOCKED,
        title=BLOCKED_TITLE,
        explanation=BLOCKED_EXPLANATION + because,
        advice=BLOCKED_ADVICE,
        confidence=SURE,
        evidence=evidence,
    )


def _places(text: str, phrase: str) -> Iterator[tuple[int, int]]:
    start = text.find(phrase)
    while start >= 0:
        yield start, start + len(phrase)
        start = text.find(phrase, start + len(phrase))


def _name(company: str | None) -> str:
    """The name of a company as far as it tells two apart."""
    return "".join(char for char in fold(company or "") if char.isalnum())


# --- while the service runs ---


def _at_once() -> datetime:
    return datetime.now(UTC)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


@dataclass(slots=True)
class Policies:
    """The policies of one application, as they are now in the file."""

    path: Path
    wanted: Mapping[str, Wanted] = field(default_factory=dict)
    since: datetime = field(default_factory=_at_once)
    refused: PolicyError | None = None
    """Why the file as it is now was not taken up; the one before goes on."""
    refused_at: datetime | None = None
    _stamp: Stamp = ()
    _made: dict[str, tuple[Detector, Wanted, date, Governed]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def opened(cls, path: Path, detector: Assessor) -> Policies:
        """The policies in a file, ready for a detector; PolicyError says what is wrong with them."""
        own = cls(path.absolute())
        own._stamp = own._now()
        own.wanted = own._read(detector)
        return own

    def governed(self, detector: Assessor, tenant: str) -> Assessor:
        """The detector as the tenant wants it today."""
        wanted = self.wanted.get(tenant)
        if wanted is None or not isinstance(detector, Detector):
            return detector
        day = datetime.now(BEIJING).date()
        made = self._made.get(tenant)
        if made is None or made[0] is not detector or made[1] is not wanted or made[2] != day:
            with self._lock:
                made = self._made[tenant] = detector, wanted, day, wanted.on(day, detector)
        return made[3]

    def look(self, detector: Assessor) -> bool:
        """Take up the file if it has changed and is right; whether it was."""
        stamp = self._now()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self.wanted = self._read(detector)
        except PolicyError as error:
            self.refused, self.refused_at = error, _at_once()
            log.warning("policy is refused, the one before goes on: %s", error)
            return False
        self.refused, self.since = None, _at_once()
        self._made = {tenant: made for tenant, made in self._made.items() if tenant in self.wanted}
        log.warning("policy taken up: %d tenants", len(self.wanted))
        return True

    def facts(self, tenant: str | None) -> Mapping[str, object]:
        """Since when the policy holds, and what was refused; of another tenant's table only that it was.

        None for the tenant is whoever may see all of the file.
        """
        refused = None
        if self.refused is not None and self.refused_at is not None:
            own = tenant is None or self.refused.tenant in {None, tenant}
            refused = {"at": _said(self.refused_at), "cause": str(self.refused) if own else None}
        return {"since": _said(self.since), "refused": refused}

    def _read(self, detector: Assessor) -> Mapping[str, Wanted]:
        found = read_policy(self.path)
        own = {rule.id for rule in detector.rules}
        for tenant, wanted in found.items():
            twins = sorted(own.intersection(rule.id for rule in wanted.rules))
            if twins:
                line = f"{self.path.name}: {tenant}: {twins[0]}: the program has a rule of this name"
                raise PolicyError(line, tenant)
        return found

    def _now(self) -> Stamp:
        """Changes when the file or one of the packs named in it does."""
        packs = [self.path.parent / one.table.packs for one in self.wanted.values() if one.table.packs]
        files = [self.path, *(file for folder in packs for file in sorted(folder.glob("*.toml")))]
        return stamp_of(files)


def follow(app: Flask, policies: Policies) -> None:
    """Look at the file from now on, as long as this process lives, and make ready what it asks for."""

    def go_on() -> None:
        while True:
            try:
                policies.look(app.extensions["assessor"])
                for tenant in policies.wanted:
                    policies.governed(app.extensions["assessor"], tenant)
            except Exception as error:  # noqa: BLE001  # whatever it is, the next look may be better
                log.warning("looking at the policy failed: %s", type(error).__name__)
            time.sleep(EVERY)

    threading.Thread(target=go_on, name="policy", daemon=True).start()


def start(app: Flask) -> None:
    """Follow the policy in this worker, where the application has one."""
    if policies := app.extensions.get("policies"):
        follow(app, policies)
