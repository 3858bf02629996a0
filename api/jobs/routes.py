"""`/api/v1/jobs`: a file in, how far it is, its result, and its end."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, Never, get_args

from flask import Blueprint, Flask, Response, g, request
from pydantic import AwareDatetime, Field, WithJsonSchema

from api import openapi
from api.assessing import default_options
from api.caller import caller
from api.config import config
from api.encoding import answer
from api.jobs import folder, tables
from api.jobs.answering import wishes_of
from api.jobs.targets import BadTarget, target_of
from api.jobs.upload import Upload, invalid, received
from api.limits import charge
from api.openapi import Operation
from api.problems import Refused, refuse, refuse_until
from api.repetition import IDEMPOTENCY_KEY, idempotency_key
from api.schema import Answer
from api.store import deliveries, jobs
from api.store.idempotency import OtherBody, Scope, once
from api.stored import STORE_REFUSALS, store
from api.stream import NDJSON
from api.submission import Explain, Language, Options

routes = Blueprint("jobs", __name__)

CSV = "text/csv"
CHOICES = {"language": get_args(Language), "explain": get_args(Explain), "campaign": ("true", "false")}
LATER = 60
"""Seconds after which a tenant with too many jobs may try again."""

_FILE = WithJsonSchema({"type": "string", "contentMediaType": "application/octet-stream"})


class JobRequest(Answer):
    """A file of postings, one a row. The same file may be sent as the body, with the media type of its format."""

    file: Annotated[str, _FILE] = Field(description=".jsonl, .csv, .xlsx or .parquet, by the ending of its name.")
    webhook: str | None = Field(
        None, max_length=2000, description="https:// address that is told of the end; as a query parameter of a body."
    )
    language: Language | None = Field(None, description="Of titles, explanations and advice; likewise.")
    explain: Explain | None = Field(None, description="As in the options of a posting; likewise.")
    campaign: Literal["true", "false"] | None = Field(
        None, description="Whether postings are looked up in the campaign memory, and remembered there; likewise."
    )


class LevelsAnswer(Answer):
    """Rows by risk level, so far."""

    low: int
    medium: int
    high: int


class WebhookAnswer(Answer):
    """What became of the word about the end."""

    state: Literal["pending", "delivered", "failed"]
    tries: int
    status: int | None
    cause: str | None


class JobAnswer(Answer):
    """A file on its way."""

    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    format: Literal["jsonl", "csv", "xlsx", "parquet"]
    size: int = Field(description="Bytes of the file.")
    progress: float | None = Field(ge=0, le=1, description="Share of the file that is read.")
    rows: int = Field(description="Rows done with, refused ones too.")
    refused: int = Field(description="Rows that could not be assessed; each has an `error` in the result.")
    levels: LevelsAnswer
    cause: str | None = Field(description="Why it failed, in English.")
    waits_until: AwareDatetime | None = Field(description="The quota of the key is used up; it goes on then.")
    created: AwareDatetime
    started: AwareDatetime | None
    finished: AwareDatetime | None
    webhook: WebhookAnswer | None


@routes.post("/api/v1/jobs")
def create_job() -> Response:
    """Take in a file; 202 when it is on the disk and queued."""
    key, job = idempotency_key(), jobs.new_id()
    with store().read():
        pass  # whether it is there is found out before a gigabyte is taken in
    try:
        with received(request, job, config().max_job_body) as upload:
            made = _queued(upload, job, key)
    except Refused:
        charge(1)
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            refuse_until("no-space", LATER)
        raise
    if made["id"] != job:
        folder.remove(job)
    folder.knock()
    response = answer(made, 202)
    response.headers["Location"] = f"/api/v1/jobs/{made['id']}"
    return response


def _queued(upload: Upload, job: str, key: str | None) -> dict[str, Any]:
    """The new job, or the one that the same request made before."""
    tenant, webhook = caller().tenant, upload.said.get("webhook")
    _check_webhook(webhook)
    wish = jobs.Wish(webhook, wishes_of(_options(upload.said)), g.key.id if "key" in g else None)

    with store().write() as connection:

        def act() -> dict[str, Any]:
            limits, file = config().jobs, (upload.format, upload.size)
            jobs.add(connection, tenant, job, file, wish, limits, caller().name)
            found = jobs.get(connection, tenant, job)
            assert found
            return jobs.facts(found) | {"webhook": None}

        if webhook and not deliveries.signing(connection, tenant):
            refuse("no-webhook-secret")
        try:
            if key is None:
                return act()
            sent = f"{upload.digest} {upload.format} {sorted(upload.said.items())}".encode()
            return once(connection, Scope(tenant, "jobs", key, sent), act)
        except OtherBody:
            refuse("idempotency-conflict")
        except jobs.TooMany as error:
            _too_many(error)


def _too_many(error: jobs.TooMany) -> Never:
    if error.what == "jobs":
        most = config().jobs.unfinished
        refuse_until("too-many-jobs", LATER, f"最多 {most} 个未完成的任务。", f"At most {most} unfinished jobs.")
    refuse(
        "too-many-jobs", "文件和结果占的空间到了上限。", "Files and results take all the space allowed; delete some."
    )


def _options(said: Mapping[str, str]) -> Options:
    """How the answers are wanted; what is not said, as for any other request."""
    wanted: dict[str, Any] = {}
    for name, values in CHOICES.items():
        value = said.get(name)
        if value is not None and value not in values:
            invalid(f"#/{name}", f"必须是 {'、'.join(values)} 之一", f"must be one of {', '.join(values)}")
        if value is not None:
            wanted[name] = value == "true" if name == "campaign" else value
    default = default_options()
    return replace(default, **wanted, asked=default.asked or "language" in wanted)


def _check_webhook(url: str | None) -> None:
    if url is None:
        return
    try:
        target_of(url)
    except BadTarget as error:
        invalid("#/webhook", "必须是公网的 https:// 地址", str(error))


@routes.get("/api/v1/jobs/<job_id>")
def get_job(job_id: str) -> Response:
    """How far it is."""
    found, told = _job(job_id)
    return answer(jobs.facts(found) | {"webhook": told})


def _job(job_id: str) -> tuple[jobs.Job, dict[str, Any] | None]:
    with store().read() as connection:
        found = jobs.get(connection, caller().tenant, job_id)
        if found is None:
            refuse("unknown-job")
        return found, deliveries.of_job(connection, job_id) if found.webhook else None


@routes.get("/api/v1/jobs/<job_id>/result")
def get_job_result(job_id: str) -> Response:
    """The whole result, once the job is done: JSON lines, or CSV where that is asked for."""
    wanted = request.args.get("format") or ("csv" if _prefers_csv() else "ndjson")
    if wanted not in {"ndjson", "csv"}:
        refuse("bad-request", "format 只能是 ndjson 或 csv。", "format must be ndjson or csv.")
    found, _ = _job(job_id)
    if found.state != "done":
        refuse("job-not-done", f"任务的状态是 {found.state}。", f"The job is {found.state}.")
    pieces = folder.result(job_id, found.segments)
    name = f"{job_id}.{wanted}"
    if wanted == "csv":
        response = Response(tables.as_csv(pieces), mimetype=CSV)
    else:
        response = Response(pieces, mimetype=NDJSON)
        response.content_length = found.bytes
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _prefers_csv() -> bool:
    return request.accept_mimetypes.best_match([NDJSON, CSV], NDJSON) == CSV


@routes.delete("/api/v1/jobs/<job_id>")
def delete_job(job_id: str) -> Response:
    """Stop it where it is, or delete it when it has ended; its files go at once."""
    with store().write() as connection:
        if jobs.cancel(connection, caller().tenant, job_id, caller().name) is None:
            refuse("unknown-job")
    folder.remove(job_id)
    folder.knock()  # a webhook may have to be told
    return Response(status=204)


JOB_ID = {
    "name": "job_id",
    "in": "path",
    "required": True,
    "description": "As the answer to POST /api/v1/jobs has it.",
    "schema": {"type": "string"},
    "example": "0123456789abcdef01234567",
}
REFUSALS = ("unknown-job", *STORE_REFUSALS)

OPERATIONS = (
    Operation(
        "post",
        "/api/v1/jobs",
        "createJob",
        "Have a file of up to a million rows assessed in the background",
        JobAnswer,
        JobRequest,
        (
            "bad-request",
            "body-too-large",
            "unsupported-media-type",
            "invalid-job",
            "no-webhook-secret",
            "too-many-jobs",
            "no-space",
            "idempotency-conflict",
            *STORE_REFUSALS,
        ),
        scope="assess",
        status=202,
        parameters=(IDEMPOTENCY_KEY,),
        form=True,
    ),
    Operation(
        "get",
        "/api/v1/jobs/{job_id}",
        "getJob",
        "How far a job is",
        JobAnswer,
        refusals=REFUSALS,
        scope="assess",
        parameters=(JOB_ID,),
    ),
    Operation(
        "get",
        "/api/v1/jobs/{job_id}/result",
        "getJobResult",
        "The result of a job that is done: JSON lines, or CSV with ?format=csv or Accept: text/csv",
        refusals=("bad-request", "job-not-done", *REFUSALS),
        scope="assess",
        parameters=(
            JOB_ID,
            {"name": "format", "in": "query", "required": False, "schema": {"enum": ["ndjson", "csv"]}},
        ),
    ),
    Operation(
        "delete",
        "/api/v1/jobs/{job_id}",
        "deleteJob",
        "Stop a job, or delete one that has ended",
        refusals=REFUSALS,
        scope="assess",
        status=204,
        parameters=(JOB_ID,),
    ),
)


def register(app: Flask) -> None:
    """Add the routes to the application."""
    app.register_blueprint(routes)
    openapi.add(app, OPERATIONS)
