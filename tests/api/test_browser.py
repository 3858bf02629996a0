"""The page in a real Chromium: with and without JavaScript, on a phone, in the dark, and talking to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from api.examples import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1200, "height": 900}
HOSTILE = (
    "押金<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea></div><svg onload=alert(1)>",
    "'-alert(1)-'",
)
SCAM = EXAMPLES["scam"].text

Open = "Callable[..., Page]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def start(browser: Browser, live: str) -> Iterator[Callable[..., Page]]:
    """Opens pages; afterwards no console error was seen and no other host was asked."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    errors: list[str] = []

    def opened(path: str = "/", **options: object) -> Page:
        context = browser.new_context(**{"viewport": PHONE, "locale": "zh-CN", **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(live + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(live)] == []
    assert [text for text in errors if "422" not in text] == []


def check(page: Page, text: str) -> None:
    page.get_by_label("招聘信息原文").fill(text)
    page.get_by_role("button", name="检查").click()
    page.wait_for_selector("#verdict, .complaint")


@pytest.mark.parametrize("script", [True, False])
def test_paste_and_submit_gives_a_verdict(start: Callable[..., Page], *, script: bool) -> None:
    page = start(java_script_enabled=script)
    check(page, SCAM)
    expect(page.get_by_role("heading", level=1)).to_have_text("高风险")
    expect(page.locator(".score b")).to_have_text("96")
    expect(page.locator(".reason")).to_have_count(4)
    expect(page.get_by_label("招聘信息原文")).to_have_value(SCAM)


@pytest.mark.parametrize("script", [True, False])
def test_marks_and_reasons_lead_to_each_other(start: Callable[..., Page], *, script: bool) -> None:
    page = start(java_script_enabled=script)
    check(page, SCAM)
    page.locator("mark.risk a", has_text="会员费").click()
    assert page.url.endswith("#reason-2")
    expect(page.locator("#reason-2")).to_be_in_viewport()
    page.locator("#reason-2 .quote", has_text="会员费").click()
    assert page.url.endswith("#reason-2-words-1")
    expect(page.locator("mark.risk", has_text="会员费")).to_be_in_viewport()
    assert page.locator("mark.aside").inner_text() == "不收押金"


@pytest.mark.parametrize("path", ["/", "/docs", "/problems/"])
@pytest.mark.parametrize("size", [PHONE, DESK, {"width": 320, "height": 600}])
def test_nothing_is_wider_than_the_screen(start: Callable[..., Page], path: str, size: dict[str, int]) -> None:
    page = start(path, viewport=size)
    assert width(page) <= size["width"]


@pytest.mark.parametrize("text", [SCAM, "押金" + "a" * 3000, "https://" + "x" * 500 + " 押金", "押金\n" * 300])
def test_a_verdict_is_not_wider_than_a_phone(start: Callable[..., Page], text: str) -> None:
    page = start()
    check(page, text)
    assert width(page) <= 360


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def test_hostile_text_does_not_run(start: Callable[..., Page]) -> None:
    page = start()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for text in (
        "<script>alert(1)</script>押金",
        '"><img src=x onerror=alert(1)>押金',
        "</textarea><svg onload=alert(1)>",
    ):
        check(page, text)
        assert page.locator(".text").inner_text().replace("1", "").startswith(text.replace("1", "")[:9])


def test_the_counter_counts_characters_and_says_when_it_is_too_much(start: Callable[..., Page]) -> None:
    page = start()
    box = page.get_by_label("招聘信息原文")
    box.fill("😀招聘")
    expect(page.locator("#count")).to_have_text("已有 3 字")
    box.fill("a" * 20_001)
    expect(page.locator("#count")).to_have_text("超出 1 字")
    check(page, "a" * 20_001)
    expect(page.get_by_role("alert")).to_contain_text("20,001 个字")
    expect(box).to_have_value("a" * 20_001)


def test_an_empty_form_is_answered_kindly(start: Callable[..., Page]) -> None:
    page = start()
    check(page, "  ")
    expect(page.get_by_role("alert")).to_contain_text("还没有粘贴文字")
    expect(page.locator(".complaint")).to_be_focused()


def test_the_examples_fill_the_form(start: Callable[..., Page]) -> None:
    page = start(java_script_enabled=False)
    page.get_by_role("link", name="一家小店招人").click()
    expect(page.get_by_label("招聘信息原文")).to_have_value(EXAMPLES["honest"].text)
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("低风险")


def test_the_keyboard_alone_suffices(start: Callable[..., Page]) -> None:
    page = start(viewport=DESK)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("招聘信息原文")).to_be_focused()
    page.keyboard.insert_text(SCAM)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("高风险")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("example", ["scam", "honest", "warning"])
def test_the_colours_are_far_enough_apart_to_read(start: Callable[..., Page], scheme: str, example: str) -> None:
    page = start(color_scheme=scheme, viewport=DESK)
    check(page, EXAMPLES[example].text)
    low = [(words, ratio) for words, ratio in page.evaluate(CONTRAST) if ratio < 4.5]
    assert low == []


def test_the_printed_page_has_the_verdict_and_not_the_form(start: Callable[..., Page]) -> None:
    page = start()
    check(page, SCAM)
    page.emulate_media(media="print")
    expect(page.locator("#ask")).to_be_hidden()
    expect(page.locator("#verdict")).to_be_visible()


def test_marks_are_where_the_api_says(start: Callable[..., Page], live: str) -> None:
    page = start()
    check(page, SCAM)
    answer = page.request.post(f"{live}/api/v1/assessments", data={"text": SCAM}).json()
    quotes = {item["quote"] for reason in answer["reasons"] for item in reason["evidence"]}
    assert set(page.locator("mark.risk").all_inner_texts()) == quotes
    assert page.locator(".score b").inner_text() == str(answer["risk_score"])


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = (colour) => {
    const part = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = rgba(colour);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return "white";
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const ink = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [light(ink), light(ground(element))].sort((x, y) => y - x);
    found.push([walker.currentNode.data.trim().slice(0, 30), (a + 0.05) / (b + 0.05)]);
  }
  return found;
}"""
