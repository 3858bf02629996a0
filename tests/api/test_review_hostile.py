"""Two hundred hostile texts in every field that the desk shows, files, or is asked with: they stay texts."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
from hostile import HOSTILE, Reader
from hostile import strange_on_desk as strange

from api import create_app
from api.review import tasks
from api.store import audit, feedback, open_store, postings, votes
from api.store.postings import Kept
from api.store.tables import LOCAL
from api.store.votes import Ruling
from detector.cells import harmless
from detector.registry import Registry
from detector.types import CODES, Posting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from api.config import Assessor
    from api.store import Store

FIVES = tuple("押金".join(HOSTILE[at::40]) for at in range(40))
"""All of them, five in a text."""
FIELDS = ("title", "company", "salary", "location", "contact", "description")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('hostile')}/scamjob.db")
    yield store
    store.close()


@pytest.fixture(scope="module")
def keys(fake: Assessor, kept: Store) -> list[str]:
    """Forty postings; the texts stand in their fields, posters, in what is said of them, and in the trail."""
    found = []
    with kept.write() as connection:
        for number, text in enumerate(FIVES):
            posting = Posting(id=text, **dict.fromkeys(FIELDS, f"{text}押金{number}"))
            key = postings.keep_assessed(connection, posting, fake.assess(posting), Kept(LOCAL, "assessment", text))
            feedback.about_kept(connection, LOCAL, key, feedback.Said("scam", [text], text, text[:16], text[:64]))
            votes.cast(connection, LOCAL, text[:64], [key] * (number % 2), Ruling("scam", tuple(CODES)[:2], text))
            found.append(key)
        for text in HOSTILE:
            audit.add(connection, text, text[:64], text, tenant=LOCAL, policy=text, version=text)
    return found


@pytest.fixture
def client(fake: Assessor, kept: Store) -> FlaskClient:
    return create_app(fake, store=kept).test_client()


def test_in_the_queue_and_its_filters(client: FlaskClient, keys: list[str]) -> None:
    path, seen = "/review?state=all", set()
    while path:
        page = client.get(path).text
        assert strange(page) == [], path
        seen |= set(re.findall(r"/review/items/([0-9a-f]{24})", page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == set(keys)
    for text in HOSTILE:
        names = ("state", "level", "code", "said", "campaign", "poster", "uncertain", "after")
        assert strange(client.get(f"/review?{urlencode(dict.fromkeys(names, text))}").text) == [], text


def test_on_every_item_and_campaign(client: FlaskClient, keys: list[str]) -> None:
    for key, text in zip(keys, FIVES, strict=True):
        page = client.get(f"/review/items/{key}?poster={quote(text)}").text
        assert strange(page) == [], text
        assert Reader(page).counts["textarea"] == 1
        assert page.count("alert(1)") >= 6 * text.count("alert(1)"), "it is shown, not swallowed"
    campaigns = set(re.findall(r"/review/campaigns/([0-9a-f]{24})", client.get("/review?state=all").text)) | {keys[0]}
    for key in campaigns:
        assert strange(client.get(f"/review/campaigns/{key}").text) == []


def test_in_a_note_that_is_to_be_confirmed_and_a_form_that_is_refused(client: FlaskClient, keys: list[str]) -> None:
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/review/tasks").text)
    assert token
    for text in FIVES:
        sent = {"csrf": token[1], "label": "legit", "note": text, "codes": [text]}
        page = client.post(f"/review/campaigns/{keys[0]}", data=sent).text
        assert strange(page) == [], text
        assert 'name="confirmed"' in page
        refused = client.post(f"/review/items/{keys[0]}", data=sent | {"label": text}, headers={"Accept": "text/html"})
        assert (refused.status_code, strange(refused.text)) == (422, []), text


def test_on_the_page_that_asks_for_a_key(client: FlaskClient) -> None:
    for text in HOSTILE[::4]:
        assert strange(client.get(f"/review/sign-in?next={quote(text)}").text) == [], text


def test_in_the_trail_its_filters_and_its_file(client: FlaskClient, keys: list[str]) -> None:
    for text in HOSTILE:
        asked = urlencode(dict.fromkeys(("actor", "action", "subject", "before"), text))
        assert strange(client.get(f"/review/trail?{asked}").text) == [], text
    told = client.get("/review/trail.csv")
    assert told.headers["X-Content-Type-Options"] == "nosniff"
    read = list(csv.reader(io.StringIO(told.data.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in read} == {7}
    assert {row[4] for row in read} >= {harmless(text) for text in HOSTILE if "\0" not in text}
    assert len(read) > len(keys)


def test_in_the_figures_and_the_file_of_decisions(client: FlaskClient, keys: list[str]) -> None:
    assert strange(client.get("/review/figures").text) == []
    read = list(csv.reader(io.StringIO(client.get("/review/decisions.csv").data.decode("utf-8-sig"), newline="")))
    assert {row[0] for row in read[1:]} <= set(keys)


def test_in_what_a_task_says_and_is_called(client: FlaskClient) -> None:
    for name in ("train", "upload"):
        folder = tasks.prepare()
        steps = [{"name": text, "arguments": [text], "fine": [0]} for text in HOSTILE]
        facts = {"kind": name, "tenant": LOCAL, "who": HOSTILE[4], "steps": steps, "remove": [], "result": "out.csv"}
        (folder / "task.json").write_text(json.dumps(facts | {"began": "2020-01-01T00:00:00+00:00"}))
        (folder / "state.json").write_text(json.dumps({"step": 3, "exit": 2}))
        (folder / "log.txt").write_text("\n".join(HOSTILE), "utf-8")
        (folder / "out.csv").write_text("x")
        page = client.get(f"/review/tasks/{folder.name}").text
        assert strange(page) == []
        assert page.count("alert(1)") > 300
    assert strange(client.get("/review/tasks").text) == []


def test_in_the_name_of_a_file_that_is_sent(client: FlaskClient) -> None:
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/review/tasks").text)
    assert token
    for text in HOSTILE[::4]:
        sent = {"csrf": token[1], "file": (io.BytesIO(b"x"), f"{text}.csv{text}")}
        answer = client.post("/review/uploads", data=sent, headers={"Accept": "text/html"})
        assert (answer.status_code, strange(answer.text)) == (422, []), text


def test_in_what_is_written_down_of_models(client: FlaskClient) -> None:
    registry = Registry.here()
    registry.root.mkdir(parents=True, exist_ok=True)
    said = {"version": "shipped", "previous": "shipped", "overruled": []}
    told = [dict.fromkeys(("action", "reason", "who", "when"), text) for text in HOSTILE[:20]]
    lines = [{"number": number, **said, **one} for number, one in enumerate(told, 1)]
    registry.log.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    try:
        page = client.get("/review/models").text
    finally:
        registry.log.unlink()
    assert strange(page) == []
    assert "alert(1)" in page
