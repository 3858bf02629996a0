"""The page as HTML: what it says, that it agrees with the API, and that hostile text stays text."""

from __future__ import annotations

import gzip
import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import api
from api.examples import EXAMPLES
from api.pages import phones, shown
from api.pages.display import LANGUAGES
from detector import Posting

if TYPE_CHECKING:
    from conftest import FakeDetector
    from flask.testing import FlaskClient

SCAM = EXAMPLES["scam"].text


def posting_of(page: str) -> str:
    """The marked posting as a reader sees it, without the numbers beside the marks."""
    marked = re.search(r'<div class="text" dir="auto" lang="zh">(.*?)</div>', page, re.DOTALL)
    assert marked
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<sup>.*?</sup>", "", marked[1])))


def test_the_form_stands_alone(client: FlaskClient) -> None:
    page = client.get("/").text
    assert '<form id="ask" method="post" action="/"' in page
    assert 'lang="zh-Hans"' in page
    assert "不保存" in page


def test_the_form_and_the_api_agree(client: FlaskClient) -> None:
    for example in EXAMPLES.values():
        page = client.post("/", data={"text": example.text.replace("\n", "\r\n")}).text
        assessment = client.post("/api/v1/assessments", json={"text": example.text}).get_json()
        if assessment["kind"] == "posting":
            assert f"<b>{assessment['risk_score']}</b>" in page
        for reason in assessment["reasons"]:
            assert html.escape(reason["explanation"], quote=False).replace('"', "&#34;") in page
        assert posting_of(page) == example.text


@pytest.mark.parametrize(("example", "words"), [("scam", "高风险"), ("honest", "低风险"), ("warning", "不像招聘信息")])
def test_the_level_stands_in_words(client: FlaskClient, example: str, words: str) -> None:
    assert f'<h1 id="level">{words}</h1>' in client.post("/", data={"text": EXAMPLES[example].text}).text


def test_a_verdict_says_why_where_which_law_and_what_to_do(client: FlaskClient) -> None:
    page = client.post("/", data={"text": SCAM}).text
    assert "所述行为可能违反《劳动合同法》第九条、第八十四条。" in page
    assert "96110" in page
    assert "12333" in page
    assert "165" in page
    assert "不要交。已经交了的" in page
    assert "「<bdi>不收押金</bdi>」" in page
    assert "否认也不加分" in page
    assert "有些事它看不出来" in page


def test_reasons_stand_in_order_of_confidence(client: FlaskClient) -> None:
    shares = re.findall(r"把握 (\d+)%", client.post("/", data={"text": SCAM}).text)
    assert shares == sorted(shares, reverse=True)
    assert len(shares) == 4


def test_every_link_within_the_page_leads_somewhere(client: FlaskClient) -> None:
    page = client.post("/", data={"text": SCAM + "交押金200元，押金，加微信"}).text
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_columns_are_marked_each_in_its_own_place(client: FlaskClient) -> None:
    page = client.post("/", data={"text": "先交押金", "salary": "日结500元", "company": "某公司"}).text
    assert '<h3 class="field">薪资</h3>' in page
    assert re.search(r'<mark class="risk"><a href="#reason-2">日结500元</a></mark>', page)
    assert re.search(r'<mark class="risk"><a href="#reason-1">押金</a></mark>', page)


def test_an_example_fills_the_form_without_script(client: FlaskClient) -> None:
    assert html.escape(EXAMPLES["honest"].text[:20]) in client.get("/?example=honest").text
    assert client.get("/?example=none").status_code == 200


@pytest.mark.parametrize("text", ["", "  \n\u3000 "])
def test_an_empty_form_is_answered_kindly(client: FlaskClient, text: str) -> None:
    response = client.post("/", data={"text": text})
    assert response.status_code == 422
    assert "还没有粘贴文字" in response.text


def test_a_text_that_is_too_long_is_kept_in_the_form(client: FlaskClient) -> None:
    response = client.post("/", data={"text": "长" * 20_001, "company": "某公司"})
    assert response.status_code == 422
    assert "20,004 个字" in response.text
    assert "长" * 20_001 in response.text
    assert 'value="某公司"' in response.text


