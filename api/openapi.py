"""The OpenAPI 3.1 description, made from the models that check the requests, so that it cannot say anything else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from pydantic.json_schema import models_json_schema

from api import schema
from api.problems import KINDS, MEDIA_TYPE, problem

if TYPE_CHECKING:
    from pydantic import BaseModel

TITLE = "招聘骗局检测 API"
ABOUT = (
    "How likely a Chinese job posting is a scam, and why, with the words it rests on. "
    "Offsets are Unicode code points of the field as it was sent. Errors are RFC 9457 problem details."
)

MODELS: tuple[type[BaseModel], ...] = (
    schema.PostingRequest,
    schema.BatchRequest,
    schema.AssessmentAnswer,
    schema.BatchAnswer,
    schema.RulesAnswer,
    schema.RuleAnswer,
    schema.ModelAnswer,
    schema.HealthAnswer,
    schema.ReadyAnswer,
    schema.ProblemAnswer,
)

BODY = (
    "bad-request",
    "malformed-json",
    "duplicate-key",
    "not-utf-8",
    "body-too-large",
    "unsupported-media-type",
    "lone-surrogate",
)
POSTING = (*BODY, "invalid-posting", "empty-posting", "text-too-long")

EXAMPLE: dict[str, Any] = {
    "id": "a-17",
    "kind": "posting",
    "risk_level": "high",
    "risk_score": 91,
    "reasons": [
        {
            "code": "upfront_fee",
            "rule": "upfront_fee.deposit",
            "title": "入职前要交押金",
            "explanation": "用人单位不得以任何名义向劳动者收取财物。",
            "advice": "不要交。要求退还可拨打 12333。",
            "confidence": 0.93,
            "evidence": [{"field": "text", "start": 17, "end": 24, "quote": "交押金200元", "disguised": False}],
            "legal": [{"law": "劳动合同法", "article": "第九条"}],
        }
    ],
    "set_aside": [],
    "wording": [{"term": "押金", "weight": 1.2, "start": 18, "end": 20, "field": "text"}],
    "versions": {"model": "1", "rules": "1", "api": "1"},
}


@cache
def document() -> bytes:
    """The description as JSON."""
    return orjson.dumps(description())


def description() -> dict[str, Any]:
    """The description as a plain object."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": ABOUT, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "paths": paths(),
        "components": {"schemas": definitions["$defs"]},
    }


def paths() -> dict[str, Any]:
    """Every route with what it takes, gives, and refuses."""
    return {
        "/api/v1/assessments": {
            "post": {
                **_operation("assess", "Assess one posting", "AssessmentAnswer", POSTING, EXAMPLE),
                "requestBody": _body("PostingRequest"),
            }
        },
        "/api/v1/assessments/batch": {
            "post": {
                **_operation("assessBatch", "Assess up to 1,000 postings", "BatchAnswer", (*BODY, "invalid-batch")),
                "requestBody": _body("BatchRequest"),
            }
        },
        "/api/v1/rules": {"get": _operation("listRules", "The rules that are running", "RulesAnswer")},
        "/api/v1/rules/{rule_id}": {
            "get": {
                **_operation("getRule", "One rule", "RuleAnswer", ("unknown-rule",)),
                "parameters": [_RULE_ID],
            }
        },
        "/api/v1/model": {"get": _operation("getModel", "The model that is running", "ModelAnswer")},
        "/healthz": {"get": _operation("health", "Whether the process answers", "HealthAnswer")},
        "/readyz": {
            "get": _operation("ready", "Whether a real assessment comes out right", "ReadyAnswer", ("not-ready",))
        },
    }


_RULE_ID = {
    "name": "rule_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "example": "upfront_fee.deposit",
}


def _operation(
    name: str, summary: str, model: str, refusals: tuple[str, ...] = (), example: dict[str, Any] | None = None
) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _ref(model)}
    if example:
        content["example"] = example
    good = {"200": {"description": summary, "content": {"application/json": content}}}
    return {"operationId": name, "summary": summary, "responses": good | _refusals((*refusals, "internal-error"))}


def _refusals(slugs: tuple[str, ...]) -> dict[str, Any]:
    statuses = sorted({KINDS[slug].status for slug in slugs})
    return {str(status): _refusal([slug for slug in slugs if KINDS[slug].status == status]) for status in statuses}


def _refusal(slugs: list[str]) -> dict[str, Any]:
    examples = {slug: {"summary": KINDS[slug].title_en, "value": problem(KINDS[slug])} for slug in slugs}
    content = {MEDIA_TYPE: {"schema": _ref("ProblemAnswer"), "examples": examples}}
    return {"description": "; ".join(KINDS[slug].title_en for slug in slugs), "content": content}


def _body(model: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": _ref(model)}}}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model}"}
