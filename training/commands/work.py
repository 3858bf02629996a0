"""`scamjob work`: take up jobs, write their results, tell of their ends. As many may run as one likes, on one store."""

from __future__ import annotations

import os
import secrets
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.commands.shared import database_option, detector, model_option
from training.commands.stores import opened

if TYPE_CHECKING:
    from api.config import Assessor
    from api.jobs.answering import Answering, Quota
    from api.store import Store
    from api.store.jobs import Claim
    from training.jobs import Block

LOOK = 1.0
"""Seconds between two looks into the store."""
RENEW = 8.0
"""Seconds between two renewals of a lease, which lasts 30."""
FULL = 30.0
"""Seconds to wait when the disk takes nothing more."""
TELLERS = 2
"""Threads that tell callers' servers: one that is slow to answer holds up half of them at most."""


class Stopped(Exception):  # noqa: N818  # it says what is the case
    """This process is to end."""


class Lost(Exception):  # noqa: N818
    """The job was cancelled, or another worker has it."""


@click.command()
@click.option("--leave-after", type=click.IntRange(1), metavar="SECONDS", help="Leave after so long without work.")
@click.option("--lifeline", is_flag=True, hidden=True, help="Leave when standard input closes.")
@click.option(
    "--policy",
    envvar="SCAMJOB_POLICY",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What each tenant wants otherwise, as TOML; without it $SCAMJOB_POLICY.",
)
@model_option
@database_option
def work(leave_after: int | None, lifeline: bool, policy: Path | None, model: str | None, database: str | None) -> None:
    """Work on the files that were sent to POST /api/v1/jobs, and tell webhooks of their ends, until stopped.

    `scamjob serve` starts one by itself. Elsewhere it needs the same --database, and $SCAMJOB_HOME/jobs mounted.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with opened(database) as store:
        Worker(store, stop, model, leave_after, lifeline, policy).run()


@dataclass
class Worker:
    """One process that takes up jobs, one at a time."""

    store: Store
    stop: threading.Event
    model: str | None = None
    leave_after: float | None = None
    lifeline: bool = False
    policy: Path | None = None
    """What each tenant wants otherwise."""
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def run(self) -> None:
        """Work until told to stop, or until there has been nothing to do for long enough."""
        tellers = [threading.Thread(target=self._tell, daemon=True) for _ in range(TELLERS)]
        for teller in tellers:
            teller.start()
        busy = time.monotonic()
        while not self._stopping():
            if self._away(self._next) or self._away(self._pending):
                busy = time.monotonic()
            elif self.leave_after and time.monotonic() - busy > self.leave_after:
                self.stop.set()
            self.stop.wait(LOOK)
        for teller in tellers:
            teller.join(15)

    def _stopping(self) -> bool:
        if self.lifeline and select.select([sys.stdin.fileno()], [], [], 0)[0]:
            self.stop.set()
        return self.stop.is_set()

    def _away(self, act: Callable[[], bool]) -> bool:
        """What the act says; while the database is away there may be work, and there is nothing to be done."""
        from api.store import StoreAway

        try:
            return act()
        except StoreAway as error:
            click.echo(f"scamjob: {error}", err=True)
            self.stop.wait(5 * LOOK)
            return True

    def _pending(self) -> bool:
        from api.store import deliveries, jobs

        with self.store.read() as connection:
            return jobs.waiting(connection) or deliveries.pending(connection)

    def _next(self) -> bool:
        from api.store import jobs

        with self.store.write() as connection:
            claimed = jobs.claim(connection, self.name)
        if claimed is None:
            return False
        click.echo(f"scamjob: job {claimed.id} from row {claimed.rows + 1:,}", err=True)
        with suppress(Lost), self._held(claimed) as lost:
            self._carry_out(claimed, lost)
        return True

    @contextmanager
    def _held(self, claimed: Claim) -> Iterator[threading.Event]:
        """Within, the lease is renewed; the event says that it is lost."""
        from api.store import StoreAway, jobs

        lost, over = threading.Event(), threading.Event()

        def renew() -> None:
            while not over.wait(RENEW):
                with suppress(StoreAway), self.store.write() as connection:
                    if not jobs.renew(connection, claimed):
                        lost.set()
                        return

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield lost
        finally:
            over.set()
            thread.join()

    def _carry_out(self, claimed: Claim, lost: threading.Event) -> None:
        """The job to its end, whatever that is."""
        from api.jobs.answering import Quota
        from api.policy import PolicyError
        from api.store import jobs
        from training.files import FileError
        from training.jobs import UsedUp

        quota = Quota(self.store, claimed)
        try:
            self._write(claimed, lost, quota)
            state, cause = "done", None
        except Stopped:
            self._give_back(claimed)
            return
        except UsedUp:
            self._give_back(claimed, quota.until)
            click.echo(f"scamjob: job {claimed.id} waits: the quota of its key is used up", err=True)
            return
        except PolicyError as error:
            self._give_back(claimed)
            click.echo(f"scamjob: job {claimed.id} waits: {error}", err=True)
            self.stop.wait(FULL)
            return
        except FileError as error:
            state, cause = "failed", str(error).rpartition(f"input.{claimed.format}: ")[2]
        except FileNotFoundError:
            state, cause = "failed", "its file is gone"
        except OSError as error:  # the disk is full, perhaps
            self._give_back(claimed)
            click.echo(f"scamjob: job {claimed.id} waits: {error.strerror}", err=True)
            self.stop.wait(FULL)
            return
        finally:
            quota.close()
        with self.store.write() as connection:
            jobs.finish(connection, claimed, state, cause)
        click.echo(f"scamjob: job {claimed.id} {state}", err=True)

    def _give_back(self, claimed: Claim, until: datetime | None = None) -> None:
        from api.store import jobs

        with self.store.write() as connection:
            jobs.release(connection, claimed, until)

    def _write(self, claimed: Claim, lost: threading.Event, quota: Quota) -> None:
        """Every row that is left into this worker's own segment; each block is on the disk before it counts."""
        from api.jobs import folder
        from api.jobs.answering import Answering
        from training.jobs import blocks

        tell = Answering(self.store, claimed)
        place, source = folder.folder(claimed.id), folder.input_of(claimed.id, claimed.format)
        with (place / claimed.segment).open("wb") as segment:
            folder.synced(place)
            for block in blocks(str(source), self._assessor(claimed.tenant), claimed.rows, tell, quota.allow):
                if lost.is_set():
                    raise Lost
                segment.write(block.lines)
                segment.flush()
                os.fsync(segment.fileno())
                self._count(claimed, block, tell)
                if self._stopping():
                    raise Stopped

    def _assessor(self, tenant: str) -> Assessor:
        """The detector as the tenant wants it; PolicyError while the policy is not right."""
        from api.policy import Policies

        found = detector(self.model)
        return Policies.opened(self.policy, found).governed(found, tenant) if self.policy else found

    def _count(self, claimed: Claim, block: Block, tell: Answering) -> None:
        from api.store import jobs

        part = jobs.Part(block.lines, block.rows, block.refused, block.levels, block.share)
        with self.store.write() as connection:
            if not jobs.advance(connection, claimed, part):
                raise Lost
            tell.remember(connection)

    def _tell(self) -> None:
        """Tell what is due, until told to stop."""
        while not self.stop.is_set():
            if not self._away(self._tell_one):
                self.stop.wait(LOOK)

    def _tell_one(self) -> bool:
        from api.jobs.webhooks import tell
        from api.store import deliveries

        with self.store.write() as connection:
            due = deliveries.claim(connection)
        if due is None:
            return False
        status, cause = tell(due)
        with self.store.write() as connection:
            deliveries.settle(connection, due, status, cause)
        return True
