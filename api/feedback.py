"""`POST /api/v1/feedback` and `DELETE /api/v1/postings/ID`: what callers tell us, and their right to take it back."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from flask import Blueprint, Flask, Response, request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from api import openapi
from api.caller import Caller, caller
from api.config import assessor, config
from api.encoding import answer
from api.kinds import KINDS
from api.metrics import record_feedback
from api.openapi import BODY, Operation
from api.problems import Mistake, Refused, refuse
from api.reading import body_of
from api.repetition import IDEMPOTENCY_KEY, scope_of
from api.schema import Answer, Text, refusal, whole
from api.store import feedback, postings
from api.store.columns import now
from api.store.idempotency import OtherBody, once
from api.stored import STORE_REFUSALS, store
from api.submission import read_posting
from detector.types import CODES

routes = Blueprint("feedback", __name__)

MAX_NOTE = 2_000
ID = re.compile(r"[0-9a-f]{24}")


def _known(code: str) -> str:
    if code not in CODES:
        raise PydanticCustomError("unknown_code", "{codes}", {"codes": ", ".join(CODES)})
    return code


KnownCode = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(CODES)})]
Note = Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(whole)]


class FeedbackRequest(BaseModel):
    """What a posting really is, says somebody. Send the posting along, or name it by the id it was stored under."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "oneOf": [{"required": ["text"]}, {"required": ["assessment_id"]}],
            "examples": [
                {"text": "招聘打字员，入职前先交押金200元。", "label": "scam", "codes": ["upfront_fee"]},
                {"assessment_id": "0123456789abcdef01234567", "label": "legit", "note": "已核实是本地商户"},
            ],
        },
    )

    text: Text | None = Field(None, description="The posting, when it was not stored.")
    assessment_id: str | None = Field(
        None, pattern=f"^{ID.pattern}$", description="As an assessment with the option `store` gave it."
    )
    label: Literal["scam", "legit", "not_posting"]
    codes: list[KnownCode] | None = Field(None, max_length=len(CODES), description="Kinds of trap; of a scam alone.")
    note: Note | None = Field(None, description="For the reviewer.")


class FeedbackAnswer(Answer):
    """Taken down. It counts once it was reviewed."""

    id: str
    assessment_id: str = Field(description="The posting it is about; DELETE /api/v1/postings/{id} deletes both.")
    status: Literal["to_review"]
    received: AwareDatetime


@routes.post("/api/v1/feedback")
def give_feedback() -> Response:
    """Keep what was said, once for an Idempotency-Key; 201 when it is on the disk."""
    sent = read_feedback(body_of(request, config().max_body))
    scope = scope_of("feedback")
    with store().write() as connection:
        if scope is None:
            return answer(keep_feedback(connection, sent, caller(), "api"), 201)
        try:
            return answer(once(connection, scope, lambda: keep_feedback(connection, sent, caller(), "api")), 201)
        except OtherBody:
            refuse("idempotency-conflict")


def keep_feedback(connection: Connection, sent: FeedbackRequest, by: Caller, source: str) -> dict[str, Any]:
    """Keep what was said; the answer for it. The web form calls this too, as source `page`."""
    said = feedback.Said(sent.label, sorted(set(sent.codes or ())), sent.note, source, by.name)
    if sent.assessment_id is None:
        told = read_posting({"text": sent.text})
        key, posting = feedback.about_text(connection, by.tenant, told, said, assessor().assess(told))
    else:
        posting = sent.assessment_id
        key = feedback.about_kept(connection, by.tenant, posting, said) or _invalid(
            "#/assessment_id", "没有保存过这个编号的招聘信息，或已删除", "names no stored posting, or a deleted one"
        )
    record_feedback(sent.label)
    return {"id": key, "assessment_id": posting, "status": "to_review", "received": now().isoformat()}


def read_feedback(value: object) -> FeedbackRequest:
    """The request in a decoded JSON value, or a refusal that names the field."""
    try:
        sent = FeedbackRequest.model_validate(value)
    except ValidationError as error:
        refused = refusal(error, tuple(FeedbackRequest.model_fields))
        slug = "invalid-feedback" if refused.kind.slug == "invalid-posting" else refused.kind.slug
        raise Refused(KINDS[slug], refused.detail, refused.detail_en, refused.mistakes) from None
    if (sent.text is None) == (sent.assessment_id is None):
        _invalid("#", "text 和 assessment_id 必须且只能给一个", "must have either text or assessment_id")
    if sent.codes and sent.label != "scam":
        _invalid("#/codes", "只有 label 是 scam 时才能给", "can only be given with the label scam")
    if sent.text is not None:
        read_posting({"text": sent.text})
    return sent


def _invalid(pointer: str, zh: str, en: str) -> str:
    raise Refused(KINDS["invalid-feedback"], f"{pointer} {zh}", f"{pointer} {en}", [Mistake(pointer, zh, en)])


@routes.delete("/api/v1/postings/<posting_id>")
def delete_posting(posting_id: str) -> Response:
    """Delete a stored posting and all that was said of it."""
    if not ID.fullmatch(posting_id):
        refuse("unknown-posting")
    with store().write() as connection:
        if not postings.forget(connection, caller().tenant, posting_id, caller().name):
            refuse("unknown-posting")
    return Response(status=204)


POSTING_ID = {
    "name": "posting_id",
    "in": "path",
    "required": True,
    "description": "The `assessment_id` of an assessment with `store`, or of feedback.",
    "schema": {"type": "string"},
    "example": "0123456789abcdef01234567",
}
REFUSALS = ("invalid-feedback", "empty-posting", "text-too-long", "idempotency-conflict", *STORE_REFUSALS)

OPERATIONS = (
    Operation(
        "post",
        "/api/v1/feedback",
        "giveFeedback",
        "Say what a posting really is",
        FeedbackAnswer,
        FeedbackRequest,
        (*BODY, *REFUSALS),
        scope="feedback",
        status=201,
        parameters=(IDEMPOTENCY_KEY,),
    ),
    Operation(
        "delete",
        "/api/v1/postings/{posting_id}",
        "deletePosting",
        "Delete a stored posting and all that was said of it",
        refusals=("unknown-posting", *STORE_REFUSALS),
        scope="feedback",
        status=204,
        parameters=(POSTING_ID,),
    ),
)


def register(app: Flask) -> None:
    """Add the routes to the application."""
    app.register_blueprint(routes)
    openapi.add(app, OPERATIONS)
