"""Whether a posting was met before in other words, or its contact in other postings, and whether that is a campaign.

Only for callers who ask (`options.campaign`): then the answer has a member `campaign`, and the posting is remembered as
a sketch and numbers that nobody can read back. The assessment beside it is not touched: the same text gets the same
score whatever is remembered.

Many copies are no campaign. An honest chain posts one template for five hundred shops; what counts is what moderators
confirmed, and how risky the copies were found to be (`is_campaign`).
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

from api.outbox import Outbox
from api.store import StoreError, sightings
from api.store.columns import now
from api.store.retention import memory_days
from api.store.secret import keyed, secret
from api.store.sightings import Seen, Tally
from api.store.trace import Trace, trace_of
from detector.document import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Flask
    from sqlalchemy import Connection

    from api.store import Store
    from api.submission import Submission
    from detector.types import Assessment

log = logging.getLogger("api")

FEW, SEVERAL = 3, 5
"""Other postings that make a campaign where none is confirmed: of two posters or more, and of one."""
RISKY = 0.5
"""Share of them that has to be risky then."""
IMITATED = 0.2
"""Where some are confirmed but fewer than this are risky, a scammer has copied an honest template."""

TEXT_TITLE = "同一段话换着写法反复出现"
TEXT_WHY = "这段话改几个字，反复在发。"
TEXT_DO = "先别联系；平台请把这几条放在一起审。"
CONTACT_TITLE = "同一个联系方式反复出现"
CONTACT_WHY = "这个联系方式在别的招聘里出现过。"
CONTACT_DO = "先别加；平台请把留这个联系方式的几条放在一起审。"
TITLES, EXPLANATIONS, ADVICE = (TEXT_TITLE, CONTACT_TITLE), (TEXT_WHY, CONTACT_WHY), (TEXT_DO, CONTACT_DO)
"""Every text of ours here, for the tables of languages; the figures that follow are clauses there."""
CONTACT_CODE = "off_platform_contact"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the memory knows of one posting."""

    trace: Trace
    text: Tally
    code: str | None
    """The kind of trap that the near-copies were, if any."""
    oldest: int | None
    """The first fingerprint that is nearly the same."""
    contacts: Mapping[int, Tally]


Met = tuple[Document, Recalled]
"""A posting that was looked up, and what is known of it."""
Figures = dict[str, Any]
"""The same as JSON."""


def is_campaign(met: Tally) -> bool:
    """Whether postings met before, and this one, look like one trap posted again and again."""
    if not met.similar or met.risky < IMITATED * met.similar:
        return False
    if met.confirmed or met.cleared:
        return met.confirmed > met.cleared
    return met.similar >= (FEW if met.posters > 1 else SEVERAL) and met.risky >= RISKY * met.similar


def confidence(met: Tally) -> float:
    """A rule of thumb, not calibrated: confirmed ones count double, calm and cleared ones against."""
    speaks_for = met.risky + met.confirmed + 1
    speaks_against = met.similar - met.risky + met.cleared + 1
    return round(min(0.99, speaks_for / (speaks_for + speaks_against)), 2)


