"""“判错了” below a verdict: two taps, kept when its sender agrees, and taken back again."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from api import Config, create_app
from api.caller import Caller
from api.limits import BEIJING, DAY, Limits
from api.pages.feedback import OFTEN, WINDOW
from api.store import feedback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import FakeDetector
    from flask import Flask
    from flask.testing import FlaskClient

TEXT = "招聘打字员，先交押金200元。"


@pytest.fixture(autouse=True)
def _fresh(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    own = Limits()
    monkeypatch.setitem(app.extensions, "limits", own)
    yield
    own.close()


def claims(app: Flask) -> list[feedback.Claim]:
    with app.extensions["store"].read() as connection:
        return [claim for claim in feedback.claims(connection, Caller().tenant) if claim.source == "page"]


def test_every_verdict_asks_whether_it_is_wrong(client: FlaskClient) -> None:
    page = client.post("/", data={"text": TEXT}).text
    assert '<button name="label" value="legit">' in page
    assert '<button name="label" value="scam">' not in page
    assert "就是同意把这段原文保存下来" in page


def test_what_is_said_is_kept_with_its_text_and_comes_from_the_page(client: FlaskClient, app: Flask) -> None:
    before = len(claims(app))
    response = client.post("/feedback", data={"text": TEXT, "company": "某公司", "label": "legit"})
    assert response.status_code == 201
    newest = claims(app)[before:]
    assert [(one.label, one.source, one.fields) for one in newest] == [
        ("legit", "page", {"company": "某公司", "text": TEXT})
    ]


def test_without_agreement_nothing_is_kept(client: FlaskClient, app: Flask) -> None:
    before = len(claims(app))
    response = client.post("/feedback", data={"text": TEXT, "label": "legit", "no_text": "1"})
    assert response.status_code == 200
    assert "没有保存原文" in response.text
    assert len(claims(app)) == before


def test_what_was_kept_can_be_taken_back(client: FlaskClient, app: Flask) -> None:
    before = len(claims(app))
    page = client.post("/feedback", data={"text": TEXT, "label": "legit"}).text
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key
    assert "已经撤回" in client.post("/feedback/withdraw", data={"key": key[1]}).text
    assert len(claims(app)) == before
    assert "已经没有了" in client.post("/feedback/withdraw", data={"key": key[1]}).text


def test_a_service_without_a_store_only_counts(fake: FakeDetector) -> None:
    client = create_app(fake).test_client()
    assert "不保存任何原文" in client.post("/", data={"text": TEXT}).text
    assert client.post("/feedback", data={"text": TEXT, "label": "legit"}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_no_other_site_can_send_feedback_through_a_visitor(client: FlaskClient, app: Flask, site: str) -> None:
    before = len(claims(app))
    headers = {"Sec-Fetch-Site": site}
    assert client.post("/feedback", data={"text": TEXT, "label": "legit"}, headers=headers).status_code == 400
    assert len(claims(app)) == before


HALVES = (
    {"text": TEXT},
    {"text": TEXT, "label": "evil"},
    {"label": "scam"},
    {"text": " ", "label": "scam"},
    {"text": "长" * 20_001, "label": "scam"},
)


@pytest.mark.parametrize("data", HALVES)
def test_feedback_that_is_not_whole_is_refused(client: FlaskClient, data: dict[str, str]) -> None:
    assert client.post("/feedback", data=data).status_code == 400


UNKEPT = {"text": TEXT, "label": "legit", "no_text": "1"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the page goes by, early in a window."""
    now = [1_800_000_000.0 // WINDOW * WINDOW + 5]
    monkeypatch.setattr("api.pages.feedback.time.time", lambda: now[0])
    return now


def test_who_sends_too_much_has_to_wait_until_the_window_ends(client: FlaskClient, clock: list[float]) -> None:
    for _ in range(OFTEN):
        assert client.post("/feedback", data=UNKEPT).status_code == 200
    refused = client.post("/feedback", data=UNKEPT)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == WINDOW - 5
    behind_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert client.post("/feedback", data=UNKEPT, headers=behind_a_proxy).status_code == 200
    clock[0] += WINDOW - 5
    assert client.post("/feedback", data=UNKEPT).status_code == 200


def test_no_window_reaches_into_another_day() -> None:
    assert DAY % WINDOW == 0
    assert BEIJING % WINDOW == 0


def test_all_workers_count_together(fake: FakeDetector, tmp_path: Path, clock: list[float]) -> None:
    workers = [create_app(fake, Config(counts=tmp_path / "limits.db")) for _ in range(3)]
    answers = [workers[turn % 3].test_client().post("/feedback", data=UNKEPT) for turn in range(OFTEN + 6)]
    assert [one.status_code for one in answers] == [200] * OFTEN + [429] * 6
    for worker in workers:
        worker.extensions["limits"].close()


def test_addresses_are_not_written_down_and_are_soon_forgotten(
    fake: FakeDetector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    monkeypatch.setattr("api.limits.TIDY", 10)
    own = create_app(fake, Config(counts=tmp_path / "limits.db"))
    ages = iter(range(0, 100 * 3600, 3600))
    monkeypatch.setattr("api.limits.time.monotonic", lambda: float(next(ages)))
    for number in range(20):
        own.test_client().post("/feedback", data=UNKEPT, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    own.extensions["limits"].close()
    with closing(sqlite3.connect(tmp_path / "limits.db")) as kept:
        names = [name for (name,) in kept.execute("SELECT name FROM used")]
    assert 0 < len(names) < 10
    assert not [name for name in names if "203.0" in name]
