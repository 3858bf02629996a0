"""A typed client of the service, for Python, made from the description by `python -m api.make_client`.

client = Client("http://127.0.0.1:8000")
client.assess({"text": "…"})["risk_level"]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, cast
from urllib.parse import quote

from api.calls import Calls, Problem

__all__ = ["Client", "Problem"]


class AssessmentAnswer(TypedDict):
    """How likely the posting is a scam, and why. low < 30 ≤ medium < 70 ≤ high; not_posting is always low."""

    id: str | None
    kind: Literal["posting", "not_posting"]
    risk_level: Literal["low", "medium", "high"]
    risk_score: int
    reasons: list[ReasonAnswer]
    set_aside: list[SetAsideAnswer]
    wording: list[WordingAnswer]
    versions: VersionsAnswer
    assessment_id: NotRequired[str | None]
    policy: NotRequired[list[PolicyAnswer] | None]
    campaign: NotRequired[CampaignAnswer | None]
    fields: NotRequired[dict[str, str] | None]


AssessmentRequest: TypeAlias = "PostingRequest | JobPostingRequest"
"""A posting in our own form, or a schema.org JobPosting."""


class BatchAnswer(TypedDict):
    """One entry an item, in order: an assessment, or an error."""

    assessments: list[AssessmentAnswer | ItemErrorAnswer]


class BatchRequest(TypedDict):
    """Up to 1,000 postings. Each is checked on its own: a bad one gets an error in its place, the others an answer."""

    postings: list[PostingRequest | JobPostingRequest]
    options: NotRequired[OptionsRequest | None]


class CampaignAnswer(TypedDict):
    """Near-copies of the posting, and other postings with its contact. `found` is whether they make a campaign."""

    similar: int
    days: int
    posters: int
    confirmed: int
    risky: int
    id: str | None
    found: bool
    contact: MetAnswer | None
    reasons: list[CampaignReasonAnswer]


class CampaignReasonAnswer(TypedDict):
    """A reason that comes from what was met before, not from the text; it is not part of the score."""

    code: (
        Literal[
            "upfront_fee",
            "advance_funds",
            "unrealistic_pay",
            "order_brushing",
            "task_rebate",
            "training_loan",
            "account_renting",
            "money_mule",
            "overseas_lure",
            "off_platform_contact",
            "suspicious_app",
            "easy_money",
            "recruit_others",
            "vice_lure",
            "credential_renting",
            "paid_referral",
            "sensitive_data",
            "debt_trap",
            "gambling_investment",
            "spam_gig",
            "urgency",
        ]
        | None
    )
    rule: str | None
    title: str
    explanation: str
    advice: str
    confidence: float
    evidence: list[EvidenceAnswer]
    legal: list[LegalAnswer]


class EvidenceAnswer(TypedDict):
    """Where it stands: `field[start:end] == quote` in Unicode code points of the field as it was sent."""

    field: str
    start: int
    end: int
    quote: str
    disguised: bool


class FeedbackAnswer(TypedDict):
    """Taken down. It counts once it was reviewed."""

    id: str
    assessment_id: str
    status: Literal["to_review"]
    received: str


class FeedbackRequest(TypedDict):
    """What a posting really is, says somebody. Send the posting along, or name it by the id it was stored under."""

    text: NotRequired[str | None]
    assessment_id: NotRequired[str | None]
    label: Literal["scam", "legit", "not_posting"]
    codes: NotRequired[
        list[
            Literal[
                "upfront_fee",
                "advance_funds",
                "unrealistic_pay",
                "order_brushing",
                "task_rebate",
                "training_loan",
                "account_renting",
                "money_mule",
                "overseas_lure",
                "off_platform_contact",
                "suspicious_app",
                "easy_money",
                "recruit_others",
                "vice_lure",
                "credential_renting",
                "paid_referral",
                "sensitive_data",
                "debt_trap",
                "gambling_investment",
                "spam_gig",
                "urgency",
            ]
        ]
        | None
    ]
    note: NotRequired[str | None]


class HealthAnswer(TypedDict):
    """The process answers."""

    status: Literal["ok"]


class ImagesAnswer(TypedDict):
    """What the pictures say."""

    text: str
    lines: list[LineAnswer]
    warnings: list[WarningAnswer]


class ImagesRequest(TypedDict):
    """Screenshots, in the order in which they are to be read."""

    images: list[str]


class ItemErrorAnswer(TypedDict):
    """Stands in a batch where an assessment would, when that item could not be read."""

    id: str | None
    error: ProblemAnswer


class JobAnswer(TypedDict):
    """A file on its way."""

    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    format: Literal["jsonl", "csv", "xlsx", "parquet"]
    size: int
    progress: float | None
    rows: int
    refused: int
    levels: LevelsAnswer
    cause: str | None
    waits_until: str | None
    created: str
    started: str | None
    finished: str | None
    webhook: WebhookAnswer | None


JobPostingRequest = TypedDict(
    "JobPostingRequest",
    {
        "@context": "Any",
        "@type": "Literal['JobPosting']",
        "title": "str",
        "description": "NotRequired[str | None]",
        "hiringOrganization": "NotRequired[dict[str, Any] | str | None]",
        "jobLocation": "NotRequired[dict[str, Any] | list[dict[str, Any]] | str | None]",
        "baseSalary": "NotRequired[dict[str, Any] | float | str | None]",
        "employmentType": "NotRequired[str | list[str] | None]",
        "applicationContact": "NotRequired[dict[str, Any] | str | None]",
        "validThrough": "NotRequired[str | None]",
        "id": "NotRequired[str | None]",
        "poster": "NotRequired[str | None]",
        "options": "NotRequired[OptionsRequest | None]",
    },
)
"""A schema.org JobPosting (JSON-LD), alone or in an @graph. Members that are not read are no mistake."""


class JobRequest(TypedDict):
    """A file of postings, one a row. The same file may be sent as the body, with the media type of its format."""

    file: str
    webhook: NotRequired[str | None]
    language: NotRequired[Literal["zh-Hans", "zh-Hant", "en"] | None]
    explain: NotRequired[Literal["none", "short", "full"] | None]
    campaign: NotRequired[Literal["true", "false"] | None]


class LegalAnswer(TypedDict):
    """A norm that the described conduct may breach."""

    law: str
    article: str


class LevelsAnswer(TypedDict):
    """Rows by risk level, so far."""

    low: int
    medium: int
    high: int


class LineAnswer(TypedDict):
    """A line of text in a picture."""

    text: str
    confidence: float
    box: list[int]
    image: int
    left_out: bool


class LineErrorAnswer(TypedDict):
    """Stands in a stream where an assessment would, when that line could not be read."""

    id: str | None
    error: ProblemAnswer
    line: int


class MetAnswer(TypedDict):
    """What was met before, this posting not counted."""

    similar: int
    days: int
    posters: int
    confirmed: int
    risky: int


class MistakeAnswer(TypedDict):
    """One thing wrong at one place."""

    pointer: str
    detail: str
    detail_en: str


class ModelAnswer(TypedDict):
    """The model that is running, the manifest that it came with, and what is promoted."""

    versions: VersionsAnswer
    manifest: dict[str, Any]
    running: RunningAnswer


class OptionsRequest(TypedDict):
    """How the answer is wanted; what is left out is as the request says elsewhere (batch, Accept-Language)."""

    language: NotRequired[Literal["zh-Hans", "zh-Hant", "en"] | None]
    explain: NotRequired[Literal["none", "short", "full"] | None]
    store: NotRequired[bool | None]
    campaign: NotRequired[bool | None]


class PolicyAnswer(TypedDict):
    """An entry of the tenant's policy that had a part in the answer."""

    allowed: NotRequired[str | None]
    blocked: NotRequired[str | None]
    reason: str
    until: str | None
    codes: NotRequired[
        list[
            Literal[
                "upfront_fee",
                "advance_funds",
                "unrealistic_pay",
                "order_brushing",
                "task_rebate",
                "training_loan",
                "account_renting",
                "money_mule",
                "overseas_lure",
                "off_platform_contact",
                "suspicious_app",
                "easy_money",
                "recruit_others",
                "vice_lure",
                "credential_renting",
                "paid_referral",
                "sensitive_data",
                "debt_trap",
                "gambling_investment",
                "spam_gig",
                "urgency",
            ]
        ]
        | None
    ]
    evidence: list[EvidenceAnswer]


