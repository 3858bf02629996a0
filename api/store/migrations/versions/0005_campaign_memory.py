"""The campaign memory: fingerprints, sightings, contacts; nothing that can be read back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store import columns

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("band", "fingerprint", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fingerprints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_fingerprints_tenant_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "sightings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("own", sa.BigInteger(), nullable=True),
        sa.Column("poster", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("label", sa.String(length=16), nullable=True),
        sa.Column("posting", sa.String(length=32), nullable=True),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fingerprint"], ["fingerprints.id"], name=op.f("fk_sightings_fingerprint_fingerprints"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["posting"], ["postings.id"], name=op.f("fk_sightings_posting_postings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.id"], name=op.f("fk_sightings_tenant_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
    )
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sightings_fingerprint_at"), ["fingerprint", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sightings_posting"), ["posting"], unique=False)
        batch_op.create_index(batch_op.f("ix_sightings_tenant_at"), ["tenant", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sightings_tenant_own"), ["tenant", "own"], unique=True)

    op.create_table(
        "contacts",
        sa.Column("contact", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "sighting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["sighting"], ["sightings.id"], name=op.f("fk_contacts_sighting_sightings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact", "sighting", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_sighting"), ["sighting"], unique=False)
