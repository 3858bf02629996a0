"""The JSON API on good input, and on every bad input we could think of."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import TestResponse, create_environ, run_wsgi_app
from werkzeug.wrappers import Request

from api import Config, create_app
from api.problems import KINDS, refuse, refuse_until
from api.schema import AssessmentAnswer, BatchAnswer, ModelAnswer, ProblemAnswer, RulesAnswer
from detector.types import MAX_TEXT

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ONE = "/api/v1/assessments"
BATCH = "/api/v1/assessments/batch"
SCAM = "招聘打字员，入职前先交押金200元"


def send(client: FlaskClient, body: bytes | str, path: str = ONE) -> TestResponse:
    return client.post(path, data=body, content_type="application/json")


def refused(response: TestResponse, slug: str) -> dict[str, Any]:
    """The problem object, checked against its kind and its documented shape."""
    problem: dict[str, Any] = json.loads(response.data)
    assert response.mimetype == "application/problem+json"
    assert (problem["type"], response.status_code) == (f"/problems/{slug}", KINDS[slug].status)
    assert problem["status"] == response.status_code
    assert problem["detail"]
    assert problem["detail_en"]
    ProblemAnswer.model_validate(problem)
    return problem


def test_a_text_gets_an_assessment(client: FlaskClient) -> None:
    response = client.post(ONE, json={"text": SCAM, "id": "a-1"})
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assessment = response.json
    AssessmentAnswer.model_validate(assessment)
    assert assessment is not None
    assert (assessment["id"], assessment["risk_level"], assessment["risk_score"]) == ("a-1", "high", 93)
    for item in assessment["reasons"][0]["evidence"]:
        assert SCAM[item["start"] : item["end"]] == item["quote"]


def test_columns_get_an_assessment_that_names_the_column(client: FlaskClient) -> None:
    columns = {"title": "打字员", "company": "某公司", "salary": "日结500元", "location": None, "description": "交押金"}
    assessment = client.post(ONE, json=columns).get_json()
    assert {item["field"] for reason in assessment["reasons"] for item in reason["evidence"]} == {
        "salary",
        "description",
    }


@pytest.mark.parametrize(
    ("body", "slug", "pointer"),
    [
        ("{}", "empty-posting", "#/text"),
        ('{"text": ""}', "empty-posting", "#/text"),
        ('{"text": " \\n\\t\\u3000"}', "empty-posting", "#/text"),
        ('{"description": ""}', "empty-posting", "#/description"),
        ('{"text": null}', "empty-posting", "#/text"),
        ('{"id": "7"}', "empty-posting", "#/text"),
        ('{"text": 1}', "invalid-posting", "#/text"),
        ('{"text": true}', "invalid-posting", "#/text"),
        ('{"text": ["a"]}', "invalid-posting", "#/text"),
        ('{"text": "a", "salary": 5000}', "invalid-posting", "#/salary"),
        ('{"text": "a", "id": 5}', "invalid-posting", "#/id"),
        ('{"text": "a", "text~/2": "b"}', "invalid-posting", "#/text~0~12"),
        ("[]", "invalid-posting", "#"),
        ("null", "invalid-posting", "#"),
        ('"text"', "invalid-posting", "#"),
        (json.dumps({"text": "a", "id": "x" * 257}), "invalid-posting", "#/id"),
        (json.dumps({"text": "字" * 20_001}), "text-too-long", "#/text"),
        (json.dumps({"title": "字", "text": "字" * 20_000}), "text-too-long", "#/text"),
        (json.dumps({"text": "字", "description": "字" * 20_000}), "text-too-long", "#/description"),
        ('{"text": "half \\ud83d"}', "lone-surrogate", "#/text"),
        ('{"text": "a", "id": "\\udc00"}', "lone-surrogate", "#/id"),
        ('{"\\ud800": "a"}', "lone-surrogate", "#"),
    ],
)
def test_a_bad_posting_is_refused_with_the_field_named(client: FlaskClient, body: str, slug: str, pointer: str) -> None:
    assert pointer in {error["pointer"] for error in refused(send(client, body), slug)["errors"]}


def test_the_longest_text_is_taken(client: FlaskClient) -> None:
    assert client.post(ONE, json={"text": "😀" * MAX_TEXT}).status_code == 200


def test_a_text_that_is_too_long_is_told_how_long_it_is(client: FlaskClient) -> None:
    problem = refused(client.post(ONE, json={"text": "a" * 20_001}), "text-too-long")
    assert (problem["length"], problem["limit"]) == (20_001, 20_000)


def test_nul_in_a_text_is_a_character_like_any_other(client: FlaskClient) -> None:
    assessment = client.post(ONE, json={"text": "\0交押金"}).get_json()
    assert assessment["reasons"][0]["evidence"][0]["start"] == 2


def test_a_byte_order_mark_is_no_mistake(client: FlaskClient) -> None:
    assert send(client, b"\xef\xbb\xbf" + json.dumps({"text": "a"}).encode()).status_code == 200


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b"", "malformed-json"),
        (b"{", "malformed-json"),
        (b'{"text": "a"} trailing', "malformed-json"),
        (b"{'text': 'a'}", "malformed-json"),
        (b"[" * 20_000, "malformed-json"),
        (b'{"a":' * 20_000, "malformed-json"),
        (b"[" * 20_000 + b"]" * 20_000, "malformed-json"),
        (b"\0", "malformed-json"),
        (b'{"text": "\0"}', "malformed-json"),
        (b'{"text": NaN}', "malformed-json"),
        (b'{"text": -Infinity}', "malformed-json"),
        (b'{"text": ' + b"9" * 10_000 + b"}", "malformed-json"),
        (b'{"text": "\\u12"}', "malformed-json"),
        (b'{"text": "a", "text": "b"}', "duplicate-key"),
        (b'{"text": "\xff"}', "not-utf-8"),
        ('{"text": "招聘"}'.encode("gbk"), "not-utf-8"),
        ('{"text": "a"}'.encode("utf-16"), "not-utf-8"),
        (b'{"text": "\xed\xa0\x80"}', "not-utf-8"),
    ],
)
@pytest.mark.parametrize("path", [ONE, BATCH])
def test_what_is_no_json_is_refused(client: FlaskClient, path: str, body: bytes, slug: str) -> None:
    refused(send(client, body, path), slug)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=gbk"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_another_content_type_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    refused(client.post(ONE, data=b'{"text": "a"}', headers=headers), "unsupported-media-type")


def test_a_charset_of_utf_8_is_fine(client: FlaskClient) -> None:
    assert client.post(ONE, data=b'{"text":"a"}', content_type="application/json; charset=UTF-8").status_code == 200


def test_a_large_body_is_refused_by_its_announced_length(client: FlaskClient) -> None:
    refused(send(client, b'{"text": "' + b"a" * (512 * 1024) + b'"}'), "body-too-large")


def test_a_large_body_is_refused_while_it_is_read(app: Flask) -> None:
    body = BytesIO(b'{"text": "' + b"a" * 4_000_000)
    environ = create_environ(ONE, method="POST", content_type="application/json")
    environ |= {"wsgi.input": body, "wsgi.input_terminated": True}
    refused(TestResponse(*run_wsgi_app(app, environ), request=Request(environ)), "body-too-large")
    assert body.tell() < 1_000_000


def test_the_limits_are_the_application_s_own() -> None:
    class Never:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    small = create_app(Never(), Config(max_body=20)).test_client()
    refused(small.post(ONE, json={"text": "a" * 30}), "body-too-large")


def test_a_batch_keeps_order_and_puts_errors_in_their_place(client: FlaskClient) -> None:
    postings = [
        {"id": "a", "text": SCAM},
        {"id": "b", "text": ""},
        7,
        {"id": "d", "text": "招聘店员"},
        {"id": "e", "text": "字" * 20_001},
        {"id": "f", "text": "\ud83d"},
        {"id": "\ud83d", "text": "a"},
    ]
    response = client.post(BATCH, data=json.dumps({"postings": postings}), content_type="application/json")
    assert response.status_code == 200
    answer = response.get_json()
    results = answer["assessments"]
    assert [one.get("risk_score", one.get("error", {}).get("type")) for one in results] == [
        93,
        "/problems/empty-posting",
        "/problems/invalid-posting",
        6,
        "/problems/text-too-long",
        "/problems/lone-surrogate",
        "/problems/lone-surrogate",
    ]
    assert [one["id"] for one in results] == ["a", "b", None, "d", "e", "f", "\ud83d"]
    results.pop()
    BatchAnswer.model_validate(answer)


def test_single_and_batch_agree(client: FlaskClient) -> None:
    texts = [SCAM, "招聘店员", "日结500元，加微信"]
    batch = client.post(BATCH, json={"postings": [{"text": text} for text in texts]}).get_json()["assessments"]
    assert batch == [client.post(ONE, json={"text": text}).get_json() for text in texts]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"postings": []}, "#/postings"),
        ({"postings": [{"text": "a"}] * 1001}, "#/postings"),
        ({"postings": {"text": "a"}}, "#/postings"),
        ({}, "#/postings"),
        ({"postings": [{"text": "a"}], "more": 1}, "#/more"),
        ([], "#"),
    ],
)
def test_a_bad_batch_is_refused_as_a_whole(client: FlaskClient, body: object, pointer: str) -> None:
    assert refused(client.post(BATCH, json=body), "invalid-batch")["errors"][0]["pointer"] == pointer


def test_a_full_batch_is_taken(client: FlaskClient) -> None:
    results = client.post(BATCH, json={"postings": [{"text": "a"}] * 1000}).get_json()["assessments"]
    assert len(results) == 1000


def test_the_rules_are_listed_and_found_by_id(client: FlaskClient) -> None:
    listed = client.get("/api/v1/rules").get_json()
    RulesAnswer.model_validate(listed)
    for rule in listed["rules"]:
        assert client.get(f"/api/v1/rules/{rule['id']}").get_json() == rule


@pytest.mark.parametrize("name", ["no.such", "a/b", "%00", "%ff", "<script>"])
def test_an_unknown_rule_is_not_found(client: FlaskClient, name: str) -> None:
    refused(client.get(f"/api/v1/rules/{name}"), "unknown-rule")


def test_the_model_says_what_is_running(client: FlaskClient) -> None:
    model = client.get("/api/v1/model").get_json()
    ModelAnswer.model_validate(model)
    assert model["versions"] == {"model": "toy-model", "rules": "toy-rules", "api": "1"}


def test_health_and_readiness(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json()["status"] == "ready"


def test_a_broken_detector_is_alive_but_not_ready(broken: Flask) -> None:
    client = broken.test_client()
    assert client.get("/healthz").status_code == 200
    refused(client.get("/readyz"), "not-ready")


def test_a_failure_says_nothing_of_the_text(broken: Flask, caplog: pytest.LogCaptureFixture) -> None:
    problem = refused(broken.test_client().post(ONE, json={"text": "绝密的招聘文字"}), "internal-error")
    assert "绝密" not in json.dumps(problem, ensure_ascii=False)
    assert "绝密" not in caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize("path", ["/nothing", "/api/v1", "/api/v1/assessments/", "/static/nothing.css", "/static/../x"])
def test_an_unknown_address_is_a_problem(client: FlaskClient, path: str) -> None:
    refused(client.get(path), "not-found")


def test_a_wrong_method_is_a_problem_that_says_which_work(client: FlaskClient) -> None:
    response = client.get(ONE)
    refused(response, "method-not-allowed")
    assert set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_problems_of_keys_and_limits_say_what_comes_next(app: Flask) -> None:
    app = create_app(app.extensions["assessor"])
    app.add_url_rule("/locked", view_func=lambda: refuse("key-missing"), endpoint="locked")
    app.add_url_rule("/busy", view_func=lambda: refuse_until("rate-limited", 7), endpoint="busy")
    locked, busy = app.test_client().get("/locked"), app.test_client().get("/busy")
    refused(locked, "key-missing")
    assert locked.headers["WWW-Authenticate"].startswith("Bearer ")
    assert refused(busy, "rate-limited")["retry_after"] == 7
    assert busy.headers["Retry-After"] == "7"


def test_head_and_options_behave(client: FlaskClient) -> None:
    head, get = client.head("/api/v1/rules"), client.get("/api/v1/rules")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.data))
    options = client.options(ONE)
    assert (options.status_code, options.data) == (200, b"")
    assert "POST" in options.headers["Allow"]


def test_every_problem_type_has_its_page(client: FlaskClient) -> None:
    index = client.get("/problems/").text
    for slug, kind in KINDS.items():
        page = client.get(f"/problems/{slug}")
        assert page.status_code == 200
        assert kind.title in page.text
        assert kind.type in index
    refused(client.get("/problems/none-such"), "not-found")


def test_a_browser_gets_errors_as_a_page_except_from_the_api(client: FlaskClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = client.get("/nothing", headers=browser)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    refused(client.get("/api/v1/nothing", headers=browser), "not-found")


def test_the_limits_that_the_problem_page_names_are_the_default_ones() -> None:
    cure = KINDS["body-too-large"].cure_en
    assert f"{Config().max_body // 1024} KiB" in cure
    assert f"{Config().max_batch_body // 1024 // 1024} MiB" in cure
