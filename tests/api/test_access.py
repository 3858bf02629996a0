"""A key opens what it is for, to its own tenant, until it is revoked; nothing else does, and guessing is slow."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from operator import add
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import Config, access, create_app, limits
from api.access import Closed, Guesses, address_of, is_loopback, starting
from api.kinds import KINDS
from api.limits import Charge, Limits
from api.openapi import described
from api.store import Store, StoreAway, audit, keys, open_store
from api.store.columns import now
from api.store.keys import SCOPES, Wish

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from api.config import Assessor


TEXT = "招聘打字员，入职前先交押金200元。"
ONE = {"text": TEXT}
SAID = {"text": TEXT, "label": "scam"}
ASSESS, FEEDBACK, RULES = "/api/v1/assessments", "/api/v1/feedback", "/api/v1/rules"
PUBLIC = ("/", "/docs", "/openapi.json", "/healthz", "/readyz", "/problems/", "/static/style.css")


def make(store: Store, *scopes: str, tenant: str = "acme", **more: Any) -> str:
    with store.write() as connection:
        return keys.create(connection, Wish(tenant, "测试", scopes or ("assess", "feedback"), **more), "tester")


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def refused(response: TestResponse, slug: str) -> None:
    problem = json.loads(response.data)
    assert (problem["type"], response.status_code) == (f"/problems/{slug}", KINDS[slug].status)


@pytest.fixture(autouse=True)
def read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "FRESH", 0.0)


@pytest.fixture
def client(fake: Assessor, store: Store) -> FlaskClient:
    return create_app(fake, store=store).test_client()


def test_until_a_key_is_made_nobody_needs_one_and_from_then_on_everybody(client: FlaskClient, store: Store) -> None:
    assert client.post(ASSESS, json=ONE).status_code == 200
    key = make(store)
    answer = client.post(ASSESS, json=ONE)
    refused(answer, "key-missing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.post(ASSESS, json=ONE, headers=bearer(key)).status_code == 200


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_health_and_description_stay_open(fake: Assessor, app_with_key: Flask, path: str) -> None:
    answer = app_with_key.test_client().get(path)
    assert answer.status_code in {200, 404}  # a file may have another name, but nobody asks for a key
    assert "WWW-Authenticate" not in answer.headers


@pytest.fixture
def app_with_key(fake: Assessor, tmp_path: Path) -> Iterator[Flask]:
    store = open_store(f"sqlite:///{tmp_path}/keys.db")
    make(store)
    yield create_app(fake, store=store)
    store.close()


def test_every_route_of_the_api_asks_for_a_key(app_with_key: Flask) -> None:
    client = app_with_key.test_client()
    operations = [one for one in described(app_with_key).operations if one.path.startswith("/api/")]
    assert {one.scope for one in operations} <= {"", *SCOPES}
    for number, one in enumerate(operations):
        path = one.path.replace("{rule_id}", "x").replace("{posting_id}", "0" * 24)
        from_its_own = {"REMOTE_ADDR": f"10.0.0.{number}"}  # an address has few guesses
        opened = partial(client.open, path, method=one.method.upper(), environ_overrides=from_its_own)
        refused(opened(), "key-missing")
        refused(opened(headers=bearer("sj_0")), "key-invalid")
    assert len(operations) > 7
    routes = {rule.rule for rule in app_with_key.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert len(routes) == len({one.path for one in operations})


def test_a_key_does_what_its_scopes_say_and_admin_does_all(client: FlaskClient, store: Store) -> None:
    reads, tells, admin = (make(store, scope) for scope in ("assess", "feedback", "admin"))
    assert client.post(ASSESS, json=ONE, headers=bearer(reads)).status_code == 200
    answer = client.post(FEEDBACK, json=SAID, headers=bearer(reads))
    refused(answer, "scope-missing")
    assert 'scope="feedback"' in answer.headers["WWW-Authenticate"]
    refused(client.post(ASSESS, json=ONE, headers=bearer(tells)), "scope-missing")
    assert client.get(RULES, headers=bearer(tells)).status_code == 200
    for path, body in ((ASSESS, ONE), (FEEDBACK, SAID)):
        assert client.post(path, json=body, headers=bearer(admin)).status_code in {200, 201}


def test_a_revoked_or_expired_key_is_refused(client: FlaskClient, store: Store) -> None:
    key, old = make(store), make(store, expires=now() - timedelta(seconds=1))
    assert client.get(RULES, headers=bearer(key)).status_code == 200
    refused(client.get(RULES, headers=bearer(old)), "key-invalid")
    own = key[3:11]
    with store.write() as connection:
        assert keys.revoke(connection, own, "tester")
        assert not keys.revoke(connection, own, "tester")
    refused(client.get(RULES, headers=bearer(key)), "key-invalid")
    refused(client.get(RULES), "key-missing")  # no key is left that is valid, and it does not stand open
    with store.read() as connection:
        assert [entry.action for entry in audit.entries(connection)] == ["key.create", "key.create", "key.revoke"]


def test_only_the_digest_of_a_key_is_kept(store: Store) -> None:
    key = make(store)
    with store.read() as connection:
        (kept,) = keys.everyone(connection)
    assert keys.FORM.fullmatch(key)
    assert key[12:] not in repr(kept)
    assert kept.digest == keys.digest(key)


def test_what_is_kept_belongs_to_the_tenant_of_the_key(client: FlaskClient, store: Store) -> None:
    ours, theirs = make(store), make(store, tenant="other")
    said = client.post(FEEDBACK, json=SAID, headers=bearer(ours) | {"Idempotency-Key": "one"}).get_json()
    stored = client.post(ASSESS, json=ONE | {"options": {"store": True}}, headers=bearer(ours)).get_json()
    again = client.post(FEEDBACK, json=SAID, headers=bearer(theirs) | {"Idempotency-Key": "one"}).get_json()
    assert again["id"] != said["id"]  # their key of that name is not ours
    about = {"assessment_id": stored["assessment_id"], "label": "legit"}
    assert client.post(FEEDBACK, json=about, headers=bearer(theirs)).status_code == 422
    assert client.post(FEEDBACK, json=about, headers=bearer(ours)).status_code == 201
    for kept in (said["assessment_id"], stored["assessment_id"]):
        refused(client.delete(f"/api/v1/postings/{kept}", headers=bearer(theirs)), "unknown-posting")
        assert client.delete(f"/api/v1/postings/{kept}", headers=bearer(ours)).status_code == 204
    with store.read() as connection:
        deleted = [entry for entry in audit.entries(connection) if entry.action == "posting.delete"]
    assert {(entry.tenant, entry.actor) for entry in deleted} == {("acme", ours[3:11])}


def test_the_keys_known_last_go_on_while_the_database_is_away(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make(store)
    assert client.post(ASSESS, json=ONE, headers=bearer(key)).status_code == 200

    def away(*_: object, **__: object) -> None:
        raise StoreAway("away")

    monkeypatch.setattr(store, "_connected", away)
    assert client.post(ASSESS, json=ONE, headers=bearer(key)).status_code == 200
    refused(client.post(ASSESS, json=ONE), "key-missing")


def test_metrics_are_for_this_machine_and_for_admins(client: FlaskClient, store: Store) -> None:
    key, admin = make(store), make(store, "admin")
    assert client.get("/metrics").status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    refused(client.get("/metrics", environ_base=elsewhere), "key-missing")
    refused(client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}), "key-missing")
    refused(client.get("/metrics", environ_base=elsewhere, headers=bearer(key)), "scope-missing")
    assert client.get("/metrics", environ_base=elsewhere, headers=bearer(admin)).status_code == 200


# --- guessing ---


def test_an_address_that_guesses_has_to_wait_and_its_neighbours_with_keys_do_not(
    client: FlaskClient, store: Store
) -> None:
    key, other = make(store), make(store)
    assert client.get(RULES, headers=bearer(key)).status_code == 200
    wrong = key[:12] + "A" * 43
    for _ in range(access.GUESSES):
        refused(client.get(RULES, headers=bearer(wrong)), "key-invalid")
    answer = client.get(RULES, headers=bearer(wrong))
    refused(answer, "rate-limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= access.REST
    assert client.get(RULES, headers=bearer(key)).status_code == 200
    refused(client.get(RULES, headers=bearer(other)), "rate-limited")  # could be a lucky guess
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(RULES, headers=bearer(other), environ_base=elsewhere).status_code == 200


def test_wrong_keys_are_counted_by_all_workers_together(fake: Assessor, store: Store, tmp_path: Path) -> None:
    key = make(store, "review")
    workers = [create_app(fake, Config(counts=tmp_path / "limits.db"), store).test_client() for _ in range(2)]
    wrong = key[:12] + "A" * 43
    for number in range(access.GUESSES):
        refused(workers[number % 2].get(RULES, headers=bearer(wrong)), "key-invalid")
    for worker in workers:
        refused(worker.get(RULES, headers=bearer(wrong)), "rate-limited")
        page = worker.get("/review/sign-in").text
        token = page.partition('name="csrf" value="')[2].partition('"')[0]
        answer = worker.post("/review/sign-in", data={"csrf": token, "key": wrong})
        assert answer.status_code == 429
    for worker in workers:
        worker.application.extensions["limits"].close()


def test_guesses_of_the_hour_before_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Limits(tmp_path / "limits.db")
    guesses = Guesses(shared)
    shared.take(Charge("k1", 1, 10, 10))
    for number in range(limits.TIDY - 1):
        guesses.count(str(number))
    monkeypatch.setattr(time, "monotonic", partial(add, time.monotonic(), 4000.0))
    guesses.count("x")
    connection = sqlite3.connect(tmp_path / "limits.db")
    assert connection.execute("SELECT count(*) FROM used").fetchone() == (2,)  # the key's account stays
    connection.close()
    shared.close()


@pytest.mark.parametrize(
    ("direct", "told", "address"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "<script>", "127.0.0.1"),
        ("2001:db8::1", "", "2001:db8::/64"),
        ("", "", "local"),
    ],
)
def test_an_address_is_the_clients_where_a_proxy_of_ours_says_so(direct: str, told: str, address: str) -> None:
    assert address_of({"REMOTE_ADDR": direct, "HTTP_X_FORWARDED_FOR": told}) == address


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=80),
        st.text("sj_0123456789abcdef-A ", max_size=80).map(lambda text: f"Bearer {text}"),
        st.sampled_from(["", "Bearer", "Bearer ", "bearer\tx", "Basic eA==", "Bearer " + "x" * 4000]),
    ),
    st.sampled_from([("GET", RULES), ("POST", ASSESS), ("DELETE", "/api/v1/postings/x"), ("GET", "/"), ("HEAD", RULES),
                     ("OPTIONS", ASSESS), ("GET", "/metrics"), ("GET", "/api/v1/none"), ("PUT", RULES)]),
)  # fmt: skip
def test_no_authorization_header_is_a_fault_of_ours(app_with_key: Flask, sent: str, asked: tuple[str, str]) -> None:
    method, path = asked
    answer = app_with_key.test_client().open(path, method=method, headers={"Authorization": sent})
    assert answer.status_code < 500
    if path in {RULES, ASSESS} and method in {"GET", "POST", "HEAD"}:
        assert answer.status_code in {401, 405, 429}


# --- starting ---


def test_on_other_addresses_than_its_own_a_service_starts_with_keys_or_openly(store: Store) -> None:
    gate = SimpleNamespace(open_to_all=False, ring=access.Ring(store))
    assert "no keys" in str(starting(gate, "127.0.0.1"))  # type: ignore[arg-type]
    with pytest.raises(Closed, match="scamjob keys create"):
        starting(gate, "0.0.0.0")  # type: ignore[arg-type]
    make(store)
    assert starting(gate, "0.0.0.0") is None  # type: ignore[arg-type]
    gate.open_to_all = True
    assert "--open" in str(starting(gate, "0.0.0.0"))  # type: ignore[arg-type]
    assert [is_loopback(host) for host in ("127.0.0.5", "::1", "localhost", "0.0.0.0", "::", "example.com")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_an_open_service_asks_for_no_key_and_still_checks_one(fake: Assessor, store: Store) -> None:
    key = make(store)
    client = create_app(fake, Config(open_to_all=True), store).test_client()
    assert client.post(ASSESS, json=ONE).status_code == 200
    assert client.post(ASSESS, json=ONE, headers=bearer(key)).status_code == 200
    refused(client.post(ASSESS, json=ONE, headers=bearer("sj_x")), "key-invalid")
