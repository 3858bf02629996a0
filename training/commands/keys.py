"""`scamjob keys`: make, list and revoke the keys of the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from training.commands.shared import REFUSED, database_option, json_line, write
from training.commands.stores import by_option, opened

SCOPES = ("assess", "feedback", "review", "admin")
DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of the API."""


@keys.command("create")
@click.argument("name")
@click.option("--tenant", default="local", show_default=True, metavar="ID", help="Whose data it sees; made if new.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it may do; repeat for several. Without: assess and feedback.",
)
@click.option(
    "--per-minute", type=click.IntRange(1, 10_000_000), metavar="N", help="Postings a minute; any number if not given."
)
@click.option(
    "--per-day",
    type=click.IntRange(1, 2_000_000_000),
    metavar="N",
    help="Postings a day (Beijing); any number if not given.",
)
@click.option("--expires", type=DAY, help="Worthless from this day or moment (UTC) on.")
@by_option("Who makes it, for the audit trail.")
@database_option
def create(  # noqa: PLR0913, PLR0917  # the options
    name: str,
    tenant: str,
    scopes: Sequence[str],
    per_minute: int | None,
    per_day: int | None,
    expires: datetime | None,
    by: str,
    database: str | None,
) -> None:
    """Make a key for NAME and show it, this once: only its digest is kept."""
    from api.store import keys as kept

    if not kept.TENANT.fullmatch(tenant):
        raise click.UsageError("--tenant: 1 to 64 of a-z, 0-9, - and _, a letter or figure first")
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise click.UsageError("NAME: 1 to 200 printable characters")
    until = expires.replace(tzinfo=UTC) if expires else None
    if until and until <= datetime.now(UTC):
        raise click.UsageError("--expires lies in the past")
    wish = kept.Wish(tenant, name, tuple(dict.fromkeys(scopes)) or ("assess", "feedback"), per_minute, per_day, until)
    with opened(database) as store, store.write() as connection:
        key = kept.create(connection, wish, by)
    click.echo(key)
    click.echo("Keep it now, it is not shown again; a running service takes it within two seconds.", err=True)


@keys.command("list")
@click.option("--tenant", metavar="ID", help="Of this tenant alone; otherwise of all.")
@click.option("--json", "as_json", is_flag=True, help="A JSON line each.")
@database_option
def list_keys(tenant: str | None, as_json: bool, database: str | None) -> None:
    """All keys there ever were, without the keys themselves."""
    from api.store import keys as kept
    from api.store.columns import now

    with opened(database) as store, store.read() as connection:
        found = list(kept.everyone(connection, tenant))
    if not found:
        click.echo("no keys", err=True)
    for key in found:
        times = {
            name: at.isoformat() if (at := getattr(key, name)) else None for name in ("created", "expires", "revoked")
        }
        facts = {"id": key.id, "tenant": key.tenant, "name": key.name, "state": key.state(now()),
                 "scopes": list(key.scopes), "per_minute": key.per_minute, "per_day": key.per_day, **times}  # fmt: skip
        if as_json:
            write(json_line(facts))
        else:
            limits = f"{key.per_minute or 'any'}/minute {key.per_day or 'any'}/day"
            until = f"  until {key.expires:%Y-%m-%d %H:%M} UTC" if key.expires else ""
            click.echo(
                f"sj_{key.id}  {key.state(now()):7}  {key.tenant}  {','.join(key.scopes)}  {limits}{until}  {key.name}"
            )


@keys.command("revoke")
@click.argument("key_id", metavar="ID")
@by_option("Who revokes it, for the audit trail.")
@database_option
def revoke(key_id: str, by: str, database: str | None) -> None:
    """Make a key worthless, by its beginning (sj_1a2b3c4d); running services refuse it within two seconds."""
    from api.store import keys as kept

    own = key_id.removeprefix("sj_").partition("_")[0]
    with opened(database) as store, store.write() as connection:
        done = kept.revoke(connection, own, by)
    if not done:
        click.echo(f"scamjob: no key sj_{own[:8]} that could still be revoked", err=True)
        raise click.exceptions.Exit(REFUSED)
    click.echo(f"sj_{own}: revoked")
