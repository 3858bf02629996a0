"""What answers hold, and what all models of requests share: their kinds of text, and how a mistake is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from api.problems import KINDS, Mistake, Refused
from detector.types import CODES, MAX_TEXT

MAX_ID = 256
SHOWN_MISTAKES = 20


def whole(text: str) -> str:
    """The text, unless it holds half a character, which could be neither stored nor quoted back."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError("lone_surrogate", "{at}", {"at": error.start}) from None
    return text


Text = Annotated[str, AfterValidator(whole), WithJsonSchema({"type": "string", "maxLength": MAX_TEXT})]
"""The limit is one for all fields together, so it is checked where they are together."""
Name = Annotated[str, Field(max_length=MAX_ID), AfterValidator(whole)]


def refusal(error: ValidationError, known: tuple[str, ...], at: str = "#") -> Refused:
    """What is wrong with the value at a pointer, field by field, without repeating the value."""
    details = error.errors(include_url=False, include_input=False)
    halves = all(one["type"] in {"lone_surrogate", "string_unicode"} for one in details)
    kind = KINDS["lone-surrogate" if halves else "invalid-posting"]
    mistakes = [_mistake(one, known, at) for one in details[:SHOWN_MISTAKES]]
    return Refused(kind, _line(mistakes, "zh"), _line(mistakes, "en"), mistakes)


def _line(mistakes: list[Mistake], language: str) -> str:
    texts = [f"{one.pointer} {one.detail if language == 'zh' else one.detail_en}" for one in mistakes]
    return ("；" if language == "zh" else "; ").join(texts)


def _mistake(error: ErrorDetails, known: tuple[str, ...], at: str) -> Mistake:
    zh, en = _WORDS.get(error["type"], ("不合要求", error["msg"]))
    context = {"known": ", ".join(known), "max": MAX_ID, **error.get("ctx", {})}
    return Mistake(at + _pointer(error["loc"]), zh.format(**context), en.format(**context))


_WORDS = {
    "string_type": ("必须是字符串", "must be a string"),
    "string_too_long": ("不能超过 {max} 个字符", "must not be over {max} characters"),
    "extra_forbidden": ("没有这个字段；可用的是 {known}", "is no known field; there are {known}"),
    "model_type": ("必须是 JSON 对象", "must be a JSON object"),
    "bool_type": ("必须是 true 或 false", "must be true or false"),
    "literal_error": ("必须是 {expected} 之一", "must be one of {expected}"),
    "list_type": ("必须是数组", "must be an array"),
    "missing": ("缺少这个字段", "is missing"),
    "too_short": ("至少要有 1 条", "must have at least 1 item"),
    "too_long": ("最多 1,000 条", "must have at most 1,000 items"),
    "lone_surrogate": ("第 {at} 个码点处有半个字符", "has half a character at code point {at}"),
    "unknown_code": ("没有这个代码；可用的是 {codes}", "is no known code; there are {codes}"),
    "string_pattern_mismatch": ("格式不对", "has not the right form"),
    "string_unicode": ("键名里有半个字符", "has half a character in a key"),
}


def _pointer(location: tuple[int | str, ...]) -> str:
    steps = (str(step)[:100].replace("~", "~0").replace("/", "~1") for step in location)
    return "".join(f"/{step}" for step in steps)


# Answers. The routes send `Assessment.to_dict()` as it is; a test holds it to these models.

Code = Annotated[str, WithJsonSchema({"type": "string", "enum": list(CODES)})]


class Answer(BaseModel):
    """Base of the answer models: exactly the members that are documented."""

    model_config = ConfigDict(strict=True, extra="forbid")


class EvidenceAnswer(Answer):
    """Where it stands: `field[start:end] == quote` in Unicode code points of the field as it was sent."""

    field: str = Field(
        description="text, title, company, salary, location, contact or description; of a JobPosting a JSON Pointer to "
        "the string (/description), or one of `fields`"
    )
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str
    disguised: bool = Field(description="Whether the words were disguised, as in 刷-单.")


class LegalAnswer(Answer):
    """A norm that the described conduct may breach."""

    law: str
    article: str


class ReasonAnswer(Answer):
    """One finding, with what a person needs to judge it."""

    code: Code
    rule: str | None = Field(description="null when the classifier alone says it")
    title: str
    explanation: str
    advice: str
    confidence: float = Field(ge=0, le=1)
    evidence: list[EvidenceAnswer]
    legal: list[LegalAnswer]


class SetAsideAnswer(Answer):
    """Something that looks risky, was read, and does not count. It earns no trust either."""

    code: Code
    because: Literal["denied", "warned", "employer_pays", "duty", "quoted"]
    evidence: list[EvidenceAnswer]
    explanation: str | None = Field(None, description="`because` in words, where a language was asked for")


class WordingAnswer(Answer):
    """A term that moved the classifier; positive weights speak for a scam."""

    term: str
    weight: float
    start: int
    end: int
    field: str


class VersionsAnswer(Answer):
    """What gave the answer: same text and same versions, same answer."""

    model: str
    rules: str
    api: str


class PolicyAnswer(Answer):
    """An entry of the tenant's policy that had a part in the answer."""

    allowed: str | None = Field(None, description="A phrase that was read as if it were not there, or a company")
    blocked: str | None = Field(None, description="A contact that the tenant has blocked")
    reason: str
    until: str | None = Field(description="The last day on which the entry holds")
    codes: list[Code] | None = Field(None, description="Of a company: the reasons that were taken out")
    evidence: list[EvidenceAnswer]


