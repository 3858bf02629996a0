"""The review desk at /review: what waits, the decision on it, figures, uploads, models, and who did what.

Pages for people with a key that has the scope `review` (what changes the installation takes `admin`). They work without
JavaScript; `static/review.js` adds the keyboard. Everything a page shows belongs to the tenant of the key.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, g, request
from markupsafe import Markup

from api.languages import BECAUSE
from api.review import access, boards, items, workshop
from api.review.access import form_token
from api.review.items import as_query
from api.review.words import CODE_KEYS, LABEL_KEYS, LABELS, LEVELS, SAID, SOURCES, STATES

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["register"]

BEIJING = timezone(timedelta(hours=8))
SECTIONS = (
    ("review.items.queue_page", "待审"),
    ("review.boards.figures_page", "统计"),
    ("review.workshop.tasks_page", "批量检查"),
    ("review.workshop.models_page", "模型"),
    ("review.boards.trail_page", "操作记录"),
)
WORDS = {
    "LABELS": LABELS, "LABEL_KEYS": LABEL_KEYS, "CODE_KEYS": CODE_KEYS, "LEVELS": LEVELS, "SAID": SAID,
    "SOURCES": SOURCES, "STATES": STATES, "SET_ASIDE": BECAUSE, "as_query": as_query, "sections": SECTIONS,
}  # fmt: skip


def beijing(moment: datetime | str) -> str:
    """A moment, or one written by ISO 8601, as a reader in China writes it; what is no moment stays as it is."""
    try:
        told = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError:
        return str(moment)
    return f"{told.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def token() -> Markup:
    """The field that each form carries."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(form_token())


def desk() -> Blueprint:
    """All pages of the desk."""
    review = Blueprint("review", __name__)
    review.before_request(_enter)
    review.after_request(access.keep_cookie)
    review.teardown_request(lambda _: request.close())  # an upload waits in a temporary file
    review.context_processor(lambda: {**WORDS, "token": token, "who": g.get("reviewer")})
    review.add_app_template_filter(beijing)
    review.add_url_rule("/review/sign-in", "sign_in", access.sign_in, methods=["GET", "POST"])
    review.add_url_rule("/review/sign-out", "sign_out", access.sign_out, methods=["POST"])
    for part in (items, boards, workshop):
        review.register_blueprint(part.blueprint)
    return review


def _enter() -> BaseResponse | None:
    return None if request.endpoint == "review.sign_in" else access.enter()


def register(app: Flask) -> None:
    """Add the desk to the application."""
    app.register_blueprint(desk())
