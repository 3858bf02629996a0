"""What reviewers say of postings, and what it comes to: one word settles a posting, of a disputed one two must agree.

Nothing that was said is removed. To undo is to mark the words of one step as undone; what they had come to is worked
out anew, so that the row in `decisions`, which training reads, is there exactly while the votes that stand hold it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from api.store import audit
from api.store.columns import now
from api.store.postings import new_id
from api.store.review_tables import review, votes
from api.store.sightings import Decision, note_decision
from api.store.tables import decisions, postings

LABELS = ("scam", "legit", "not_posting", "discard")
_PART = 500


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a reviewer says that postings are."""

    label: str
    codes: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """What a step did: how many postings it settled, and how many wait for a second reviewer."""

    batch: str
    settled: int
    second: int


def cast(connection: Connection, tenant: str, reviewer: str, keys: Sequence[str], ruling: Ruling) -> Cast:
    """A reviewer's word on postings of the tenant, in one step."""
    batch, at = new_id(), now()
    known = [key for part in _parts(keys) for key in _known(connection, tenant, part)]
    row: dict[str, Any] = {"tenant": tenant, "batch": batch, "label": ruling.label, "codes": " ".join(ruling.codes)}
    row |= {"note": ruling.note, "reviewer": reviewer, "created": at}
    if known:
        connection.execute(insert(votes), [row | {"id": new_id(), "posting": key} for key in known])
    second = settle(connection, tenant, known)
    subject = known[0] if len(known) == 1 else ""
    audit.add(
        connection, reviewer, "review.decide", subject, tenant=tenant, batch=batch, label=ruling.label,
        codes=",".join(ruling.codes), count=len(known), second=second,
    )  # fmt: skip
    return Cast(batch, len(known) - second, second)


def undo(connection: Connection, tenant: str, reviewer: str, batch: str, since: datetime) -> list[str]:
    """Take back a step of one's own since then; the postings it was about, none when there is no such step."""
    own = [votes.c.tenant == tenant, votes.c.reviewer == reviewer, votes.c.batch == batch]
    query = select(votes.c.posting).where(*own, votes.c.undone.is_(None), votes.c.created >= since)
    keys = list(connection.execute(query).scalars())
    if keys:
        connection.execute(update(votes).where(*own).values(undone=now()))
        settle(connection, tenant, keys)
        subject = keys[0] if len(keys) == 1 else ""
        audit.add(connection, reviewer, "review.undo", subject, tenant=tenant, batch=batch, count=len(keys))
    return keys


def last_step(connection: Connection, tenant: str, reviewer: str, since: datetime) -> tuple[str, str, int] | None:
    """The reviewer's newest step that stands, as (batch, one of its postings, how many)."""
    own = [votes.c.tenant == tenant, votes.c.reviewer == reviewer, votes.c.created >= since, votes.c.undone.is_(None)]
    newest = select(votes.c.batch).where(*own).order_by(votes.c.created.desc()).limit(1)
    batch = connection.execute(newest).scalar()
    if batch is None:
        return None
    query = select(func.min(votes.c.posting), func.count()).where(votes.c.tenant == tenant, votes.c.batch == batch)
    posting, number = connection.execute(query).one()
    return batch, posting, number


def settle(connection: Connection, tenant: str, keys: Sequence[str]) -> int:
    """Work out anew what the votes on these postings come to; how many wait for a second reviewer."""
    return sum(_settle(connection, tenant, part) for part in _parts(keys))


def _settle(connection: Connection, tenant: str, keys: Sequence[str]) -> int:
    said = _standing(connection, tenant, keys)
    query = select(review.c.posting, review.c.said, review.c.decision).where(review.c.posting.in_(keys))
    outcomes = [(row, said.get(row.posting, {}), outcome(said.get(row.posting, {}), row.said)) for row in
                connection.execute(query).all()]  # fmt: skip
    gone = [row.decision for row, _, _ in outcomes if row.decision]
    if gone:
        connection.execute(delete(decisions).where(decisions.c.tenant == tenant, decisions.c.id.in_(gone)))
    made = [_decision(tenant, row.posting, final) for row, _, final in outcomes if final is not None]
    if made:
        connection.execute(insert(decisions), made)
    _remember(connection, tenant, {row.posting: final for row, _, final in outcomes})
    ids = {one["posting"]: one["id"] for one in made}
    changes = [
        {"key": row.posting, "decision": ids.get(row.posting), "waits": final is None,
         "second": final is None and bool(words)}
        for row, words, final in outcomes
    ]  # fmt: skip
    if changes:
        connection.execute(update(review).where(review.c.posting == bindparam("key")), changes)
    return sum(change["second"] for change in changes)


def _remember(connection: Connection, tenant: str, finals: Mapping[str, Any]) -> None:
    """Tell the campaign memory what these postings are by now; where nothing is decided, or no more, that too."""
    query = select(postings.c.id, postings.c.fields).where(postings.c.tenant == tenant, postings.c.id.in_(finals))
    for row in connection.execute(query).all():
        final = finals[row.id]
        label, codes = (final.label, final.codes.split()) if final else ("discard", [])
        note_decision(connection, Decision(tenant, row.id, row.fields, label, codes))


def outcome(words: Mapping[str, Any], said: str) -> Any | None:  # noqa: ANN401  # a row of votes
    """The newest word that enough reviewers agree with: one, or two where the posting is disputed. None: not yet."""
    if not words:
        return None
    numbers = Counter(word.label for word in words.values())
    needed = 2 if said == "disputed" or len(numbers) > 1 else 1
    enough = [word for word in words.values() if numbers[word.label] >= needed]
    return max(enough, key=lambda word: word.created, default=None)


def _standing(connection: Connection, tenant: str, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Posting → reviewer → their newest word that was not undone."""
    query = select(votes).where(votes.c.tenant == tenant, votes.c.posting.in_(keys), votes.c.undone.is_(None))
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(query.order_by(votes.c.created)):
        found.setdefault(row.posting, {})[row.reviewer] = row
    return found


def _decision(tenant: str, posting: str, final: Any) -> dict[str, Any]:  # noqa: ANN401  # a row of votes
    codes = final.codes.split() if final.label == "scam" else []
    row = {"id": new_id(), "tenant": tenant, "posting": posting, "label": final.label, "codes": codes}
    return row | {"moderator": final.reviewer, "created": final.created}


def _known(connection: Connection, tenant: str, keys: Sequence[str]) -> list[str]:
    query = select(review.c.posting).where(review.c.tenant == tenant, review.c.posting.in_(keys))
    there = set(connection.execute(query).scalars())
    return [key for key in keys if key in there]


def _parts(keys: Iterable[str]) -> Iterator[list[str]]:
    everything = list(keys)
    return (everything[at : at + _PART] for at in range(0, len(everything), _PART))