class Memory:
    """The campaign memory of one application. Connects when it is first used."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.outbox = Outbox(store)

    @cached_property
    def key(self) -> bytes:
        """The secret of the installation."""
        return secret()

    def recall(self, tenant: str, submissions: Sequence[Submission]) -> list[Met | None]:
        """What is known of each posting; None where the database does not answer."""
        try:
            known = [(one, Document(one.posting)) for one in submissions]
            traces = [(document, trace_of(document, tenant, one.poster, self.key)) for one, document in known]
            with self.store.read() as connection:
                return [(document, _recalled(connection, trace)) for document, trace in traces]
        except StoreError as error:
            log.warning("campaign memory: %s", error)
            return [None] * len(submissions)

    def figures(self, met: Met) -> Figures:
        """What was known, as JSON without a word of the posting's, for a request that comes again."""
        known = met[1]
        contacts = {str(contact): _figures_of(tally) for contact, tally in known.contacts.items()}
        return {"text": _figures_of(known.text), "code": known.code, "oldest": known.oldest, "contacts": contacts}

    def again(self, met: Met, then: Figures | None) -> Met | None:
        """What was known then, of the posting that is read again now; None when it was not looked up."""
        if then is None:
            return None
        document, now_known = met
        contacts = {int(contact): _tally_of(figures) for contact, figures in then["contacts"].items()}
        left = {contact: tally for contact, tally in contacts.items() if contact in now_known.trace.contacts}
        return document, Recalled(now_known.trace, _tally_of(then["text"]), then["code"], then["oldest"], left)

    def remember(self, recalled: Recalled, assessment: Assessment, posting: str | None) -> None:
        """Have a posting remembered; `posting` is the id under which its text is kept, if it is."""
        self.outbox.put([self.sighting(recalled, assessment, posting)])

    def sighting(self, recalled: Recalled, assessment: Assessment, posting: str | None) -> Seen:
        """What is remembered of a posting."""
        code = assessment.reasons[0].code if assessment.reasons else None
        return Seen(recalled.trace, assessment.risk_score, code, now(), posting)

    def told(self, document: Document, recalled: Recalled) -> dict[str, Any]:
        """The member `campaign` of an answer; its reasons in Chinese, with all they have."""
        met = recalled.text
        name = recalled.oldest and f"{keyed(self.key, 'campaign', str(recalled.oldest)) & (2**64 - 1):016x}"
        reasons = []
        if is_campaign(met):
            reasons.append(_reason(met, recalled.code, TEXT_TITLE, TEXT_WHY + _figures(met, _COPIES), TEXT_DO))
        worst = max(recalled.contacts, key=lambda one: _weight(recalled.contacts[one]), default=None)
        if worst is not None and is_campaign(of := recalled.contacts[worst]):
            place = recalled.trace.contacts[worst]
            evidence = document.evidence_at(place.start, place.end, disguised=place.disguised)
            reason = _reason(of, CONTACT_CODE, CONTACT_TITLE, CONTACT_WHY + _figures(of, _WITH), CONTACT_DO)
            shown = {name: getattr(evidence, name) for name in ("field", "start", "end", "quote", "disguised")}
            reasons.append(reason | {"evidence": [shown]})
        contact = None if worst is None else _counts(recalled.contacts[worst])
        found = bool(reasons)
        return {"id": name if met.similar else None, "found": found, **_counts(met), "contact": contact,
                "reasons": reasons}  # fmt: skip


def _recalled(connection: Connection, trace: Trace) -> Recalled:
    since = now() - timedelta(days=memory_days())
    near = list(sightings.alike(connection, trace.tenant, trace.sketch)) if trace.sketch else []
    met = sightings.tally_of(connection, trace, near, since) if near else Tally()
    code = sightings.usual_code(connection, near) if is_campaign(met) else None
    contacts = sightings.tally_by_contact(connection, trace, since) if trace.contacts else {}
    return Recalled(trace, met, code, min(near, default=None), contacts)


def _figures_of(met: Tally) -> Figures:
    return asdict(met) | {"first": met.first and met.first.isoformat()}


def _tally_of(figures: Figures) -> Tally:
    first = figures["first"]
    return Tally(**{**figures, "first": first and datetime.fromisoformat(first)})


def _weight(met: Tally) -> tuple[bool, int, int]:
    return is_campaign(met), met.confirmed, met.similar


def _days(met: Tally) -> int:
    return (now() - met.first).days + 1 if met.first else 0


def _counts(met: Tally) -> dict[str, int]:
    return {
        "similar": met.similar,
        "days": _days(met),
        "posters": met.posters,
        "confirmed": met.confirmed,
        "risky": met.risky,
    }


_COPIES, _WITH = "{days} 天内有 {similar} 条大同小异", "{days} 天内在 {similar} 条招聘里出现过"


def _figures(met: Tally, many: str) -> str:
    said = [many.format(days=_days(met), similar=met.similar)]
    if met.posters:
        said.append(f"来自 {met.posters} 个发帖人")
    if met.confirmed:
        said.append(f"其中 {met.confirmed} 条已确认是骗局")
    return "，".join(said)


def _reason(met: Tally, code: str | None, title: str, explanation: str, advice: str) -> dict[str, Any]:
    words = {"title": title, "explanation": explanation, "advice": advice}
    return {"code": code, "rule": None, **words, "confidence": confidence(met), "evidence": [], "legal": []}


def memory() -> Memory:
    """The memory of the application that answers this request, which has a store."""
    return cast("Memory", current_app.extensions["memory"])


def register(app: Flask, store: Store | None) -> None:
    """Give the application its memory, where it has a store to keep it in."""
    if store is not None:
        app.extensions["memory"] = Memory(store)
