"""Hostile texts in every field stay texts: read back with a parser, and once with Chromium."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hostile import HOSTILE as TWO_HUNDRED
from playwright.sync_api import sync_playwright

from detector.types import Posting
from training.dataset import Example
from training.report.page import as_json, html
from training.report.predictions import Prediction
from training.report.study import Gate, Origin, Study, study

from said import said

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title></textarea><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "]]>--><!--",
    "\x00\x1b[31m\u202egnp\u2066",
    "\ud800",
    "$\\frac{1}{0}$",
)
ORIGIN = Origin(model="toy", rules="toy", files=HOSTILE, refused=3, held_out=2, against="<b>old</b>")


def hostile() -> list[Prediction]:
    found = []
    for at, text in enumerate(HOSTILE):
        posting = Posting(text=text * 3, title=text, company=text, salary=text, location=text, contact=text)
        for label, score in (("scam", 2), ("legit", 97), ("not_posting", 40)):
            one = said(
                label, score, text, name=f"{text}{at}{label}", source=text, group=f"{text}{label}", fired=(text,)
            )
            found.append(replace(one, example=replace(one.example, posting=posting)))
    return found


def made(rows: Sequence[Prediction], toy_model: Path, **more: object) -> Study:
    return study(rows, ORIGIN, model=toy_model, **more)  # type: ignore[arg-type]


class Elements(HTMLParser):
    """All elements and attributes, and all ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


@pytest.fixture(scope="module")
def worst(toy_model: Path) -> Study:
    rows = hostile()
    gates = [Gate(text, passed=False, figure=text, limit=text) for text in HOSTILE]
    return made(rows, toy_model, before=[replace(one, score=99 - one.score) for one in rows], gates=gates)


def test_hostile_texts_become_no_elements(worst: Study) -> None:
    page = html(worst).decode()
    found = Elements(page)
    assert not found.tags & {"script", "img", "iframe", "link", "object", "form", "textarea", "base"}
    names = {name for name, _ in found.attributes}
    assert not [name for name in names if name.startswith("on") or name in {"style", "src", "action"}]
    links = [value for name, value in found.attributes if name == "href"]
    assert links
    assert all(value and value.startswith("#") for value in links)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert not re.search(r"[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069]", page)


def test_two_hundred_more_that_try_to_become_part_of_a_page_stay_texts(toy_model: Path) -> None:
    rows = [
        replace(
            said("scam", 2, text, name=f"{text}{at}", source=text, group=f"{text}{at}", fired=(text,)),
            example=Example(f"{text}{at}", Posting(title=text, contact=text, description=f"{text}押金"), "scam"),
        )
        for at, text in enumerate(TWO_HUNDRED)
    ]
    page = html(made([*rows, said("legit", 3)], toy_model)).decode()
    found = Elements(page)
    assert not found.tags & {"script", "img", "iframe", "link", "object", "embed", "form", "textarea", "base", "video"}
    names = {name for name, _ in found.attributes}
    assert not [name for name in names if name.startswith("on") or name in {"style", "src", "action", "srcdoc"}]
    assert all(value and value.startswith("#") for name, value in found.attributes if name == "href")
    assert page.count("alert(1)") > 400, "they are shown"


def test_ids_are_unique_and_every_link_leads_somewhere(worst: Study) -> None:
    found = Elements(html(worst).decode())
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {str(value)[1:] for name, value in found.attributes if name == "href"} <= set(ids)


def test_the_policy_lets_nothing_in_but_the_one_style(worst: Study) -> None:
    page = html(worst).decode()
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page.replace("&#39;", "'")
    assert "url(" not in style
    assert "://" not in re.sub(r"<svg .*?</svg>", "", page, flags=re.DOTALL)


def test_the_same_study_gives_the_same_bytes(worst: Study) -> None:
    assert html(worst) == html(worst)
    assert as_json(worst) == as_json(worst)


def test_the_json_says_what_the_page_says(worst: Study) -> None:
    told = json.loads(as_json(worst))
    assert told["whole"]["texts"] == 30
    assert len(told["errors"]) == len(worst.errors)
    assert {"summary", "thresholds", "sources", "rules", "terms", "comparison", "gates", "texts"} <= told.keys()
    assert told["origin"]["files"][0] == HOSTILE[0]


@pytest.mark.parametrize("labels", [(), ("scam",), ("legit",), ("not_posting",)], ids=str)
def test_no_texts_or_one_class_still_make_a_page_that_says_so(labels: tuple[str, ...], toy_model: Path) -> None:
    rows = [said(label, score, name=str(score)) for label in labels for score in (2, 50, 100)]
    page = html(made(rows, toy_model)).decode()
    assert ("没有可读的文本" in page) == (not labels)
    assert ("没有一条标为骗局" in page) == (labels in {("legit",), ("not_posting",)})
    assert ("全都标为骗局" in page) == (labels == ("scam",))


def test_a_huge_text_is_cut_and_the_page_says_by_how_much(toy_model: Path) -> None:
    huge = said("scam", 3, "字" * 19_000 + "先交押金300元", name="huge")
    page = html(made([huge, said("legit", 4, name="b")], toy_model)).decode()
    assert re.search(r"……略去 1\d,\d{3} 字……", page)
    assert len(page) < 120_000


def test_evidence_is_marked_where_it_stands_whatever_the_field(toy_model: Path) -> None:
    posting = Posting(title="急招打字员", company="某某商贸", description="入职前先交押金300元，名额不多。")
    one = replace(said("legit", 90, name="a"), example=Example("a", posting, "legit", group="a"))
    page = html(made([one, said("scam", 95, name="b")], toy_model)).decode()
    marks = set(re.findall(r"<mark>([^<]*押金[^<]*)</mark>", page))
    assert len(marks) == 1
    assert marks.pop() in posting.description


@pytest.mark.browser
def test_in_chromium_nothing_runs_nothing_is_asked_and_nothing_sticks_out(worst: Study, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(html(worst))
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    arguments += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    noise: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
        page.on("console", lambda message: noise.append(message.text))
        page.on("dialog", lambda dialog: noise.append(dialog.message))
        page.on("request", lambda request: noise.append(request.url))
        page.goto(path.as_uri())
        page.locator("summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("getComputedStyle(document.querySelector('.fill-ink')).fill") == "rgb(232, 237, 241)"
        browser.close()
    assert noise == [path.as_uri()]
