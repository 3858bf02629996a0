"""Figures for the dashboards of the review desk, counted by the database wherever it can."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, cast, func, literal_column, select

from api.store.columns import now
from api.store.review_tables import review, votes
from api.store.tables import decisions

HOURS_AHEAD = 8
"""Days are those of Beijing."""
MOST = 50_000
"""Decisions looked at, the newest."""


@dataclass(frozen=True, slots=True)
class Days:
    """Postings a day: for each level and each code one number a day."""

    days: Sequence[str]
    levels: dict[str, list[int]]
    codes: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """How often a rule fired on decided postings, and on how many of them it was a scam."""

    rule: str
    fired: int
    scams: int


def per_day(connection: Connection, tenant: str, days: int = 30) -> Days:
    """Kept postings of the last days by level and by code."""
    names = [str((now() + timedelta(hours=HOURS_AHEAD)).date() - timedelta(days=back)) for back in range(days)][::-1]
    since = now() - timedelta(days=days)
    day = _day(connection, review.c.created)
    query = (
        select(day, review.c.level, review.c.codes, func.count())
        .where(review.c.tenant == tenant, review.c.created >= since)
        .group_by(day, review.c.level, review.c.codes)
    )
    levels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    codes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, level, spaced, number in connection.execute(query):
        levels[level][str(name)] += number
        for code in spaced.split():
            codes[code][str(name)] += number
    return Days(names, *({key: [of[key][name] for name in names] for key in of} for of in (levels, codes)))


def _day(connection: Connection, moment: ColumnElement[Any]) -> ColumnElement[str]:
    if connection.dialect.name == "sqlite":
        return func.date(moment, f"+{HOURS_AHEAD} hours")
    return cast(func.date(moment + literal_column(f"interval '{HOURS_AHEAD} hours'")), String)


def double_votes(connection: Connection, tenant: str) -> list[tuple[str, str]]:
    """For each posting that two reviewers looked at, what the first said first and what the second did."""
    standing = [votes.c.tenant == tenant, votes.c.undone.is_(None)]
    twice = select(votes.c.posting).where(*standing).group_by(votes.c.posting)
    twice = twice.having(func.count(votes.c.reviewer.distinct()) > 1).order_by(func.max(votes.c.created).desc())
    query = select(votes.c.posting, votes.c.reviewer, votes.c.label).where(
        *standing, votes.c.posting.in_(twice.limit(MOST))
    )
    first: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(query.order_by(votes.c.created)):
        first[row.posting].setdefault(row.reviewer, row.label)
    pairs = [list(words.values())[:2] for words in first.values()]
    return [(one, other) for one, other in pairs]


def rules(connection: Connection, tenant: str) -> list[RuleFigures]:
    """What each rule fired on among decided postings, the most frequent first."""
    query = (
        select(review.c.rules, decisions.c.label)
        .join(decisions, (decisions.c.posting == review.c.posting) & (decisions.c.id == review.c.decision))
        .where(decisions.c.tenant == tenant, decisions.c.label.in_(["scam", "legit", "not_posting"]))
        .order_by(decisions.c.created.desc())
        .limit(MOST)
    )
    fired: Counter[str] = Counter()
    scams: Counter[str] = Counter()
    for spaced, label in connection.execute(query):
        fired.update(spaced.split())
        if label == "scam":
            scams.update(spaced.split())
    return [RuleFigures(rule, number, scams[rule]) for rule, number in fired.most_common()]


def bands(connection: Connection, tenant: str, since: datetime) -> list[int]:
    """Kept postings since then by ten bands of their score, as `api.drift` counts them."""
    band = review.c.score // 10
    query = select(band, func.count()).where(review.c.tenant == tenant, review.c.created >= since).group_by(band)
    found = [0] * 10
    for number, count in connection.execute(query):
        found[min(int(number), 9)] += count
    return found


def by_reviewer(connection: Connection, tenant: str, since: datetime) -> list[tuple[str, int]]:
    """How many postings each reviewer spoke on since then, the most first."""
    query = (
        select(votes.c.reviewer, func.count())
        .where(votes.c.tenant == tenant, votes.c.created >= since, votes.c.undone.is_(None))
        .group_by(votes.c.reviewer)
        .order_by(func.count().desc(), votes.c.reviewer)
    )
    return [(reviewer, number) for reviewer, number in connection.execute(query)]


def decided(connection: Connection, tenant: str, after: str, most: int) -> list[tuple[object, ...]]:
    """(posting, label, codes, reviewer, at, level, score, rules) of what votes came to, behind a posting."""
    query = (
        select(
            review.c.posting, decisions.c.label, decisions.c.codes, decisions.c.moderator, decisions.c.created,
            review.c.level, review.c.score, review.c.rules,
        )
        .join(decisions, decisions.c.id == review.c.decision)
        # `+ ""`: SQLite, given the tenant as a key, would sort all of the tenant's rows for each part of the file.
        .where(review.c.tenant + "" == tenant, review.c.posting > after)
        .order_by(review.c.posting)
        .limit(most)
    )  # fmt: skip
    rows = connection.execute(query)
    return [
        (key, label, " ".join(codes), by, at.isoformat(), *rest[:2], rest[2].strip())
        for key, label, codes, by, at, *rest in rows
    ]
