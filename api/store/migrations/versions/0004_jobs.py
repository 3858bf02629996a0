"""Jobs, the words about their ends, and the secrets that sign those."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store import columns

revision = "0004"
down_revision = "0003"


def _tenant(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_tenant_tenants")
    return (
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=name, ondelete="CASCADE"),
    )


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        *_tenant("jobs"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("webhook", columns.Words(), nullable=True),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("cause", columns.Words(), nullable=True),
        sa.Column("worker", sa.String(length=32), nullable=True),
        sa.Column("lease", columns.Moment(timezone=True), nullable=True),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("created", columns.Moment(timezone=True), nullable=False),
        sa.Column("started", columns.Moment(timezone=True), nullable=True),
        sa.Column("finished", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_tenant_created"), "jobs", ["tenant", "created"])
    op.create_index(op.f("ix_jobs_state_created"), "jobs", ["state", "created"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=40), nullable=False),
        *_tenant("deliveries"),
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("url", columns.Words(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", columns.Moment(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("cause", columns.Words(), nullable=True),
        sa.Column("created", columns.Moment(timezone=True), nullable=False),
        sa.Column("finished", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_job"), "deliveries", ["job"])
    op.create_index(op.f("ix_deliveries_state_due"), "deliveries", ["state", "due"])
    op.create_table(
        "webhook_secrets",
        *_tenant("webhook_secrets"),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=True),
        sa.Column("changed", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_webhook_secrets")),
    )
