"""Files to be assessed: what each is, how far it is, who has it in hand. The files themselves lie in api.jobs.folder.

A worker holds a job by a lease that it renews. Whoever claims a job writes its results into a segment of its own, and
counts only what was told here while the lease was held: one that was thought dead and wakes up again changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    Row,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from api.store import audit, deliveries
from api.store.columns import Moment, Words, now
from api.store.tables import metadata, tenant_column

LEASE = timedelta(seconds=30)
STRIKES = 3
"""Claims without progress, after which a job has failed: it kills whoever takes it up."""
OPEN = ("queued", "running")

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    tenant_column(),
    Column("state", String(16), nullable=False),  # queued | running | done | failed | cancelled
    Column("format", String(16), nullable=False),  # jsonl | csv | xlsx | parquet
    Column("size", BigInteger, nullable=False),  # bytes of the file
    Column("webhook", Words),
    Column("options", JSON),  # language, length, campaign memory; NULL: as they are usually
    Column("key", String(16)),  # on whose quota it is counted; NULL: on nobody's
    Column("waits_until", Moment),  # the day's quota is used up
    Column("share", Float),  # 0..1; NULL while nobody knows
    Column("rows", Integer, nullable=False),  # done with, refused ones too
    Column("refused", Integer, nullable=False),
    Column("levels", JSON, nullable=False),  # level → rows
    Column("segments", JSON, nullable=False),  # [name, bytes that count] of each, in order
    Column("bytes", BigInteger, nullable=False),  # of all segments
    Column("cause", Words),  # why it failed
    Column("worker", String(32)),
    Column("lease", Moment),  # until when
    Column("claims", Integer, nullable=False),
    Column("strikes", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Column("started", Moment),
    Column("finished", Moment),
    Index(None, "tenant", "created"),
    Index(None, "state", "created"),
)

Job = Row[Any]
"""A row of the table."""


class TooMany(Exception):  # noqa: N818  # it says what is the case
    """The tenant has as many unfinished jobs, or as many bytes, as it may have; `what` says which."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Limits:
    """What one tenant may have at a time."""

    unfinished: int = 10
    bytes: int = 8 << 30
    """Of files and results together."""


@dataclass(frozen=True, slots=True)
class Part:
    """What became of some rows: lines for the result, and what they count for."""

    data: bytes
    rows: int
    refused: int
    levels: Mapping[str, int]
    share: float | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of a worker, as far as it was when it was taken up."""

    id: str
    tenant: str
    format: str
    worker: str
    segment: str
    """The name of the file that this worker writes to."""
    rows: int
    options: Mapping[str, Any] | None = None
    """How its sender wants the answers; None is as usual."""
    key: str | None = None
    """On whose quota it is counted, if on anybody's."""


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_hex(12)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the sender of a file wants: who is told of the end, how the answers are, on whose quota they count."""

    webhook: str | None = None
    options: Mapping[str, Any] | None = None
    key: str | None = None


def add(
    connection: Connection, tenant: str, job: str, file: tuple[str, int], wish: Wish, limits: Limits, by: str
) -> None:
    """Queue a file of (format, bytes). TooMany when the tenant has enough."""
    if connection.dialect.name == "postgresql":
        own = f"jobs {tenant}"
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:own, 0))"), {"own": own})
    open_jobs, used = usage(connection, tenant)
    if open_jobs >= limits.unfinished:
        raise TooMany("jobs")
    if used + file[1] > limits.bytes:
        raise TooMany("bytes")
    fresh = {"rows": 0, "refused": 0, "bytes": 0, "claims": 0, "strikes": 0, "levels": {}, "segments": []}
    made = {"id": job, "tenant": tenant, "state": "queued", "format": file[0], "size": file[1], **asdict(wish)}
    connection.execute(insert(jobs).values(fresh | made | {"created": now()}))
    audit.add(connection, by, "job.create", job, tenant=tenant, format=file[0], bytes=file[1])


def usage(connection: Connection, tenant: str) -> tuple[int, int]:
    """Unfinished jobs of the tenant, and the bytes of all its jobs."""
    used = func.coalesce(func.sum(jobs.c.size + jobs.c.bytes), 0)
    unfinished = select(func.count()).where(jobs.c.tenant == tenant, jobs.c.state.in_(OPEN))
    total = select(used).where(jobs.c.tenant == tenant)
    return int(connection.execute(unfinished).scalar_one()), int(connection.execute(total).scalar_one())


def get(connection: Connection, tenant: str, job: str) -> Job | None:
    """The job, if it is the tenant's."""
    return connection.execute(select(jobs).filter_by(tenant=tenant, id=job)).first()


def waiting(connection: Connection) -> bool:
    """Whether any job is unfinished, whoever has it."""
    return connection.execute(select(jobs.c.id).where(jobs.c.state.in_(OPEN)).limit(1)).first() is not None


