"""The migrations make exactly the tables, whoever runs them first, and never half of them."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from api.store import Store, StoreError, migrate, open_store
from api.store.tables import all_tables


def test_the_migrations_make_exactly_the_tables(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, all_tables()) == []


def test_the_migrations_stand_in_one_line() -> None:
    script = ScriptDirectory(str(migrate.FOLDER))
    numbers = [one.revision for one in script.walk_revisions()]
    assert numbers == [f"{number:04}" for number in range(len(numbers), 0, -1)]


def test_ten_that_open_an_empty_database_at_once_make_it_once(database: str) -> None:
    stores = [open_store(database) for _ in range(10)]
    failures: list[Exception] = []

    def prepare(store: Store) -> None:
        try:
            store.prepare()
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=prepare, args=[store]) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with stores[0].read() as connection:
        assert connection.execute(text("SELECT id FROM tenants")).scalars().all() == ["local"]
    for store in stores:
        store.close()


def test_a_migration_that_fails_leaves_nothing_behind(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    store = open_store(database)
    with monkeypatch.context() as patch:
        patch.setattr(Operations, "bulk_insert", fail)
        with pytest.raises(RuntimeError):
            store.prepare()
    with store.engine.connect() as connection:
        assert migrate.current(connection) is None
        assert not store.engine.dialect.has_table(connection, "audit")
    store.prepare()
    assert store.is_there()
    store.close()


def test_a_database_of_a_newer_program_is_refused_in_a_line(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    again = open_store(store.engine.url.render_as_string(hide_password=False))
    with pytest.raises(StoreError, match=r"another version \(9999\) than this program") as refused:
        again.prepare()
    assert "\n" not in str(refused.value)
    again.close()
