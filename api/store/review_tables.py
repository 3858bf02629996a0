"""The tables of the review desk: what waits, what each reviewer said of it, what is like what, who is signed in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from api.store.columns import Moment, Words
from api.store.tables import metadata, tenant_column


def _posting(*, primary_key: bool = False) -> Column[str]:
    """The posting a row is about; the row goes when the posting goes."""
    return Column(
        "posting", String(32), ForeignKey("postings.id", ondelete="CASCADE"), nullable=False, primary_key=primary_key
    )


review = Table(
    "review",
    metadata,
    _posting(primary_key=True),
    tenant_column(),
    Column("waits", Boolean, nullable=False),
    Column("second", Boolean, nullable=False),  # one reviewer has spoken, another has to
    Column("place", String(48), nullable=False),  # in the queue: rank, time, id
    Column("level", String(8), nullable=False),  # low | medium | high | none
    Column("score", Integer, nullable=False),
    Column("codes", Text, nullable=False),  # " upfront_fee urgency "
    Column("rules", Text, nullable=False),  # " upfront_fee.deposit "
    Column("uncertain", Boolean, nullable=False),
    Column("said", String(8), nullable=False),  # "" | said | disputed
    Column("poster", String(64)),  # SHA-256 of how the caller names them
    Column("campaign", String(32), nullable=False),  # the first posting that it is like; itself, if there is none
    Column("decision", String(32)),  # the row of `decisions` that the votes came to
    Column("created", Moment, nullable=False),
    # All that a page filters by: a rare filter walks this index alone and never the rows.
    Index("ix_review_queue", "tenant", "waits", "place", "level", "codes", "uncertain", "said", "second"),
    Index(None, "tenant", "place"),
    Index(None, "tenant", "campaign", "waits", "place"),
    Index(None, "tenant", "poster", "waits", "place"),
    Index(None, "tenant", "created"),
)

votes = Table(
    "votes",
    metadata,
    Column("id", String(32), primary_key=True),
    tenant_column(),
    Column("posting", String(32), ForeignKey("postings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("batch", String(32), nullable=False),  # what was said in one step is undone in one
    Column("label", String(16), nullable=False),  # scam | legit | not_posting | discard
    Column("codes", Text, nullable=False),
    Column("note", Words),
    Column("reviewer", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("undone", Moment),
    Index(None, "tenant", "batch"),
    Index(None, "tenant", "reviewer", "created"),
)

likenesses = Table(
    "likenesses",
    metadata,
    tenant_column(primary_key=True),
    Column("band", String(10), primary_key=True),  # texts that are alike share a band
    _posting(primary_key=True),
    Index(None, "posting"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of what the browser holds
    tenant_column(),
    Column("key", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False, index=True),
)
