"""Feedback is kept once, belongs to its sender, can be taken back, and is refused clearly when it cannot be kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from flask import g

from api import Config, create_app
from api.caller import Caller
from api.feedback import FeedbackAnswer
from api.kinds import KINDS
from api.store import Store, audit, feedback, open_store
from api.store.tables import LOCAL
from detector.types import MAX_TEXT

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from api.config import Assessor

    from postgres import Postgres

PATH = "/api/v1/feedback"
TEXT = "招聘打字员，入职前先交押金200元。联系 13800000000"
GOOD: dict[str, Any] = {"text": TEXT, "label": "scam", "codes": ["upfront_fee"], "note": "交了就被拉黑"}


@pytest.fixture
def keeping(fake: Assessor, store: Store) -> Flask:
    return create_app(fake, store=store)


@pytest.fixture
def client(keeping: Flask) -> FlaskClient:
    return keeping.test_client()


def refused(response: TestResponse, slug: str) -> dict[str, Any]:
    problem: dict[str, Any] = json.loads(response.data)
    assert (problem["type"], response.status_code) == (f"/problems/{slug}", KINDS[slug].status)
    assert response.mimetype == "application/problem+json"
    assert TEXT not in response.text
    return problem


def claims(store: Store) -> list[feedback.Claim]:
    with store.read() as connection:
        return list(feedback.claims(connection, LOCAL))


def test_what_was_said_is_kept(client: FlaskClient, store: Store) -> None:
    response = client.post(PATH, json=GOOD)
    assert response.status_code == 201
    answer = FeedbackAnswer.model_validate_json(response.data)
    (claim,) = claims(store)
    assert (claim.id, claim.posting, claim.fields) == (answer.id, answer.assessment_id, {"text": TEXT})
    assert (claim.label, claim.codes, claim.source, claim.by) == ("scam", ("upfront_fee",), "api", LOCAL)


def test_more_can_be_said_of_what_is_kept(client: FlaskClient, store: Store) -> None:
    first = client.post(PATH, json=GOOD).get_json()
    second = client.post(PATH, json={"assessment_id": first["assessment_id"], "label": "legit"}).get_json()
    assert second["assessment_id"] == first["assessment_id"]
    assert [claim.label for claim in claims(store)] == ["scam", "legit"]


@pytest.mark.parametrize(
    ("body", "slug", "pointer"),
    [
        ({"label": "scam"}, "invalid-feedback", "#"),
        (GOOD | {"assessment_id": "0" * 24}, "invalid-feedback", "#"),
        ({"text": TEXT}, "invalid-feedback", "#/label"),
        (GOOD | {"label": "scam "}, "invalid-feedback", "#/label"),
        (GOOD | {"codes": ["deposit"]}, "invalid-feedback", "#/codes/0"),
        (GOOD | {"codes": "upfront_fee"}, "invalid-feedback", "#/codes"),
        (GOOD | {"label": "legit"}, "invalid-feedback", "#/codes"),
        (GOOD | {"note": "长" * 2001}, "invalid-feedback", "#/note"),
        (GOOD | {"who": "me"}, "invalid-feedback", "#/who"),
        ({"assessment_id": "0" * 24, "label": "scam"}, "invalid-feedback", "#/assessment_id"),
        ({"assessment_id": "../etc", "label": "scam"}, "invalid-feedback", "#/assessment_id"),
        (GOOD | {"text": "  "}, "empty-posting", "#/text"),
        (GOOD | {"text": "长" * (MAX_TEXT + 1)}, "text-too-long", "#/text"),
        ([], "invalid-feedback", "#"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_kept(
    client: FlaskClient, store: Store, body: object, slug: str, pointer: str
) -> None:
    problem = refused(client.post(PATH, json=body), slug)
    assert pointer in {mistake["pointer"] for mistake in problem["errors"]}
    assert claims(store) == []


def test_half_a_character_in_the_note_is_refused(client: FlaskClient) -> None:
    body = '{"text": "a", "label": "scam", "note": "\\ud83d"}'
    refused(client.post(PATH, data=body, content_type="application/json"), "lone-surrogate")


def test_a_request_sent_twice_is_kept_once(client: FlaskClient, store: Store) -> None:
    first, second = (client.post(PATH, json=GOOD, headers={"Idempotency-Key": "k-1"}) for _ in range(2))
    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert len(claims(store)) == 1
    refused(client.post(PATH, json=GOOD | {"label": "scam", "note": ""}, headers={"Idempotency-Key": "k-1"}),
            "idempotency-conflict")  # fmt: skip
    assert client.post(PATH, json=GOOD, headers={"Idempotency-Key": "k-2"}).status_code == 201
    assert len(claims(store)) == 2


def test_what_is_kept_is_counted_once(client: FlaskClient) -> None:
    for _ in range(2):
        client.post(PATH, json=GOOD, headers={"Idempotency-Key": "a-1"})
    assert 'scamjob_feedback_total{label="scam"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("key", ["", "a b", "键", "k" * 256])
def test_a_key_that_is_none_is_refused(client: FlaskClient, key: str) -> None:
    header = key.encode().decode("latin-1")
    refused(client.post(PATH, json=GOOD, headers={"Idempotency-Key": header}), "bad-request")


def test_what_was_said_can_be_taken_back(client: FlaskClient, store: Store) -> None:
    key = client.post(PATH, json=GOOD).get_json()["assessment_id"]
    response = client.delete(f"/api/v1/postings/{key}")
    assert (response.status_code, response.data) == (204, b"")
    assert claims(store) == []
    refused(client.delete(f"/api/v1/postings/{key}"), "unknown-posting")
    refused(client.delete("/api/v1/postings/%00"), "unknown-posting")
    with store.read() as connection:
        (entry,) = audit.entries(connection)
    assert (entry.actor, entry.action, entry.subject, entry.details) == (LOCAL, "posting.delete", key, {})


def test_nobody_reaches_what_another_tenant_keeps(fake: Assessor, keeping: Flask, store: Store) -> None:
    key = keeping.test_client().post(PATH, json=GOOD).get_json()["assessment_id"]
    elsewhere = create_app(fake, store=store)

    @elsewhere.before_request
    def other() -> None:
        g.caller = Caller("other", "k9")

    client = elsewhere.test_client()
    refused(client.post(PATH, json={"assessment_id": key, "label": "legit"}), "invalid-feedback")
    refused(client.delete(f"/api/v1/postings/{key}"), "unknown-posting")
    assert len(claims(store)) == 1


def test_without_a_store_feedback_is_refused_and_assessing_goes_on(fake: Assessor) -> None:
    client = create_app(fake).test_client()
    refused(client.post(PATH, json=GOOD), "store-unavailable")
    assert client.post("/api/v1/assessments", json={"text": TEXT}).status_code == 200
    assert client.get("/readyz").get_json()["store"] == "none"


# --- the database away ---


def assert_away(client: FlaskClient) -> None:
    response = client.post(PATH, json=GOOD)
    refused(response, "store-unavailable")
    assert int(response.headers["Retry-After"]) >= 1
    assert client.post("/api/v1/assessments", json={"text": TEXT}).status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["store"]) == (200, "away")


def test_a_postgresql_that_stops_is_told_and_taken_up_again(
    fake: Assessor, postgres: Postgres, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.store.store.PAUSE", 0.0)
    store = open_store(postgres.database("stops"))
    client = create_app(fake, store=store).test_client()
    assert client.post(PATH, json=GOOD).status_code == 201
    postgres.stop()
    try:
        with caplog.at_level(logging.DEBUG):
            assert_away(client)
        fresh = open_store(store.engine.url.render_as_string())
        assert_away(create_app(fake, Config(open_to_all=True), fresh).test_client())
        closed = create_app(fake, store=fresh).test_client().post("/api/v1/assessments", json={"text": TEXT})
        refused(closed, "store-unavailable")  # whether keys were made could not be read yet
    finally:
        postgres.start()
    assert client.post(PATH, json=GOOD).status_code == 201
    assert create_app(fake, store=fresh).test_client().post(PATH, json=GOOD).status_code == 201
    assert client.get("/readyz").get_json()["store"] == "ready"
    assert TEXT not in caplog.text
    assert len(claims(store)) == 3
    store.close()
    fresh.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/s.db")
    store.prepare()
    yield store
    store.close()


def test_a_file_that_somebody_locks_is_away_until_it_is_free(
    fake: Assessor, sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.store.engine._SQLITE", ("PRAGMA busy_timeout=50",))
    sqlite.close()
    client = create_app(fake, store=sqlite).test_client()
    other = open_store(str(sqlite.engine.url))
    with other.write():
        refused(client.post(PATH, json=GOOD), "store-unavailable")
    assert client.post(PATH, json=GOOD).status_code == 201
    other.close()


def test_a_full_disk_is_away_and_nothing_is_half_written(fake: Assessor, sqlite: Store) -> None:
    from sqlalchemy import event

    @event.listens_for(sqlite.engine, "checkout")
    def full(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

    client = create_app(fake, store=sqlite).test_client()
    kept = 0
    while (response := client.post(PATH, json=GOOD | {"note": "满" * 2000})).status_code == 201:
        kept += 1
        assert kept < 50
    refused(response, "store-unavailable")
    assert len(claims(sqlite)) == kept


def test_no_text_stands_in_an_error_of_the_database(
    fake: Assessor, sqlite: Store, caplog: pytest.LogCaptureFixture
) -> None:
    from sqlalchemy import text

    with sqlite.write() as connection:
        connection.execute(text("DROP TABLE feedback"))
    client = create_app(fake, store=sqlite).test_client()
    with caplog.at_level(logging.DEBUG):
        response = client.post(PATH, json=GOOD)
    assert response.status_code in {500, 503}
    assert "押金" not in caplog.text + response.text
    assert "拉黑" not in caplog.text + response.text


def test_an_assessment_is_kept_when_that_is_asked_for(client: FlaskClient, store: Store) -> None:
    kept = {"text": TEXT, "options": {"store": True}}
    one = client.post("/api/v1/assessments", json=kept).get_json()
    batch = client.post("/api/v1/assessments/batch", json={"postings": [kept, {"text": TEXT}, {"text": ""}]}).get_json()
    line = client.post("/api/v1/assessments/stream", data=json.dumps(kept), content_type="application/x-ndjson")
    first, second, _ = batch["assessments"]
    ids = [one["assessment_id"], first["assessment_id"], json.loads(line.data)["assessment_id"]]
    assert "assessment_id" not in second
    for key in ids:
        assert client.post(PATH, json={"assessment_id": key, "label": "scam"}).status_code == 201
        assert client.delete(f"/api/v1/postings/{key}").status_code == 204


def test_a_service_without_a_store_does_not_say_that_it_keeps(fake: Assessor) -> None:
    answer = create_app(fake).test_client().post("/api/v1/assessments", json={"text": "a", "options": {"store": True}})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "#/options/store"
