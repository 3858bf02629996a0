"""The postings of a job on their way to answers, as their sender wants them: the same as a batch would get.

Language and length, the campaign memory, and the postings that the quota of a key still allows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from api.answers import answer_to
from api.campaigns import Memory
from api.limits import FILE, PASSING, REDIS, Charge, Limits, Progress, Standing
from api.store import keys, sightings
from api.store.columns import now
from api.submission import Options, Submission
from detector.home import home

if TYPE_CHECKING:
    from api.store import Store
    from api.store.jobs import Claim
    from api.store.sightings import Seen
    from detector.types import Assessment, Posting

WISHES = ("language", "explain", "campaign", "asked")
"""What of the options is kept with a job; texts of jobs are never kept."""


def wishes_of(options: Options) -> dict[str, Any]:
    """The options as they are kept."""
    return {name: value for name, value in asdict(options).items() if name in WISHES}


@dataclass
class Answering:
    """The answers to the postings of one job."""

    store: Store
    job: Claim
    seen: list[Seen] = field(default_factory=list)
    """Sightings that are to be written with the rows that they come from."""

    def __post_init__(self) -> None:
        said: Mapping[str, Any] = self.job.options or {}
        self.options = Options(**said)
        self.memory = Memory(self.store) if self.options.campaign else None

    def __call__(self, done: Sequence[tuple[Posting, str | None, Assessment]]) -> Iterator[dict[str, object]]:
        """The JSON object for each posting, which has an id of the sender's or none."""
        asked = [Submission(replace(posting, id=own), self.options) for posting, own, _ in done]
        known = self.memory.recall(self.job.tenant, asked) if self.memory else [None] * len(done)
        for submission, (*_, assessment), met in zip(asked, done, known, strict=True):
            if self.memory is None:
                yield answer_to(submission, assessment)
                continue
            yield answer_to(submission, assessment, {"campaign": met and self.memory.told(*met)})
            if met:
                self.seen.append(self.memory.sighting(met[1], assessment, None))

    def remember(self, connection: Connection) -> None:
        """Write the sightings along with the count of their rows; one that another process has just written is left."""
        for one in self.seen:
            try:
                with connection.begin_nested():
                    sightings.add(connection, one)
            except IntegrityError:
                continue
        self.seen.clear()


class Quota:
    """What the key that sent a job may still have assessed today. Counted where the service counts.

    Each row is charged once, though the process that assessed it was killed before its block was written down.
    """

    def __init__(self, store: Store, job: Claim) -> None:
        self.job = job
        self.done = job.rows
        """Rows that were allowed so far."""
        with store.read() as connection:
            self.per_day = keys.per_day(connection, job.key) if job.key else None
        self.limits = Limits(home() / FILE, os.environ.get(REDIS) or None)
        self.until: datetime | None = None
        """When the next day's begins, once this day's is used up."""

    def allow(self, rows: int) -> int:
        """How many of the next so many rows may be assessed now; they are counted."""
        allowed = self._counted(rows)
        self.done += allowed
        return allowed

    def _counted(self, rows: int) -> int:
        if self.job.key is None or self.per_day is None:
            return rows
        standing = self._charge(self.job.key, self.per_day, rows)
        if not standing.refused:
            return rows
        self.until = now() + timedelta(seconds=standing.midnight)
        left = rows - standing.charge.cost + max(0, self.per_day - standing.spent)
        return left if left and not self._charge(self.job.key, self.per_day, left).refused else 0

    def _charge(self, key: str, per_day: int, rows: int) -> Standing:
        progress = Progress(f"{PASSING}job:{self.job.id}", self.done + rows)
        return self.limits.take(Charge(key, rows, None, per_day, progress))

    def close(self) -> None:
        """Close what is open."""
        self.limits.close()
