"""Uploads, training and promotion: what a page starts, watches and ends; the work is done by `conductor`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for

from api.problems import refuse, refuse_until
from api.review import tasks
from api.review.access import MAX_UPLOAD, needs_admin, reviewer
from api.review.tasks import Busy, Step, Task
from api.store import audit
from api.stored import store
from detector.errors import RegistryError
from detector.model import MANIFEST_FILE
from detector.registry import SHIPPED_NAME, Registry, is_name

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("workshop", __name__)

ENDINGS = (".csv", ".xlsx", ".jsonl")
MOST_SHOWN = 20
EXAMPLES = "feedback.jsonl"
BASE = "shipped"
"""The examples that a training has besides what was decided."""
KINDS: Mapping[str, str] = {"upload": "批量检查", "train": "训练", "promote": "启用模型"}
STATUSES: Mapping[str, str] = {
    "waiting": "排队中", "running": "进行中", "done": "完成", "partly": "完成，有几行没读懂", "failed": "失败",
    "cancelled": "已取消", "broken": "中断了（服务器重启或进程被杀）；请重新开始",
}  # fmt: skip
REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A report brings its own style along, and nothing that runs."""


@blueprint.get("/review/tasks")
def tasks_page() -> str:
    """Files to check, and what was asked for lately."""
    own = reviewer()
    found = [task for task in tasks.everyone(own.tenant) if own.is_admin or task.facts["kind"] == "upload"]
    return render_template(
        "review/tasks.html", tasks=found[:MOST_SHOWN], KINDS=KINDS, STATUSES=STATUSES, megabytes=MAX_UPLOAD >> 20
    )


@blueprint.post("/review/uploads")
def upload() -> BaseResponse:
    """Take a file and assess its rows in the background."""
    sent = request.files.get("file")
    ending = Path(sent.filename or "").suffix.lower() if sent else ""
    if sent is None or ending not in ENDINGS:
        refuse("invalid-upload")
    folder = _prepared()
    sent.save(folder / f"in{ending}")
    steps = [Step("检查每一行", ["score", str(folder / f"in{ending}"), "-o", str(folder / f"out{ending}")], (0, 1))]
    return _started("upload", folder, steps, remove=[f"in{ending}"], result=f"out{ending}")


@blueprint.post("/review/training")
def train() -> BaseResponse:
    """Train from what was decided, beside the examples that come with the program; the version is put in, not run."""
    needs_admin()
    own = reviewer()
    if any(task.facts["kind"] == "train" and not task.is_over for task in tasks.everyone()):
        refuse("conflict", "已经有一次训练在进行；等它结束，或先取消。", "A training is under way; wait or cancel it.")
    folder = _prepared()
    examples, model = str(folder / EXAMPLES), str(folder / "model")
    steps = [
        Step("导出审核过的反馈", ["feedback", "export", "-o", examples, "--tenant", own.tenant, "--by", own.name]),
        Step(
            "训练",
            ["train", examples, "--base", BASE, "-o", model, "--predictions", "--jobs", "1"],
            needs=EXAMPLES,
            without="没有够用的审核结论，不训练：每种结论至少 20 条，而且骗局和正常招聘都要有。",
        ),
        Step("写报告", ["report", model, examples, "-o", str(folder / "report.html")], (0, 1)),
        Step("放进模型库（还没有启用）", ["models", "add", model]),
    ]
    return _started("train", folder, steps, remove=[EXAMPLES, "model"])


@blueprint.post("/review/models/<version>")
def promote(version: str) -> BaseResponse:
    """Promote a version through the gates, in the background."""
    needs_admin()
    registry = Registry.here()
    if not is_name(version) or (version != SHIPPED_NAME and version not in registry.versions()):
        refuse("not-found")
    reason = " ".join(request.form.get("reason", "").split())[:200]
    step = Step("过关卡，通过才启用", ["models", "promote", version, f"--reason={reason}"])
    return _started("promote", _prepared(), [step], remove=[], version=version)


