"""The values that travel along the main path. Frozen, and free of any import of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

MAX_TEXT = 20_000
"""Longest posting, in code points over all fields, that an assessment takes."""

LOW_BELOW = 30
"""Scores under this are low."""
HIGH_FROM = 70
"""Scores from this on are high."""

CODES: Mapping[str, str] = {
    "upfront_fee": "先交钱才上岗",
    "advance_funds": "自己垫钱",
    "unrealistic_pay": "薪酬/佣金畸高",
    "order_brushing": "刷单/虚假交易",
    "task_rebate": "点赞关注任务返佣",
    "training_loan": "招转培/培训贷",
    "account_renting": "租借账号/银行卡/实名",
    "money_mule": "跑分/取现/代购转移资金",
    "overseas_lure": "境外高薪",
    "off_platform_contact": "引流到私人渠道",
    "suspicious_app": "指定下载/屏幕共享",
    "easy_money": "轻松高薪",
    "recruit_others": "拉人头/传销",
    "vice_lure": "涉黄/陪侍",
    "credential_renting": "挂证/挂名",
    "paid_referral": "付费内推/保录",
    "sensitive_data": "索要敏感信息",
    "debt_trap": "以岗诱贷",
    "gambling_investment": "博彩/荐股/炒币",
    "spam_gig": "代发/引流/群发",
    "urgency": "催促施压",
}
"""Every reason code and its Chinese name, in the order of the contract."""


class Kind(StrEnum):
    """Whether the text offers work at all."""

    POSTING = "posting"
    NOT_POSTING = "not_posting"


class Level(StrEnum):
    """What the score means in words."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Because(StrEnum):
    """Why a risky-looking mention does not count."""

    DENIED = "denied"
    WARNED = "warned"
    EMPLOYER_PAYS = "employer_pays"
    DUTY = "duty"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting as it was sent. Usually `text` alone; the others are the named columns of a job board."""

    text: str = ""
    title: str = ""
    company: str = ""
    salary: str = ""
    location: str = ""
    contact: str = ""
    description: str = ""
    id: str | None = None

    FIELDS = ("title", "company", "salary", "location", "contact", "description", "text")

    def fields(self) -> Iterator[tuple[str, str]]:
        """The fields that say something, in reading order, as (name, value)."""
        for name in Posting.FIELDS:
            value = getattr(self, name)
            if value:
                yield name, value


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where it stands: `posting.<field>[start:end] == quote`, in code points of the field as it was sent."""

    field: str
    start: int
    end: int
    quote: str
    disguised: bool = False


@dataclass(frozen=True, slots=True)
class Legal:
    """A norm that the described conduct may breach."""

    law: str
    article: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding, with what a user needs to judge it. `confidence` is a claim in 0..1 that the audit checks."""

    code: str
    rule: str | None
    title: str
    explanation: str
    advice: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    legal: tuple[Legal, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that looks risky, was read, and does not count."""

    code: str
    because: Because
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """A term that moved the classifier; positive weights speak for a scam. Offsets are in `field`."""

    term: str
    weight: float
    start: int
    end: int
    field: str = "text"


@dataclass(frozen=True, slots=True)
class Versions:
    """What gave the answer."""

    model: str
    rules: str
    api: str = "1"


@dataclass(frozen=True, slots=True)
class Assessment:
    """How likely the posting is a scam, and why. `risk_score` is calibrated, 0..100."""

    id: str | None
    kind: Kind
    risk_level: Level
    risk_score: int
    reasons: tuple[Reason, ...]
    set_aside: tuple[SetAside, ...]
    wording: tuple[Wording, ...]
    versions: Versions

    def to_dict(self) -> dict[str, object]:
        """The JSON object of the contract, as plain dicts, lists, strings and numbers."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "risk_level": self.risk_level.value,
            "risk_score": self.risk_score,
            "reasons": [
                {
                    "code": reason.code,
                    "rule": reason.rule,
                    "title": reason.title,
                    "explanation": reason.explanation,
                    "advice": reason.advice,
                    "confidence": reason.confidence,
                    "evidence": [_evidence(item) for item in reason.evidence],
                    "legal": [{"law": norm.law, "article": norm.article} for norm in reason.legal],
                }
                for reason in self.reasons
            ],
            "set_aside": [
                {
                    "code": item.code,
                    "because": item.because.value,
                    "evidence": [_evidence(mention) for mention in item.evidence],
                }
                for item in self.set_aside
            ],
            "wording": [
                {"term": item.term, "weight": item.weight, "start": item.start, "end": item.end, "field": item.field}
                for item in self.wording
            ],
            "versions": {"model": self.versions.model, "rules": self.versions.rules, "api": self.versions.api},
        }


def _evidence(item: Evidence) -> dict[str, object]:
    return {
        "field": item.field,
        "start": item.start,
        "end": item.end,
        "quote": item.quote,
        "disguised": item.disguised,
    }


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules say of a document: reasons for concern, and mentions that were set aside."""

    reasons: tuple[Reason, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
