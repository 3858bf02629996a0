"""What waits for a reviewer: every kept posting, with what the detector and the reporters say of it, in an order.

The order is kept in one text column, so that a page of the queue is one walk along an index: what is disputed first,
then what was reported, what the detector is unsure of, and the rest by level; within each the oldest first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from api.store import likeness
from api.store.columns import storable
from api.store.review_tables import review
from api.store.tables import feedback, postings

if TYPE_CHECKING:
    from detector.types import Assessment

NEAR = 10
"""Points from the border of a level within which a score is uncertain."""
BORDERS = (30, 70)
SURE = 0.5
"""Confidence of a rule from which on a low level is a disagreement."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the queue needs of an assessment."""

    level: str = "none"
    score: int = 0
    codes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    uncertain: bool = True

    @classmethod
    def of(cls, assessment: Assessment) -> Facts:
        """Of an assessment; `none` is the level of what is no posting."""
        reasons = assessment.reasons
        return cls(
            "none" if assessment.kind.value == "not_posting" else assessment.risk_level.value,
            assessment.risk_score,
            tuple(dict.fromkeys(reason.code for reason in reasons)),
            tuple(dict.fromkeys(reason.rule for reason in reasons if reason.rule)),
            is_uncertain(assessment),
        )


def is_uncertain(assessment: Assessment) -> bool:
    """Whether the score is near a border, or the rules and the classifier disagree."""
    ruled = [reason for reason in assessment.reasons if reason.rule]
    low = assessment.risk_level.value == "low"
    return (
        any(abs(assessment.risk_score - border) <= NEAR for border in BORDERS)
        or (not low and not ruled)
        or (low and any(reason.confidence >= SURE for reason in ruled))
    )


def take_in(  # what a row consists of
    connection: Connection, tenant: str, key: str, fields: Mapping[str, str], facts: Facts, poster: str | None
) -> None:
    """Let a posting that was just kept wait for a reviewer."""
    at = connection.execute(select(postings.c.created).where(postings.c.id == key)).scalar_one()
    first = likeness.remember(connection, tenant, key, fields)
    campaign = _campaign(connection, first) if first else None
    row = {"posting": key, "tenant": tenant, "waits": True, "second": False, "level": facts.level, "score": facts.score}
    row |= {"codes": spaced(facts.codes), "rules": spaced(facts.rules), "uncertain": facts.uncertain, "said": ""}
    row |= {"place": place(rank(facts.level, uncertain=facts.uncertain, said=""), at, key), "created": at}
    row |= {"poster": poster_key(poster), "campaign": campaign or key}
    connection.execute(insert(review).values(row))


def _campaign(connection: Connection, first: str) -> str | None:
    return connection.execute(select(review.c.campaign).where(review.c.posting == first)).scalar()


def hear(connection: Connection, tenant: str, key: str) -> None:
    """Something was said of a posting: move it, and those with the same words, to where they belong now."""
    words = same_words(connection, tenant, key)
    labels = labels_said(connection, tenant, words)
    rows = connection.execute(select(review).where(review.c.posting.in_(words), review.c.tenant == tenant)).all()
    for row in rows:
        said = "disputed" if is_disputed(set(labels.values()), row.level) else "said"
        own = place(rank(row.level, uncertain=row.uncertain, said=said), row.created, row.posting)
        connection.execute(update(review).where(review.c.posting == row.posting).values(said=said, place=own))


def is_disputed(labels: set[str], level: str) -> bool:
    """Whether reporters contradict each other, or the detector strongly."""
    against = {"legit", "not_posting"} if level == "high" else {"scam"} if level in {"low", "none"} else set()
    return len(labels) > 1 or bool(labels & against)


def labels_said(connection: Connection, tenant: str, words: list[str]) -> dict[str, str]:
    """Reporter → what they said last of these postings."""
    query = select(feedback.c.reporter, feedback.c.label).where(
        feedback.c.tenant == tenant, feedback.c.posting.in_(words)
    )
    return {row.reporter: row.label for row in connection.execute(query.order_by(feedback.c.created))}


def same_words(connection: Connection, tenant: str, key: str, most: int = 500) -> list[str]:
    """The kept postings of the tenant with the same words, itself the first."""
    own = select(postings.c.digest).where(postings.c.tenant == tenant, postings.c.id == key).scalar_subquery()
    query = select(postings.c.id).where(postings.c.tenant == tenant, postings.c.digest == own, postings.c.id != key)
    return [key, *connection.execute(query.limit(most)).scalars()]


def rank(level: str, *, uncertain: bool, said: str) -> int:
    """Where in the queue: 0 comes first."""
    if said:
        return 0 if said == "disputed" else 1
    if uncertain:
        return 2
    return {"high": 3, "medium": 4}.get(level, 5)


def place(at_rank: int, at: datetime, key: str) -> str:
    """Sorts as the queue does, in any collation: digits and small letters, of the same length."""
    return f"{at_rank}{int(at.timestamp() * 1_000_000):016d}{key}"


def posting_at(found: str) -> str:
    """The posting whose place that is."""
    return found[17:]


def poster_key(name: str | None) -> str | None:
    """What stands for a poster's name in an index."""
    return hashlib.sha256(storable(name).encode("utf-8", "surrogatepass")).hexdigest() if name else None


def spaced(names: tuple[str, ...]) -> str:
    """Names in one text, each with a space before and behind."""
    return f" {' '.join(names)} " if names else ""
