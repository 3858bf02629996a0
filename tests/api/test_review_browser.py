"""The review desk in a real Chromium: by keyboard alone, without JavaScript, on a phone, with hostile texts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from hostile import HOSTILE as TWO_HUNDRED
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from api import create_app
from api.store import audit, feedback, open_store, postings, votes
from api.store import keys as ring
from api.store.postings import Kept
from api.store.tables import LOCAL
from detector.types import Posting

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser

    from api.config import Assessor

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
SCAM = "招打字员，日结500元，入职前先交押金{}元，三天后退还，名额不多，加微信报名，居家可做。"
FINE = "社区超市招收银员，早晚两班，缴社保，月薪4500元，面试请到店里。"
STRANGE = ", ".join(f"main {tag}" for tag in ("img", "iframe", "script", "object", "embed", "video", "style", "base"))
HOSTILE = (
    "押金<script>alert(1)</script>\"><img src=x onerror=alert(1)></textarea><svg onload=alert(1)>'-alert(1)-'\u202e"
)


class Quiet(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, *_: object) -> None:
        pass


def filled(app: Flask) -> list[str]:
    """A queue with something of every kind."""
    store, assessor = app.extensions["store"], app.extensions["assessor"]
    texts = [SCAM.format(200), SCAM.format(300), FINE, HOSTILE, "招数据标注员，会员费398元，名额有限。"]
    keys = []
    for text in texts:
        posting = Posting(text=text)
        with store.write() as connection:
            about = Kept(LOCAL, "assessment", "招工小王" if text == FINE else None)
            keys.append(postings.keep_assessed(connection, posting, assessor.assess(posting), about))
    with store.write() as connection:
        feedback.about_kept(connection, LOCAL, keys[3], feedback.Said("legit", [], HOSTILE, "page", HOSTILE[:60]))
    return keys


@pytest.fixture
def app(fake: Assessor, tmp_path: Path) -> Iterator[Flask]:
    store = open_store(f"sqlite:///{tmp_path}/scamjob.db")
    yield create_app(fake, store=store)
    store.close()


@pytest.fixture
def desk(app: Flask) -> Iterator[str]:
    filled(app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def start(browser: Browser, desk: str) -> Iterator[Callable[..., Page]]:
    """Opens pages; afterwards nothing ran that should not, and no other host was asked."""
    contexts, seen = [], []

    def opened(path: str = "/review", **options: object) -> Page:
        context = browser.new_context(**{"viewport": DESK, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("dialog", lambda dialog: seen.append(f"dialog {dialog.message}"))
        page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(desk) else seen.append(request.url))
        page.goto(desk + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in seen if "401" not in one] == []


def test_a_reviewer_clears_the_queue_by_keyboard_alone(start: Callable[..., Page]) -> None:
    page = start()
    expect(page.get_by_role("heading", level=1)).to_have_text("待审 5 条")
    page.keyboard.press("j")
    page.wait_for_url("**/review/items/*")
    expect(page.locator("mark.risk")).to_contain_text("押金")
    first = page.url
    page.keyboard.press("1")
    expect(page.get_by_label("骗局 1")).to_be_checked()
    page.keyboard.press("b")
    page.keyboard.press("n")
    page.keyboard.type("1 b u 都是备注")
    page.keyboard.press("Escape")
    expect(page.locator("#note")).to_have_value("1 b u 都是备注")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != first)
    expect(page.locator("#undo")).to_be_visible()
    page.keyboard.press("u")
    page.wait_for_url(first)
    expect(page.get_by_text("已撤销")).to_be_visible()
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    for _ in range(3):
        page.keyboard.press("2")
        here = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    page.goto(page.url.split("/review")[0] + "/review")
    expect(page.get_by_role("heading", level=1)).to_have_text("待审 2 条")


def test_the_shortcuts_can_be_switched_off(start: Callable[..., Page]) -> None:
    page = start()
    page.keyboard.press("j")
    page.get_by_label("单键快捷键").uncheck()
    page.locator("h1").click()
    page.keyboard.press("1")
    expect(page.locator("input[name=label]:checked")).to_have_count(0)


def test_all_the_work_is_done_without_javascript(start: Callable[..., Page]) -> None:
    page = start(java_script_enabled=False, viewport=PHONE)
    page.get_by_label("等级").select_option("high")
    page.get_by_role("button", name="筛选").click()
    page.locator(".excerpt", has_text="招打字员").first.click()
    expect(page.get_by_role("heading", name="很像的几条")).to_be_visible()
    expect(page.locator(".copies .other")).to_be_visible()
    page.get_by_role("link", name="同批 2 条").first.click()
    page.get_by_label("骗局 1").check()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="确认判定 2 条").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("待审 3 条")
    page.get_by_role("button", name="撤销上一步（2 条）").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("待审 5 条")


@pytest.mark.slow
def test_one_signs_in_without_javascript_and_sends_a_table(app: Flask, start: Callable[..., Page]) -> None:
    with app.extensions["store"].write() as connection:
        secret = ring.create(connection, ring.Wish(LOCAL, "审核员", ("review",)), "test")
    app.extensions["gate"].ring.known = False
    page = start("/review/tasks", java_script_enabled=False, viewport=PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("登录审核台")
    page.get_by_label("密钥").fill("wrong")
    with page.expect_response(lambda answer: answer.status == 401):
        page.get_by_role("button", name="登录").click()
    page.get_by_label("密钥").fill(secret)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("批量检查一个表格")
    table = f"id,text\n1,{SCAM.format(200)}\n2,{FINE}\n".encode()
    page.get_by_label("表格文件").set_input_files({"name": "jobs.csv", "mimeType": "text/csv", "buffer": table})
    page.get_by_role("button", name="开始检查").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("批量检查：完成", timeout=90_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载结果").click()
    assert len(download.value.path().read_text("utf-8").splitlines()) == 3
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录审核台")


def test_nothing_runs_of_what_two_hundred_texts_try(app: Flask, start: Callable[..., Page], desk: str) -> None:
    store, assessor = app.extensions["store"], app.extensions["assessor"]
    texts = ["押金".join(TWO_HUNDRED[at::10]) for at in range(10)]
    keys = []
    for text in texts:
        posting = Posting(**dict.fromkeys((*Posting.FIELDS[:3], "contact", "description"), text))
        with store.write() as connection:
            about = Kept(LOCAL, "assessment", text)
            keys.append(postings.keep_assessed(connection, posting, assessor.assess(posting), about))
            feedback.about_kept(connection, LOCAL, keys[-1], feedback.Said("scam", [], text, "page", text[:64]))
            votes.cast(connection, LOCAL, text[:64], keys[-1:], votes.Ruling("legit", (), text))
            audit.add(connection, text, text[:64], text, tenant=LOCAL, policy=text)
    page = start("/review?state=all")
    for path in [*(f"/review/items/{key}" for key in keys), "/review/trail", "/review/figures", "/review?state=done"]:
        page.goto(desk + path)
        assert page.locator(STRANGE).count() == 0, path
        expect(page.locator("main h1")).to_have_count(1)
    page.goto(f"{desk}/review/items/{keys[0]}")
    page.get_by_label("正常招聘").check()
    page.locator("#note").fill(texts[0])
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: keys[0] not in url)
    page.goto(f"{desk}/review/items/{keys[0]}")
    expect(page.locator("#voted ~ ul")).to_contain_text("<script>alert(1)</script>")


def test_every_page_of_the_desk_is_accessible_in_both_themes(start: Callable[..., Page], desk: str) -> None:
    axe = Axe()
    for size in (PHONE, DESK):
        page = start(viewport=size)
        page.goto(page.url)
        item = page.locator(".excerpt").nth(1).get_attribute("href")
        campaign = page.locator("a", has_text="同批").first.get_attribute("href")
        paths = ["/review", item, campaign, "/review/figures", "/review/trail", "/review/tasks", "/review/models"]
        for path in [*paths, "/review/sign-in"]:
            page.goto(desk + str(path))
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{path} is {width} wide"
            for theme in ("light", "dark"):
                page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                found = axe.run(page)
                assert found.violations_count == 0, f"{path} {theme}: {found.generate_report()}"
