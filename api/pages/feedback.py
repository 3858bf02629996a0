"""“判错了”: two taps below a verdict. The text is kept when its sender agrees, for a reviewer; else it is a count."""

from __future__ import annotations

import time
from math import ceil
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, request

from api.access import address_of
from api.caller import caller
from api.config import assessor
from api.limits import Charge, Limits, passing
from api.metrics import record_feedback
from api.pages.display import render
from api.pages.form import COLUMNS, complaint_about, field, read_form
from api.problems import refuse, refuse_until
from api.store import feedback, postings
from api.stored import store
from detector.types import Posting

if TYPE_CHECKING:
    from flask import Flask

blueprint = Blueprint("said", __name__)

LABELS = ("scam", "legit", "not_posting")
BY = "page"
"""Who says it, as the store has it."""
OFTEN, WINDOW = 20, 600
"""What one address may send in so many seconds. All workers count together."""
KEPT = ("谢谢，收到了", "原文和您的判断已经交给审核员。复核以后，它会用来改进。")
COUNTED = ("谢谢，记下了", "只记了一次数，没有保存原文。")
GONE = ("已经撤回", "原文和您的判断都删除了。")
NOT_THERE = ("已经没有了", "它已经撤回过，或者已由审核员处理后删除。")
SAID = (*KEPT, *COUNTED, *GONE, *NOT_THERE)


@blueprint.post("/feedback")
def say_it() -> Response:
    """Take down what somebody says of a verdict."""
    enter()
    label = field("label")
    posting = Posting(**{name: field(name) for name in ("text", "description", *COLUMNS)})
    if label not in LABELS or complaint_about(posting):
        refuse(
            "bad-request",
            "反馈不完整，请从结果页再点一次。",
            "Send it from the verdict again.",
        )
    key = None if field("no_text") or "store" not in current_app.extensions else keep(posting, label)
    record_feedback(label)
    return render("thanks.html", 201 if key else 200, said=KEPT if key else COUNTED, key=key)


@blueprint.post("/feedback/withdraw")
def withdraw() -> Response:
    """Delete what was kept, for whoever holds its id, which cannot be guessed."""
    enter()
    with store().write() as connection:
        gone = postings.forget(connection, caller().tenant, field("key"), BY)
    return render("thanks.html", said=GONE if gone else NOT_THERE, key=None)


def enter() -> None:
    """Refuse what another site makes a browser send, what comes too often, and what is no form of ours.

    There is no cookie and no account that a forged request could abuse; this keeps other sites from using their
    visitors to fill the queue. Browsers too old to say where a request comes from are let in.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        refuse("bad-request", "反馈只能从本站的结果页发出。", "Feedback can only be sent from a page of this site.")
    knock()
    read_form()


def knock() -> None:
    """Count a request of this address, and refuse it when there were too many in this window.

    Each window has an account of its own; as many fill a day, so none is whole again before its end.
    """
    window, past = divmod(time.time(), WINDOW)
    limits: Limits = current_app.extensions["limits"]
    charge = Charge(passing(f"said-{window:.0f}", address_of(request.environ)), 1, None, OFTEN)
    if limits.take(charge).refused:
        refuse_until("rate-limited", ceil(WINDOW - past))


def keep(posting: Posting, label: str) -> str:
    """Keep the posting and what was said of it; the id of the posting."""
    said = feedback.Said(label, (), None, BY, BY)
    with store().write() as connection:
        _, key = feedback.about_text(connection, caller().tenant, posting, said, assessor().assess(posting))
    return key


def register(app: Flask) -> None:
    """Add the routes."""
    app.register_blueprint(blueprint)