class PolicyStateAnswer(TypedDict):
    """The policy file, as the worker that answers took it up."""

    since: str
    refused: RefusedPolicyAnswer | None


class PostingRequest(TypedDict):
    """A posting: `text`, or the columns of a job board; not all blank, and 20,000 characters at most in all."""

    text: NotRequired[str | None]
    title: NotRequired[str | None]
    company: NotRequired[str | None]
    salary: NotRequired[str | None]
    location: NotRequired[str | None]
    contact: NotRequired[str | None]
    description: NotRequired[str | None]
    id: NotRequired[str | None]
    poster: NotRequired[str | None]
    options: NotRequired[OptionsRequest | None]


class ProblemAnswer(TypedDict):
    """RFC 9457 problem details. `type` is stable, relative to the service, and leads to a page that explains it."""

    type: str
    title: str
    title_en: str
    status: int
    detail: NotRequired[str | None]
    detail_en: NotRequired[str | None]
    errors: NotRequired[list[MistakeAnswer] | None]
    length: NotRequired[int | None]
    limit: NotRequired[int | None]
    request_id: NotRequired[str | None]
    retry_after: NotRequired[int | None]


class ReadyAnswer(TypedDict):
    """A real assessment was just made and came out as it should."""

    status: Literal["ready"]
    store: Literal["ready", "away", "none"]
    versions: VersionsAnswer


