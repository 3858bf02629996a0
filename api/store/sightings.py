"""The campaign memory: when a text or a contact was met, by whom it was posted, and what became of it. No words.

A sighting is one posting that was read. Near-copies share a fingerprint or have ones that agree; a posting that is all
but the same as one already known adds a sighting and no fingerprint, so that a template posted a thousand times stays
small. `bands` leads from a sketch to the fingerprints that may be like it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Subquery,
    Table,
    bindparam,
    case,
    delete,
    distinct,
    func,
    insert,
    select,
    text,
    union,
    update,
)

from api.store.columns import Moment, now
from api.store.secret import secret
from api.store.tables import metadata, tenant_column
from api.store.trace import Trace, trace_of_kept
from detector.fingerprint import BANDS, agreement, bands
from detector.types import LOW_BELOW

LABELS = ("scam", "legit", "not_posting")
"""Decisions that say what a posting is."""
AT_ONCE = 500
"""Sightings deleted in one transaction."""
ALIKE = 0.5
"""Share of common 3-grams, as sketches tell it, from which on two texts are nearly the same."""
SAME = 0.9
"""From here on they share a fingerprint."""
NEWEST = 64
"""Fingerprints looked at for each band, the newest: a phrase that thousands use must not slow down a query."""
COUNTED = 1000
"""Sightings that are counted at most; in no order, so that a template posted a million times costs no more."""

_NUMBER = BigInteger().with_variant(Integer, "sqlite")

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    tenant_column(),
    Column("sketch", LargeBinary, nullable=False),  # 64 bytes, made with the secret
)
band_places = Table(
    "bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("fingerprint", BigInteger, primary_key=True, autoincrement=False),  # no reference: 16 rows a fingerprint
    sqlite_with_rowid=False,
)
sightings = Table(
    "sightings",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    tenant_column(),
    Column("fingerprint", _NUMBER, ForeignKey("fingerprints.id", ondelete="CASCADE")),  # NULL: too short a text
    Column("own", BigInteger),  # stands for the caller's id
    Column("poster", BigInteger),  # stands for who posted it
    Column("score", Integer, nullable=False),
    Column("code", String(32)),  # the first reason's, or the moderator's
    Column("label", String(16)),  # what a moderator decided
    Column("posting", String(32), ForeignKey("postings.id", ondelete="CASCADE")),  # where the text is kept
    Column("at", Moment, nullable=False),
    Index(None, "fingerprint", "at"),
    Index(None, "tenant", "own", unique=True),
    Index(None, "tenant", "at"),
    Index(None, "posting"),
)
contact_places = Table(
    "contacts",
    metadata,
    Column("contact", BigInteger, primary_key=True, autoincrement=False),
    Column("sighting", _NUMBER, ForeignKey("sightings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Index(None, "sighting"),
)


def _newest(number: int) -> Select[tuple[int]]:
    """The newest fingerprints of a band; a subquery, for SQLite has no limit in a part of a union."""
    place = band_places.c
    query = select(place.fingerprint).where(place.band == bindparam(f"b{number}", type_=BigInteger))
    return select(query.order_by(place.fingerprint.desc()).limit(NEWEST).subquery(f"n{number}"))


_CANDIDATES = select(fingerprints.c.id, fingerprints.c.sketch).where(
    fingerprints.c.tenant == bindparam("tenant"), fingerprints.c.id.in_(union(*map(_newest, range(BANDS))))
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A posting as the memory keeps it."""

    trace: Trace
    score: int
    code: str | None
    at: datetime
    posting: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a moderator decided on a posting that is kept."""

    tenant: str
    posting: str
    fields: Mapping[str, str]
    label: str
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was met before, of one kind."""

    similar: int = 0
    posters: int = 0
    confirmed: int = 0
    """A moderator decided that they are scams."""
    cleared: int = 0
    """A moderator decided that they are none."""
    risky: int = 0
    """Confirmed, or assessed as medium or high and not cleared."""
    first: datetime | None = None