def test_a_text_far_too_large_is_refused_kindly(client: FlaskClient) -> None:
    response = client.post("/", data={"text": "a" * (2 * 1024 * 1024)})
    assert response.status_code == 413
    assert "内容太大" in response.text


def test_the_form_takes_nothing_but_a_form(client: FlaskClient) -> None:
    response = client.post("/", json={"text": "a"})
    assert (response.status_code, response.mimetype) == (415, "application/problem+json")


@pytest.mark.parametrize(
    "body", [b"text=%ED%A0%80%FF%00%E6%8A%BC%E9%87%91", b"text=%00", b"%ff%fe=1&text=a", b"text=a&text=b&=&&"]
)
def test_broken_bytes_in_the_form_get_an_answer(client: FlaskClient, body: bytes) -> None:
    response = client.post("/", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in {200, 422}
    assert "\0" not in response.text.partition('class="text"')[2].partition("</div>")[0]


HOSTILE = [
    "<script>alert(1)</script>押金",
    '"><img src=x onerror=alert(1)>押金',
    "</textarea><script>alert(1)</script>",
    "</div></main><h1>低风险</h1>押金",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;b&gt;&amp;押金",
    "<mark>押金</mark><!--",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(client: FlaskClient, text: str) -> None:
    page = client.post("/", data=dict.fromkeys(("text", "title", "company", "contact"), text)).text
    assert posting_of(page) == text
    rest = page.replace('<script src="/static/', "")
    assert "<script" not in rest
    assert "<img" not in page
    assert page.count("</textarea>") == 1
    assert page.count("</main>") == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.one_of(st.sampled_from("押金交垫付<&>\"'\n"), st.characters(codec="utf-8")), max_size=60))
def test_any_text_comes_back_whole(client: FlaskClient, text: str) -> None:
    text = text.replace("\r", "")
    response = client.post("/", data={"text": text})
    if response.status_code == 422:
        assert not text.strip()
        return
    assert response.status_code == 200
    assert posting_of(response.text) == shown(text)


def test_what_a_page_cannot_hold_is_shown_as_a_replacement() -> None:
    assert shown("a\ud800\0\u202eb\n") == "a\ufffd\ufffd\ufffdb\n"


def test_the_page_is_light_and_asks_nobody_else(client: FlaskClient) -> None:
    page = client.post("/", data={"text": SCAM}).data
    static = Path(api.__file__).parent / "static"
    files = [path.read_bytes() for path in static.iterdir() if path.suffix != ".png"]
    assert sum(len(gzip.compress(one)) for one in [page, *files]) < 60_000
    for one in [page, *files]:
        addresses = re.findall(rb"(?:https?:)?//[a-z0-9.-]+\.[a-z]+", one)
        assert [found for found in addresses if b"www.w3.org" not in found] == []
    assert b" style=" not in page
    assert not re.search(rb"<[^>]+\son[a-z]+=", page)


def test_the_weightiest_reasons_stand_in_the_verdict_itself(client: FlaskClient) -> None:
    verdict = client.post("/", data={"text": SCAM}).text.partition('<ol class="first">')[2].partition("</ol>")[0]
    assert re.findall(r'href="#(reason-\d)"', verdict) == ["reason-1", "reason-2", "reason-3"]


@pytest.mark.parametrize(
    ("rule", "confidence", "is_likeness"),
    [(None, 0.12, True), (None, 0.7, False), ("upfront_fee.deposit", 0.12, False)],
)
def test_what_the_wording_alone_hardly_shows_is_told_as_a_likeness(
    client: FlaskClient,
    fake: FakeDetector,
    monkeypatch: pytest.MonkeyPatch,
    rule: str | None,
    confidence: float,
    is_likeness: bool,
) -> None:
    found = fake.assess(Posting(text=SCAM))
    unsure = replace(found, reasons=(replace(found.reasons[0], rule=rule, confidence=confidence),))
    monkeypatch.setattr(fake, "assess", lambda _: unsure)
    page = client.post("/", data={"text": SCAM}).text
    titles = re.findall(r"</span>(.+?)</h3>", page)
    assert len(titles) == 1
    assert titles[0].startswith("也有点像：") is is_likeness
    assert page.count("也有点像：") == (2 if is_likeness else 0)


