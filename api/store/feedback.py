"""What users and moderators say of a posting. A label that somebody sends is a claim; review makes it count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from api.store import audit, postings, waiting
from api.store.columns import now
from api.store.postings import new_id
from api.store.review_tables import review
from api.store.sightings import Decision, note_decision
from api.store.tables import decisions, feedback
from api.store.tables import postings as kept

if TYPE_CHECKING:
    from sqlalchemy import Select

    from detector.types import Assessment, Posting


@dataclass(frozen=True, slots=True)
class Said:
    """A claim: what a posting is, and who says so by which way."""

    label: str
    codes: Sequence[str]
    note: str | None
    source: str
    """`api` or `page`."""
    reporter: str
    """The id of the key that sent it; one name for all who sent none."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something said of a posting, with the posting."""

    id: str
    posting: str
    fields: Mapping[str, str]
    label: str
    codes: tuple[str, ...]
    source: str
    by: str
    at: datetime


def about_text(
    connection: Connection, tenant: str, posting: Posting, said: Said, assessment: Assessment | None = None
) -> tuple[str, str]:
    """Keep what was said of a text that came along with it; the ids of the feedback and of the posting."""
    about = postings.Kept(tenant, "feedback")
    if assessment is not None:
        key = postings.keep_assessed(connection, posting, assessment, about)
    else:
        key = postings.keep(connection, posting, about)
        postings.wait(connection, key, posting, about, waiting.Facts())
    return _add(connection, tenant, key, said), key


def about_kept(connection: Connection, tenant: str, key: str, said: Said) -> str | None:
    """Keep what was said of a posting that is here; the id of the feedback, None where the tenant has none such."""
    query = select(kept.c.id).where(kept.c.tenant == tenant, kept.c.id == key).with_for_update(key_share=True)
    found = connection.execute(query).scalar()
    return _add(connection, tenant, key, said) if found else None


def _add(connection: Connection, tenant: str, posting: str, said: Said) -> str:
    key = new_id()
    values = {"id": key, "tenant": tenant, "posting": posting, "label": said.label, "codes": list(said.codes)}
    more = {"note": said.note, "source": said.source, "reporter": said.reporter, "created": now()}
    connection.execute(insert(feedback).values(values | more))
    waiting.hear(connection, tenant, posting)
    return key


def decide(  # what a decision consists of
    connection: Connection, tenant: str, posting: str, label: str, codes: Sequence[str], moderator: str
) -> bool:
    """A moderator's word on a posting (`discard`: not to be used); the newest counts. Whether it is there."""
    fields = postings.fields_of(connection, tenant, posting)
    if fields is None:
        return False
    note_decision(connection, Decision(tenant, posting, fields, label, codes))
    key = new_id()
    values = {"id": key, "tenant": tenant, "posting": posting, "label": label, "codes": list(codes)}
    connection.execute(insert(decisions).values(values | {"moderator": moderator, "created": now()}))
    connection.execute(update(review).where(review.c.posting == posting).values(waits=False, second=False))
    audit.add(connection, moderator, "feedback.decide", posting, tenant=tenant, label=label, codes=",".join(codes))
    return True


def claims(connection: Connection, tenant: str) -> Iterator[Claim]:
    """Everything that was said, the oldest first."""
    query = select(
        feedback.c.id, feedback.c.posting, kept.c.fields, feedback.c.label, feedback.c.codes,
        feedback.c.source, feedback.c.reporter.label("by"), feedback.c.created.label("at"),
    ).join(kept, kept.c.id == feedback.c.posting).where(feedback.c.tenant == tenant)  # fmt: skip
    return _claims(connection, query.order_by(feedback.c.created, feedback.c.id))


def decided(connection: Connection, tenant: str) -> Iterator[Claim]:
    """Everything that moderators decided, the oldest first."""
    query = select(
        decisions.c.id, decisions.c.posting, kept.c.fields, decisions.c.label, decisions.c.codes,
        decisions.c.moderator.label("by"), decisions.c.created.label("at"),
    ).join(kept, kept.c.id == decisions.c.posting).where(decisions.c.tenant == tenant)  # fmt: skip
    return _claims(connection, query.order_by(decisions.c.created, decisions.c.id))


def _claims(connection: Connection, query: Select[tuple[object, ...]]) -> Iterator[Claim]:
    with connection.execute(query, execution_options={"yield_per": 1000}) as rows:
        for row in rows:
            values = dict(row._mapping)
            yield Claim(**{"source": "moderator"} | values | {"codes": tuple(values["codes"])})
