"""The web form: paste a posting, read how risky it is, why, and what to do. Works without JavaScript; keeps nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from api import openapi
from api.config import assessor, config
from api.examples import EXAMPLES
from api.marks import Segment, Span, segments
from api.metrics import record
from api.problems import KINDS, refuse
from api.reading import bytes_of
from detector.errors import TextTooLong
from detector.types import CODES, HIGH_FROM, LOW_BELOW, MAX_TEXT, Assessment, Evidence, Kind, Posting, Reason, SetAside

pages = Blueprint("pages", __name__)

FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}

FIELD_NAMES = {
    "title": "职位",
    "company": "公司",
    "salary": "薪资",
    "location": "地点",
    "contact": "联系方式",
    "description": "正文",
    "text": "正文",
}
COLUMNS = ("title", "company", "salary", "location", "contact")
"""The optional inputs of the form, beside the text."""

VERDICTS = {
    "high": ("高风险", "先别付钱，别加对方联系方式，别交证件或验证码——这很可能是骗局。"),
    "medium": ("中风险", "先核实再决定：查清公司和岗位之前，不要付钱，也不要交证件。"),
    "low": ("低风险", "没有看到常见的骗局迹象。但不论谁让您先交钱，都不要交。"),
    "hints": ("低风险", "没有看到明显的骗局迹象，下面几处请留意。不论谁让您先交钱，都不要交。"),
    "none": ("不像招聘信息", "这段文字不像一则招聘，所以不评定风险。请粘贴招聘原文再试。"),
}
"""Level in words, and the one thing to do now."""

SET_ASIDE = {
    "denied": "已读到，是在否认，不算作疑点——但否认也不加分",
    "warned": "已读到，是在提醒防范，不算作疑点",
    "employer_pays": "已读到，付钱的不是求职者，不算作疑点",
    "duty": "已读到，说的是工作内容，不算作疑点",
    "quoted": "已读到，是在转述别人的话，不算作疑点",
}

# What a browser would obey or swallow instead of showing: control characters, half characters, direction overrides.
_UNSHOWN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)], "\ufffd")
_UNSHOWN |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd")


def shown(text: object) -> str:
    """Text as it can stand in a page; Jinja escapes what is left."""
    return str(text).translate(_UNSHOWN)


@dataclass(frozen=True)
class Verdict:
    """An assessment as the page shows it: everything numbered, so that marks and reasons can lead to each other."""

    posting: Posting
    assessment: Assessment

    @property
    def level(self) -> str:
        """`low`, `medium`, `high`, or `none` for what is no posting."""
        return "none" if self.assessment.kind is Kind.NOT_POSTING else self.assessment.risk_level.value

    @property
    def words(self) -> str:
        """The level in words."""
        return VERDICTS[self.level][0]

    @property
    def now(self) -> str:
        """The one thing to do now."""
        hints = self.level == "low" and self.assessment.reasons
        return VERDICTS["hints" if hints else self.level][1]

    @cached_property
    def reasons(self) -> list[Reason]:
        """The surest first."""
        return sorted(self.assessment.reasons, key=lambda reason: -reason.confidence)

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """What looked risky and does not count."""
        return self.assessment.set_aside

    @cached_property
    def heaviest(self) -> float:
        """The largest weight among the wording terms, to draw the others against."""
        return max((abs(term.weight) for term in self.assessment.wording), default=1.0) or 1.0

    def fields(self) -> Iterator[tuple[str, list[Segment]]]:
        """The posting field by field, by its Chinese name, cut at the marks."""
        spans = list(self._spans())
        for name, value in self.posting.fields():
            yield FIELD_NAMES[name], segments(value, [span for field, span in spans if field == name])

    def _spans(self) -> Iterator[tuple[str, Span]]:
        for number, reason in enumerate(self.reasons, 1):
            yield from _pointing("reason", number, reason.evidence)
        for number, mention in enumerate(self.set_aside, 1):
            yield from _pointing("aside", number, mention.evidence)


def _pointing(what: str, number: int, evidence: Sequence[Evidence]) -> Iterator[tuple[str, Span]]:
    for index, item in enumerate(evidence, 1):
        yield item.field, Span(item.start, item.end, f"{what}-{number}", f"{what}-{number}-words-{index}")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with what was put into the form, kindly."""

    title: str
    cure: str