@pytest.mark.parametrize("link", ["https://example.com/job/1", " www.example.com/a?b=招聘 ", "HTTP://例子.中国/"])
def test_a_link_alone_is_refused_kindly_and_not_opened(client: FlaskClient, link: str) -> None:
    response = client.post("/", data={"text": link})
    assert response.status_code == 422
    assert "这里不打开链接" in response.text
    assert client.post("/", data={"text": link + "\n招聘店员"}).status_code == 200


def test_who_has_paid_is_told_what_to_do_here_in_taiwan_and_in_hong_kong(client: FlaskClient) -> None:
    for page in (client.get("/paid").text, client.post("/", data={"text": SCAM}).text):
        for number in ("96110", "110", "12333", "165", "18222"):
            assert f'<a href="tel:{number}">{number}</a>' in page
        assert "止付" in page
        assert "留证据" in page


def test_a_sum_of_money_is_no_telephone_number() -> None:
    assert phones("交 110 元，打110或96110") == '交 110 元，打<a href="tel:110">110</a>或<a href="tel:96110">96110</a>'
    assert phones("9,110 11012 <b>") == "9,110 11012 &lt;b&gt;"


def test_pages_and_files_travel_compressed_where_the_browser_takes_it(client: FlaskClient) -> None:
    for path in ("/", "/learn", "/static/page.css"):
        plain = client.get(path)
        packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert len(packed.data) < len(plain.data) / 2
        assert "Content-Encoding" not in plain.headers


def test_a_file_that_is_known_is_not_sent_again_and_none_but_ours_are_there(client: FlaskClient) -> None:
    first = client.get("/static/page.css")
    again = client.get("/static/page.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/nothing"):
        assert client.get(path).status_code == 404


def test_the_first_load_is_light(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
    answers = [client.get(path, headers={"Accept-Encoding": "gzip"}) for path in files]
    assert {answer.status_code for answer in answers} == {200}
    assert sum(len(answer.data) for answer in (page, *answers)) < 60_000 / 2


def test_the_page_can_be_installed(client: FlaskClient) -> None:
    manifest = json.loads(client.get("/static/app.webmanifest").data)
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).mimetype == icon["type"]
    assert manifest["share_target"]["action"] == manifest["start_url"] == "/"


def test_the_service_worker_keeps_files_of_ours_and_nothing_else(client: FlaskClient) -> None:
    worker = client.get("/sw.js")
    assert worker.mimetype == "text/javascript"
    kept = json.loads("[" + worker.text.partition("const FILES = [")[2].partition("]")[0] + "]")
    spoken = [f"/offline?lang={language}" for language in LANGUAGES]
    assert [path for path in kept if not path.startswith("/static/")] == [*spoken, "/offline"]
    assert all(client.get(path).status_code == 200 for path in kept)
    assert "cache.put" not in worker.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-Hans", "接口错误说明"), ("zh-Hant", "介面錯誤說明"), ("en", "Errors of the API")],
)
def test_the_pages_for_developers_speak_the_readers_language(client: FlaskClient, language: str, words: str) -> None:
    page = client.get(f"/problems/?lang={language}").text
    assert f"<h1>{words}</h1>" in page
    assert f'<html lang="{language}"' in page
    assert f'href="/docs?lang={language}"' in page
    assert f'<html lang="{language}"' in client.get(f"/docs?lang={language}").text


def test_a_browser_is_told_in_its_language_what_went_wrong(client: FlaskClient) -> None:
    asked = {"Accept": "text/html", "Accept-Language": "en-GB"}
    english = client.get("/nothing", headers=asked)
    assert (english.status_code, english.text.count('<html lang="en"')) == (404, 1)
    assert "<h1>No such address</h1>" in english.text
    chinese = client.get("/nothing?lang=zh-Hant", headers=asked).text
    assert "回到首頁" in chinese