def _prepared() -> Path:
    try:
        return tasks.prepare()
    except Busy:
        refuse_until(
            "rate-limited", 60, "排队的任务太多，请等前面的做完。", "Too many tasks wait; let them finish first."
        )


def _started(kind: str, folder: Path, steps: list[Step], *, remove: list[str], **facts: str) -> BaseResponse:
    own = reviewer()
    said = {"kind": kind, "tenant": own.tenant, "who": own.name, **facts}
    url = store().engine.url.render_as_string(hide_password=False)
    with store().write() as connection:
        audit.add(connection, own.name, f"review.{kind}", facts.get("version", ""), tenant=own.tenant, task=folder.name)
    task = tasks.start(folder, said, steps, remove=remove, url=url)
    return redirect(url_for(".task_page", key=task.id), 303)


def _task(key: str) -> Task:
    own = reviewer()
    task = tasks.find(own.tenant, key)
    if task is None or not (own.is_admin or task.facts["kind"] == "upload"):
        refuse("not-found")
    return task


@blueprint.get("/review/tasks/<key>")
def task_page(key: str) -> str:
    """How far a task is, what it said, and what it left."""
    task = _task(key)
    return render_template(
        "review/task.html", task=task, KINDS=KINDS, STATUSES=STATUSES, result=task.file(task.facts.get("result", "-")),
        report=task.file("report.html"),
    )  # fmt: skip


@blueprint.post("/review/tasks/<key>/cancel")
def cancel(key: str) -> BaseResponse:
    """Let a task end."""
    own, task = reviewer(), _task(key)
    tasks.cancel(task)
    with store().write() as connection:
        audit.add(connection, own.name, "review.cancel", "", tenant=own.tenant, task=key)
    return redirect(url_for(".task_page", key=key), 303)


@blueprint.get("/review/tasks/<key>/result")
def result(key: str) -> Response:
    """The file with the results."""
    task = _task(key)
    path = task.file(task.facts.get("result", "-"))
    if path is None or not task.is_over:
        refuse("not-found")
    return send_file(path, as_attachment=True, download_name=f"scamjob-{key[:8]}{path.suffix}")


@blueprint.get("/review/tasks/<key>/report")
def report(key: str) -> Response:
    """The report that a training left, shut in: it holds texts of postings."""
    path = _task(key).file("report.html")
    if path is None:
        refuse("not-found")
    answer = Response(path.read_bytes(), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = REPORT_POLICY
    return answer


@blueprint.get("/review/models")
def models_page() -> str:
    """The versions with their figures, what ran when, and the buttons to train and to promote."""
    registry = Registry.here()
    try:
        running, fault = registry.running(), ""
    except RegistryError as error:
        running, fault = "", str(error)
    rows = [_version(registry, name, running) for name in (SHIPPED_NAME, *registry.versions())]
    reports = {task.version: task.id for task in _trainings() if task.version and task.file("report.html")}
    return render_template(
        "review/models.html", versions=rows, history=registry.history()[::-1][:MOST_SHOWN], fault=fault,
        reports=reports, trainings=list(_trainings())[:5], STATUSES=STATUSES,
    )  # fmt: skip


def _trainings() -> list[Task]:
    return [task for task in tasks.everyone(reviewer().tenant) if task.facts["kind"] == "train"]


def _version(registry: Registry, name: str, running: str) -> dict[str, Any]:
    """What is written down of a version; nothing of it is vouched for."""
    try:
        manifest = json.loads((registry.folder(name) / MANIFEST_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        manifest = {}
    record = registry.record(name)
    gated = (record.get("gates") or [None])[-1]
    data, figures = manifest.get("data"), manifest.get("metrics")
    return {
        "name": name, "running": name == running, "added": record.get("added"),
        "examples": data.get("examples") if isinstance(data, dict) else None,
        "figures": {key: value for key, value in figures.items() if isinstance(value, int | float)}
        if isinstance(figures, dict) else {},
        "gates": None if not isinstance(gated, dict) else bool(gated.get("passed")),
    }  # fmt: skip