EMPTY = Complaint("还没有粘贴文字", "请把招聘信息的原文粘贴到框里，再点“检查”。")
UNREAD = Complaint("截图还没有识别", "请再选一次截图，先点“识别截图里的文字”，核对以后再点“检查”。")
UNREADABLE = Complaint("内容太大，没有读完", "请只粘贴一则招聘信息的文字，不超过 20,000 个字。")


def too_long(length: int) -> Complaint:
    """Over the limit; says by how much."""
    return Complaint(
        f"文字有 {length:,} 个字，超过了 {MAX_TEXT:,} 字的上限",
        "原文保留在下面的框里。请删去与招聘无关的部分，再点“检查”。",
    )


@pages.get("/")
def home() -> str:
    """The empty form, or one of the examples in it."""
    example = EXAMPLES.get(request.args.get("example", ""))
    return page(Posting(text=example.text if example else ""))


@pages.post("/")
def check() -> tuple[str, int]:
    """The same page with the verdict, or with what to mend."""
    try:
        posting = posting_of_form()
    except RequestEntityTooLarge:
        return page(Posting(), complaint=UNREADABLE), 413
    complaint = complaint_about(posting)
    if complaint:
        return page(posting, complaint=complaint), 422
    try:
        assessment = assessor().assess(posting)
    except TextTooLong as error:
        return page(posting, complaint=too_long(error.length)), 422
    record(assessment)
    return page(posting, Verdict(posting, assessment)), 200


def posting_of_form() -> Posting:
    """What was typed; browsers send a line break as two characters, which nobody typed."""
    if request.mimetype not in FORM_TYPES:
        refuse("unsupported-media-type", "请用网页表单提交。", "Submit the form of the page.")
    request.max_form_memory_size = config().max_form
    bytes_of(request, config().max_form)
    return Posting(**{name: request.form.get(name, "").replace("\r\n", "\n") for name in ("text", *COLUMNS)})


def complaint_about(posting: Posting) -> Complaint | None:
    """Empty or too long, if it is."""
    values = [value for _, value in posting.fields()]
    if not any(value.strip() for value in values):
        return UNREAD if request.form.get("images") else EMPTY
    length = sum(map(len, values))
    return too_long(length) if length > MAX_TEXT else None


def page(
    posting: Posting, verdict: Verdict | None = None, complaint: Complaint | None = None, notes: Sequence[str] = ()
) -> str:
    """The one page: empty, with a verdict, with what to mend, or with a text read from pictures and notes about it."""
    columns = {name: (FIELD_NAMES[name], getattr(posting, name)) for name in COLUMNS}
    return render_template(
        "page.html",
        posting=posting,
        columns=columns,
        verdict=verdict,
        complaint=complaint,
        notes=notes,
        examples=EXAMPLES,
        desk=current_app.extensions["desk"],
    )


@pages.get("/problems/")
def problem_index() -> str:
    """All problem types."""
    return render_template("problems.html", kinds=KINDS.values())


@pages.get("/problems/<slug>")
def problem_page(slug: str) -> str:
    """What one problem type means and how to mend it."""
    if slug not in KINDS:
        refuse("not-found")
    return render_template("problems.html", kinds=[KINDS[slug]])


@pages.get("/docs")
def docs() -> str:
    """The API to read, from the same description that programs read."""
    return render_template("docs.html", api=openapi.described(current_app).to_dict())


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it by this name whatever the page says."""
    return current_app.send_static_file("favicon.svg")


def fingerprints(folder: Path) -> dict[str, str]:
    """File name → short hash of its content, so that a changed file has a new address."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:10] for path in folder.iterdir() if path.is_file()
    }


def register(app: Flask) -> None:
    """Add the pages and what their templates use."""
    prints = fingerprints(Path(str(app.static_folder)))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["shown"] = shown
    app.jinja_env.filters["pretty"] = lambda value: json.dumps(value, ensure_ascii=False, indent=2)
    app.jinja_env.globals.update(
        asset=lambda name: url_for("static", filename=name, v=prints[name]),
        CODES=CODES,
        SET_ASIDE=SET_ASIDE,
        LOW_BELOW=LOW_BELOW,
        HIGH_FROM=HIGH_FROM,
        MAX_TEXT=MAX_TEXT,
    )
    app.register_blueprint(pages)
