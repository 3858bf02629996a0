"""Pictures on the page in a real Chromium: chosen, dropped and pasted; corrected; without JavaScript too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from api import create_app
from api.ocr import Limits

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from detector import Detector

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"
READ = "招打字员，入职前先交钾金200元，三天后退还。"
PICTURES = [{"name": f"{at}.png", "mimeType": "image/png", "buffer": PNG + str(at).encode()} for at in range(2)]
HAND_OVER = """([how, target]) => {
  const data = new DataTransfer();
  for (const name of ["0.png", "1.png"]) data.items.add(new File([Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)], name, { type: "image/png" }));
  const told = { bubbles: true, cancelable: true };
  document.querySelector(target).dispatchEvent(how === "paste"
    ? new ClipboardEvent(how, { ...told, clipboardData: data }) : new DragEvent(how, { ...told, dataTransfer: data }));
}"""  # noqa: E501  # one line of a script


class Reads:
    """A desk that always reads the same, with one wrong character, and remembers how many pictures it was given."""

    limits = Limits()

    def __init__(self) -> None:
        self.asked: list[int] = []

    @contextmanager
    def place(self) -> Iterator[bool]:
        yield True

    def read(self, images: list[bytes]) -> Mapping[str, Any]:
        self.asked.append(len(images))
        return {"text": READ, "lines": [], "warnings": [{"code": "unsure", "image": 0}]}


class Quiet(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def start(browser: Browser, detector: Detector, reads: Reads) -> Iterator[Callable[..., Page]]:
    """Opens the page on a phone."""
    server = make_server("127.0.0.1", 0, create_app(detector, desk=reads), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    contexts = []

    def opened(**options: object) -> Page:
        size = {"width": 360, "height": 740}
        contexts.append(browser.new_context(viewport=size, locale="zh-CN", service_workers="block", **options))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        return page

    yield opened
    for context in contexts:
        context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def corrected(page: Page) -> None:
    """The text stands there to be corrected; the verdict is on what it says then."""
    expect(page.get_by_role("heading", level=1)).to_have_text("请核对识别出的文字")
    expect(page.locator("main .note")).to_contain_text("看不清")
    expect(page.get_by_label("招聘信息原文")).to_have_value(READ)
    page.get_by_label("招聘信息原文").fill(READ.replace("钾", "押"))
    page.get_by_role("button", name="检查", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("高风险")
    expect(page.locator("mark.risk").first).to_contain_text("押金200元")


@pytest.mark.parametrize("script", [True, False])
def test_chosen_pictures_are_read_corrected_and_checked(start: Callable[..., Page], reads: Reads, script: bool) -> None:
    page = start(java_script_enabled=script)
    page.get_by_label("或者选截图").set_input_files(PICTURES)  # type: ignore[arg-type]
    page.get_by_role("button", name="识别截图里的文字").click()
    corrected(page)
    assert reads.asked == [2]


@pytest.mark.parametrize(("how", "target"), [("drop", "#ask"), ("paste", "#text")])
def test_dropped_and_pasted_pictures_are_read_at_once(
    start: Callable[..., Page], reads: Reads, how: str, target: str
) -> None:
    page = start()
    page.evaluate(HAND_OVER, [how, target])
    corrected(page)
    assert reads.asked == [2]
    page.go_back()
    expect(page.get_by_label("招聘信息原文")).to_have_value(READ.replace("钾", "押"))
    page.go_forward()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("这份工作靠谱吗？")


def test_pictures_that_were_chosen_and_not_read_are_asked_for_before_the_check(start: Callable[..., Page]) -> None:
    page = start()
    page.get_by_label("或者选截图").set_input_files(PICTURES[:1])  # type: ignore[arg-type]
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("截图还没有识别")