class ReasonAnswer(TypedDict):
    """One finding, with what a person needs to judge it."""

    code: Literal[
        "upfront_fee",
        "advance_funds",
        "unrealistic_pay",
        "order_brushing",
        "task_rebate",
        "training_loan",
        "account_renting",
        "money_mule",
        "overseas_lure",
        "off_platform_contact",
        "suspicious_app",
        "easy_money",
        "recruit_others",
        "vice_lure",
        "credential_renting",
        "paid_referral",
        "sensitive_data",
        "debt_trap",
        "gambling_investment",
        "spam_gig",
        "urgency",
    ]
    rule: str | None
    title: str
    explanation: str
    advice: str
    confidence: float
    evidence: list[EvidenceAnswer]
    legal: list[LegalAnswer]


class RefusedAnswer(TypedDict):
    """A promoted model, or changed rules, that this worker tried and did not take up; the one before goes on."""

    version: str
    at: str
    cause: str


class RefusedPolicyAnswer(TypedDict):
    """The policy file was changed and is not right; the policy before goes on."""

    at: str
    cause: str | None


class RuleAnswer(TypedDict):
    """A rule as it is running."""

    id: str
    code: Literal[
        "upfront_fee",
        "advance_funds",
        "unrealistic_pay",
        "order_brushing",
        "task_rebate",
        "training_loan",
        "account_renting",
        "money_mule",
        "overseas_lure",
        "off_platform_contact",
        "suspicious_app",
        "easy_money",
        "recruit_others",
        "vice_lure",
        "credential_renting",
        "paid_referral",
        "sensitive_data",
        "debt_trap",
        "gambling_investment",
        "spam_gig",
        "urgency",
    ]
    title: str
    explanation: str
    advice: str
    confidence: float
    legal: list[LegalAnswer]


class RulesAnswer(TypedDict):
    """All rules, and the Chinese name of every reason code."""

    rules: list[RuleAnswer]
    codes: dict[str, str]


class RunningAnswer(TypedDict):
    """How the worker that answers came by its model: others may be a second ahead or behind."""

    place: Literal["shipped", "promoted", "given"]
    since: str | None
    refused: RefusedAnswer | None
    policy: PolicyStateAnswer | None


class SetAsideAnswer(TypedDict):
    """Something that looks risky, was read, and does not count. It earns no trust either."""

    code: Literal[
        "upfront_fee",
        "advance_funds",
        "unrealistic_pay",
        "order_brushing",
        "task_rebate",
        "training_loan",
        "account_renting",
        "money_mule",
        "overseas_lure",
        "off_platform_contact",
        "suspicious_app",
        "easy_money",
        "recruit_others",
        "vice_lure",
        "credential_renting",
        "paid_referral",
        "sensitive_data",
        "debt_trap",
        "gambling_investment",
        "spam_gig",
        "urgency",
    ]
    because: Literal["denied", "warned", "employer_pays", "duty", "quoted"]
    evidence: list[EvidenceAnswer]
    explanation: NotRequired[str | None]


