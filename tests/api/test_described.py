"""Whatever is sent to any route, with whatever key: never 500, and every error a problem of a kind that stays.

Schemathesis, with the same cases each time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import Config, create_app
from api.kinds import KINDS
from api.problems import MEDIA_TYPE
from api.store import Store, keys, open_store
from api.store.keys import SCOPES, Wish

if TYPE_CHECKING:
    from flask import Flask

    from api.config import Assessor

APART = "/stream$|/text-from-images$"
"""A media type without a generator, and a route that answers 501 where no reader of images is; see their own tests."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def is_problem(_: object, response: schemathesis.Response, __: schemathesis.Case) -> None:
    """An error is a problem of a kind that we know, and says so the same way in the head and in the body."""
    if response.status_code < 400:
        return
    problem = json.loads(response.content)
    assert response.headers["content-type"] == [MEDIA_TYPE]
    assert problem["status"] == response.status_code == KINDS[problem["type"].removeprefix("/problems/")].status


def send_everything(app: Flask, examples: int, headers: Mapping[str, str] | None = None) -> set[int]:
    """So many requests to each operation, all checked; the statuses that came."""
    description = schemathesis.openapi.from_wsgi("/openapi.json", app)
    operations = [found.ok() for found in description.exclude(path_regex=APART).get_all_operations()]
    assert len(operations) > 8
    seen: set[int] = set()
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def send(case: schemathesis.Case) -> None:
            answer = case.call_and_validate(headers=headers, checks=[*CHECKS, is_problem])
            seen.add(answer.status_code)

        send()
    return seen


def test_nothing_that_is_sent_is_the_service_s_fault(fake: Assessor, store: Store) -> None:
    send_everything(create_app(fake, store=store), 25)


Keyed = Callable[..., tuple["Flask", dict[str, str]]]


@pytest.fixture
def keyed(fake: Assessor, tmp_path: Path) -> Keyed:
    """An application that asks for keys, and headers with one of these scopes and limits."""

    def made(*scopes: str, **limits: int) -> tuple[Flask, dict[str, str]]:
        store = open_store(f"sqlite:///{tmp_path / 'keys.db'}")
        with store.write() as connection:
            key = keys.create(connection, Wish("acme", "测试", scopes, **limits), "tester")
        app = create_app(fake, Config(max_body=4096, max_batch_body=8192), store)
        return app, {"Authorization": f"Bearer {key}"}

    return made


@pytest.mark.parametrize("scope", SCOPES)
def test_with_a_key_of_any_scope_too(keyed: Keyed, scope: str) -> None:
    seen = send_everything(*_swapped(keyed(scope), 4))
    assert 200 in seen
    assert (403 in seen) == (scope != "admin")


def _swapped(made: tuple[Flask, dict[str, str]], examples: int) -> tuple[Flask, int, dict[str, str]]:
    app, headers = made
    return app, examples, headers


def test_with_a_wrong_key_until_guessing_is_stopped(keyed: Keyed) -> None:
    app, _ = keyed("assess")
    assert send_everything(app, 3, {"Authorization": "Bearer sj_0123abcd_" + "x" * 43}) >= {401, 429}


def test_with_no_key(keyed: Keyed) -> None:
    app, _ = keyed("assess")
    assert 401 in send_everything(app, 3, {"Authorization": ""})


def test_with_a_key_that_is_used_up(keyed: Keyed) -> None:
    assert 429 in send_everything(*_swapped(keyed(*SCOPES, per_day=1), 3))


JSON = {"content_type": "application/json"}
BATCH, FEEDBACK = "/api/v1/assessments/batch", "/api/v1/feedback"
MISTAKES: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "malformed-json": ("POST", BATCH, {"data": "{", **JSON}),
    "scope-missing": ("DELETE", "/api/v1/postings/" + "0" * 24, {}),
    "unknown-rule": ("GET", "/api/v1/rules/none.such", {}),
    "not-found": ("GET", "/api/v1/none", {}),
    "method-not-allowed": ("PUT", BATCH, {}),
    "idempotency-conflict": ("POST", BATCH, {"json": {"postings": [{"text": "乙"}]}}),
    "body-too-large": ("POST", BATCH, {"data": b" " * 9000, **JSON}),
    "unsupported-media-type": ("POST", BATCH, {"data": "a=b", "content_type": "text/plain"}),
    "invalid-batch": ("POST", BATCH, {"json": {"postings": 7}}),
}


@pytest.mark.parametrize("slug", MISTAKES)
def test_each_mistake_of_a_caller_with_a_key_is_a_problem_of_its_kind(keyed: Keyed, slug: str) -> None:
    app, headers = keyed("assess")
    client, headers = app.test_client(), headers | {"Idempotency-Key": "k"}
    client.post(BATCH, json={"postings": [{"text": "甲"}]}, headers=headers)
    method, path, sent = MISTAKES[slug]
    answer = client.open(path, method=method, headers=headers, **sent)
    problem = json.loads(answer.data)
    assert (answer.status_code, answer.mimetype) == (KINDS[slug].status, MEDIA_TYPE)
    assert (problem["type"], problem["status"]) == (f"/problems/{slug}", KINDS[slug].status)


STABLE = {
    400: "bad-request malformed-json duplicate-key not-utf-8",
    401: "key-missing key-invalid",
    403: "scope-missing",
    404: "not-found unknown-rule unknown-posting unknown-job",
    405: "method-not-allowed",
    409: "conflict idempotency-conflict job-not-done",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-posting empty-posting text-too-long invalid-batch invalid-feedback lone-surrogate",
    429: "rate-limited quota-exceeded too-many-jobs",
    503: "store-unavailable not-ready busy",
}
"""Programs branch by these: a kind may come to them, none may go or change its status."""


def test_the_types_of_problems_stay_what_they_are() -> None:
    wanted = {slug: status for status, slugs in STABLE.items() for slug in slugs.split()}
    assert {slug: KINDS[slug].status for slug in wanted if slug in KINDS} == wanted
