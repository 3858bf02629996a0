"""What the sender of a job wants, whose quota it is counted on, and until when it waits for the next day's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store import columns

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """To this version."""
    op.add_column("jobs", sa.Column("options", sa.JSON(), nullable=True))
    op.add_column("jobs", sa.Column("key", sa.String(length=16), nullable=True))
    op.add_column("jobs", sa.Column("waits_until", columns.Moment(timezone=True), nullable=True))
