"""A file in the background is assessed as a batch would be: under the policy, as asked, and counted by the posting."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from sending import lines, many, sent
from sqlalchemy import func, select
from traps import trap

from api import create_app, limits
from api.jobs.answering import Quota
from api.limits import FILE, Charge, Limits
from api.store import jobs, keys, sightings
from api.store.columns import now
from api.store.keys import Wish
from training.commands import work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from api.store import Store
    from detector import Detector

SCAM = "招聘打字员，日结300元，入职前先交押金200元，三天后退还。"
TEXTS = [SCAM, "招前台文员，月薪4500元，双休，缴社保。电话 13800000000"]
FORM = {"content_type": "application/x-ndjson"}


def posting(text: str) -> dict[str, str]:
    return {"id": str(crc32(text.encode())), "text": text}


def rows(texts: list[str]) -> bytes:
    return b"".join(json.dumps(posting(text)).encode() + b"\n" for text in texts)


@pytest.fixture
def real(detector: Detector, store: Store, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The service and its worker around the real detector."""
    monkeypatch.setattr(work, "detector", lambda _: detector)
    return create_app(detector, store=store).test_client()


Lines = list[dict[str, Any]]


def assessed(client: FlaskClient, store: Store, texts: list[str], asked: str = "", **worker: Any) -> Lines:
    made = client.post(f"/api/v1/jobs{asked}", data=rows(texts), **FORM)
    assert made.status_code == 202, made.text
    assert work.Worker(store, threading.Event(), **worker)._next()
    return [{name: value for name, value in line.items() if name != "row"} for line in lines(client, made.json["id"])]


@pytest.mark.parametrize(("language", "explain"), [("en", "full"), ("zh-Hant", "short"), ("zh-Hans", "none")])
def test_a_job_is_told_as_a_batch_is(real: FlaskClient, store: Store, language: str, explain: str) -> None:
    told = assessed(real, store, TEXTS, f"?language={language}&explain={explain}")
    options = {"language": language, "explain": explain}
    batch = {"postings": [posting(text) for text in TEXTS], "options": options}
    assert told == real.post("/api/v1/assessments/batch", json=batch).get_json()["assessments"]
    assert told[0]["risk_level"] == "high"


def test_a_form_says_the_same(real: FlaskClient, store: Store) -> None:
    import io

    data = {"file": (io.BytesIO(rows(TEXTS)), "a.jsonl"), "language": "en"}
    job = real.post("/api/v1/jobs", data=data).json["id"]
    assert work.Worker(store, threading.Event())._next()
    assert lines(real, job)[0]["reasons"][0]["title"].isascii()


@pytest.mark.parametrize("asked", ["language=fr", "explain=all", "campaign=1"])
def test_what_is_no_choice_is_refused(client: FlaskClient, asked: str) -> None:
    answer = client.post(f"/api/v1/jobs?{asked}", data=rows(["x"]), **FORM)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid-job")


def test_the_same_key_with_other_wishes_is_another_request(client: FlaskClient) -> None:
    first = sent(client, headers={"Idempotency-Key": "k"})
    assert first.status_code == 202
    other = client.post("/api/v1/jobs?language=en", data=rows(["x"]), headers={"Idempotency-Key": "k"}, **FORM)
    assert other.status_code == 409


