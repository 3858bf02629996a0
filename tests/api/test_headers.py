"""Every answer is locked down, errors included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "form-action 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
PATHS = ["/", "/docs", "/problems/", "/openapi.json", "/healthz", "/readyz", "/nothing", "/api/v1/assessments"]


@pytest.mark.parametrize("path", [*PATHS, "/static/page.css", "/favicon.ico"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_not_kept(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_the_verdict_is_not_kept(client: FlaskClient) -> None:
    assert client.post("/", data={"text": "招聘"}).headers["Cache-Control"] == "no-store"


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    assert "max-age" in client.get("/static/page.css", buffered=True).headers["Cache-Control"]


def test_a_failure_is_locked_down_too(broken: Flask) -> None:
    response = broken.test_client().post("/", data={"text": "招聘"})
    assert response.status_code == 500
    assert response.headers["X-Content-Type-Options"] == "nosniff"
