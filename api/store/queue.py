"""The queue of the review desk, page by page, and one item with all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, case, false, func, select, true

from api.store.review_tables import review, votes
from api.store.tables import feedback, postings
from api.store.waiting import poster_key, posting_at

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

PAGE = 25


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items; what is empty does not narrow."""

    state: str = "waiting"
    """`waiting` (open or for a second reviewer), `second`, `done`, `all`."""
    level: str = ""
    code: str = ""
    uncertain: bool = False
    said: str = ""
    """`said` (anything) or `disputed`."""
    campaign: str = ""
    poster: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One posting in the queue."""

    posting: str
    waits: bool
    second: bool
    place: str
    level: str
    score: int
    codes: tuple[str, ...]
    uncertain: bool
    said: str
    campaign: str
    created: datetime
    fields: Mapping[str, str]
    poster: str | None
    alike: int = 1
    """Postings of its campaign."""

    @property
    def text(self) -> str:
        """All fields, one a line."""
        return "\n".join(self.fields.values())


@dataclass(frozen=True, slots=True)
class Vote:
    """What a reviewer said."""

    batch: str
    label: str
    codes: tuple[str, ...]
    note: str | None
    reviewer: str
    created: datetime
    undone: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a reporter said."""

    label: str
    codes: tuple[str, ...]
    note: str | None
    source: str
    reporter: str
    created: datetime


def conditions(tenant: str, wanted: Filter) -> list[ColumnElement[bool]]:
    """The filter as SQL; the tenant is always part of it."""
    found: list[ColumnElement[bool]] = [review.c.tenant == tenant]
    if wanted.state != "all":
        found.append(review.c.waits == (false() if wanted.state == "done" else true()))
    if wanted.state == "second":
        found.append(review.c.second == true())
    if wanted.level:
        found.append(review.c.level == wanted.level)
    if wanted.code:
        found.append(review.c.codes.contains(f" {wanted.code} ", autoescape=True))
    if wanted.uncertain:
        found.append(review.c.uncertain == true())
    if wanted.said:
        found.append(review.c.said.in_(["disputed"] if wanted.said == "disputed" else ["said", "disputed"]))
    if wanted.campaign:
        found.append(review.c.campaign == wanted.campaign)
    if wanted.poster:
        found.append(review.c.poster == poster_key(wanted.poster))
    return found


def page(connection: Connection, tenant: str, wanted: Filter, after: str = "", size: int = PAGE) -> list[Item]:
    """The next items behind a place; one more than `size` when there are more."""
    return items(connection, tenant, _keys(connection, tenant, wanted, after, size + 1))


def _keys(connection: Connection, tenant: str, wanted: Filter, after: str, most: int) -> list[str]:
    """Read from the places alone, which an index holds."""
    query = select(review.c.place).where(*conditions(tenant, wanted), review.c.place > after)
    return list(map(posting_at, connection.execute(query.order_by(review.c.place).limit(most)).scalars()))


def next_key(connection: Connection, tenant: str, wanted: Filter, after: str) -> str | None:
    """The posting behind a place, else the first."""
    found = _keys(connection, tenant, wanted, after, 1) or _keys(connection, tenant, wanted, "", 1)
    return found[0] if found else None


def items(connection: Connection, tenant: str, keys: Sequence[str]) -> list[Item]:
    """These items of the tenant, in the order of the queue."""
    names = [review.c[name] for name in Item.__slots__ if name in review.c and name != "poster"]
    query = (
        select(*names, postings.c.fields, postings.c.poster)
        .join(postings, postings.c.id == review.c.posting)
        .where(review.c.posting.in_(list(keys)))
    )
    # `+ ""`: SQLite, given the tenant as a key, would walk all of the tenant's rows instead of taking these few.
    rows = [dict(row._mapping) for row in connection.execute(query.where(review.c.tenant + "" == tenant))]
    rows.sort(key=lambda row: str(row["place"]))  # here: a database asked to sort would walk the queue from its start
    alike = campaign_sizes(connection, tenant, {row["campaign"] for row in rows})
    return [Item(**row | {"codes": tuple(row["codes"].split()), "alike": alike[row["campaign"]]}) for row in rows]


def item(connection: Connection, tenant: str, key: str) -> Item | None:
    """One item; None where the tenant has none such."""
    return next(iter(items(connection, tenant, [key])), None)


def campaign_sizes(connection: Connection, tenant: str, campaigns: set[str]) -> dict[str, int]:
    """Campaign → its postings. One by one: asked for all at once, SQLite would count every campaign there is."""
    query = select(func.count()).where(review.c.tenant == tenant)
    return {one: connection.execute(query.where(review.c.campaign == one)).scalar_one() for one in campaigns}


def waiting_of(connection: Connection, tenant: str, campaign: str, most: int) -> list[str]:
    """The postings of a campaign that wait, the first first."""
    return _keys(connection, tenant, Filter(campaign=campaign), "", most)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits, and of which kind."""

    total: int = 0
    high: int = 0
    medium: int = 0
    uncertain: int = 0
    said: int = 0
    disputed: int = 0
    second: int = 0


def waiting(connection: Connection, tenant: str) -> Waiting:
    """The counts over all that waits."""

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    query = select(
        func.count(),
        number(review.c.level == "high"),
        number(review.c.level == "medium"),
        number(review.c.uncertain == true()),
        number(review.c.said != ""),
        number(review.c.said == "disputed"),
        number(review.c.second == true()),
    ).where(review.c.tenant == tenant, review.c.waits == true())
    return Waiting(*map(int, connection.execute(query).one()))


def votes_on(connection: Connection, tenant: str, key: str) -> list[Vote]:
    """What reviewers said of a posting, undone words too, the first first."""
    columns = [votes.c[name] for name in Vote.__slots__]
    query = select(*columns).where(votes.c.tenant == tenant, votes.c.posting == key).order_by(votes.c.created)
    rows = [dict(row._mapping) for row in connection.execute(query)]
    return [Vote(**row | {"codes": tuple(row["codes"].split())}) for row in rows]


def heard_of(connection: Connection, tenant: str, words: Sequence[str], most: int = 50) -> list[Heard]:
    """What reporters said of these postings, the newest first."""
    columns = [feedback.c[name] for name in Heard.__slots__]
    query = select(*columns).where(feedback.c.tenant == tenant, feedback.c.posting.in_(list(words)))
    rows = connection.execute(query.order_by(feedback.c.created.desc()).limit(most))
    return [Heard(**dict(row._mapping) | {"codes": tuple(row.codes)}) for row in rows]