def alike(connection: Connection, tenant: str, sketch: bytes) -> Mapping[int, float]:
    """Fingerprints of the tenant that are nearly the same → their agreement, the best first."""
    places = {f"b{number}": band for number, band in enumerate(bands(sketch))}
    rows = connection.execute(_CANDIDATES, {"tenant": tenant, **places}).all()
    if not rows:
        return {}
    shares = agreement(sketch, [bytes(row.sketch) for row in rows]).tolist()
    near = ((row.id, share) for row, share in zip(rows, shares, strict=True) if share >= ALIKE)
    return dict(sorted(near, key=lambda one: -one[1]))


def tally_of(connection: Connection, trace: Trace, found: Sequence[int], since: datetime) -> Tally:
    """What is known of these fingerprints; the posting itself, read before, is not counted."""
    row = connection.execute(_OF_FINGERPRINTS, {"found": list(found), "since": since, "own": trace.own or 0}).one()
    return _tally(row)


def tally_by_contact(connection: Connection, trace: Trace, since: datetime) -> Mapping[int, Tally]:
    """What is known of each contact of a posting; those met for the first time are missing."""
    values = {"found": list(trace.contacts), "since": since, "own": trace.own or 0}
    return {row.contact: _tally(row) for row in connection.execute(_OF_CONTACTS, values)}


def usual_code(connection: Connection, found: Sequence[int]) -> str | None:
    """The kind of trap that these were most often, confirmed ones before all."""
    return connection.execute(_USUAL_CODE, {"found": list(found)}).scalar()


def _counting(newest: Subquery) -> Select[*tuple[Any, ...]]:
    scam, legit = newest.c.label == "scam", newest.c.label.in_(["legit", "not_posting"])
    risky = scam | (newest.c.label.is_(None) & (newest.c.score >= LOW_BELOW))
    return select(
        func.count().label("similar"),
        func.count(distinct(newest.c.poster)).label("posters"),
        func.sum(case((scam, 1), else_=0)).label("confirmed"),
        func.sum(case((legit, 1), else_=0)).label("cleared"),
        func.sum(case((risky, 1), else_=0)).label("risky"),
        func.min(newest.c.at).label("first"),
    ).select_from(newest)


# The statements are made once: making one takes longer than running it.

_FOUND: BindParameter[Any] = bindparam("found", expanding=True)
_OTHERS = (
    sightings.c.at >= bindparam("since"),
    sightings.c.own.is_(None) | (sightings.c.own != bindparam("own")),  # 0 stands for no posting
)
_COUNTED = (sightings.c.poster, sightings.c.score, sightings.c.label, sightings.c.at)
_OF_FINGERPRINTS = _counting(
    select(*_COUNTED).where(sightings.c.fingerprint.in_(_FOUND), *_OTHERS).limit(COUNTED).subquery()
)
_WITH_CONTACT = (
    select(*_COUNTED, contact_places.c.contact)
    .join_from(contact_places, sightings)
    # the tenant is part of what a contact is kept as; named again, it would lead SQLite to read all of its sightings
    .where(contact_places.c.contact.in_(_FOUND), *_OTHERS)
    .limit(COUNTED)
    .subquery()
)
_OF_CONTACTS = _counting(_WITH_CONTACT).add_columns(_WITH_CONTACT.c.contact).group_by(_WITH_CONTACT.c.contact)
_CODES = (
    select(sightings.c.code, sightings.c.label)
    .where(sightings.c.fingerprint.in_(_FOUND), sightings.c.code.is_not(None))
    .limit(COUNTED)
    .subquery()
)
_USUAL_CODE = (
    select(_CODES.c.code)
    .group_by(_CODES.c.code)
    .order_by(func.sum(case((_CODES.c.label == "scam", 1), else_=0)).desc(), func.count().desc(), _CODES.c.code)
    .limit(1)
)


def _tally(row: Row[Any]) -> Tally:
    counts = {name: row._mapping[name] or 0 for name in ("similar", "posters", "confirmed", "cleared", "risky")}
    return Tally(**counts, first=row.first)


# --- writing ---


