"""The tables. A migration has to make exactly these; tests/store/test_migrations.py holds it to that."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

from api.store.columns import Moment, Words

LOCAL = "local"
"""The tenant that is always there."""

TABLE_MODULES: tuple[str, ...] = (
    "api.store.deliveries",
    "api.store.jobs",
    "api.store.keys",
    "api.store.review_tables",
    "api.store.sightings",
)
"""Modules of this package that hold more tables."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def all_tables() -> MetaData:
    """Every table of the store, those of other modules too."""
    for name in TABLE_MODULES:
        import_module(name)
    return metadata


def tenant_column(*, primary_key: bool = False) -> Column[str]:
    """Whose row it is; it goes when the tenant goes."""
    return Column(
        "tenant", String(64), ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False, primary_key=primary_key
    )


tenants = Table(
    "tenants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Words, nullable=False),
    Column("retention_days", Integer),  # NULL: the installation's
    Column("created", Moment, nullable=False),
)

postings = Table(
    "postings",
    metadata,
    Column("id", String(32), primary_key=True),
    tenant_column(),
    Column("origin", String(16), nullable=False),  # assessment | feedback
    Column("own_id", Words),  # the caller's
    Column("poster", Words),  # who posted it, as the caller names them
    Column("fields", JSON, nullable=False),  # {"text": ...} or the columns of a job board
    Column("digest", String(64), nullable=False),  # SHA-256 of the fields: the same words twice are one
    Column("created", Moment, nullable=False),
    Index(None, "tenant", "created"),
    Index(None, "tenant", "digest"),
)

assessments = Table(
    "assessments",
    metadata,
    Column("id", String(32), ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True),  # the posting's
    tenant_column(),
    Column("kind", String(16), nullable=False),
    Column("risk_level", String(8), nullable=False),
    Column("risk_score", Integer, nullable=False),
    Column("codes", JSON, nullable=False),
    Column("model", String(64), nullable=False),
    Column("rules", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Index(None, "tenant", "created"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(32), primary_key=True),
    tenant_column(),
    Column("posting", String(32), ForeignKey("postings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("label", String(16), nullable=False),
    Column("codes", JSON, nullable=False),
    Column("note", Words),
    Column("source", String(16), nullable=False),  # api | page
    Column("reporter", String(64), nullable=False),  # the key, or "page", or "local"
    Column("created", Moment, nullable=False),
    Index(None, "tenant", "created"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(32), primary_key=True),
    tenant_column(),
    Column("posting", String(32), ForeignKey("postings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("label", String(16), nullable=False),  # scam | legit | not_posting | discard
    Column("codes", JSON, nullable=False),
    Column("moderator", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Index(None, "tenant", "created"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("tenant", String(64), nullable=False),  # no reference: the trail outlives the tenant
    Column("at", Moment, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("details", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    tenant_column(primary_key=True),
    Column("route", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),  # SHA-256 of what the caller sent
    Column("body", String(64), nullable=False),  # SHA-256 of the body
    Column("answer", JSON, nullable=False),  # without text
    Column("created", Moment, nullable=False, index=True),
)
