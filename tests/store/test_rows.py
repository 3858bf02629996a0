"""What is kept comes out as it went in, on both databases, and belongs to one tenant."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError

from api.store import Store, audit, feedback, idempotency, postings
from api.store.columns import now
from api.store.idempotency import OtherBody, Scope, once
from api.store.tables import LOCAL, tenants
from detector.types import Posting

SAID = feedback.Said("scam", ["upfront_fee"], "交了押金\0就被拉黑", "api", "k1")


def other_tenant(store: Store) -> str:
    with store.write() as connection:
        connection.execute(insert(tenants).values(id="other", name="另一家", created=now()))
    return "other"


def test_a_moment_comes_out_as_the_same_moment_in_utc(store: Store) -> None:
    at = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with store.write() as connection:
        connection.execute(insert(tenants).values(id="t", name="t", created=at))
    with store.read() as connection:
        read = connection.execute(select(tenants.c.created).where(tenants.c.id == "t")).scalar_one()
        later = connection.execute(select(tenants.c.id).where(tenants.c.created > at - timedelta(seconds=1))).all()
    assert (read, read.tzinfo) == (at, UTC)
    assert ("t",) in later


@pytest.mark.parametrize("text", ["押金200元", "𠮷野家😀", "a'; DROP TABLE postings; --", "\n\t \u200b", "0\0"])
def test_a_posting_comes_out_as_it_went_in(store: Store, text: str) -> None:
    with store.write() as connection:
        key = postings.keep(connection, Posting(text=text, title="招聘"), postings.Kept(LOCAL, "assessment"))
    with store.read() as connection:
        assert postings.fields_of(connection, LOCAL, key) == {"title": "招聘", "text": text.replace("\0", "\ufffd")}
        assert postings.fields_of(connection, "other", key) is None


def test_what_was_said_is_there_with_its_posting(store: Store) -> None:
    with store.write() as connection:
        said, posting = feedback.about_text(connection, LOCAL, Posting(text="先交押金"), SAID)
        second = feedback.about_kept(connection, LOCAL, posting, SAID)
        assert feedback.about_kept(connection, LOCAL, "no-such-id", SAID) is None
    with store.read() as connection:
        claims = list(feedback.claims(connection, LOCAL))
    assert {claim.id for claim in claims} == {said, second}
    assert {(claim.posting, claim.fields["text"], claim.label, claim.codes, claim.by) for claim in claims} == {
        (posting, "先交押金", "scam", ("upfront_fee",), "k1")
    }


def test_no_tenant_reaches_what_another_keeps(store: Store) -> None:
    other = other_tenant(store)
    with store.write() as connection:
        _, posting = feedback.about_text(connection, LOCAL, Posting(text="先交押金"), SAID)
        assert feedback.about_kept(connection, other, posting, SAID) is None
        assert not feedback.decide(connection, other, posting, "legit", [], "m")
        assert not postings.forget(connection, other, posting, "m")
        assert list(feedback.claims(connection, other)) == []
        assert len(list(feedback.claims(connection, LOCAL))) == 1


def test_deleting_a_posting_takes_along_what_was_said_of_it(store: Store) -> None:
    with store.write() as connection:
        _, posting = feedback.about_text(connection, LOCAL, Posting(text="先交押金"), SAID)
        assert feedback.decide(connection, LOCAL, posting, "scam", ["upfront_fee"], "m")
        assert [claim.by for claim in feedback.decided(connection, LOCAL)] == ["m"]
        assert postings.forget(connection, LOCAL, posting, "m")
        assert not postings.forget(connection, LOCAL, posting, "m")
    with store.read() as connection:
        assert list(feedback.claims(connection, LOCAL)) == list(feedback.decided(connection, LOCAL)) == []
        trail = list(audit.entries(connection, LOCAL))
    assert [(entry.action, entry.subject) for entry in trail] == [
        ("feedback.decide", posting),
        ("posting.delete", posting),
    ]


# --- the audit trail ---


def test_the_trail_is_whole_after_many_threads_wrote_it(store: Store) -> None:
    def write(number: int) -> None:
        for step in range(10):
            with store.write() as connection:
                audit.add(connection, f"m{number}", "test", str(step), tenant=LOCAL, count=step)

    store.prepare()
    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert [entry.seq for entry in audit.entries(connection)] == list(range(1, 41))
        assert audit.first_broken(connection) is None


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_trail_refuses_to_be_changed(store: Store, statement: str) -> None:
    with store.write() as connection:
        audit.add(connection, "m", "test", tenant=LOCAL)
    with pytest.raises(DatabaseError, match="only added to"), store.write() as connection:
        connection.execute(text(statement))


def test_a_change_made_by_force_is_found(store: Store) -> None:
    with store.write() as connection:
        for subject in "abc":
            audit.add(connection, "m", "test", subject, tenant=LOCAL)
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE audit SET actor = 'x' WHERE seq = 2"))
        assert audit.first_broken(connection) == 2


# --- once ---


def test_a_key_does_its_work_once_a_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def act() -> dict[str, object]:
        calls.append(1)
        return {"id": len(calls)}

    def ask(tenant: str = LOCAL, route: str = "feedback", body: bytes = b"1") -> object:
        with store.write() as connection:
            return once(connection, Scope(tenant, route, "key", body), act)["id"]

    assert [ask(), ask()] == [1, 1]
    assert ask(other_tenant(store)) == 2
    assert ask(route="batch") == 3
    with pytest.raises(OtherBody):
        ask(body=b"2")
    monkeypatch.setattr(idempotency, "now", lambda: now() + timedelta(hours=25))
    assert ask(body=b"2") == 4


def test_the_same_key_from_many_threads_does_its_work_once(store: Store) -> None:
    store.prepare()
    given: list[object] = []

    def ask() -> None:
        with store.write() as connection:
            key = once(connection, Scope(LOCAL, "feedback", "key", b"1"), lambda: {"id": postings.new_id()})
        given.append(key["id"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 8
    assert len(set(given)) == 1
