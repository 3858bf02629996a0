"""What a caller hands in: a posting in one of three forms, and how the answer is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from api.jobposting import Origin, is_linked, own_id, read_job_posting
from api.kinds import KINDS
from api.problems import Mistake, Refused
from api.schema import MAX_ID, Name, Text, refusal
from detector.types import MAX_TEXT, Posting

MAX_BATCH = 1_000

Language = Literal["zh-Hans", "zh-Hant", "en"]
Explain = Literal["none", "short", "full"]
STRICT = ConfigDict(strict=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Options:
    """How an answer is wanted."""

    language: Language = "zh-Hans"
    explain: Explain = "full"
    store: bool = False
    """Whether the posting may be kept."""
    campaign: bool = False
    """Whether the posting is looked up in the campaign memory, and remembered there."""
    asked: bool = False
    """Whether the caller named a language."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A posting, how its answer is wanted, and where its fields come from when it was a JobPosting."""

    posting: Posting
    options: Options
    origin: Origin | None = None
    poster: str | None = None
    """Who posted it, as the caller names them; kept with a posting that is stored, else as a keyed hash at most."""

    @property
    def posted_by(self) -> str | None:
        """Who posted it as far as is known: the company stands in for a poster who is not named."""
        return (self.poster or self.posting.company.strip())[:MAX_ID] or None


class OptionsRequest(BaseModel):
    """How the answer is wanted; what is left out is as the request says elsewhere (batch, Accept-Language)."""

    model_config = STRICT

    language: Language | None = Field(None, description="Of titles, explanations and advice; quotes stay as sent.")
    explain: Explain | None = Field(
        None,
        description="full (default): everything. short: titles, evidence and law. none: level, score and codes.",
    )
    store: bool | None = Field(None, description="Whether the posting may be kept; false when left out.")

    campaign: bool | None = Field(
        None,
        description="Whether the posting is looked up in the campaign memory, and remembered there as hashes that "
        "cannot be read back; false when left out.",
    )

    def over(self, default: Options) -> Options:
        """These options, and the default's where nothing is said."""
        said = {name: getattr(self, name) for name in ("language", "explain", "store", "campaign")}
        return replace(
            default,
            **{name: value for name, value in said.items() if value is not None},
            asked=default.asked or self.language is not None,
        )


class PostingRequest(BaseModel):
    """A posting: `text`, or the columns of a job board; not all blank, and 20,000 characters at most in all."""

    model_config = STRICT | ConfigDict(
        json_schema_extra={
            "examples": [
                {"text": "招聘打字员，日结300元，入职前先交押金200元，三天后退还。", "id": "a-17"},
                {
                    "title": "前台文员",
                    "company": "南山某物业",
                    "salary": "4500元/月",
                    "description": "接待访客，双休。",
                },
            ]
        },
    )

    text: Text | None = Field(None, description="The posting as one text.")
    title: Text | None = None
    company: Text | None = None
    salary: Text | None = None
    location: Text | None = None
    contact: Text | None = None
    description: Text | None = None
    id: Name | None = Field(None, description="The caller's own; comes back unchanged.")
    poster: Name | None = Field(
        None,
        description="Who posted it, as you name them; else the company. Stands beside a stored posting in the review "
        "queue; the campaign memory keeps a keyed hash of it.",
    )
    options: OptionsRequest | None = None

    def to_posting(self) -> Posting:
        """The detector's value, or a refusal when there is nothing to read or too much."""
        posting = Posting(id=self.id, **{name: getattr(self, name) or "" for name in Posting.FIELDS})
        check_text(posting, {name for name in Posting.FIELDS if getattr(self, name) is not None})
        return posting


JOB_POSTING: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "打字员",
    "description": "<p>在家可做，入职前先交<b>押金</b>200元，三天后退还。</p>",
    "hiringOrganization": {"@type": "Organization", "name": "某某信息咨询"},
    "jobLocation": {
        "@type": "Place",
        "address": {"@type": "PostalAddress", "addressRegion": "广东", "addressLocality": "深圳"},
    },
    "baseSalary": {
        "@type": "MonetaryAmount",
        "currency": "CNY",
        "value": {"@type": "QuantitativeValue", "minValue": 300, "maxValue": 500, "unitText": "DAY"},
    },
}
"""An example that shows each way a member may be written."""


