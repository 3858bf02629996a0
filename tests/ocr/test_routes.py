"""Pictures over HTTP: what programs get, what a person sees, and that nobody is kept waiting without an end."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from api import create_app
from api.ocr import Desk, Limits, Unreadable
from detector import Detector

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PNG = b"\x89PNG\r\n\x1a\n"
READ = {
    "text": "对方：先交押金200元\n我：<script>alert(1)</script>",
    "lines": [{"text": "先交押金200元", "confidence": 0.99, "box": [1, 2, 3, 4], "image": 0, "left_out": False}],
    "warnings": [{"code": "unsure", "image": 1}],
}


class FakeDesk:
    """Says what it was told to say."""

    def __init__(self, answer: dict[str, Any] | Unreadable, limits: Limits | None = None) -> None:
        self.answer, self.limits = answer, limits or Limits()
        self.asked: list[list[bytes]] = []
        self.free = True

    @contextmanager
    def place(self) -> Iterator[bool]:
        yield self.free

    def read(self, images: list[bytes]) -> dict[str, Any]:
        self.asked.append(images)
        if isinstance(self.answer, Unreadable):
            raise self.answer
        return {**self.answer, "warnings": [dict(one) for one in self.answer["warnings"]]}


def client_of(detector: Detector, desk: FakeDesk | None) -> FlaskClient:
    return create_app(detector, desk=desk).test_client()


def sent(
    client: FlaskClient, files: Sequence[bytes], path: str = "/api/v1/text-from-images", **fields: str
) -> TestResponse:
    images = [(io.BytesIO(data), f"{number}.png") for number, data in enumerate(files)]
    return client.post(path, data={**fields, "images": images}, content_type="multipart/form-data")


def test_a_program_gets_text_lines_and_warnings(detector: Detector) -> None:
    desk = FakeDesk(READ)
    answer = sent(client_of(detector, desk), [PNG + b"1", PNG + b"2"]).get_json()
    assert answer["text"] == READ["text"]
    assert answer["lines"] == READ["lines"]
    assert answer["warnings"][0]["code"] == "unsure"
    assert "看不清" in answer["warnings"][0]["detail"]
    assert desk.asked == [[PNG + b"1", PNG + b"2"]]


@pytest.mark.parametrize(
    ("files", "slug", "status", "place"),
    [
        ([], "no-image", 422, None),
        ([b"%PDF-1.7"], "unsupported-image", 415, "#/images/0"),
        ([PNG, b"GIF89a"], "unsupported-image", 415, "#/images/1"),
        ([PNG] * 10, "too-many-images", 422, None),
        ([PNG + bytes(2000)], "image-too-large", 413, "#/images/0"),
        ([PNG + bytes(900)] * 9, "image-too-large", 413, None),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    detector: Detector, files: list[bytes], slug: str, status: int, place: str | None
) -> None:
    desk = FakeDesk(READ, Limits(file_bytes=1000, body_bytes=8000))
    response = sent(client_of(detector, desk), files)
    problem = response.get_json()
    assert (problem["type"], response.status_code) == (f"/problems/{slug}", status)
    assert response.mimetype == "application/problem+json"
    assert [one["pointer"] for one in problem.get("errors", [])] == ([place] if place else [])
    assert desk.asked == []


@pytest.mark.parametrize("slug", ["broken-image", "image-too-large"])
def test_what_the_reader_refuses_names_the_picture(detector: Detector, slug: str) -> None:
    response = sent(client_of(detector, FakeDesk(Unreadable(slug, 1))), [PNG, PNG])
    assert response.get_json()["detail"].startswith("第 2 张：")
    assert response.get_json()["errors"][0]["pointer"] == "#/images/1"


@pytest.mark.parametrize("slug", ["images-busy", "images-not-read"])
def test_who_cannot_be_served_now_is_told_when_to_come_back(detector: Detector, slug: str) -> None:
    response = sent(client_of(detector, FakeDesk(Unreadable(slug))), [PNG])
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


def test_when_all_places_are_taken_a_body_is_not_even_looked_at(detector: Detector) -> None:
    desk = FakeDesk(READ)
    desk.free = False
    response = sent(client_of(detector, desk), [PNG + bytes(100_000)])
    assert response.get_json()["type"] == "/problems/images-busy"
    assert desk.asked == []


def test_without_the_extra_program_and_person_are_told(detector: Detector) -> None:
    client = client_of(detector, None)
    response = sent(client, [PNG])
    assert (response.status_code, response.get_json()["type"]) == (501, "/problems/no-ocr")
    page = client.get("/").text
    assert 'type="file"' not in page
    assert "没有安装读截图的部件" in page


@pytest.mark.parametrize("body", [b"", b"--x", b'--x\r\nContent-Disposition: form-data; name="images"\r\n\r\n'])
def test_a_malformed_form_is_the_callers_mistake(detector: Detector, body: bytes) -> None:
    client = client_of(detector, FakeDesk(READ))
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "image/png"):
        response = client.post("/api/v1/text-from-images", data=body, content_type=kind)
        assert 400 <= response.status_code < 500, kind


def test_a_person_corrects_the_text_before_the_verdict(detector: Detector) -> None:
    client = client_of(detector, FakeDesk(READ))
    assert 'formaction="/screenshots"' in client.get("/").text
    response = sent(client, [PNG, PNG], "/screenshots", text="群里转的：", company="某某公司")
    page = response.text
    assert response.status_code == 200
    assert "群里转的：\n对方：先交押金200元\n我：&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert 'value="某某公司"' in page
    assert "从 2 张图里读出" in page
    assert "第 2 张：有些字看不清" in page
    assert 'id="verdict"' not in page


def test_a_person_is_told_what_is_wrong_with_a_picture(detector: Detector) -> None:
    response = sent(client_of(detector, FakeDesk(Unreadable("broken-image", 0))), [PNG], "/screenshots")
    assert response.status_code == 422
    assert "第 1 张：图片打不开" in response.text
    assert "重新截图" in response.text


def test_what_a_person_typed_survives_a_picture_that_fails(detector: Detector) -> None:
    response = sent(
        client_of(detector, FakeDesk(Unreadable("broken-image", 0))), [PNG], "/screenshots", text="已打的字"
    )
    assert "已打的字" in response.text


def test_pictures_that_were_chosen_but_not_read_are_not_forgotten_in_silence(detector: Detector) -> None:
    response = client_of(detector, FakeDesk(READ)).post("/", data={"text": "", "images": "a.png"})
    assert "截图还没有识别" in response.text


def test_places_are_few_and_given_back() -> None:
    idle = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    desk = Desk("/nowhere", Limits.of(4), idle)
    try:
        with desk.place() as one, desk.place() as two, desk.place() as three:
            assert (one, two, three) == (True, True, False)
        with desk.place() as again:
            assert again
    finally:
        desk.close()
