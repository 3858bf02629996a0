"""Screenshots drawn from our own texts are read, by the real networks, in the process that the service starts."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from api.ocr import Desk, Limits, Unreadable, opened
from detector import Detector, Posting
from training.ocr_bench import error_rate
from training.ocr_samples import font, light_chat, on_side, png, samples, texts

FEW = (
    "chat-group-light_chat-png",
    "chat-card-dark_chat-png",
    "poster-likes-poster-jpeg30",
    "sms-interview-sms-png",
    "board-courier-board-small",
    "chat-brushing-light_chat-faded",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", FEW)
def test_a_screenshot_is_read_and_judged_as_its_text_is(desk: Desk, detector: Detector, name: str) -> None:
    (sample,) = samples([name])
    read = desk.read([sample.data])["text"]
    assert error_rate(sample.text, read) <= (0.05 if sample.hard else 0.01), read
    judged, expected = (detector.assess(Posting(text=text)) for text in (read, sample.text))
    assert judged.risk_level == expected.risk_level


@pytest.mark.slow
def test_a_chat_on_its_side_comes_out_with_its_speakers(desk: Desk) -> None:
    reading = desk.read([on_side(light_chat(texts()["chat"]["card"]))])
    assert [warning["code"] for warning in reading["warnings"]] == ["turned"]
    assert reading["text"].split("\n")[1].startswith("对方：兄弟")
    assert "我：这合法吗" in reading["text"]


@pytest.mark.slow
def test_what_is_bad_is_refused_by_name_and_the_next_is_read(desk: Desk) -> None:
    with pytest.raises(Unreadable) as caught:
        desk.read([b"\x89PNG\r\n\x1a\n" + bytes(100)])
    assert (caught.value.slug, caught.value.image) == ("broken-image", 0)
    blank = Image.new("RGB", (300, 200), "white")
    reading = desk.read([png(blank)])
    assert reading["text"] == ""
    assert [warning["code"] for warning in reading["warnings"]] == ["no-text"]


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(one) for one in listed.split()]


def slip() -> bytes:
    image = Image.new("RGB", (500, 90), "white")
    ImageDraw.Draw(image).text((20, 20), "先交押金两百元", font=font(40), fill="black")
    return png(image)


@pytest.mark.slow
def test_a_reader_that_dies_is_replaced() -> None:
    desk = opened(Limits(deadline=100))
    assert desk
    try:
        assert children(desk.keeper.pid) == []
        assert desk.read([slip()])["text"] == "先交押金两百元"
        (reader,) = children(desk.keeper.pid)
        os.kill(reader, 9)
        assert desk.read([slip()])["text"] == "先交押金两百元"
        assert children(desk.keeper.pid) != [reader]
    finally:
        desk.close()


@pytest.mark.slow
def test_everything_ends_with_the_server(tmp_path: Path) -> None:
    desk = opened()
    assert desk
    folder = Path(desk.address).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    desk.close()
    deadline = time.monotonic() + 60
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert desk.keeper.returncode == 0


def test_a_reader_that_does_not_answer_is_given_up() -> None:
    desk = opened(Limits(deadline=0.5))
    assert desk
    try:
        with pytest.raises(Unreadable, match="images-not-read"):
            desk.read([slip()])
    finally:
        desk.close()
