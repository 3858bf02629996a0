"""Reasons in three languages: every text has its translation, quotes stay, and the body wins over the header."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from api import create_app
from api.languages import LANGUAGES, article, table
from api.languages.__main__ import HERE, differences, traditional
from detector import Posting
from detector.market import names_in_arithmetic
from detector.rules import load_rules

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from detector import Detector

ONE = "/api/v1/assessments"
TEXT = "招聘打字员，日结500元，不收培训费，入职前先交押金200元，用自己的钱先垫付刷单，佣金30%。"
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def real(detector: Detector) -> FlaskClient:
    return create_app(detector).test_client()


def ask(client: FlaskClient, accept: str = "", **options: object) -> dict[str, Any]:
    body = {"text": TEXT} | ({"options": options} if options else {})
    answer: dict[str, Any] = client.post(
        ONE, json=body, headers={"Accept-Language": accept} if accept else {}
    ).get_json()
    return answer


def test_every_text_has_its_english_and_none_is_left_over() -> None:
    assert differences() == [], "run `python -m api.languages` and mend api/languages/en.toml"


def test_the_traditional_table_is_the_one_that_our_texts_make() -> None:
    assert (HERE / "zh-Hant.toml").read_text("utf-8") == traditional(), "run `python -m api.languages`"


def test_english_holds_no_chinese() -> None:
    assert not [text for text in table("en").texts.values() if HAN.search(text)]


def test_an_english_answer_is_english_but_for_its_quotes(real: FlaskClient) -> None:
    answer = ask(real, language="en")
    assert {reason["code"] for reason in answer["reasons"]} >= {"upfront_fee", "advance_funds"}
    for reason in answer["reasons"]:
        assert not HAN.search(reason["title"] + reason["advice"] + re.sub("“.*?”", "", reason["explanation"]))
        assert all(norm["article"].startswith("Article ") and not HAN.search(norm["law"]) for norm in reason["legal"])
        assert all(TEXT[item["start"] : item["end"]] == item["quote"] for item in reason["evidence"])
    assert answer["set_aside"]
    assert all(item["explanation"].startswith("Read: ") for item in answer["set_aside"])


def test_every_arithmetic_is_told_in_each_language(detector: Detector) -> None:
    told = set()
    for rule in load_rules().rules:
        if rule.check is None:
            continue
        for sentence in [
            *rule.scam,
            *rule.disguised,
            "招打字员，日结800元。",
            "小视频点赞，一天2000。",
            "先充100返150元",
        ]:
            for reason in detector.assess(Posting(text=sentence)).reasons:
                told.add(reason.explanation)
    sums = [text for text in told if text not in table("en").texts]
    assert len(sums) > 3
    for text in sums:
        english = table("en").explanation(text)
        assert not HAN.search(re.sub("“.*?”", "", english)), english
        assert re.findall(r"\d[\d,.]*", english)
        assert "约" not in table("zh-Hant").explanation(text).replace("約", "")


def test_the_arithmetic_keeps_its_figures() -> None:
    text = "日结 500 元，约合每月 10,900–13,000 元；同类岗位（打字录入）约 3,000–4,500 元"
    assert table("en").arithmetic(text) == (
        "500 yuan a day, about 10,900–13,000 yuan a month; similar work (typing and data entry) pays about "
        "3,000–4,500 yuan."
    )
    assert table("zh-Hant").arithmetic(text).startswith("日結 500 元，約合每月")
    assert table("en").arithmetic("说不清的话") == "说不清的话"
    assert set(names_in_arithmetic()) <= table("en").texts.keys()


@pytest.mark.parametrize(
    ("accept", "title"),
    [
        ("", "先付一笔钱"),
        ("*", "先付一笔钱"),
        ("fr", "先付一笔钱"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "先付一笔钱"),
        ("zh-TW", "先付一筆錢"),
        ("zh-Hant-HK;q=0.9, en;q=0.5", "先付一筆錢"),
        ("en-GB", "pay a sum first"),
        ("fr, en;q=0.4", "pay a sum first"),
        ("en;q=0", "先付一笔钱"),
        ("\x01,,;q=x" * 50, "先付一笔钱"),
    ],
)
def test_accept_language_chooses_where_the_body_says_nothing(real: FlaskClient, accept: str, title: str) -> None:
    titles = [one["title"] for one in ask(real, accept)["reasons"] if one["code"] == "upfront_fee"]
    assert any(title in one for one in titles), titles


def test_the_body_wins(real: FlaskClient) -> None:
    assert ask(real, "en", language="zh-Hant") == ask(real, language="zh-Hant")


def test_simplified_stays_as_it_is_and_only_adds_why_something_was_set_aside(real: FlaskClient) -> None:
    plain, asked = ask(real), ask(real, language="zh-Hans")
    for item in asked["set_aside"]:
        assert item.pop("explanation").startswith("已读到")
    assert plain == asked


def test_less_can_be_asked_for(real: FlaskClient) -> None:
    full, short, none = ask(real), ask(real, explain="short"), ask(real, explain="none")
    assert full == ask(real, explain="full")
    for answer in (short, none):
        assert answer.keys() == full.keys()
        assert (answer["risk_score"], answer["wording"]) == (full["risk_score"], [])
        assert [one["code"] for one in answer["reasons"]] == [one["code"] for one in full["reasons"]]
    assert short["reasons"][0]["evidence"]
    assert not short["reasons"][0]["advice"]
    assert not any(one["evidence"] or one["title"] for one in none["reasons"])


def test_a_batch_has_options_and_each_posting_its_own(real: FlaskClient) -> None:
    postings = [{"text": TEXT}, {"text": TEXT, "options": {"language": "zh-Hant"}}]
    answer = real.post(f"{ONE}/batch", json={"postings": postings, "options": {"language": "en", "explain": "short"}})
    assert answer.get_json()["assessments"] == [
        ask(real, language="en", explain="short"),
        ask(real, language="zh-Hant", explain="short"),
    ]


@pytest.mark.parametrize("options", [{"language": "fr"}, {"explain": 1}, {"store": "yes"}, {"more": 1}, 5, []])
def test_options_that_do_not_exist_are_refused(client: FlaskClient, options: object) -> None:
    answer = client.post(ONE, json={"text": "a", "options": options})
    assert answer.status_code == 422
    assert all(error["pointer"].startswith("#/options") for error in answer.get_json()["errors"])


def test_rules_are_told_in_the_language_of_the_header(real: FlaskClient) -> None:
    english = real.get("/api/v1/rules", headers={"Accept-Language": "en"}).get_json()
    assert not HAN.search(str(english))
    assert set(LANGUAGES) == {"zh-Hans", "zh-Hant", "en"}


@pytest.mark.parametrize(
    ("name", "number"),
    [("第九条", "9"), ("第二十条", "20"), ("第十二条", "12"), ("第二百八十七条之二", "287-2"), ("第一百零三条", "103")],
)
def test_articles_have_their_numbers(name: str, number: str) -> None:
    assert article(name) == f"Article {number}"
    assert article("附则") == "附则"
