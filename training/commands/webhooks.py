"""`scamjob webhooks`: the secrets that sign what callers' servers are told."""

from __future__ import annotations

import click

from training.commands.shared import database_option
from training.commands.stores import by_option, opened, tenant_option


@click.group()
def webhooks() -> None:
    """The secrets that sign webhooks."""


@webhooks.command()
@click.option("--new", is_flag=True, help="Make a new one; the last one signs for 24 hours longer.")
@tenant_option
@by_option("Who does it, for the audit trail.")
@database_option
def secret(new: bool, tenant: str, by: str, database: str | None) -> None:
    """Show the secret of a tenant, made when there is none; the receiver checks signatures with it."""
    from api.store import deliveries, retention

    with opened(database) as store, store.write() as connection:
        if tenant not in retention.limits(connection, tenant):
            raise click.UsageError(f"no tenant {tenant!r}")
        known = deliveries.signing(connection, tenant)
        shown = known[0] if known and not new else deliveries.new_secret(connection, tenant, by)
    click.echo(shown)
