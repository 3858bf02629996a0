"""Whatever is written into whichever field: the page stays whole, and nothing in it runs."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hostile import HOSTILE, Reader, strange_in

from api.limits import Limits
from api.pages import shown

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

FIELDS = ("text", "title", "company", "salary", "location", "contact")


def test_there_are_two_hundred_different_texts_and_the_reader_sees_them() -> None:
    assert len(set(HOSTILE)) == 200
    assert strange_in("<body><title></title><main></main><img src=x onerror=a()>") == [
        "<img>",
        "<img src=x>",
        "<img onerror>",
    ]
    assert strange_in("<body><title></title><main></main><a href='javascript:a()'>") == ["<a href=javascript:a()>"]


def test_no_text_in_any_field_of_the_form_becomes_part_of_the_page(client: FlaskClient) -> None:
    for payload in HOSTILE:
        text = payload + "押金"
        page = client.post("/", data=dict.fromkeys(FIELDS, text)).text
        assert strange_in(page) == [], payload
        assert html.escape(shown(text), quote=False).replace('"', "&#34;").replace("'", "&#39;") in page.replace(
            "&quot;", "&#34;"
        )
        assert Reader(page).counts["textarea"] == 1


def test_no_refused_text_becomes_part_of_the_page(client: FlaskClient) -> None:
    for payload in HOSTILE[::7]:
        page = client.post("/", data={"text": payload.ljust(20_001, "x"), "company": payload}).text
        assert strange_in(page) == [], payload


@pytest.mark.parametrize("name", ["lang", "theme", "size", "example"])
def test_no_choice_in_an_address_becomes_part_of_the_page(client: FlaskClient, name: str) -> None:
    for payload in HOSTILE[::5]:
        page = client.get(f"/?{name}={quote(payload)}").text
        assert strange_in(page) == [], payload
        assert "alert(1)" not in page


def test_no_address_becomes_part_of_a_problem_page(client: FlaskClient) -> None:
    for payload in HOSTILE[::9]:
        page = client.get("/problems/" + quote(payload, safe=""), headers={"Accept": "text/html"}).text
        assert strange_in(page) == [], payload


def test_no_feedback_becomes_part_of_the_page_that_thanks(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for payload in HOSTILE[::20]:
        monkeypatch.setitem(app.extensions, "limits", Limits())
        page = client.post("/feedback", data={"text": payload, "label": "scam"}).text
        assert strange_in(page) == [], payload
        assert "alert(1)" not in page
        page = client.post("/feedback/withdraw", data={"key": payload}).text
        assert strange_in(page) == [], payload


def test_twenty_thousand_characters_are_answered_whole(client: FlaskClient) -> None:
    page = client.post("/", data={"text": ("<i>押金" * 5000)[:20_000]}).text
    assert strange_in(page) == []
    assert page.rstrip().endswith("</html>")


def test_marks_that_turn_the_direction_of_writing_stay_in_their_place(client: FlaskClient) -> None:
    page = client.post("/", data={"text": "\u202e押金\u2067先交\u2069 שלום <押金>"}).text
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069") & set(page.partition("<textarea")[0])
    assert '<div class="text" dir="auto"' in page
    assert "「<bdi>" in page
