"""A batch that is sent again under its Idempotency-Key is answered again, and kept once."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from api import create_app
from api.kinds import KINDS
from api.store import Store, StoreAway, sightings
from api.store.tables import idempotency, postings

from serving import HERE, ROOT

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from api.config import Assessor

PATH = "/api/v1/assessments/batch"
TEXT = "招聘打字员，入职前先交押金200元，三天后全部退还，有意加微信 kefu_lr88 联系王老师"
BODY: dict[str, Any] = {
    "postings": [{"id": "1", "text": TEXT}, {"text": ""}, {"text": "招店员，月薪四千", "options": {"store": False}}],
    "options": {"store": True, "campaign": True},
}


@pytest.fixture
def app(fake: Assessor, store: Store) -> Flask:
    return create_app(fake, store=store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def sent(client: FlaskClient, body: object = BODY, key: str = "k-1") -> TestResponse:
    return client.post(PATH, json=body, headers={"Idempotency-Key": key})


def refused(response: TestResponse, slug: str) -> None:
    assert (response.get_json()["type"], response.status_code) == (f"/problems/{slug}", KINDS[slug].status)


def kept(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(postings)).scalar_one())


def remembered(app: Flask, store: Store) -> int:
    app.extensions["memory"].outbox.flush()
    with store.read() as connection:
        return sightings.count(connection, "local")


def test_a_batch_sent_twice_is_kept_once_and_answered_the_same(app: Flask, client: FlaskClient, store: Store) -> None:
    first = sent(client)
    assert (kept(store), remembered(app, store)) == (1, 2)
    second = sent(client)
    assert (first.status_code, first.get_json()) == (second.status_code, second.get_json())
    assert (kept(store), remembered(app, store)) == (1, 2)
    one, bad, unkept = second.get_json()["assessments"]
    assert len(one["assessment_id"]) == 24
    assert "error" in bad
    assert "assessment_id" not in unkept
    assert sent(client, key="k-2").get_json()["assessments"][0]["assessment_id"] != one["assessment_id"]
    assert kept(store) == 2


def test_what_the_memory_knew_the_first_time_is_told_again(app: Flask, client: FlaskClient) -> None:
    body = {"postings": [{"text": TEXT}], "options": {"campaign": True}}
    for number in range(3):
        sent(client, body, f"before-{number}")
        app.extensions["memory"].outbox.flush()
    first = sent(client, body).get_json()["assessments"][0]["campaign"]
    app.extensions["memory"].outbox.flush()
    assert (first["similar"], first["contact"]["similar"]) == (3, 3)
    assert sent(client, body).get_json()["assessments"][0]["campaign"] == first
    assert sent(client, body, "k-2").get_json()["assessments"][0]["campaign"]["similar"] == 4


def test_the_same_key_with_another_body_is_refused_and_keeps_nothing(client: FlaskClient, store: Store) -> None:
    sent(client)
    refused(sent(client, BODY | {"postings": [{"text": "别的"}]}), "idempotency-conflict")
    assert kept(store) == 1
    plain = {"postings": [{"text": "招店员"}]}
    assert sent(client, plain, "k-3").status_code == 200
    refused(sent(client, {"postings": [{"text": "招店员！"}]}, "k-3"), "idempotency-conflict")


@pytest.mark.parametrize("key", ["", "a b", "k" * 256])
def test_a_key_that_is_none_is_refused(client: FlaskClient, store: Store, key: str) -> None:
    refused(sent(client, key=key), "bad-request")
    assert kept(store) == 0


def test_no_word_of_a_posting_is_kept_for_a_repetition(client: FlaskClient, store: Store) -> None:
    sent(client, {"postings": [{"id": "秘密", "text": TEXT}], "options": {"campaign": True}})
    with store.read() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(idempotency))]
    said = json.dumps(rows, default=str, ensure_ascii=False)
    assert len(rows) == 1
    assert not any(word in said for word in ("秘密", "押金", "kefu_lr88", "王老师"))


def test_a_batch_that_keeps_nothing_is_answered_without_a_database(
    fake: Assessor, client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = {"postings": [{"text": "招店员"}]}
    assert sent(create_app(fake).test_client(), plain).status_code == 200
    client.get("/api/v1/rules")  # the keys are known
    monkeypatch.setattr(store, "_connected", gone)
    assert sent(client, plain).status_code == 200
    refused(sent(client), "store-unavailable")


def gone(**_: object) -> None:
    raise StoreAway("away")


SENDER = """
import json, sys, time
sys.path[:0] = [{root!r}, {here!r}]
import conftest
from api import create_app
from api.store import open_store
store = open_store(sys.argv[1])
client = create_app(conftest.FakeDetector(), store=store).test_client()
print(flush=True)
sys.stdin.readline()
for number in range(8):
    answer = client.post({path!r}, json={body!r}, headers={{"Idempotency-Key": f"k-{{number}}"}})
    print(json.dumps(answer.get_json()), flush=True)
"""


def test_two_processes_that_send_the_same_keep_it_once(store: Store, database: str) -> None:
    body = {"postings": [{"text": TEXT}, {"text": "招店员"}], "options": {"store": True}}
    code = SENDER.format(root=str(ROOT), here=str(HERE), path=PATH, body=body)
    with store.read():
        pass  # the tables are there
    both = [
        subprocess.Popen([sys.executable, "-c", code, database], stdin=-1, stdout=-1, stderr=-1, text=True)
        for _ in range(2)
    ]
    for one in both:
        assert one.stdout
        one.stdout.readline()
    for one in both:
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    told = [one.communicate(timeout=120) for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    assert told[0][0] == told[1][0]
    assert len(told[0][0].splitlines()) == 8
    assert kept(store) == 16