def test_the_policy_of_the_tenant_is_applied_and_a_broken_one_is_waited_for(
    real: FlaskClient, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[[tenants.local.block]]\ncontact = "13800000000"\nreason = "投诉过"\n', "utf-8")
    _, told = assessed(real, store, TEXTS, policy=policy)
    assert told["policy"][0]["blocked"] == "13800000000"
    assert told["risk_level"] == "high"
    good = policy.read_text("utf-8")
    policy.write_text("[tenants", "utf-8")
    monkeypatch.setattr(work, "FULL", 0.0)
    job = sent(real).json["id"]
    worker = work.Worker(store, threading.Event(), policy=policy)
    assert worker._next()
    assert real.get(f"/api/v1/jobs/{job}").json["state"] == "queued"
    policy.write_text(good, "utf-8")
    assert worker._next()
    assert real.get(f"/api/v1/jobs/{job}").json["state"] == "done"


def test_postings_are_looked_up_and_remembered_where_that_is_asked(real: FlaskClient, store: Store) -> None:
    traps = [trap(number) for number in range(6)]
    assert not any("campaign" in one for one in assessed(real, store, traps))
    first = assessed(real, store, traps, "?campaign=true")
    assert [one["campaign"]["similar"] for one in first] == [0] * 6  # those of one block do not see each other
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(sightings.sightings)).scalar() == 6
    (met,) = assessed(real, store, [trap(9)], "?campaign=true")
    assert met["campaign"]["similar"] >= 4  # fingerprints are keyed anew in every store, and may miss one that is near
    assert met["campaign"]["found"]
    again = assessed(real, store, traps, "?campaign=true")  # the same ids: not other postings
    assert [one["campaign"]["similar"] for one in again] == [6] * 6


def key_of(store: Store, **wish: Any) -> dict[str, str]:
    with store.write() as connection:
        return {"Authorization": f"Bearer {keys.create(connection, Wish('local', 'x', ('assess',), **wish), 't')}"}


def test_each_row_counts_and_what_the_day_does_not_allow_waits_for_the_next(
    client: FlaskClient, store: Store, once: Callable[[], bool], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    headers = key_of(store, per_day=3)
    monkeypatch.setitem(client.application.extensions, "limits", Limits(home / FILE))
    client.application.extensions["gate"].limits = client.application.extensions["limits"]
    job = sent(client, many(5), headers=headers).json["id"]
    assert once()
    with store.read() as connection:
        found = jobs.get(connection, "local", job)
    assert found
    assert (found.state, found.rows) == ("queued", 3)
    assert timedelta() < found.waits_until - now() <= timedelta(days=1)
    assert not once()  # it is not due
    assert client.get(f"/api/v1/jobs/{job}", headers=headers).json["waits_until"]  # to ask costs nothing
    assert client.get("/api/v1/rules", headers=headers).json["type"] == "/problems/quota-exceeded"
    day, left = limits.today()
    monkeypatch.setattr(limits, "today", lambda: (day + 1, left))
    with store.write() as connection:
        connection.execute(jobs.jobs.update().values(waits_until=now() - timedelta(seconds=1)))
    assert once()
    done = client.get(f"/api/v1/jobs/{job}", headers=headers).json
    assert (done["state"], done["rows"], done["waits_until"]) == ("done", 5, None)
    told = client.get(f"/api/v1/jobs/{job}/result", headers=headers)
    assert [json.loads(line)["id"] for line in told.data.splitlines()] == [0, 1, 2, 3, 4]
    assert "r=1;" in told.headers["RateLimit"]


def test_rows_charged_before_a_kill_are_assessed_though_the_quota_is_used_up(
    client: FlaskClient, store: Store, once: Callable[[], bool], home: Path
) -> None:
    headers = key_of(store, per_day=3)
    job = sent(client, many(5), headers=headers).json["id"]
    with store.write() as connection:
        claimed = jobs.claim(connection, "killed")
    assert claimed
    quota = Quota(store, claimed)
    assert quota.allow(2) == 2  # and then it is killed
    quota.close()
    with store.write() as connection:
        connection.execute(jobs.jobs.update().values(lease=now() - timedelta(seconds=1)))
    assert once()
    with store.read() as connection:
        found = jobs.get(connection, "local", job)
    assert found
    assert (found.state, found.rows) == ("queued", 3)
    counted = Limits(home / FILE)
    assert counted.take(Charge(claimed.key or "", 0, None, 3)).spent == 3
    counted.close()


def test_a_file_that_is_refused_costs_as_much_as_one_posting(client: FlaskClient, store: Store) -> None:
    headers = key_of(store, per_day=3)
    assert client.post("/api/v1/jobs?language=fr", data=rows(["x"]), headers=headers, **FORM).status_code == 422
    assert "r=1;" in client.get("/api/v1/rules", headers=headers).headers["RateLimit"]
