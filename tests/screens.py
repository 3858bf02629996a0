"""`make screens`: pictures of the pages as they are, in docs/screens/, by the real detector and a real Chromium."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from api import create_app, ocr
from api.examples import EXAMPLES
from api.review import workshop
from api.store import feedback, open_store, postings, votes
from api.store.postings import Kept
from api.store.tables import LOCAL
from detector import Detector, Posting
from training.ocr_samples import samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask import Flask
    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parent.parent / "docs" / "screens"
TOY = Path(__file__).parent / "toy.jsonl"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
PHONE, DESK = (360, 740), (1200, 900)
MOST_BYTES = 130_000
COLOURS = 56
KEPT = Kept(LOCAL, "assessment", "招工小王")
WEAK = "招暑假工，进厂打螺丝，一小时25，包吃住，体检费自理，名额不多抓紧报名，加我微信。"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: which page, what is typed into it, how the reader wants it."""

    name: str
    path: str = "/"
    text: str | None = None
    size: tuple[int, int] = PHONE
    scheme: str = "light"
    tall: int = 1500
    """Pixels of the page that are shown at most."""
    photo: str = ""
    """Which of the drawn screenshots is read before."""
    press: tuple[str, ...] = field(default=())
    """Selectors to click before the picture is taken."""


SCAM, HONEST, WARNING = (EXAMPLES[name].text for name in ("scam", "honest", "warning"))
SHOTS = (
    Shot("form-phone"),
    Shot("form-phone-dark", scheme="dark"),
    Shot("form-phone-hant", "/?lang=zh-Hant"),
    Shot("form-phone-en", "/?lang=en"),
    Shot("form-desk", size=DESK, tall=900),
    Shot("high-phone", text=SCAM, tall=3600),
    Shot("high-phone-dark", text=SCAM, scheme="dark", tall=740),
    Shot("high-phone-hant", "/?lang=zh-Hant", SCAM, tall=740),
    Shot("high-phone-en", "/?lang=en", SCAM),
    Shot("high-phone-large", "/?size=large", SCAM, tall=740),
    Shot("high-desk", text=SCAM, size=DESK),
    Shot("high-desk-dark", "/?lang=en", SCAM, size=DESK, scheme="dark", tall=900),
    Shot("medium-phone", text=WEAK),
    Shot("low-phone", text=HONEST),
    Shot("none-phone", text=WARNING, tall=740),
    Shot("feedback-phone", text=HONEST, tall=1200, press=(".feedback summary",)),
    Shot("thanks-phone", text=HONEST, press=(".feedback summary", "[name=label][value=scam]")),
    Shot("history-phone", text=HONEST, press=(".send a",)),
    Shot("screenshot-phone", photo="chat-typist-light_chat-png", tall=900),
    Shot("complaint-phone", text="https://example.com/job/1", tall=740),
    Shot("display-phone", press=(".display summary",), tall=740),
    Shot("paid-phone", "/paid"),
    Shot("paid-phone-en", "/paid?lang=en", scheme="dark"),
    Shot("offline-phone", "/offline", tall=740),
    Shot("learn-phone", "/learn", tall=740),
    Shot("learn-desk", "/learn", size=DESK, tall=900),
    Shot("learn-phone-hant-dark", "/learn?lang=zh-Hant", scheme="dark", tall=740),
    Shot("docs-desk", "/docs", size=DESK, tall=900),
    Shot("review-queue-desk", "/review", size=DESK, tall=900),
    Shot("review-queue-phone-dark", "/review", scheme="dark", tall=1100),
    Shot("review-item-desk", "/review?code=upfront_fee", size=DESK, tall=1300, press=(".excerpt",)),
    Shot("review-item-phone", "/review?code=upfront_fee", press=(".excerpt",), tall=1100),
    Shot("review-figures-desk", "/review/figures", size=DESK, tall=1300),
    Shot("review-figures-desk-dark", "/review/figures", size=DESK, scheme="dark", tall=900),
    Shot("review-trail-desk", "/review/trail", size=DESK, tall=700),
)
"""Of an installation in the middle of its work."""
TRAINED = (
    Shot("review-models-desk", "/review/models", size=DESK, tall=900),
    Shot("review-training-desk", "/review/models", size=DESK, tall=900, press=("#train ~ ul a",)),
    Shot("review-report-desk", "/review/models", size=DESK, tall=1200, press=("td a",)),
)
"""Of one where a model was just trained from what was decided."""

POSTINGS = (
    "招打字员，日结500元，入职前先交押金200元，三天后退还，名额不多，加微信报名，居家可做。",
    "招打字员，日结500元，入职前先交押金300元，五天后退还，名额不多，加微信报名，居家可做。",
    "社区超市招收银员，早晚两班，缴社保，月薪4500元，面试请到店里。",
    "电商补单员，用自己的钱先拍下商品，本金和佣金当天返还，一单佣金30元。",
    "写字楼前台文员，接待访客，双休，月薪5000元，签劳动合同。",
    "境外客服，包机票食宿，月薪三万，护照由公司统一办理保管，先到边境集合。",
    WEAK,
)
"""What waits for review in the pictures, three times over."""


