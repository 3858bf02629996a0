"""The form and its verdict, on one page: what was sent, what is wrong with it, and the page around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, current_app, request

from api.config import config
from api.examples import EXAMPLES
from api.pages.display import render
from api.pages.verdict import FIELD_NAMES, Verdict
from api.problems import refuse
from api.reading import bytes_of
from detector.types import MAX_TEXT, Posting

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
COLUMNS = ("title", "company", "salary", "location", "contact")
"""The optional inputs of the form, beside the text."""
LINK = re.compile(r"\s*(?:https?://|www\.)\S{1,2000}\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with what was put into the form, kindly. Both texts may name the values, as in {length}."""

    title: str
    cure: str
    values: Mapping[str, str] | None = None
    place: int | None = None
    """Which of several pictures it is about, from 0."""


EMPTY = Complaint("还没有粘贴文字", "请把招聘信息的原文贴到框里，再点“检查”。")
UNREAD = Complaint("截图还没有识别", "请再选一次截图，先点“识别截图里的文字”，核对以后再点“检查”。")
UNREADABLE = Complaint("内容太大，没有读完", "请只粘贴一则招聘信息的文字，不超过 20,000 个字。")
ONLY_A_LINK = Complaint(
    "这里不打开链接",
    "为了您的安全，这里不访问任何网址。请打开那个页面，把招聘的文字复制过来；复制不了就截图。",
)
TOO_LONG = Complaint(
    "文字有 {length} 个字，超过了 {limit} 字的上限", "原文保留在下面的框里。请删去与招聘无关的部分，再点“检查”。"
)
COMPLAINTS = (EMPTY, UNREAD, UNREADABLE, ONLY_A_LINK, TOO_LONG)


def too_long(length: int) -> Complaint:
    """Over the limit; says by how much."""
    return Complaint(TOO_LONG.title, TOO_LONG.cure, {"length": f"{length:,}", "limit": f"{MAX_TEXT:,}"})


def posting_of_form() -> Posting:
    """What was typed; browsers send a line break as two characters, which nobody typed."""
    read_form()
    return Posting(**{name: field(name) for name in ("text", *COLUMNS)})


def read_form() -> None:
    """Take in a form of this page, whole and within the limit."""
    if request.mimetype not in FORM_TYPES:
        refuse("unsupported-media-type", "请用网页表单提交。", "Submit the form of the page.")
    request.max_form_memory_size = config().max_form
    bytes_of(request, config().max_form)


def field(name: str) -> str:
    """What was typed into a field."""
    return request.form.get(name, "").replace("\r\n", "\n")


def complaint_about(posting: Posting) -> Complaint | None:
    """Empty, a link alone, or too long, if it is."""
    values = [value for _, value in posting.fields()]
    if not any(value.strip() for value in values):
        return UNREAD if request.form.get("images") else EMPTY
    if len(values) == 1 and LINK.fullmatch(values[0]):
        return ONLY_A_LINK
    length = sum(map(len, values))
    return too_long(length) if length > MAX_TEXT else None


def page(
    posting: Posting,
    verdict: Verdict | None = None,
    complaint: Complaint | None = None,
    notes: Sequence[str] = (),
    status: int = 200,
) -> Response:
    """The one page: empty, with a verdict, with what to mend, or with a text read from pictures and notes about it."""
    return render(
        "page.html",
        status,
        posting=posting,
        columns={name: (FIELD_NAMES[name], getattr(posting, name)) for name in COLUMNS},
        verdict=verdict,
        complaint=complaint,
        notes=notes,
        examples=EXAMPLES,
        desk=current_app.extensions["desk"],
        posted=request.method == "POST",
        keeps="store" in current_app.extensions,
    )
