"""What is too old goes, with all that was said of it; the trail keeps that it went."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from api.store import Store, audit, feedback, postings, retention
from api.store.columns import now
from api.store.tables import LOCAL
from api.store.tables import postings as table
from detector.types import Posting
from training.command import run

SAID = feedback.Said("scam", [], "秘密备注", "api", "k1")


def aged(store: Store, days: int, text: str = "先交押金") -> str:
    with store.write() as connection:
        _, key = feedback.about_text(connection, LOCAL, Posting(text=text), SAID)
        connection.execute(update(table).where(table.c.id == key).values(created=now() - timedelta(days=days)))
    return key


def left(store: Store) -> set[str]:
    with store.read() as connection:
        return set(connection.execute(select(table.c.id)).scalars())


def test_what_is_older_than_the_retention_goes(
    store: Store, database: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, young = aged(store, 181), aged(store, 179)
    assert run(["purge", "--dry-run", "--database", database]) == 0
    assert capfd.readouterr().out == "local: 1 postings would be deleted\n"
    assert left(store) == {old, young}
    assert run(["purge", "--by", "cron", "--database", database]) == 0
    assert left(store) == {young}
    monkeypatch.setenv("SCAMJOB_RETENTION_DAYS", "30")
    with store.write() as connection:
        assert retention.keep_for(connection, LOCAL, 365, "m")
    assert run(["purge", "--database", database]) == 0
    assert left(store) == {young}
    with store.write() as connection:
        assert retention.keep_for(connection, LOCAL, None, "m")
    assert run(["purge", "--database", database]) == 0
    assert left(store) == set()
    with store.read() as connection:
        trail = list(audit.entries(connection))
        assert list(feedback.claims(connection, LOCAL)) == []
    assert (trail[0].actor, trail[0].action, trail[0].details["count"]) == ("cron", "posting.purge", 1)


def test_one_posting_goes_by_its_id(store: Store, database: str, capfd: pytest.CaptureFixture[str]) -> None:
    key, other = aged(store, 1), aged(store, 1)
    assert run(["purge", "--id", key, "--dry-run", "--database", database]) == 0
    assert left(store) == {key, other}
    assert run(["purge", "--id", key, "--database", database]) == 0
    assert left(store) == {other}
    assert run(["purge", "--id", key, "--database", database]) == 1
    assert "no posting" in capfd.readouterr().err


def test_a_day_takes_all_before_it_in_portions(store: Store, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        aged(store, 10)
    young = aged(store, 1)
    day = f"{now() - timedelta(days=5):%Y-%m-%d}"
    assert run(["purge", "--before", day, "--database", database]) == 0
    assert left(store) == {young}


def test_nothing_of_a_deleted_text_is_left_in_the_files(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/s.db"
    from api.store import open_store

    store = open_store(database)
    aged(store, 200, "独一无二的句子" * 50)
    assert b"\\u72ec\\u4e00\\u65e0\\u4e8c" in files(tmp_path)
    assert run(["purge", "--database", database]) == 0
    assert b"\\u72ec\\u4e00\\u65e0\\u4e8c" not in files(tmp_path)
    assert "秘密备注".encode() not in files(tmp_path)
    store.close()


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("s.db*"))


@pytest.mark.parametrize("days", ["0", "-1", "many", "1.5", "９"])
def test_a_bad_retention_is_told_and_deletes_nothing(
    store: Store, database: str, days: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAMJOB_RETENTION_DAYS", days)
    key = aged(store, 1000)
    assert run(["purge", "--database", database]) == 2
    assert "SCAMJOB_RETENTION_DAYS must be" in capfd.readouterr().err
    assert left(store) == {key}


def test_a_posting_is_only_kept_whole(store: Store) -> None:
    def stop_halfway() -> None:
        with store.write() as connection:
            postings.keep(connection, Posting(text="押金"), postings.Kept(LOCAL, "assessment"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stop_halfway()
    assert left(store) == set()
