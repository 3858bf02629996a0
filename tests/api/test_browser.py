"""The page in a real Chromium: with and without JavaScript, on a phone, in the dark, and talking to nobody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from hostile import HOSTILE
from playwright.sync_api import BrowserContext, Page, Route, expect, sync_playwright

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
        context = browser.new_context(**{"viewport": PHONE, "locale": "zh-CN", "service_workers": "block", **options})  # type: ignore[arg-type]
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
    meant = ("422", "ERR_TIMED_OUT", "ERR_INTERNET_DISCONNECTED")
    assert [text for text in errors if not any(one in text for one in meant)] == []


def check(page: Page, text: str) -> None:
    page.get_by_label("招聘信息原文").fill(text)
    page.locator(".main").click()
    page.wait_for_selector("#verdict, .complaint")


def test_paste_and_submit_gives_a_verdict_without_javascript(start: Callable[..., Page]) -> None:
    page = start(java_script_enabled=False)
    check(page, SCAM)
    expect(page.get_by_role("heading", level=1)).to_have_text("高风险")
    expect(page.locator(".score b")).to_have_text("96")
    expect(page.locator(".reason")).to_have_count(4)
    expect(page.get_by_label("招聘信息原文")).to_have_value(SCAM)
    page.locator("mark.risk a", has_text="会员费").click()
    assert page.url.endswith("#reason-2")
    expect(page.locator("#reason-2")).to_be_in_viewport()
    page.locator("#reason-2 .quote", has_text="会员费").click()
    assert page.url.endswith("#reason-2-words-1")
    expect(page.locator("mark.risk", has_text="会员费")).to_be_in_viewport()
    assert page.locator("mark.aside").inner_text() == "不收押金"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("High risk")
    expect(page.locator("#text")).to_have_value(SCAM)
    page.locator(".display summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    expect(page.get_by_role("heading", level=1)).to_have_text("High risk")


def test_the_verdict_comes_into_the_open_page_and_back_brings_the_form_as_it_was(start: Callable[..., Page]) -> None:
    page = start("/?lang=zh-Hans&example=scam#text")
    page.evaluate("document.open_since = 1")
    check(page, SCAM)
    assert page.evaluate("document.open_since") == 1
    assert page.evaluate("scrollY") == 0
    expect(page.locator("#level")).to_be_focused()
    expect(page).to_have_title("高风险：招聘识骗")
    page.locator(".first a").first.click()
    assert page.url.endswith("?lang=zh-Hans#reason-1")
    check(page, EXAMPLES["honest"].text)
    expect(page.get_by_role("heading", level=1)).to_have_text("低风险")
    expect(page.locator("#history li")).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("高风险")
    expect(page.locator("#history li")).to_have_count(2)
    page.go_back()
    page.go_back() if page.locator("#verdict").count() else None
    expect(page.get_by_role("heading", level=1)).to_have_text("这份工作靠谱吗？")
    expect(page.locator("#text")).to_have_value(SCAM)
    expect(page.locator(".main")).to_have_text("检查")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("高风险")
    assert page.evaluate("document.open_since") == 1
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("这份工作靠谱吗？")


@pytest.mark.parametrize("answer", [None, {"status": 200, "content_type": "text/html", "body": "<p>a proxy's page"}])
def test_what_cannot_be_fetched_is_sent_the_usual_way(
    start: Callable[..., Page], answer: dict[str, Any] | None
) -> None:
    page = start()

    def other(route: Route) -> None:
        if route.request.resource_type != "fetch":
            route.continue_()
        elif answer is None:
            route.abort("timedout")
        else:
            route.fulfill(**answer)

    page.route("**/*", other)
    page.evaluate("document.open_since = 1")
    check(page, SCAM)
    expect(page.get_by_role("heading", level=1)).to_have_text("高风险")
    assert page.evaluate("document.open_since") is None


def test_a_wrong_verdict_is_reported_in_two_taps_and_withdrawn_without_javascript(start: Callable[..., Page]) -> None:
    page = start(java_script_enabled=False)
    check(page, SCAM)
    page.get_by_text("判错了？告诉我们").click()
    page.get_by_role("button", name="其实是正常招聘").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("谢谢，收到了")
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已经撤回")


def test_every_page_is_accessible_in_both_themes_on_a_phone_and_a_desk(start: Callable[..., Page]) -> None:
    axe = Axe()
    for size in (PHONE, DESK):
        page = start(viewport=size, color_scheme="dark" if size == DESK else "light")
        for state in states(page):
            for theme in ("light", "dark"):
                page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                found = axe.run(page)
                assert found.violations_count == 0, f"{state} {theme}: {found.generate_report()}"
            assert width(page) <= size["width"], state


def states(page: Page) -> Iterator[str]:
    """The pages and what they can show, one after the other."""
    home = page.url
    for path in ("paid", "learn?lang=en", "offline", "docs", "problems/?lang=zh-Hant", "?lang=en", "?lang=zh-Hant"):
        page.goto(home + path)
        yield path
    for name in ("warning", "honest", "scam"):
        page.goto(home)
        check(page, EXAMPLES[name].text)
        for fold in page.locator("main details").all():
            fold.locator("summary").click()
        yield name
    page.goto(home)
    check(page, " ")
    page.locator(".display summary").click()
    yield "complaint"


@pytest.mark.parametrize("text", ["押金" + "a" * 3000, "https://" + "x" * 500 + " 押金", "\u202e押金\n" * 300])
def test_a_verdict_is_not_wider_than_a_phone(start: Callable[..., Page], text: str) -> None:
    page = start(viewport={"width": 320, "height": 600})
    check(page, text)
    assert width(page) <= 320


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def test_hostile_text_does_not_run_in_the_page_the_history_or_the_shared_picture(start: Callable[..., Page]) -> None:
    page = start()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    ten = ["押金".join(HOSTILE[at : at + 10]) for at in range(0, 200, 10)]
    for first, second in zip(ten[::2], ten[1::2], strict=True):
        text = f"{first}押金{second}"
        page.evaluate(FILL, text)
        check(page, text)
        page.get_by_text("判错了？告诉我们").click()
        assert page.locator(STRANGE).count() == 0
        assert "alert(1)" in page.locator("#posting ~ .text").nth(2).inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="分享成图片").click()
    assert download.value.suggested_filename == "scamjob.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    page.evaluate(
        "texts => localStorage.setItem('scamjob.history', JSON.stringify("
        "texts.map(text => ({ text, words: text, score: text, level: text, columns: { title: text } }))))",
        ten,
    )
    page.goto(page.url)
    expect(page.locator("#history li")).to_have_count(20)
    assert page.locator("#history li button:first-child").first.inner_text().startswith("<script>alert(1)</script>")
    page.locator("#history li button:first-child").nth(3).click()
    expect(page.locator("#text")).to_have_value(re.compile("alert"))
    assert page.locator(f"{STRANGE}, #history svg").count() == 0


def test_what_was_checked_is_kept_in_this_browser_alone_and_can_be_erased(start: Callable[..., Page]) -> None:
    page = start()
    check(page, SCAM)
    page.get_by_role("link", name="清空").click()
    expect(page.locator("#history li")).to_have_count(1)
    page.get_by_role("button", name="高风险 96").first.click()
    expect(page.get_by_label("招聘信息原文")).to_have_value(SCAM)
    page.get_by_role("button", name="全部清空").click()
    expect(page.locator("#history li")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('scamjob.history')") == "[]"
    page.evaluate("localStorage.setItem('scamjob.history.off', '1')")
    check(page, SCAM)
    expect(page.locator("#history li")).to_have_count(0)


def test_the_counter_counts_characters_and_says_when_it_is_too_much(start: Callable[..., Page]) -> None:
    page = start()
    box = page.get_by_label("招聘信息原文")
    box.fill("😀招聘")
    expect(page.locator("#count")).to_have_text("已有 3 字")
    check(page, "a" * 20_001)
    expect(page.locator("#count")).to_have_text("超出 1 字")
    expect(page.get_by_role("alert")).to_contain_text("20,001 个字")
    expect(box).to_have_value("a" * 20_001)
    expect(page.locator(".complaint")).to_be_focused()


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
    expect(page.locator("#level")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.url.endswith("#reason-1")


def test_light_or_dark_and_large_type_are_remembered_and_change_nothing_else(start: Callable[..., Page]) -> None:
    page = start(color_scheme="light")
    check(page, SCAM)
    page.locator(".display summary").click()
    page.get_by_role("button", name="深色").click()
    page.get_by_role("button", name="大字").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("高风险")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 22, 27)"
    page.get_by_role("link", name="清空").click()
    page.wait_for_url("**/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 22, 27)"
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > 20


def test_the_printed_page_has_the_verdict_and_not_the_form(start: Callable[..., Page]) -> None:
    page = start(color_scheme="dark")
    check(page, SCAM)
    page.emulate_media(media="print")
    expect(page.locator("#ask")).to_be_hidden()
    expect(page.locator("#verdict")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_a_bookmark_brings_a_selected_text_which_no_server_is_sent(start: Callable[..., Page]) -> None:
    page = start("/learn")
    code = page.locator("#bookmark-code").input_value()
    assert page.locator("[data-bookmark]").get_attribute("href") == code
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#urgency dd'))")
    with page.expect_popup() as popup:
        page.evaluate(code.removeprefix("javascript:"))
    expect(popup.value.locator("#text")).to_have_value(re.compile("名额只剩三个"))
    assert "#" not in popup.value.url


@pytest.fixture
def installed(start: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """Opens pages with the service worker in charge and no network."""
    opened: list[Page] = []

    def cut_off(path: str = "/", **options: object) -> Page:
        page = start(path, service_workers="allow", **options)
        opened.append(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("navigator.serviceWorker.controller")
        page.context.set_offline(True)
        return page

    yield cut_off
    for page in opened:
        page.context.set_offline(False)


@pytest.mark.parametrize(
    ("language", "words"), [("zh-Hans", "现在没有网络"), ("zh-Hant", "現在沒有網路"), ("en", "You are offline")]
)
def test_without_a_network_there_is_a_page_that_helps(
    installed: Callable[..., Page], language: str, words: str
) -> None:
    page = installed()
    page.goto(f"{page.url}?example=scam&lang={language}")
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    expect(page.locator("textarea")).to_be_hidden()
    kept = page.evaluate(KEPT)
    offline = {"/offline", *(f"/offline?lang={one}" for one in ("zh-Hans", "zh-Hant", "en"))}
    assert {path for path in kept if not path.startswith("/static/")} == offline


def test_a_check_without_a_network_is_told_in_the_open_page_and_the_text_stays(installed: Callable[..., Page]) -> None:
    page = installed("/?lang=en")
    said = page.get_by_role("alert")
    page.locator("#text").fill(SCAM)
    for _ in range(2):
        expect(said).to_be_hidden()
        page.locator(".main").click()
        expect(said).to_contain_text("nothing was checked")
        expect(said).to_be_in_viewport()
        expect(page.locator("#text")).to_have_value(SCAM)
        expect(page.locator(".main")).to_have_text("Check")
        page.context.set_offline(False)
        page.locator(".main").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("High risk")
        page.context.set_offline(True)
    page.get_by_role("button", name="繁體").click()  # sends the form as well
    expect(said).to_contain_text("nothing was checked")
    expect(page.locator("#text")).to_have_value(SCAM)


HOSTILE_TEXT = "\n".join(["$& $` $1 $<a>", 'name="text" value="" hidden data-typed </textarea>', *HOSTILE[::20], SCAM])


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-Hans", "您写的都还在"), ("zh-Hant", "您寫的都還在"), ("en", "What you wrote is still here")],
)
def test_a_form_that_could_not_be_sent_is_given_back_with_its_text(
    installed: Callable[..., Page], language: str, words: str
) -> None:
    page = installed(f"/?lang={language}")
    page.locator("summary", has_text=re.compile("[职職]位|Title")).click()
    page.locator("#text").fill(HOSTILE_TEXT)
    page.locator("#company").fill('"><b>甲&amp;乙')
    page.evaluate("document.getElementById('ask').submit()")  # as a form is sent where no script takes care
    expect(page.get_by_role("heading", level=2).first).to_have_text(words)
    assert page.locator("html").get_attribute("lang") == language
    expect(page.locator("#text")).to_have_value(HOSTILE_TEXT.replace("\0", "\ufffd"))
    expect(page.locator("#company")).to_have_value('"><b>甲&amp;乙')
    expect(page.locator("#company")).to_be_visible()
    assert page.evaluate("tags => document.querySelectorAll(tags).length", STRANGE) == 0
    page.locator(".main").click()
    expect(page.locator("#company")).to_have_value('"><b>甲&amp;乙')
    page.context.set_offline(False)
    page.locator(".main").click()
    expect(page.locator("#level")).to_be_visible()


def test_marks_are_where_the_api_says(start: Callable[..., Page], live: str) -> None:
    page = start()
    check(page, SCAM)
    answer = page.request.post(f"{live}/api/v1/assessments", data={"text": SCAM}).json()
    quotes = {item["quote"] for reason in answer["reasons"] for item in reason["evidence"]}
    assert set(page.locator("mark.risk").all_inner_texts()) == quotes
    assert page.locator(".score b").inner_text() == str(answer["risk_score"])


STRANGE = ", ".join(f"main {tag}" for tag in ("img", "iframe", "script", "object", "embed", "video", "style", "base"))
FILL = "text => { for (const input of document.querySelectorAll('.columns input')) input.value = text }"
KEPT = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const requests = (await Promise.all(caches_.map((cache) => cache.keys()))).flat();
  return requests.map((request) => new URL(request.url)).map((address) => address.pathname + address.search);
}"""