def fill(app: Flask) -> None:
    """A queue in the middle of the work of two reviewers."""
    store, detector = app.extensions["store"], app.extensions["assessor"]
    with store.write() as connection:
        found = []
        for number in range(3):
            for text in POSTINGS:
                posting = Posting(text=text if not number else f"{text}（{'甲乙'[number - 1]}店）")
                found.append(postings.keep_assessed(connection, posting, detector.assess(posting), KEPT))
        feedback.about_kept(connection, LOCAL, found[0], feedback.Said("legit", [], "我认识老板", "page", "page"))
        feedback.about_kept(
            connection, LOCAL, found[3], feedback.Said("scam", ["advance_funds"], None, "api", "3f0a91c2")
        )
        for at, label in ((9, "legit"), (10, "scam"), (11, "legit"), (12, "scam"), (17, "scam"), (18, "legit")):
            for reviewer in ("8c41d07e", "51b2e9aa")[: 1 + at % 2]:
                codes = ("advance_funds",) if label == "scam" else ()
                votes.cast(connection, LOCAL, reviewer, [found[at]], votes.Ruling(label, codes))


def train(app: Flask) -> None:
    """A training from the desk, on the small examples of the tests, waited for."""
    store, detector, workshop.BASE = app.extensions["store"], app.extensions["assessor"], "none"
    with store.write() as connection:
        for row in map(json.loads, TOY.read_text("utf-8").splitlines()):
            posting = Posting(text=row["text"])
            key = postings.keep_assessed(connection, posting, detector.assess(posting), KEPT)
            votes.cast(connection, LOCAL, LOCAL, [key], votes.Ruling(row["label"], tuple(row.get("codes", ()))))
    client = app.test_client()
    token = client.get("/review/models").text.partition('name="csrf" value="')[2].partition('"')[0]
    task = client.post("/review/training", data={"csrf": token}).location
    while 'http-equiv="refresh"' in client.get(task).text:
        time.sleep(1)


class Quiet(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, *_: object) -> None:
        """Nothing."""


def take(browser: Browser, address: str, shot: Shot) -> bytes:
    """The picture as a PNG."""
    width, height = shot.size
    options: Mapping[str, object] = {"viewport": {"width": width, "height": height}, "color_scheme": shot.scheme}
    context = browser.new_context(**options, locale="zh-CN", service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address + shot.path)
    if shot.photo:
        (sample,) = samples([shot.photo])
        page.set_input_files("#images", {"name": "chat.png", "mimeType": "image/png", "buffer": sample.data})
        page.click("[formenctype]")
        page.wait_for_selector("main .note", timeout=90_000)
    if shot.text is not None:
        page.fill("#text", shot.text)
        page.click(".main")
        page.wait_for_selector("#verdict, .complaint")
    for selector in shot.press:
        page.click(selector)
    settle(page)
    tall = min(shot.tall, page.evaluate("document.documentElement.scrollHeight"))
    picture = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": max(tall, height)})
    context.close()
    return small(picture)


def settle(page: Page) -> None:
    """Wait until the page stands still."""
    page.wait_for_load_state("load")
    page.mouse.move(0, 0)
    page.wait_for_timeout(150)


def small(picture: bytes) -> bytes:
    """The same picture in its most frequent colours, which stay as they are; each other becomes the nearest of them."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    found = sorted(image.getcolors(image.width * image.height) or [], reverse=True)[:COLOURS]
    colours = Image.new("P", (1, 1))
    colours.putpalette([part for _, colour in found for part in colour])  # type: ignore[misc]
    told = io.BytesIO()
    image.quantize(palette=colours, dither=Image.Dither.NONE).save(told, "PNG", optimize=True)
    if told.tell() > MOST_BYTES:
        raise ValueError(f"{told.tell()} bytes; show less of the page")
    return told.getvalue()


@contextmanager
def served(set_up: Callable[[Flask], None]) -> Iterator[str]:
    """The address of an installation of its own."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["SCAMJOB_HOME"] = home
        desk = ocr.opened()
        app = create_app(Detector.load(), store=open_store(f"sqlite:///{home}/scamjob.db"), desk=desk)
        set_up(app)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        if desk:
            desk.close()


def main(beginnings: list[str]) -> None:
    """All of them, or those whose names begin so."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for set_up, shots in ((fill, SHOTS), (train, TRAINED)):
            wanted = [one for one in shots if not beginnings or one.name.startswith(tuple(beginnings))]
            if not wanted:
                continue
            with served(set_up) as address:
                for shot in wanted:
                    picture = take(browser, address, shot)
                    (FOLDER / f"{shot.name}.png").write_bytes(picture)
                    print(f"{shot.name}.png  {len(picture) / 1000:,.0f} kB", flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
