"""The JSON API: an assessment, a batch of them, and what is running."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing

from flask import Blueprint, Flask, Response, current_app, g, request

from api import openapi, reload, schema
from api.assessing import answers_to, assess_value, default_options
from api.caller import caller
from api.config import assessor, config
from api.encoding import answer
from api.languages import codes_in, rule_in
from api.limits import charge
from api.metrics import counted, record_batch
from api.openapi import BODY, POSTING, Operation
from api.probes import tells_apart
from api.problems import Refused, refuse
from api.reading import body_of
from api.repetition import IDEMPOTENCY_KEY, scope_of
from api.stored import STORE_REFUSALS, store_state
from api.submission import (
    JOB_POSTING,
    AssessmentRequest,
    BatchRequest,
    Options,
    Submission,
    read_batch,
    read_submission,
    usable_id,
)
from detector.types import CODES

api = Blueprint("api", __name__)
log = logging.getLogger("api")


@api.post("/api/v1/assessments")
def assess() -> Response:
    """One posting in, one assessment out."""
    return answer(assess_value(body_of(request, config().max_body), default_options()))


@api.post("/api/v1/assessments/batch")
def assess_batch() -> Response:
    """Many postings in, in the same order an assessment or an error for each."""
    try:
        sent, options = read_batch(body_of(request, config().max_batch_body), default_options())
        scope = scope_of("batch")
    except Refused:
        charge(1)
        raise
    charge(len(sent))
    items = [read_item(item, options) for item in sent]
    record_batch(len(items))
    read = [item for item in items if isinstance(item, Submission)]
    with closing(counted(assessor().assess_many([item.posting for item in read]))) as assessments:
        done = list(zip(read, assessments, strict=True))
    answers = iter(answers_to(done, scope))
    results = [next(answers) if isinstance(item, Submission) else item for item in items]
    return answer({"assessments": results})


def read_item(item: object, options: Options) -> Submission | dict[str, object]:
    """A posting of a batch, or the error object that stands in its place."""
    try:
        return read_submission(item, options)
    except Refused as error:
        return {"id": usable_id(item), "error": error.to_dict()}


@api.get("/api/v1/rules")
def rules() -> Response:
    """Every rule that is running."""
    language = default_options().language
    listed = [rule_in(language, rule) for rule in assessor().rules]
    return answer({"rules": listed, "codes": codes_in(language, CODES)})


@api.get("/api/v1/rules/<path:rule_id>")
def rule(rule_id: str) -> Response:
    """One rule."""
    found = next((one for one in assessor().rules if one.id == rule_id), None)
    return answer(rule_in(default_options().language, found)) if found else refuse("unknown-rule")


def versions() -> dict[str, str]:
    """What is running, as JSON."""
    running = assessor().versions
    return {"model": running.model, "rules": running.rules, "api": running.api}


@api.get("/api/v1/model")
def model() -> Response:
    """The model that is running in the worker that answers, since when, and what it refused to take up."""
    policies = current_app.extensions.get("policies")
    told = policies.facts(caller().tenant if "key" in g else None) if policies else None
    running = {**reload.facts(current_app), "policy": told}
    return answer({"versions": versions(), "manifest": dict(assessor().manifest), "running": running})


@api.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return answer({"status": "ok"})


@api.get("/readyz")
def readyz() -> Response:
    """Ready means: a scam and an honest posting were just told apart, with evidence that is where it says."""
    try:
        ready = tells_apart(current_app.extensions["assessor"])  # itself, not what is remembered of it
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


SENT: Mapping[str, object] = {
    "text": {"text": "招聘打字员，日结300元，入职前先交押金200元，三天后退还。", "id": "a-17"},
    "columns": {"title": "前台文员", "salary": "4500元/月", "description": "接待访客，双休。"},
    "english": {"text": "日结500，先垫付", "options": {"language": "en", "explain": "short"}},
    "campaign": {
        "text": "招聘打字员，入职前先交押金200元，有意加薇❤ kefu_lr8",
        "poster": "agency-17",
        "options": {"campaign": True},
    },
    "job_posting": JOB_POSTING,
}
"""Each form that a posting may be sent in."""

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
        AssessmentRequest,
        (*POSTING, *STORE_REFUSALS),
        scope="assess",
        sent=SENT,
        given=EXAMPLE,
    ),
    Operation(
        "post",
        "/api/v1/assessments/batch",
        "assessBatch",
        "Assess up to 1,000 postings",
        schema.BatchAnswer,
        BatchRequest,
        (*BODY, "invalid-batch", "idempotency-conflict", *STORE_REFUSALS),
        scope="assess",
        parameters=(IDEMPOTENCY_KEY,),
        sent={
            "batch": {
                "postings": [{"id": "1", "text": "招聘店员，月薪3800元"}, JOB_POSTING],
                "options": {"language": "en"},
            }
        },
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
