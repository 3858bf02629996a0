"""Write the next migration: `python -m api.store new "what it adds"`."""

from __future__ import annotations

import re
import sys
import tempfile

from alembic import command

from api.store.migrate import config, head
from api.store.store import open_store


def new(message: str) -> None:
    """Write the migration that leads from the last one to the tables as they are now."""
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/fresh.db")
        with store.write() as connection:
            command.revision(config(connection), slug, autogenerate=True, rev_id=f"{int(head()) + 1:04}")
        store.close()


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "new":
        sys.exit('usage: python -m api.store new "what it adds"')
    new(sys.argv[2])
