"""Every text of the pages in three languages, and the reader's choices in every address."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from api.examples import EXAMPLES
from api.pages.__main__ import differences, traditional
from api.pages.learn import lessons
from api.pages.texts import texts
from api.pages.wording import HERE, table
from detector.types import CODES

if TYPE_CHECKING:
    from flask.testing import FlaskClient

SCAM = EXAMPLES["scam"].text
HAN = re.compile(r"[一-鿿]")
OWN_NAMES = ("简体", "繁體")


def words_of(page: str) -> str:
    """What a reader sees of a page, without what is quoted from a posting."""
    body = page.partition("<body>")[2]
    body = re.sub(r'<(\w+)[^>]* lang="zh(?:-\w+)?"[^>]*>.*?</\1>', "", body, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", "", body)


def test_nothing_is_missing_in_english() -> None:
    assert differences() == []


def test_the_traditional_table_is_the_one_that_is_written() -> None:
    assert (HERE / "zh-Hant.toml").read_text("utf-8") == traditional()


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_every_text_keeps_its_values(language: str) -> None:
    for text in texts():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", table(language)[text])), text


def test_english_has_no_chinese_in_it() -> None:
    written = tomllib.loads((HERE / "en.toml").read_text("utf-8"))
    assert [text for text in written.values() if HAN.search(text)] == []


@pytest.mark.parametrize("path", ["/", "/paid", "/learn", "/offline"])
def test_an_english_page_is_english_throughout(client: FlaskClient, path: str) -> None:
    page = client.get(path + "?lang=en").text
    assert '<html lang="en"' in page
    assert HAN.findall(words_of(page)) == []


def test_the_page_about_the_api_speaks_each_language(client: FlaskClient) -> None:
    said = {}
    for language in ("zh-Hans", "zh-Hant", "en"):
        page = re.sub(r"<(pre|code)\b.*?</\1>", "", client.get(f"/docs?lang={language}").text, flags=re.DOTALL)
        said[language] = words_of(page)
    assert HAN.findall(re.sub("简体|繁體|刷-单", "", said["en"])) == []
    for language in ("zh-Hans", "zh-Hant"):
        assert re.findall(r"[a-z]+ (?:[a-z]+ ){3}", said[language]) == []
    assert "判断一条招聘信息" in said["zh-Hans"]
    assert "判斷一條招聘資訊" in said["zh-Hant"]
    assert "Assess one posting." in said["en"]


def test_an_english_verdict_is_english_but_for_what_it_quotes(client: FlaskClient) -> None:
    page = client.post("/?lang=en", data={"text": "招打字员"}).text
    assert HAN.findall(words_of(page).replace("招打字员", "")) == []
    assert "Low risk" in page


@pytest.mark.parametrize(
    ("accepts", "language"),
    [("zh-TW,zh;q=0.9", "zh-Hant"), ("zh-CN", "zh-Hans"), ("en-US,en", "en"), ("fr", "zh-Hans"), ("", "zh-Hans")],
)
def test_the_browser_is_answered_in_its_language(client: FlaskClient, accepts: str, language: str) -> None:
    assert f'<html lang="{language}"' in client.get("/", headers={"Accept-Language": accepts}).text
    assert '<html lang="zh-Hant"' in client.get("/?lang=zh-Hant", headers={"Accept-Language": accepts}).text


def test_a_choice_stays_in_every_address(client: FlaskClient) -> None:
    page = client.get("/?lang=en&theme=dark&size=large").text
    assert '<html lang="en" data-theme="dark" data-size="large"' in page
    assert 'href="/learn?lang=en&amp;theme=dark&amp;size=large"' in page
    assert 'action="/?lang=en&amp;theme=dark&amp;size=large"' in page
    assert 'href="/?lang=en&amp;size=large"' in page


def test_a_verdict_changes_its_language_without_losing_the_text(client: FlaskClient) -> None:
    page = client.post("/", data={"text": SCAM}).text
    assert re.search(r'<button form="ask" formaction="/\?lang=en"', page)
    first = re.search(r"<button[^>]*>", page.partition("<body>")[2])
    assert first
    assert first[0] == '<button form="ask" hidden>'  # Enter in a field checks, and changes no language


def test_there_is_a_lesson_for_every_code(client: FlaskClient) -> None:
    page = client.get("/learn").text
    assert [lesson.code for lesson in lessons()] == list(CODES)
    for lesson in lessons():
        assert f'id="{lesson.code}"' in page
        assert 80 <= len(lesson.says + lesson.follows + lesson.answer) <= 150
    told = client.post("/", data={"text": SCAM}).text
    assert set(re.findall(r'href="/learn#(\w+)"', told)) <= set(CODES)
