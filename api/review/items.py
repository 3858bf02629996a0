"""The queue and its items: look, decide, go on to the next; a whole campaign at once; take back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from api.config import assessor
from api.marks import Segment
from api.pages.verdict import Verdict
from api.problems import refuse
from api.review.access import Reviewer, reviewer
from api.review.words import LABELS, LEVELS, SAID, STATES
from api.schema import MAX_ID
from api.store import likeness, queue, votes, waiting
from api.store.queue import PAGE, Filter, Item
from api.store.votes import Ruling
from api.stored import store
from detector.types import CODES, Posting

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("items", __name__)

MAX_NOTE = 2_000
MOST_AT_ONCE = 1_000
"""Postings of a campaign decided in one step; what is left is decided in the next."""
SHOWN_COPIES = 4
SHOWN_OF_CAMPAIGN = 25
CHOICES: Mapping[str, Mapping[str, str]] = {"state": STATES, "level": LEVELS, "code": CODES, "said": SAID}
FREE = ("campaign", "poster")


def wanted() -> Filter:
    """The filter that the address of this page names; what is unknown does not narrow."""
    told = {name: request.args.get(name, "") for name in CHOICES}
    known = {name: value for name, value in told.items() if value in CHOICES[name]}
    free = {name: request.args.get(name, "")[:MAX_ID].replace("\0", "") for name in FREE}
    return Filter(**{"state": "waiting"} | known | free, uncertain=bool(request.args.get("uncertain")))


def as_query(filtered: Filter, **more: str) -> dict[str, str]:
    """The filter, and more, as it stands in an address; only what narrows."""
    plain = {name: "1" if value is True else value for name, value in asdict(filtered).items() if value}
    if plain.get("state") == "waiting":
        del plain["state"]
    return plain | {name: value for name, value in more.items() if value}


@dataclass(frozen=True, slots=True)
class Copy:
    """A near-copy, cut into what it has in common with the item and what not (owner `other`)."""

    item: Item
    share: float
    pieces: list[Segment]


@blueprint.get("/review")
def queue_page() -> str:
    """The queue, filtered, from a place on."""
    own, filtered, after = reviewer(), wanted(), request.args.get("after", "")[:48].replace("\0", "")
    with store().read() as connection:
        found = queue.page(connection, own.tenant, filtered, after)
        counts = queue.waiting(connection, own.tenant)
        last = last_step(connection, own)
    more = found[PAGE - 1].place if len(found) > PAGE else ""
    return render_template(
        "review/queue.html", items=found[:PAGE], counts=counts, filtered=filtered, more=more, after=after, last=last
    )


def last_step(connection: Connection, own: Reviewer) -> dict[str, object] | None:
    """What the reviewer did last and may take back."""
    found = votes.last_step(connection, own.tenant, own.name, own.since)
    return dict(zip(("batch", "posting", "number"), found, strict=True)) if found else None


@blueprint.get("/review/items/<key>")
def item_page(key: str) -> str:
    """One posting: the text with its marks, the reasons, what was said, what is like it, and the form to decide."""
    own, filtered = reviewer(), wanted()
    with store().read() as connection:
        item = queue.item(connection, own.tenant, key)
        if item is None:
            refuse("unknown-posting")
        words = waiting.same_words(connection, own.tenant, key)
        heard = queue.heard_of(connection, own.tenant, words)
        said = queue.votes_on(connection, own.tenant, key)
        copies = _copies(connection, own.tenant, item)
        following = queue.next_key(connection, own.tenant, filtered, item.place)
        last, counts = last_step(connection, own), queue.waiting(connection, own.tenant)
    posting = Posting(**{name: value for name, value in item.fields.items() if name in Posting.FIELDS})
    spoken = any(vote.reviewer == own.name and not vote.undone for vote in said)
    shown = [vote for vote in said if spoken or not item.waits or vote.reviewer == own.name]
    return render_template(
        "review/item.html", item=item, verdict=Verdict(posting, assessor().assess(posting)), heard=heard,
        votes=shown, hidden=item.second and not spoken, spoken=spoken, copies=copies,
        same=len(words), following=following if following != key else None, last=last, counts=counts, filtered=filtered,
    )  # fmt: skip


def _copies(connection: Connection, tenant: str, item: Item) -> list[Copy]:
    near = dict(likeness.near(connection, tenant, item.posting, item.fields)[:SHOWN_COPIES])
    own = _grams(item.text)
    found = queue.items(connection, tenant, list(near))
    copies = [Copy(one, near[one.posting], differing(one.text, own)) for one in found]
    return sorted(copies, key=lambda copy: -copy.share)


def _grams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


def differing(text: str, own: set[str]) -> list[Segment]:
    """The text cut into stretches that stand in the other one too and those that do not. Linear in the length."""
    known = [False] * len(text)
    for at in range(len(text) - 2):
        if text[at : at + 3] in own:
            known[at : at + 3] = [True] * 3
    borders = [0, *(at for at in range(1, len(text)) if known[at] != known[at - 1]), len(text)]
    return [
        Segment(text[start:end], () if known[start] else ("other",)) for start, end in pairwise(borders) if start < end
    ]


def ruling() -> Ruling:
    """The decision in the form of this request; a refusal when it is none."""
    label = request.form.get("label", "")
    if label not in LABELS:
        refuse("invalid-decision")
    codes = tuple(code for code in CODES if code in request.form.getlist("codes")) if label == "scam" else ()
    note = request.form.get("note", "").replace("\r\n", "\n").strip()
    if len(note) > MAX_NOTE:
        refuse("invalid-decision", f"备注不超过 {MAX_NOTE:,} 个字。", f"A note has at most {MAX_NOTE:,} characters.")
    return Ruling(label, codes, note or None)


@blueprint.post("/review/items/<key>")
def decide(key: str) -> BaseResponse:
    """Take down what the reviewer says, of the same words wherever they wait; on to the next."""
    own, filtered, said = reviewer(), wanted(), ruling()
    with store().write() as connection:
        item = queue.item(connection, own.tenant, key)
        if item is None:
            refuse("unknown-posting")
        words = waiting.same_words(connection, own.tenant, key)
        votes.cast(connection, own.tenant, own.name, words, said)
        following = queue.next_key(connection, own.tenant, filtered, item.place)
    if following is None:
        return redirect(url_for(".queue_page", **as_query(filtered)), 303)  # type: ignore[arg-type]
    return redirect(url_for(".item_page", key=following, **as_query(filtered)), 303)  # type: ignore[arg-type]


@blueprint.post("/review/undo")
def take_back() -> BaseResponse:
    """Take back the step that the form names; back to its first posting."""
    own = reviewer()
    with store().write() as connection:
        keys = votes.undo(connection, own.tenant, own.name, request.form.get("batch", ""), own.since)
    if not keys:
        refuse("conflict", "这一步已经撤销，或不是您这次登录里做的。", "Undone before, or not of this session.")
    if len(keys) == 1:
        return redirect(url_for(".item_page", key=keys[0]), 303)
    return redirect(url_for(".queue_page"), 303)


@blueprint.get("/review/campaigns/<key>")
def campaign_page(key: str) -> str:
    """All that waits of a campaign, and the form to decide on it in one step."""
    own = reviewer()
    filtered = replace(Filter(), campaign=key)
    with store().read() as connection:
        found = queue.page(connection, own.tenant, filtered, size=SHOWN_OF_CAMPAIGN)
        number = len(queue.waiting_of(connection, own.tenant, key, MOST_AT_ONCE + 1))
        known = queue.campaign_sizes(connection, own.tenant, {key}).get(key, 0)
        last = last_step(connection, own)
    if not known:
        refuse("unknown-posting")
    return render_template(
        "review/campaign.html", campaign=key, items=found[:SHOWN_OF_CAMPAIGN], number=number, known=known, last=last,
        most=MOST_AT_ONCE, filtered=filtered,
    )  # fmt: skip


@blueprint.post("/review/campaigns/<key>")
def decide_campaign(key: str) -> BaseResponse | str:
    """First show what would be decided on how many, then do it."""
    own, said = reviewer(), ruling()
    if not request.form.get("confirmed"):
        with store().read() as connection:
            number = len(queue.waiting_of(connection, own.tenant, key, MOST_AT_ONCE))
        return render_template("review/confirm.html", campaign=key, number=number, ruling=said)
    with store().write() as connection:
        waits = queue.waiting_of(connection, own.tenant, key, MOST_AT_ONCE)
        if str(len(waits)) != request.form["confirmed"]:
            refuse("conflict", "这一批的数量刚刚变了，请重新确认。", "The number has changed meanwhile; confirm again.")
        votes.cast(connection, own.tenant, own.name, waits, said)
    return redirect(url_for(".queue_page"), 303)
