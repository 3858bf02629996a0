"""The JSON API: an assessment, a batch of them, and what is running."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Blueprint, Flask, Response, current_app, request

from api import openapi, reload, schema
from api.config import RuleLike, assessor, config
from api.encoding import answer
from api.metrics import counted, record, record_batch
from api.openapi import BODY, POSTING, Operation
from api.probes import tells_apart
from api.problems import Refused, refuse
from api.reading import body_of
from api.schema import read_batch, read_posting, too_long
from api.stored import store_state
from detector.errors import TextTooLong
from detector.types import CODES, Assessment, Posting

api = Blueprint("api", __name__)
log = logging.getLogger("api")


@api.post("/api/v1/assessments")
def assess() -> Response:
    """One posting in, one assessment out."""
    posting = read_posting(body_of(request, config().max_body))
    return answer(assess_one(posting).to_dict())


def assess_one(posting: Posting) -> Assessment:
    """The assessment; the detector's own limit, should it be stricter, is the caller's mistake too."""
    try:
        assessment = assessor().assess(posting)
    except TextTooLong as error:
        name, _ = max(posting.fields(), key=lambda item: len(item[1]))
        raise too_long(error.length, name) from None
    record(assessment)
    return assessment


@api.post("/api/v1/assessments/batch")
def assess_batch() -> Response:
    """Many postings in, in the same order an assessment or an error for each."""
    items = [read_item(item) for item in read_batch(body_of(request, config().max_batch_body))]
    record_batch(len(items))
    assessments = counted(assessor().assess_many([item for item in items if isinstance(item, Posting)]))
    results = [next(assessments).to_dict() if isinstance(item, Posting) else item for item in items]
    return answer({"assessments": results})


def read_item(item: object) -> Posting | dict[str, object]:
    """A posting of a batch, or the error object that stands in its place."""
    try:
        return read_posting(item)
    except Refused as error:
        return {"id": own_id(item), "error": error.to_dict()}


def own_id(item: object) -> str | None:
    """The caller's id of an item that was refused, when it has a usable one."""
    value = item.get("id") if isinstance(item, dict) else None
    return value if isinstance(value, str) and len(value) <= 256 else None


@api.get("/api/v1/rules")
def rules() -> Response:
    """Every rule that is running."""
    return answer({"rules": [rule_object(rule) for rule in assessor().rules], "codes": dict(CODES)})


@api.get("/api/v1/rules/<path:rule_id>")
def rule(rule_id: str) -> Response:
    """One rule."""
    found = next((one for one in assessor().rules if one.id == rule_id), None)
    return answer(rule_object(found)) if found else refuse("unknown-rule")


def rule_object(one: RuleLike) -> dict[str, object]:
    """A rule as JSON."""
    return {
        "id": one.id,
        "code": one.code,
        "title": one.title,
        "explanation": one.explanation,
        "advice": one.advice,
        "confidence": one.confidence,
        "legal": [{"law": norm.law, "article": norm.article} for norm in one.legal],
    }


def versions() -> dict[str, str]:
    """What is running, as JSON."""
    running = assessor().versions
    return {"model": running.model, "rules": running.rules, "api": running.api}


@api.get("/api/v1/model")
def model() -> Response:
    """The model that is running in the worker that answers, since when, and what it refused to take up."""
    return answer({"versions": versions(), "manifest": dict(assessor().manifest), "running": reload.facts(current_app)})


@api.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return answer({"status": "ok"})


@api.get("/readyz")
def readyz() -> Response:
    """Ready means: a scam and an honest posting were just told apart, with evidence that is where it says."""
    try:
        ready = tells_apart(assessor())
    except Exception as error:  # noqa: BLE001  # whatever it is, the service is not ready
        log.warning("the readiness probe failed: %s", type(error).__name__)
        ready = False
    if not ready:
        refuse("not-ready")
    return answer({"status": "ready", "store": store_state(), "versions": versions()})


@api.get("/openapi.json")
def openapi_document() -> Response:
    """The description of this API."""
    return Response(openapi.described(current_app).document, mimetype="application/json")


EXAMPLE: Mapping[str, object] = {
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

RULE_ID: Mapping[str, object] = {
    "name": "rule_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "example": "upfront_fee.deposit",
}

OPERATIONS = (
    Operation(
        "post",
        "/api/v1/assessments",
        "assess",
        "Assess one posting",
        schema.AssessmentAnswer,
        schema.PostingRequest,
        POSTING,
        scope="assess",
        given=EXAMPLE,
    ),
    Operation(
        "post",
        "/api/v1/assessments/batch",
        "assessBatch",
        "Assess up to 1,000 postings",
        schema.BatchAnswer,
        schema.BatchRequest,
        (*BODY, "invalid-batch"),
        scope="assess",
    ),
    Operation("get", "/api/v1/rules", "listRules", "The rules that are running", schema.RulesAnswer),
    Operation(
        "get",
        "/api/v1/rules/{rule_id}",
        "getRule",
        "One rule",
        schema.RuleAnswer,
        refusals=("unknown-rule",),
        parameters=(RULE_ID,),
    ),
    Operation("get", "/api/v1/model", "getModel", "The model that is running", schema.ModelAnswer),
    Operation("get", "/healthz", "health", "Whether the process answers", schema.HealthAnswer),
    Operation(
        "get",
        "/readyz",
        "ready",
        "Whether a real assessment comes out right",
        schema.ReadyAnswer,
        refusals=("not-ready",),
    ),
)


def register(app: Flask) -> None:
    """Add the API to the application."""
    app.register_blueprint(api)
    openapi.add(app, OPERATIONS)
