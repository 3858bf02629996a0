"""The store for commands: opened, and its failures told in a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from api.store import Store

Decorated = TypeVar("Decorated", bound=Callable[..., object])

tenant_option = click.option(
    "--tenant", default="local", show_default=True, metavar="ID", help="Whose postings and feedback."
)


def by_option(text: str) -> Callable[[Decorated], Decorated]:
    """An option that takes who acts, for the audit trail."""
    return click.option("--by", default=_user, metavar="NAME", show_default="your user name", help=text)


def _user() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):
        return "unknown"


@contextmanager
def opened(database: str | None) -> Iterator[Store]:
    """The store, up to date, and closed afterwards."""
    from api.store import StoreError, open_store

    try:
        store = open_store(database)
        store.prepare()
        try:
            yield store
        finally:
            store.close()
    except StoreError as error:
        raise click.ClickException(str(error)) from None
