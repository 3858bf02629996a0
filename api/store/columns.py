"""Column types that mean the same in SQLite and in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, Text, TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class Moment(TypeDecorator[datetime]):
    """An aware moment, UTC in and out. SQLite, which knows no time zones, holds the UTC wall clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC; a naive value is a fault of ours."""
        if value is None:
            return None
        assert value.tzinfo is not None, "a naive datetime"
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """What a person wrote. PostgreSQL holds no U+0000; U+FFFD takes its place, so that offsets still fit."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The same characters in number and, but for U+0000, in kind."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """The text with U+0000 replaced, as both databases hold it."""
    return text.replace("\0", "\ufffd")


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)
