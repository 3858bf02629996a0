"""Pictures over HTTP: a route for programs, and the form's way from a screenshot to a text that a person corrects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Never, cast

from flask import Blueprint, Flask, Response, current_app, redirect, request
from pydantic import Field, WithJsonSchema

from api import openapi
from api.encoding import answer
from api.kinds import KINDS
from api.ocr.desk import ReadsImages
from api.ocr.refusals import WARNINGS, Unreadable
from api.ocr.upload import Upload, checked, drain, upload_of
from api.openapi import Operation
from api.pages import COLUMNS, Complaint, page
from api.pages.display import say, speak
from api.problems import Mistake, refuse, refuse_until
from api.schema import Answer
from detector.types import Posting

blueprint = Blueprint("images", __name__)

WAIT = 5
"""Seconds after which to try again when the reader is busy."""
AGAIN = {"images-busy", "images-not-read"}

_FILE = WithJsonSchema({"type": "string", "contentMediaType": "application/octet-stream"})


class ImagesRequest(Answer):
    """Screenshots, in the order in which they are to be read."""

    images: Annotated[list[Annotated[str, _FILE]], Field(min_length=1, max_length=9)]


class LineAnswer(Answer):
    """A line of text in a picture."""

    text: str
    confidence: float = Field(ge=0, le=1)
    box: Annotated[list[int], Field(min_length=4, max_length=4, description="left, top, right, bottom in pixels")]
    image: int = Field(ge=0, description="which picture, from 0")
    left_out: bool = Field(description="whether it is no part of the text: a clock, a button, a repetition")


class WarningAnswer(Answer):
    """What may be wrong with the text."""

    code: Literal["no-text", "unsure", "animated", "stopped", "turned", "overlap", "text-too-long"]
    image: int | None
    detail: str
    detail_en: str


class ImagesAnswer(Answer):
    """What the pictures say."""

    text: str
    lines: list[LineAnswer]
    warnings: list[WarningAnswer]


@blueprint.post("/api/v1/text-from-images")
def text_from_images() -> Response:
    """Pictures in, text out; to be corrected by a person before it is assessed."""
    try:
        _, reading = read()
    except Unreadable as error:
        _refuse(error)
    return answer(reading)


@blueprint.post("/screenshots")
def screenshots() -> Response:
    """The form with the text of the pictures in it, below what stood there, or with what to mend."""
    try:
        upload, reading = read()
    except Unreadable as error:
        kind = KINDS[error.slug]
        posting = _posting(error.typed, "")
        return page(posting, complaint=Complaint(kind.title, kind.cure, place=error.image), status=kind.status)
    return page(_posting(upload.fields, reading["text"]), notes=_notes(len(upload.images), reading))


@blueprint.get("/screenshots")
def back() -> Any:  # noqa: ANN401  # Flask's redirect gives Werkzeug's response
    """Whoever comes back to the address of the form."""
    return redirect("/")


def read() -> tuple[Upload, dict[str, Any]]:
    """The form of this request and what its pictures say. Raises Unreadable."""
    reader = desk()
    if reader is None:
        raise Unreadable("no-ocr")
    with reader.place() as free:
        if not free:
            drain(request, reader.limits)
            raise Unreadable("images-busy")
        upload = upload_of(request, reader.limits)
        try:
            reading = reader.read(checked(upload.images, reader.limits))
        except Unreadable as error:
            error.typed = upload.fields
            raise
    for warning in reading["warnings"]:
        warning["detail"], warning["detail_en"] = WARNINGS[warning["code"]]
    return upload, reading


def desk() -> ReadsImages | None:
    """Whoever reads pictures for this application, if anybody does."""
    return cast("ReadsImages | None", current_app.extensions["desk"])


def _refuse(error: Unreadable) -> Never:
    kind = KINDS[error.slug]
    if error.slug in AGAIN:
        refuse_until(error.slug, WAIT)
    if error.image is None:
        refuse(error.slug)
    mistake = Mistake(f"#/images/{error.image}", kind.title, kind.title_en)
    detail = f"{_place(error)}{kind.title}。{kind.cure}", f"Image {error.image + 1}: {kind.title_en}. {kind.cure_en}"
    refuse(error.slug, *detail, [mistake])


def _place(error: Unreadable) -> str:
    return "" if error.image is None else f"第 {error.image + 1} 张："


def _posting(fields: Mapping[str, str], read: str) -> Posting:
    typed = {name: fields.get(name, "").replace("\r\n", "\n") for name in ("text", *COLUMNS)}
    parts = [part for part in (typed.pop("text").strip(), read) if part]
    return Posting(text="\n".join(parts), **typed)


def _notes(count: int, reading: dict[str, Any]) -> list[str]:
    """What a person should know before trusting the text, in the language of the page."""
    speak()
    notes = [say(READ[0], count=count, length=f"{len(''.join(reading['text'].split())):,}")]
    for warning in reading["warnings"]:
        place = "" if warning["image"] is None or count == 1 else say(READ[1], number=warning["image"] + 1)
        notes.append(place + say(warning["detail"]))
    return notes


READ = ("从 {count} 张图里读出 {length} 个字，放在下面的框里。", "第 {number} 张：")
"""What is said of a reading, and before what is said of one picture."""

OPERATIONS = (
    Operation(
        "post",
        "/api/v1/text-from-images",
        "textFromImages",
        "Read the text in up to 9 screenshots",
        ImagesAnswer,
        ImagesRequest,
        (
            "bad-request",
            "unsupported-media-type",
            "image-too-large",
            "unsupported-image",
            "no-image",
            "too-many-images",
            "broken-image",
            "no-ocr",
            "images-busy",
            "images-not-read",
        ),
        scope="assess",
        form=True,
    ),
)


def register(app: Flask, reader: ReadsImages | None) -> None:
    """Add the routes; without a reader they say that there is none."""
    app.extensions["desk"] = reader
    app.register_blueprint(blueprint)
    openapi.add(app, OPERATIONS)