def add(connection: Connection, seen: Seen) -> None:
    """Keep a sighting; one of the same posting (by the caller's id) takes the place of the one before."""
    trace = seen.trace
    if trace.own is not None:
        _make_room(connection, trace)
    values = {
        "tenant": trace.tenant, "fingerprint": _fingerprint(connection, trace), "own": trace.own,
        "poster": trace.poster, "score": seen.score, "code": seen.code, "label": seen.label,
        "posting": seen.posting, "at": seen.at,
    }  # fmt: skip
    key = connection.execute(insert(sightings).values(values)).inserted_primary_key[0]  # type: ignore[index]
    if trace.contacts:
        places = [{"contact": one, "sighting": key} for one in trace.contacts]
        connection.execute(insert(contact_places), places)


def note_decision(connection: Connection, decision: Decision) -> None:
    """Remember what a moderator decided on a posting, and the posting, were it not known; `discard` says nothing."""
    label = decision.label if decision.label in LABELS else None
    code = decision.codes[0] if decision.codes else None
    values = {"label": label} | ({"code": code} if code else {})
    known = update(sightings).where(sightings.c.posting == decision.posting).values(values)
    if connection.execute(known).rowcount or label is None:
        return
    trace = trace_of_kept(decision.fields, decision.tenant, secret())
    add(connection, Seen(trace, 0, code, now(), decision.posting, label))


def _make_room(connection: Connection, trace: Trace) -> None:
    where = (sightings.c.tenant == trace.tenant, sightings.c.own == trace.own)
    before = connection.execute(select(sightings.c.id, sightings.c.label).where(*where)).first()
    if before is None:
        return
    if before.label is None:
        drop(connection, [before.id])
    else:  # what was decided stays, though the posting reads otherwise by now
        connection.execute(update(sightings).where(*where).values(own=None))


def _fingerprint(connection: Connection, trace: Trace) -> int | None:
    if trace.sketch is None:
        return None
    for found, share in alike(connection, trace.tenant, trace.sketch).items():
        if share >= SAME:
            return found
    values = {"tenant": trace.tenant, "sketch": trace.sketch}
    key = int(connection.execute(insert(fingerprints).values(values)).inserted_primary_key[0])  # type: ignore[index]
    connection.execute(insert(band_places), [{"band": band, "fingerprint": key} for band in bands(trace.sketch)])
    return key


# --- forgetting ---


def drop(connection: Connection, ids: Sequence[int]) -> None:
    """Delete these sightings, and the fingerprints that nothing is left of."""
    query = select(sightings.c.fingerprint).where(sightings.c.id.in_(ids)).distinct()
    touched = [one for one in connection.execute(query).scalars() if one is not None]
    connection.execute(delete(sightings).where(sightings.c.id.in_(ids)))
    left = set(
        connection.execute(select(sightings.c.fingerprint).where(sightings.c.fingerprint.in_(touched))).scalars()
    )
    if bare := [one for one in touched if one not in left]:
        _drop_fingerprints(connection, bare)


def _drop_fingerprints(connection: Connection, bare: Sequence[int]) -> None:
    rows = connection.execute(select(fingerprints).where(fingerprints.c.id.in_(bare))).all()
    places = [{"b": band, "f": row.id} for row in rows for band in bands(bytes(row.sketch))]
    connection.execute(text("DELETE FROM bands WHERE band = :b AND fingerprint = :f"), places)
    connection.execute(delete(fingerprints).where(fingerprints.c.id.in_(bare)))


def forget_postings(connection: Connection, postings: Sequence[str]) -> None:
    """Delete what is remembered of postings whose text is about to be deleted."""
    found = connection.execute(select(sightings.c.id).where(sightings.c.posting.in_(postings))).scalars().all()
    if found:
        drop(connection, found)


def oldest(connection: Connection, tenant: str, before: datetime | None, most: int) -> Sequence[int]:
    """Up to `most` sightings of the tenant, the oldest first, that no moderator decided on."""
    query = select(sightings.c.id).where(sightings.c.tenant == tenant, sightings.c.label.is_(None))
    if before is not None:
        query = query.where(sightings.c.at < before)
    return connection.execute(query.order_by(sightings.c.at).limit(most)).scalars().all()


def count(connection: Connection, tenant: str) -> int:
    """Sightings of the tenant."""
    return int(connection.execute(select(func.count()).where(sightings.c.tenant == tenant)).scalar_one())
