"""What the service remembers: feedback, decisions, an audit trail, and postings whose sender asked for it.

SQLite in one file by default, PostgreSQL by its URL; the same tables, the same tests.

    store = open_store()                      # $SCAMJOB_DATABASE, or scamjob.db in the folder of the installation
    with store.write() as connection:         # one transaction; StoreAway when the database cannot be reached
        feedback.add(connection, ...)
    with store.read() as connection:
        postings.get(connection, ...)

Rules that the modules here keep:

- A function takes a `Connection` and does not commit; who opened the transaction decides what belongs together.
- Every query names the tenant. There is one, `local`, until somebody makes more.
- The text of a posting lies in `postings` and in `feedback.note` and nowhere else, so that deletion is one statement.
- Time is UTC and aware (`columns.Moment`); what a person wrote is `columns.Words`, which both databases can hold.
- No error that leaves here carries a value of a row, neither in its message nor in what it was raised from.

To add a table:

1. Write it in a module of yours, `api/store/contacts.py`, with `Table("contacts", metadata, ...)` from `tables.py`,
   and name the module in `TABLE_MODULES` of `tables.py`. Give it a `tenant` column with `tenant_column()`.
2. `python -m api.store new "contacts"` compares the tables with a fresh database and writes
   `migrations/versions/000N_contacts.py`. Read it; what it cannot know (triggers, first rows) is yours to add.
3. `pytest tests/store/test_migrations.py` holds that the migrations make exactly the tables, on both databases, and
   that they stand in one line. When somebody merged a migration before you, delete yours and make it again.

A database is brought up to date when it is opened, in one transaction and under a lock, whichever process comes first.
"""

from api.store.errors import StoreAway, StoreError
from api.store.store import Store, open_store

__all__ = ["Store", "StoreAway", "StoreError", "open_store"]
