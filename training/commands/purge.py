"""`scamjob purge`: delete stored postings that are too old, or one by its id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from training.commands.shared import REFUSED, database_option
from training.commands.stores import by_option, opened

if TYPE_CHECKING:
    from api.store import Store


@click.command()
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Delete what was stored before this day or moment (UTC), whatever the retention.",
)
@click.option("--id", "posting_id", metavar="ID", help="Delete this one posting (its assessment_id).")
@click.option("--tenant", metavar="ID", help="Of this tenant alone; otherwise of all.")
@click.option("--dry-run", is_flag=True, help="Say how many it would be, and delete nothing.")
@by_option("Who deletes, for the audit trail.")
@database_option
def purge(  # the options
    before: datetime | None, posting_id: str | None, tenant: str | None, dry_run: bool, by: str, database: str | None
) -> None:
    """Delete stored postings, and all that was said of them.

    Without options: what is older than the retention of its tenant, else $SCAMJOB_RETENTION_DAYS, else 180 days. Jobs
    go with their files, $SCAMJOB_JOB_DAYS (7) days after they ended. The campaign memory is brought back to its days
    ($SCAMJOB_CAMPAIGN_DAYS) and size ($SCAMJOB_CAMPAIGN_MOST). The audit trail keeps ids and counts. Run it once a day.
    """
    if before and posting_id:
        raise click.UsageError("--before and --id exclude one another")
    from api.jobs.purge import purged
    from api.store import postings, retention

    with opened(database) as store:
        with store.read() as connection:
            limits = retention.limits(connection, tenant)
        if tenant is not None and not limits:
            raise click.UsageError(f"no tenant {tenant!r}")
        if posting_id:
            with store.write() as connection:
                if dry_run:
                    found = [one for one in limits if postings.fields_of(connection, one, posting_id) is not None]
                else:
                    found = [one for one in limits if postings.forget(connection, one, posting_id, by)]
            counts = dict.fromkeys(found, 1)
        else:
            at = {one: before.replace(tzinfo=UTC) if before else limit for one, limit in limits.items()}
            if dry_run:
                with store.read() as connection:
                    counts = {one: retention.count(connection, one, limit) for one, limit in at.items()}
            else:
                counts = {one: retention.purge(store, one, limit, by) for one, limit in at.items()}
                _forget_sightings(store, at)
        gone = [] if posting_id else purged(store, before.replace(tzinfo=UTC) if before else None, tenant, by, dry_run)
        if not dry_run:
            retention.tidy(store)
    for one, number in counts.items():
        click.echo(f"{one}: {number:,} postings {'would be ' if dry_run else ''}deleted")
    if gone:
        click.echo(f"{len(gone):,} jobs {'would be ' if dry_run else ''}deleted")
    if posting_id and not counts:
        click.echo(f"scamjob: no posting {posting_id!r}", err=True)
        raise click.exceptions.Exit(REFUSED)


def _forget_sightings(store: Store, tenants: Iterable[str]) -> None:
    """Bring the campaign memory back to its days and its size."""
    from api.store import retention

    for one in tenants:
        if number := retention.forget_sightings(store, one):
            click.echo(f"{one}: {number:,} sightings of the campaign memory forgotten")