StreamLineAnswer: TypeAlias = "AssessmentAnswer | LineErrorAnswer"
"""One line of the answer to a stream; each line that is not blank gets one, in order."""


class VersionsAnswer(TypedDict):
    """What gave the answer: same text and same versions, same answer."""

    model: str
    rules: str
    api: str


class WarningAnswer(TypedDict):
    """What may be wrong with the text."""

    code: Literal["no-text", "unsure", "animated", "stopped", "turned", "overlap", "text-too-long"]
    image: int | None
    detail: str
    detail_en: str


class WebhookAnswer(TypedDict):
    """What became of the word about the end."""

    state: Literal["pending", "delivered", "failed"]
    tries: int
    status: int | None
    cause: str | None


class WordingAnswer(TypedDict):
    """A term that moved the classifier; positive weights speak for a scam."""

    term: str
    weight: float
    start: int
    end: int
    field: str


class Client(Calls):
    """The routes of the service, a method each; a Problem is raised for an error."""

    def assess(self, body: AssessmentRequest) -> AssessmentAnswer:
        """Assess one posting."""
        return cast("AssessmentAnswer", self.call("POST", "/api/v1/assessments", body))

    def assess_batch(self, body: BatchRequest, idempotency_key: str | None = None) -> BatchAnswer:
        """Assess up to 1,000 postings."""
        return cast(
            "BatchAnswer",
            self.call(
                "POST",
                "/api/v1/assessments/batch",
                body,
                {name: value for name, value in {"Idempotency-Key": idempotency_key}.items() if value},
            ),
        )

    def list_rules(self) -> RulesAnswer:
        """The rules that are running."""
        return cast("RulesAnswer", self.call("GET", "/api/v1/rules", None))

    def get_rule(self, rule_id: str) -> RuleAnswer:
        """One rule."""
        return cast("RuleAnswer", self.call("GET", f"/api/v1/rules/{quote(rule_id, safe='')}", None))

    def get_model(self) -> ModelAnswer:
        """The model that is running."""
        return cast("ModelAnswer", self.call("GET", "/api/v1/model", None))

    def health(self) -> HealthAnswer:
        """Whether the process answers."""
        return cast("HealthAnswer", self.call("GET", "/healthz", None))

    def ready(self) -> ReadyAnswer:
        """Whether a real assessment comes out right."""
        return cast("ReadyAnswer", self.call("GET", "/readyz", None))

    def give_feedback(self, body: FeedbackRequest, idempotency_key: str | None = None) -> FeedbackAnswer:
        """Say what a posting really is."""
        return cast(
            "FeedbackAnswer",
            self.call(
                "POST",
                "/api/v1/feedback",
                body,
                {name: value for name, value in {"Idempotency-Key": idempotency_key}.items() if value},
            ),
        )

    def delete_posting(self, posting_id: str) -> None:
        """Delete a stored posting and all that was said of it."""
        self.call("DELETE", f"/api/v1/postings/{quote(posting_id, safe='')}", None)

    def assess_stream(self, items: Iterable[AssessmentRequest]) -> Iterator[StreamLineAnswer]:
        """Assess postings line by line, each answered before the next is read."""
        return self.stream("/api/v1/assessments/stream", items)

    def get_job(self, job_id: str) -> JobAnswer:
        """How far a job is."""
        return cast("JobAnswer", self.call("GET", f"/api/v1/jobs/{quote(job_id, safe='')}", None))

    def delete_job(self, job_id: str) -> None:
        """Stop a job, or delete one that has ended."""
        self.call("DELETE", f"/api/v1/jobs/{quote(job_id, safe='')}", None)

    def get_job_result(self, job_id: str) -> None:
        """The result of a job that is done: JSON lines, or CSV with ?format=csv or Accept: text/csv."""
        self.call("GET", f"/api/v1/jobs/{quote(job_id, safe='')}/result", None)

    def metrics(self) -> None:
        """Figures for Prometheus, in its text format."""
        self.call("GET", "/metrics", None)