def claim(connection: Connection, worker: str) -> Claim | None:
    """Take up the next job: of the tenant that has the fewest under way, the oldest."""
    others = jobs.alias()
    under_way = select(func.count()).where(others.c.tenant == jobs.c.tenant, others.c.state == "running")
    due = or_(jobs.c.waits_until.is_(None), jobs.c.waits_until <= now())
    free = or_(and_(jobs.c.state == "queued", due), and_(jobs.c.state == "running", jobs.c.lease < now()))
    query = select(jobs).where(free).order_by(under_way.scalar_subquery(), jobs.c.created).limit(1)
    job = connection.execute(query.with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    segment = f"result-{job.claims + 1:05}"
    values = {
        "state": "running",
        "worker": worker,
        "lease": now() + LEASE,
        "claims": job.claims + 1,
        "strikes": job.strikes + 1,
        "waits_until": None,
        "segments": [*job.segments, [segment, 0]],
        "started": job.started or now(),
    }
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))
    claimed = Claim(job.id, job.tenant, job.format, worker, segment, job.rows, job.options, job.key)
    if job.strikes < STRIKES:
        return claimed
    finish(connection, claimed, "failed", f"it ended the program that read it, {STRIKES} times at row {job.rows + 1:,}")
    return claim(connection, worker)


def _held(connection: Connection, held: Claim) -> Job | None:
    query = select(jobs).where(jobs.c.id == held.id, jobs.c.worker == held.worker, jobs.c.state == "running")
    return connection.execute(query.with_for_update()).first()


def advance(connection: Connection, held: Claim, part: Part) -> bool:
    """Count rows whose lines are on the disk; False when the job is no longer this worker's."""
    job = _held(connection, held)
    if job is None:
        return False
    *before, (name, size) = job.segments
    levels = {level: job.levels.get(level, 0) + part.levels.get(level, 0) for level in {*job.levels, *part.levels}}
    values = {
        "rows": job.rows + part.rows,
        "refused": job.refused + part.refused,
        "levels": levels,
        "segments": [*before, [name, size + len(part.data)]],
        "bytes": job.bytes + len(part.data),
        "share": part.share,
        "strikes": 0,
        "lease": now() + LEASE,
    }
    connection.execute(update(jobs).where(jobs.c.id == held.id).values(values))
    return True


def renew(connection: Connection, held: Claim) -> bool:
    """Hold the job longer; False when it is no longer this worker's."""
    mine = and_(jobs.c.id == held.id, jobs.c.worker == held.worker, jobs.c.state == "running")
    return bool(connection.execute(update(jobs).where(mine).values(lease=now() + LEASE)).rowcount)


def release(connection: Connection, held: Claim, until: datetime | None = None) -> None:
    """Give the job back: another worker goes on where this one stopped, not before `until`."""
    job = _held(connection, held)
    if job is not None:
        strikes = max(0, job.strikes - 1)
        values = {"state": "queued", "worker": None, "lease": None, "strikes": strikes, "waits_until": until}
        connection.execute(update(jobs).where(jobs.c.id == held.id).values(values))


def finish(connection: Connection, held: Claim, state: str, cause: str | None = None) -> bool:
    """The end, `done` or `failed`, and the word of it on its way; False when the job is no longer this worker's."""
    if _held(connection, held) is None:
        return False
    _end(connection, held.id, state, cause)
    return True


def _end(connection: Connection, job: str, state: str, cause: str | None = None) -> None:
    values: dict[str, Any] = {"state": state, "cause": cause, "worker": None, "lease": None, "finished": now()}
    if state == "done":
        values["share"] = 1.0
    connection.execute(update(jobs).where(jobs.c.id == job).values(values))
    ended = connection.execute(select(jobs).where(jobs.c.id == job)).one()
    if ended.webhook:
        deliveries.add(connection, ended.tenant, job, ended.webhook, {"type": f"job.{state}", "data": facts(ended)})


def cancel(connection: Connection, tenant: str, job: str, by: str) -> str | None:
    """Stop an unfinished job (`cancelled`), or delete a finished one (`deleted`); None when there is none."""
    found = connection.execute(select(jobs).filter_by(tenant=tenant, id=job).with_for_update()).first()
    if found is None:
        return None
    done = "cancelled" if found.state in OPEN else "deleted"
    if done == "cancelled":
        _end(connection, job, "cancelled")
        connection.execute(update(jobs).where(jobs.c.id == job).values(segments=[], bytes=0, size=0))
    else:
        connection.execute(delete(jobs).where(jobs.c.id == job))
    audit.add(connection, by, f"job.{done}", job, tenant=tenant)
    return done


def facts(job: Job) -> dict[str, Any]:
    """A job as its owner sees it."""
    return {
        "id": job.id,
        "state": job.state,
        "format": job.format,
        "size": job.size,
        "progress": job.share,
        "rows": job.rows,
        "refused": job.refused,
        "levels": {level: job.levels.get(level, 0) for level in ("low", "medium", "high")},
        "cause": job.cause,
        "waits_until": _iso(job.waits_until),
        "created": _iso(job.created),
        "started": _iso(job.started),
        "finished": _iso(job.finished),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def old(connection: Connection, before: datetime, tenant: str | None = None) -> list[tuple[str, str]]:
    """(tenant, id) of each job that ended before."""
    query = select(jobs.c.tenant, jobs.c.id).where(jobs.c.finished < before)
    if tenant is not None:
        query = query.where(jobs.c.tenant == tenant)
    return [(row.tenant, row.id) for row in connection.execute(query)]


def known(connection: Connection) -> set[str]:
    """The ids of all jobs."""
    return set(connection.execute(select(jobs.c.id)).scalars())
