"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store import columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """To this version."""
    ${upgrades if upgrades else "pass"}