class JobPostingRequest(BaseModel):
    """A schema.org JobPosting (JSON-LD), alone or in an @graph. Members that are not read are no mistake.

    Read are: title, description, hiringOrganization, jobLocation, baseSalary, applicationContact, employmentType, and
    the other members that hold text. HTML is read as a reader sees it.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": [JOB_POSTING]},
    )

    context: Any = Field(alias="@context")
    type: Literal["JobPosting"] = Field(alias="@type")
    title: Text
    description: Text | None = None
    hiringOrganization: dict[str, Any] | str | None = None  # noqa: N815  # schema.org's names
    jobLocation: dict[str, Any] | list[dict[str, Any]] | str | None = None  # noqa: N815
    baseSalary: dict[str, Any] | float | str | None = None  # noqa: N815
    employmentType: str | list[str] | None = None  # noqa: N815
    applicationContact: dict[str, Any] | str | None = None  # noqa: N815
    validThrough: str | None = None  # noqa: N815
    id: Name | None = Field(None, description="The caller's own; else @id or identifier is taken.")
    poster: Name | None = Field(None, description="Who posted it, as you name them; else the organisation is taken.")
    options: OptionsRequest | None = None


class AssessmentRequest(RootModel[PostingRequest | JobPostingRequest]):
    """A posting in our own form, or a schema.org JobPosting."""


class BatchRequest(BaseModel):
    """Up to 1,000 postings. Each is checked on its own: a bad one gets an error in its place, the others an answer."""

    model_config = STRICT | ConfigDict(
        json_schema_extra={"examples": [{"postings": [{"id": "1", "text": "招聘店员"}]}]}
    )

    postings: list[PostingRequest | JobPostingRequest] = Field(min_length=1, max_length=MAX_BATCH)
    options: OptionsRequest | None = Field(None, description="For all postings that say nothing else.")


class Loose(BaseModel):
    """The outer form of a batch, its items not yet looked at."""

    model_config = STRICT

    postings: list[object] = Field(min_length=1, max_length=MAX_BATCH)
    options: OptionsRequest | None = None


def read_submission(value: object, default: Options) -> Submission:
    """The posting in a decoded JSON value, or a refusal that names the field."""
    if is_linked(value):
        return _linked(cast("Mapping[str, object]", value), default)
    sent = _own_form(value)
    options = sent.options.over(default) if sent.options else default
    _check_store(options)
    return Submission(sent.to_posting(), options, poster=sent.poster)


def read_posting(value: object) -> Posting:
    """The posting alone, in our own form."""
    return _own_form(value).to_posting()


def _own_form(value: object) -> PostingRequest:
    try:
        return PostingRequest.model_validate(value)
    except ValidationError as error:
        raise refusal(error, tuple(PostingRequest.model_fields)) from None


def read_batch(value: object, default: Options) -> tuple[list[object], Options]:
    """The items of a batch, unchecked, and the options for all of them."""
    try:
        batch = Loose.model_validate(value)
    except ValidationError as error:
        refused = refusal(error, tuple(Loose.model_fields))
        slug = "invalid-batch" if refused.kind.slug == "invalid-posting" else refused.kind.slug
        raise Refused(KINDS[slug], refused.detail, refused.detail_en, refused.mistakes) from None
    options = batch.options.over(default) if batch.options else default
    _check_store(options)
    return batch.postings, options


def _linked(value: Mapping[str, object], default: Options) -> Submission:
    """The same for JSON-LD; `id` and `options` may stand in it like members of ours."""
    job, posting, origin = read_job_posting(value)
    said = {name: value.get(name, job.get(name)) for name in ("options", "poster")}
    try:
        about = _About.model_validate({"id": _as_id(own_id(job)), **said})
    except ValidationError as error:
        raise refusal(error, tuple(OptionsRequest.model_fields)) from None
    check_text(posting, {"description"})
    options = about.options.over(default) if about.options else default
    _check_store(options)
    return Submission(replace(posting, id=about.id), options, origin, about.poster)


class _About(BaseModel):
    """What a JobPosting says of itself that we check."""

    model_config = STRICT

    id: Name | None
    poster: Name | None
    options: OptionsRequest | None


def _as_id(value: object) -> object:
    """Numbers are taken too, as identifiers of JSON-LD often are."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check_store(options: Options) -> None:
    if "store" in current_app.extensions:
        return
    for name in ("store", "campaign"):
        if getattr(options, name):
            detail, detail_en = (
                f"本服务不保存任何内容，{name} 只能是 false。",
                f"This service keeps nothing; {name} must be false.",
            )
            mistake = Mistake(f"#/options/{name}", detail, detail_en)
            raise Refused(KINDS["invalid-posting"], detail, detail_en, [mistake])


def check_text(posting: Posting, said: set[str]) -> None:
    """Refuse a posting with nothing to read or too much; `said` are the fields that the caller sent."""
    fields = list(posting.fields())
    length = sum(len(value) for _, value in fields)
    if length > MAX_TEXT:
        raise too_long(length, max(fields, key=lambda field: len(field[1]))[0])
    if not any(value.strip() for _, value in fields):
        pointer = next((f"#/{name}" for name in Posting.FIELDS if name in said), "#/text")
        kind = KINDS["empty-posting"]
        raise Refused(kind, kind.cure, kind.cure_en, [Mistake(pointer, kind.title, kind.title_en)])


def too_long(length: int, field: str) -> Refused:
    """The refusal of a posting over the limit; `field` is its longest."""
    detail = f"文字有 {length:,} 个字符，上限为 {MAX_TEXT:,}。"
    detail_en = f"The text has {length:,} characters; the limit is {MAX_TEXT:,}."
    mistake = Mistake(f"#/{field}", detail, detail_en)
    return Refused(KINDS["text-too-long"], detail, detail_en, [mistake], length=length, limit=MAX_TEXT)


def usable_id(item: object) -> str | None:
    """The caller's id of an item that was refused, when it has a usable one."""
    value = item.get("id") if isinstance(item, dict) else None
    return value if isinstance(value, str) and len(value) <= MAX_ID else None
