"""The addresses of the pages for people."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from api import openapi
from api.config import assessor
from api.examples import EXAMPLES
from api.metrics import record
from api.pages.display import render
from api.pages.form import COLUMNS, UNREADABLE, complaint_about, page, posting_of_form, too_long
from api.pages.learn import lessons
from api.pages.verdict import FIELD_NAMES, Verdict
from api.problems import KINDS, refuse
from detector.errors import TextTooLong
from detector.types import Posting

pages = Blueprint("pages", __name__)

PLACES = {"path": "在地址里", "query": "在查询串里", "header": "请求头"}
"""Where a parameter stands, for the page about the API."""


@pages.get("/")
def home() -> Response:
    """The empty form, or one of the examples in it."""
    example = EXAMPLES.get(request.args.get("example", ""))
    return page(Posting(text=example.text if example else ""))


@pages.post("/")
def check() -> Response:
    """The same page with the verdict, or with what to mend."""
    try:
        posting = posting_of_form()
    except RequestEntityTooLarge:
        return page(Posting(), complaint=UNREADABLE, status=413)
    complaint = complaint_about(posting)
    if complaint:
        return page(posting, complaint=complaint, status=422)
    try:
        assessment = assessor().assess(posting)
    except TextTooLong as error:
        return page(posting, complaint=too_long(error.length), status=422)
    record(assessment)
    return page(posting, Verdict(posting, assessment))


@pages.get("/paid")
def paid() -> Response:
    """What to do for who has paid already, or has given something away."""
    return render("paid.html")


@pages.get("/learn")
def learn() -> Response:
    """Every kind of trap: what it says, what follows, how to answer."""
    return render("learn.html", lessons=lessons())


@pages.get("/offline")
def offline() -> Response:
    """What is shown without a network; holds nothing of anybody's."""
    return render("offline.html", columns={name: FIELD_NAMES[name] for name in COLUMNS})


@pages.get("/sw.js")
def service_worker() -> Response:
    """Keeps the files of the pages and the page for being offline, and nothing else."""
    prints = current_app.extensions["prints"]
    text = render_template("sw.js", names=prints, version=_edition(), columns=COLUMNS)
    return Response(text, mimetype="text/javascript")


@cache
def _edition() -> str:
    """Changes when a file of the pages or one of their words does."""
    own = Path(__file__).parent
    files = [*own.glob("*.toml"), *(own.parent / "templates").glob("*.*"), *(own.parent / "static").glob("*.*")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()[:12]


@pages.get("/problems/")
def problem_index() -> Response:
    """All problem types."""
    return render("problems.html", kinds=KINDS.values())


@pages.get("/problems/<slug>")
def problem_page(slug: str) -> Response:
    """What one problem type means and how to mend it."""
    if slug not in KINDS:
        refuse("not-found")
    return render("problems.html", kinds=[KINDS[slug]])


@pages.get("/docs")
def docs() -> Response:
    """The API to read, from the same description that programs read."""
    return render("docs.html", api=openapi.described(current_app).to_dict(), PLACES=PLACES)


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it by this name whatever the page says."""
    return current_app.send_static_file("favicon.svg")
