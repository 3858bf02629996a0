"""The campaign memory: what was met before is found again, on both databases, and goes when it has to go."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from traps import TRAP, honest, trap

from api.store import Store, StoreError, feedback, postings, retention, sightings
from api.store.columns import now
from api.store.secret import secret
from api.store.sightings import Seen, Tally
from api.store.tables import LOCAL
from api.store.trace import Trace, trace_of
from detector.document import Document
from detector.types import Posting

ROOT = Path(__file__).parent.parent.parent
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def trace(text: str, poster: str | None = None, own: str | None = None, tenant: str = LOCAL) -> Trace:
    return trace_of(Document(Posting(text=text, id=own)), tenant, poster, secret())


def see(store: Store, text: str, poster: str | None = None, score: int = 90, own: str | None = None) -> None:
    with store.write() as connection:
        sightings.add(connection, Seen(trace(text, poster, own), score, "advance_funds", now()))


def met(store: Store, text: str, own: str | None = None) -> Tally:
    one = trace(text, own=own)
    with store.read() as connection:
        assert one.sketch
        near = list(sightings.alike(connection, LOCAL, one.sketch))
        return sightings.tally_of(connection, one, near, LONG_AGO) if near else Tally()


def rows(store: Store) -> dict[str, int]:
    tables = (sightings.fingerprints, sightings.band_places, sightings.sightings, sightings.contact_places)
    with store.read() as connection:
        return {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}


def test_thirty_five_wordings_are_met_as_one_and_honest_postings_are_not(store: Store) -> None:
    for number in range(35):
        see(store, trap(number), f"agency-{number % 6}")
    for number in range(200):
        see(store, honest(number), score=5)
    found = met(store, TRAP)
    assert 32 <= found.similar <= 35
    assert (found.posters, found.confirmed, found.risky) == (6, 0, found.similar)
    assert [met(store, honest(number)).risky for number in range(0, 200, 20)] == [0] * 10


def test_a_template_posted_a_thousand_times_has_one_fingerprint(store: Store) -> None:
    with store.write() as connection:
        for number in range(1005):
            one = trace(TRAP.replace("198", str(number)), "chain")
            sightings.add(connection, Seen(one, 5, None, now()))
    assert rows(store) | {"contacts": 0} == {"fingerprints": 1, "bands": 16, "sightings": 1005, "contacts": 0}
    assert met(store, TRAP).similar == sightings.COUNTED


def test_the_same_posting_read_again_is_not_another_one(store: Store) -> None:
    for number in range(5):
        see(store, trap(number), "agency", own="a-1")
    assert rows(store)["sightings"] == rows(store)["fingerprints"] == 1
    assert met(store, trap(4), own="a-1").similar == 0
    assert met(store, trap(4), own="a-2").similar == 1


def test_what_was_decided_of_a_posting_stays_when_its_text_changes(store: Store) -> None:
    see(store, TRAP, own="a-1")
    with store.write() as connection:
        connection.execute(sightings.sightings.update().values(label="scam"))
    see(store, honest(1), own="a-1")
    assert met(store, TRAP).confirmed == 1


def test_no_tenant_meets_what_another_has_seen(store: Store) -> None:
    see(store, TRAP)
    ours, theirs = trace(TRAP), trace(TRAP, tenant="other")
    assert ours.sketch != theirs.sketch
    assert not set(ours.contacts) & set(theirs.contacts)
    with store.read() as connection:
        assert ours.sketch
        assert sightings.alike(connection, LOCAL, ours.sketch)
        assert not sightings.alike(connection, "other", ours.sketch)
        assert not sightings.tally_by_contact(connection, theirs, LONG_AGO)


def test_a_contact_is_met_again_in_another_disguise(store: Store) -> None:
    see(store, honest(1) + "微信 kefu_lr8", "one")
    see(store, honest(2) + "加薇❤ kefu_lr8", "other")
    see(store, honest(3) + "电话 13812340000", "other")
    with store.read() as connection:
        found = sightings.tally_by_contact(connection, trace("Ｖ：KEFU_lr8"), LONG_AGO)
    assert [(one.similar, one.posters) for one in found.values()] == [(2, 2)]


# --- decisions and deletion ---


def decided(store: Store, text: str, label: str = "scam") -> str:
    with store.write() as connection:
        said = feedback.Said("scam", ["advance_funds"], None, "api", "k1")
        _, posting = feedback.about_text(connection, LOCAL, Posting(text=text), said)
        assert feedback.decide(connection, LOCAL, posting, label, ["task_rebate"] if label == "scam" else [], "m")
    return posting


def test_what_a_moderator_confirmed_is_remembered_and_may_be_taken_back(store: Store) -> None:
    posting = decided(store, trap(1))
    assert met(store, trap(2)).confirmed == 1
    with store.write() as connection:
        feedback.decide(connection, LOCAL, posting, "legit", [], "m")
    assert (met(store, trap(2)).confirmed, met(store, trap(2)).cleared) == (0, 1)
    with store.write() as connection:
        feedback.decide(connection, LOCAL, posting, "discard", [], "m")
    assert (met(store, trap(2)).confirmed, met(store, trap(2)).cleared) == (0, 0)


def test_deleting_a_posting_deletes_what_was_remembered_of_it(store: Store) -> None:
    posting = decided(store, TRAP)
    assert all(rows(store).values())
    with store.write() as connection:
        assert postings.forget(connection, LOCAL, posting, "m")
    assert not any(rows(store).values())


def test_a_fingerprint_that_others_share_stays_for_them(store: Store) -> None:
    posting = decided(store, TRAP)
    see(store, TRAP)
    with store.write() as connection:
        postings.forget(connection, LOCAL, posting, "m")
    assert (met(store, TRAP).similar, met(store, TRAP).confirmed) == (1, 0)


def test_postings_purged_for_their_age_are_forgotten(store: Store) -> None:
    decided(store, TRAP)
    assert retention.purge(store, LOCAL, now() + timedelta(days=1), "m") == 1
    assert not any(rows(store).values())


def test_the_memory_has_an_age_and_a_size(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        see(store, honest(21 * number), score=5)
    decided(store, trap(1))
    monkeypatch.setenv("SCAMJOB_CAMPAIGN_MOST", "3")
    assert retention.forget_sightings(store, LOCAL) == 2
    assert rows(store)["sightings"] == 3
    assert met(store, honest(0)).similar == 0
    assert met(store, honest(63)).similar == 1
    monkeypatch.setattr(retention, "now", lambda: now() + timedelta(days=91))
    assert retention.forget_sightings(store, LOCAL) == 2
    assert met(store, TRAP).confirmed == 1
    assert rows(store)["bands"] == 16


@pytest.mark.parametrize("said", ["0", "-1", "many", "1e9", "9" * 40, ""])
def test_limits_that_are_none_are_refused_in_a_line(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, read in (
        ("SCAMJOB_CAMPAIGN_DAYS", retention.memory_days),
        ("SCAMJOB_CAMPAIGN_MOST", retention.memory_most),
    ):
        monkeypatch.setenv(name, said)
        with pytest.raises(StoreError, match=f"{name} must be a whole number"):
            read()


def test_a_phrase_that_everybody_uses_does_not_grow_a_query(store: Store) -> None:
    one = trace(TRAP)
    assert one.sketch
    with store.write() as connection:
        places = [
            {"band": band, "fingerprint": number}
            for band in sightings.bands(one.sketch)
            for number in range(1, 3 * sightings.NEWEST)
        ]
        connection.execute(sightings.band_places.insert(), places)
        sketches = [{"id": at, "tenant": LOCAL, "sketch": one.sketch} for at in range(1, 3 * sightings.NEWEST)]
        connection.execute(sightings.fingerprints.insert(), sketches)
        assert len(sightings.alike(connection, LOCAL, one.sketch)) == sightings.NEWEST


# --- processes ---

WRITER = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from store.test_sightings import see, trap
from api.store import open_store
store = open_store({url!r})
for number in range({first}, {first} + 10):
    see(store, trap(number), "agency-{first}", own=f"p-{{number}}")
"""