class CampaignReasonAnswer(ReasonAnswer):
    """A reason that comes from what was met before, not from the text; it is not part of the score."""

    code: Code | None = Field(description="What the copies were found to be, confirmed ones first; null: not known")  # type: ignore[assignment]


class MetAnswer(Answer):
    """What was met before, this posting not counted."""

    similar: int = Field(ge=0, description="Postings; no more than 1,000 are counted")
    days: int = Field(ge=0, description="The first of them was met so many days ago, today being 1")
    posters: int = Field(ge=0, description="Different posters, where posters were named")
    confirmed: int = Field(ge=0, description="A moderator decided that they are scams")
    risky: int = Field(ge=0, description="Confirmed, or found medium or high and not cleared by a moderator")


class CampaignAnswer(MetAnswer):
    """Near-copies of the posting, and other postings with its contact. `found` is whether they make a campaign."""

    id: str | None = Field(description="Mostly the same for near-copies of one text while the first is remembered")
    found: bool
    contact: MetAnswer | None = Field(description="Of the contact in the posting that was met most; null: of none")
    reasons: list[CampaignReasonAnswer]


class AssessmentAnswer(Answer):
    """How likely the posting is a scam, and why. low < 30 ≤ medium < 70 ≤ high; not_posting is always low."""

    id: str | None
    kind: Literal["posting", "not_posting"]
    risk_level: Literal["low", "medium", "high"]
    risk_score: int = Field(ge=0, le=100)
    reasons: list[ReasonAnswer]
    set_aside: list[SetAsideAnswer]
    wording: list[WordingAnswer]
    versions: VersionsAnswer
    assessment_id: str | None = Field(None, description="Of a posting that was kept: for feedback, and to delete it")
    policy: list[PolicyAnswer] | None = Field(None, description="Entries of the tenant's policy that were used")
    campaign: CampaignAnswer | None = Field(
        None, description="Where `options.campaign` asked for it; null while the memory does not answer"
    )
    fields: dict[str, str] | None = Field(
        None, description="Of a JobPosting: texts put together from several members, where evidence points into them"
    )


class MistakeAnswer(Answer):
    """One thing wrong at one place."""

    pointer: str = Field(description="JSON Pointer as a URI fragment, as in #/text")
    detail: str
    detail_en: str


class ProblemAnswer(BaseModel):
    """RFC 9457 problem details. `type` is stable, relative to the service, and leads to a page that explains it."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str | None = None
    detail_en: str | None = None
    errors: list[MistakeAnswer] | None = None
    length: int | None = None
    limit: int | None = None
    request_id: str | None = Field(None, description="As in the X-Request-Id header; name it when asking for help")
    retry_after: int | None = Field(None, description="Seconds to wait, as in the Retry-After header.")


class ItemErrorAnswer(Answer):
    """Stands in a batch where an assessment would, when that item could not be read."""

    id: str | None
    error: ProblemAnswer


class LineErrorAnswer(ItemErrorAnswer):
    """Stands in a stream where an assessment would, when that line could not be read."""

    line: int = Field(ge=1, description="Number of the line, from 1")


class StreamLineAnswer(RootModel[AssessmentAnswer | LineErrorAnswer]):
    """One line of the answer to a stream; each line that is not blank gets one, in order."""


class BatchAnswer(Answer):
    """One entry an item, in order: an assessment, or an error."""

    assessments: list[AssessmentAnswer | ItemErrorAnswer]


class RuleAnswer(Answer):
    """A rule as it is running."""

    id: str
    code: Code
    title: str
    explanation: str
    advice: str
    confidence: float
    legal: list[LegalAnswer]


class RulesAnswer(Answer):
    """All rules, and the Chinese name of every reason code."""

    rules: list[RuleAnswer]
    codes: dict[str, str]


class RefusedAnswer(Answer):
    """A promoted model, or changed rules, that this worker tried and did not take up; the one before goes on."""

    version: str
    at: str
    cause: str


class RefusedPolicyAnswer(Answer):
    """The policy file was changed and is not right; the policy before goes on."""

    at: str
    cause: str | None = Field(description="null when it lies in the table of another tenant")


class PolicyStateAnswer(Answer):
    """The policy file, as the worker that answers took it up."""

    since: str
    refused: RefusedPolicyAnswer | None


class RunningAnswer(Answer):
    """How the worker that answers came by its model: others may be a second ahead or behind."""

    place: Literal["shipped", "promoted", "given"]
    since: str | None
    refused: RefusedAnswer | None
    policy: PolicyStateAnswer | None = Field(description="null where the service runs without a policy file")


class ModelAnswer(Answer):
    """The model that is running, the manifest that it came with, and what is promoted."""

    versions: VersionsAnswer
    manifest: dict[str, object]
    running: RunningAnswer


class HealthAnswer(Answer):
    """The process answers."""

    status: Literal["ok"]


class ReadyAnswer(Answer):
    """A real assessment was just made and came out as it should."""

    status: Literal["ready"]
    store: Literal["ready", "away", "none"] = Field(description="away: what needs no store goes on all the same")
    versions: VersionsAnswer
