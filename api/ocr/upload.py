"""The files that a form sends, kept in memory: no picture of a user's is written to the disk."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser

from api.ocr.limits import Limits
from api.ocr.refusals import Unreadable
from api.ocr.sniff import kind_of
from api.problems import refuse
from api.reading import bytes_of

if TYPE_CHECKING:
    from flask import Request

MAX_PARTS = 100
DRAINED = 5.0
"""Seconds for which a body that nobody wants is taken in, so that the client hears why."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A form with its text fields and its pictures."""

    fields: dict[str, str]
    images: list[bytes]


def upload_of(request: Request, limits: Limits) -> Upload:
    """The form in a request. Raises Unreadable where the whole is too large."""
    if request.mimetype != "multipart/form-data":
        refuse(
            "unsupported-media-type",
            "请用 multipart/form-data 发送图片，字段名 images。",
            "Send the images as multipart/form-data, in the field images.",
        )
    if (request.content_length or 0) > limits.body_bytes:
        drain(request, limits)
        raise Unreadable("image-too-large")
    body = bytes_of(request, limits.body_bytes)
    parser = FormDataParser(_in_memory, max_form_memory_size=2 * 1024 * 1024, max_form_parts=MAX_PARTS, silent=False)
    try:
        _, form, files = parser.parse(io.BytesIO(body), request.mimetype, len(body), request.mimetype_params)
    except HTTPException:
        raise
    except ValueError:
        refuse("bad-request", "表单的格式不对。", "The form is malformed.")
    images = [data for file in files.getlist("images") if (data := file.stream.read())]
    return Upload({name: form.get(name, "") for name in form}, images)


def _in_memory(
    total_content_length: int | None, content_type: str | None, filename: str | None, content_length: int | None = None
) -> io.BytesIO:
    del total_content_length, content_type, filename, content_length  # what a stranger says
    return io.BytesIO()


def checked(images: list[bytes], limits: Limits) -> list[bytes]:
    """The pictures, after all that can be told about them without opening one."""
    if not images:
        raise Unreadable("no-image")
    if len(images) > limits.images:
        raise Unreadable("too-many-images")
    for number, data in enumerate(images):
        if len(data) > limits.file_bytes:
            raise Unreadable("image-too-large", number)
        if kind_of(data) is None:
            raise Unreadable("unsupported-image", number)
    return images


def drain(request: Request, limits: Limits) -> None:
    """Take in the body and forget it: who still sends would not read the answer."""
    until, left = time.monotonic() + DRAINED, 2 * limits.body_bytes
    stream = request.environ["wsgi.input"]
    left = min(left, request.content_length or 0)
    while left > 0 and time.monotonic() < until:
        piece = stream.read(min(left, 256 * 1024))
        if not piece:
            return
        left -= len(piece)
