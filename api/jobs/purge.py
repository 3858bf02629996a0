"""Jobs that ended long ago, with their files and the words about them, and files that belong to no job."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from api.jobs import folder
from api.store import Store, StoreError, deliveries, jobs
from api.store.columns import now

SETTING = "SCAMJOB_JOB_DAYS"
DAYS = 7
WORDS_KEPT = timedelta(days=30)


def days() -> int:
    """How long a job stays after its end; StoreError when the setting is no whole number from 1."""
    said = os.environ.get(SETTING, str(DAYS))
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= 36_500):
        raise StoreError(f"{SETTING} must be a whole number of days from 1, not {said!r}")
    return int(said)


def purged(store: Store, before: datetime | None, tenant: str | None, by: str, dry_run: bool = False) -> list[str]:
    """Delete the jobs that ended before (None: longer ago than the setting says); their ids."""
    until = before or now() - timedelta(days=days())
    with store.read() as connection:
        old = jobs.old(connection, until, tenant)
    if dry_run:
        return [job for _, job in old]
    for owner, job in old:
        with store.write() as connection:
            jobs.cancel(connection, owner, job, by)
        folder.remove(job)
    with store.write() as connection:
        deliveries.forget(connection, min(until, now() - WORDS_KEPT), tenant)
        known = jobs.known(connection)
    folder.sweep(known)
    return [job for _, job in old]
