"""Near-copies at the review desk are known by the fingerprint of the campaign memory: their keys are made anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.likeness import Likeness

revision = "0007"
down_revision = "0006"

AT_ONCE = 500


def upgrade() -> None:
    """To this version."""
    connection = op.get_bind()
    likenesses = sa.table("likenesses", *map(sa.column, ("tenant", "band", "posting")))
    postings = sa.table("postings", sa.column("id"), sa.column("tenant"), sa.column("fields", sa.JSON))
    connection.execute(sa.delete(likenesses))
    last = ""
    while rows := connection.execute(
        sa.select(postings).where(postings.c.id > last).order_by(postings.c.id).limit(AT_ONCE)
    ).all():
        places = [
            {"tenant": row.tenant, "band": band, "posting": row.id}
            for row in rows
            for band in Likeness.of(row.fields).keys()  # noqa: SIM118  # no dict
        ]
        connection.execute(sa.insert(likenesses), places)
        last = rows[-1].id
