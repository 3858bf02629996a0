"""Two hundred hostile texts as what a tenant's policy says: names of rules, laws, companies, reasons, phrases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hostile import HOSTILE, strange_in
from hostile import strange_on_desk as strange
from markupsafe import escape

from api import Config, create_app
from api.pages import shown
from api.store import open_store, postings
from api.store.postings import Kept
from api.store.tables import LOCAL
from detector.types import Posting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from api.store import Store
    from detector import Detector

FIVES = tuple("。".join(HOSTILE[at::40]).replace("\0", "\ufffd") for at in range(40))
"""All of them, five in a text; TOML holds no NUL."""
FAR = "2999-12-31"
PACK = """
code = "urgency"
[[rule]]
id = "urgency.own_{number}"
title = {text}
explanation = {text}
advice = {text}
legal = [{law}]
confidence = 0.9
stances = false
patterns = ['蓝鲸{word}鸣']
scam = ["蓝鲸{word}鸣，来。", "懂的蓝鲸{word}鸣。", "蓝鲸{word}鸣招人。"]
fine = ["招收银员，月薪3800元。", "水族馆招讲解员。", "海洋公园招聘。"]
disguised = ["蓝-鲸-{word}-鸣"]
"""
ALLOW = "[[tenants.local.allow]]\n{what} = {text}\nreason = {text}\nuntil = {far}\n"
BLOCK = '[[tenants.local.block]]\ncontact = "wx_own_{word}"\nreason = {text}\n'


def word(number: int) -> str:
    """A number that no other begins with, in letters."""
    return "".join("东西南北春夏秋冬风雪"[int(digit)] for digit in f"{number:02}")


def letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:02}")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('policy')}/scamjob.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def governed(toy: Detector, store: Store, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application under a policy of which every word is hostile."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    (folder / "packs").mkdir()
    lines = ['[tenants.local]\npacks = "packs"\n']
    for number, text in enumerate(FIVES):
        said = {"text": json.dumps(text), "law": json.dumps(f"{text} 第九条"), "number": number, "word": word(number)}
        (folder / "packs" / f"own{number}.toml").write_text(PACK.format(**said), "utf-8")
        short = json.dumps(text[:200])
        lines.append(BLOCK.format(word=letters(number), text=short))
        lines += [ALLOW.format(what=what, text=short, far=FAR) for what in ("phrase", "company")]
    path = folder / "policy.toml"
    path.write_text("".join(lines), "utf-8")
    return create_app(toy, Config(policy=path), store)


@pytest.fixture
def client(governed: Flask) -> FlaskClient:
    return governed.test_client()


def written(number: int) -> dict[str, str]:
    """A posting on which every entry of that number bears."""
    text = f"招打字员，先交押金200元。蓝鲸{word(number)}鸣。加微信 wx_own_{letters(number)}。{FIVES[number]}"
    return {"text": text, "company": FIVES[number][:200]}


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_on_the_page(client: FlaskClient, language: str) -> None:
    seen = 0
    for number in range(len(FIVES)):
        page = client.post(f"/?lang={language}", data=written(number) | {"company": ""}).text
        assert strange_in(page) == [], number
        seen += 'id="reason-2"' in page
    assert seen == len(FIVES), "the rule and the blocked contact are shown"


def test_a_rule_of_the_tenants_is_told_as_it_calls_it(client: FlaskClient) -> None:
    for number, text in enumerate(FIVES):
        page = client.post("/", data={"text": f"招打字员，先交押金200元。蓝鲸{word(number)}鸣。"}).text
        assert str(escape(shown(text))) in page


def test_on_the_desk(client: FlaskClient, store: Store, toy: Detector) -> None:
    for number in range(0, len(FIVES), 2):
        posting = Posting(text=written(number)["text"])
        with store.write() as connection:
            assessment = client.application.extensions["policies"].governed(toy, LOCAL).assess(posting)
            key = postings.keep_assessed(connection, posting, assessment, Kept(LOCAL, "assessment", None))
        assert f"urgency.own_{number}" in {one.rule for one in assessment.reasons}
        page = client.get(f"/review/items/{key}").text
        assert strange(page) == [], number
        assert f"<code>urgency.own_{number}</code>" in page
    for path in ("/review?state=all", "/review/figures", "/review/models"):
        assert strange(client.get(path).text) == [], path


def test_in_an_answer_it_is_json_and_nothing_else(client: FlaskClient) -> None:
    used = set()
    for number, text in enumerate(FIVES):
        answer = client.post("/api/v1/assessments", json=written(number))
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        used |= {name for entry in answer.get_json()["policy"] for name in entry if entry["reason"] == text[:200]}
    assert used >= {"allowed", "blocked", "reason", "until"}
    told = client.get("/api/v1/rules").get_json()["rules"]
    assert {one["title"] for one in told} >= set(FIVES)