def written_by(url: str, firsts: Iterable[int]) -> list[int]:
    scripts = [WRITER.format(root=str(ROOT), tests=str(ROOT / "tests"), url=url, first=first) for first in firsts]
    running = [
        subprocess.Popen([sys.executable, "-c", one], env=os.environ | {"PYTHONPATH": str(ROOT)}) for one in scripts
    ]
    return [one.wait(timeout=120) for one in running]


def test_two_processes_have_one_memory_that_survives_them(store: Store, database: str) -> None:
    store.prepare()
    assert written_by(database, (0, 10)) == [0, 0]
    found = met(store, TRAP)
    assert found.posters == 2
    assert found.similar >= 18
    assert rows(store)["sightings"] == 20
    store.close()
    assert met(store, TRAP) == found


# --- the secret ---


def test_the_secret_is_made_once_and_is_its_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAMJOB_SECRET", str(tmp_path / "deep" / "secret"))
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(secret())) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    assert (tmp_path / "deep" / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["secret"]


@pytest.mark.parametrize("said", ["", "abc", "zz" * 32, "ab" * 31, "ü" * 64])
def test_a_spoiled_secret_is_refused_in_a_line(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_text(said, "utf-8")
    monkeypatch.setenv("SCAMJOB_SECRET", str(path))
    with pytest.raises(StoreError) as refused:
        secret()
    assert "\n" not in str(refused.value)
    assert path.read_text("utf-8") == said
