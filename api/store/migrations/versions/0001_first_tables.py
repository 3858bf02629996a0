"""The first tables: tenants, postings, feedback, decisions, audit trail."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from api.store import columns

revision = "0001"
down_revision = None

ONLY_ADDED_TO = {
    "sqlite": [
        f"""CREATE TRIGGER audit_no_{what} BEFORE {what} ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END"""
        for what in ("update", "delete")
    ],
    "postgresql": [
        """CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the audit trail is only added to'; END $$""",
        """CREATE TRIGGER audit_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
            FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()""",
    ],
}
"""The audit trail refuses to be changed, also by hand."""


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", columns.Words(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("created", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "idempotency",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_idempotency_tenant_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "route", "key", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_created"), ["created"], unique=False)

    op.create_table(
        "postings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("own_id", columns.Words(), nullable=True),
        sa.Column("poster", columns.Words(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_postings_tenant_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
    )
    with op.batch_alter_table("postings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_postings_tenant_created"), ["tenant", "created"], unique=False)
        batch_op.create_index(batch_op.f("ix_postings_tenant_digest"), ["tenant", "digest"], unique=False)

    op.create_table(
        "assessments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("risk_level", sa.String(length=8), nullable=False),
        sa.Column("risk_score", sa.Integer(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("created", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["postings.id"], name=op.f("fk_assessments_id_postings"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_assessments_tenant_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessments_tenant_created"), ["tenant", "created"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("posting", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=16), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("moderator", sa.String(length=64), nullable=False),
        sa.Column("created", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting"], ["postings.id"], name=op.f("fk_decisions_posting_postings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_decisions_tenant_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_posting"), ["posting"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_tenant_created"), ["tenant", "created"], unique=False)

    op.create_table(
        "feedback",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("posting", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=16), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("note", columns.Words(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("reporter", sa.String(length=64), nullable=False),
        sa.Column("created", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting"], ["postings.id"], name=op.f("fk_feedback_posting_postings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_feedback_tenant_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_posting"), ["posting"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_tenant_created"), ["tenant", "created"], unique=False)
    op.bulk_insert(
        sa.table("tenants", sa.column("id"), sa.column("name"), sa.column("created", columns.Moment)),
        [{"id": "local", "name": "local", "created": datetime.now(UTC)}],
    )
    for statement in ONLY_ADDED_TO[op.get_bind().dialect.name]:
        op.execute(statement)
