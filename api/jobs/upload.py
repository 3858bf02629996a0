"""A file that is sent, written to the disk as it comes: never more than a piece of it is in memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Never, cast

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser

from api.jobs import folder
from api.problems import Mistake, refuse
from api.reading import CUT_OFF, cut_off, is_plain

if TYPE_CHECKING:
    from flask import Request

FORMATS = {
    "application/x-ndjson": "jsonl",
    "application/ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/x-jsonlines": "jsonl",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.apache.parquet": "parquet",
    "application/x-parquet": "parquet",
}
"""Media type of a body → ending."""
ENDINGS = ("jsonl", "csv", "xlsx", "parquet")
MAGIC = {"xlsx": b"PK", "parquet": b"PAR1"}
FORM = "multipart/form-data"
SAID = ("webhook", "language", "explain", "campaign")
"""Fields of a form, or parameters in the address of a file that is sent as the body."""
PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on the disk, in the folder of the job that it is to become."""

    format: str
    size: int
    digest: str
    said: Mapping[str, str]
    """What came with it: webhook, language, explain, campaign."""


@contextmanager
def received(request: Request, job: str, limit: int) -> Iterator[Upload]:
    """The file of this request, whole and on the disk; deleted again when what follows fails, or refused by name."""
    request.max_content_length = limit
    path = folder.folder(job)
    path.mkdir(mode=0o700)
    try:
        yield _received(request, path)
    except BaseException as error:
        folder.remove(job)
        if isinstance(error, Exception) and not isinstance(error, HTTPException) and cut_off(error):
            if getattr(error, "errno", None) is not None and not isinstance(error, ConnectionError | TimeoutError):
                raise  # the disk, not the caller
            refuse("bad-request", *CUT_OFF)
        raise


def _received(request: Request, path: Path) -> Upload:
    partial = path / "arriving"
    with partial.open("w+b") as stream:
        if request.mimetype == FORM:
            form, fields = _from_form(request, cast("IO[bytes]", stream))
        else:
            form, fields = _from_body(request, stream), request.args
        stream.flush()
        os.fsync(stream.fileno())
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        _check(form, stream.read(4), size)
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    partial.rename(path / f"input.{form}")
    folder.synced(path)
    folder.synced(path.parent)
    return Upload(form, size, digest, {name: fields[name] for name in SAID if fields.get(name)})


def _from_body(request: Request, stream: IO[bytes]) -> str:
    form = FORMATS.get(request.mimetype)
    if form is None or not is_plain(request):
        refuse(
            "unsupported-media-type",
            "请用 multipart/form-data 的 file 字段发送文件，或者作为请求体发送，Content-Type 写文件的类型。",
            "Send the file in the field file of multipart/form-data, or as the body with the media type of its format.",
        )
    size = 0
    while piece := request.stream.read(PIECE):
        size += stream.write(piece)
    limit = cast("int", request.max_content_length)
    if request.content_length is None and size >= limit:
        refuse("body-too-large")
    if request.content_length is not None and size < request.content_length:
        refuse("bad-request", *CUT_OFF)
    return form


def _from_form(request: Request, stream: IO[bytes]) -> tuple[str, Mapping[str, str]]:
    files: list[IO[bytes]] = []

    def into(*_: object, **__: object) -> IO[bytes]:
        if files:
            _one_file()
        files.append(stream)
        return stream

    parser = FormDataParser(into, max_form_memory_size=64 * 1024, max_form_parts=10, silent=False)
    try:
        _, fields, sent = parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params
        )
    except HTTPException:
        raise
    except ValueError:
        refuse("bad-request", "表单的格式不对。", "The form is malformed.")
    file = sent.get("file")
    if file is None:
        _one_file()
    ending = (file.filename or "").rpartition(".")[2].lower()
    form = ending if ending in ENDINGS else FORMATS.get(file.mimetype)
    if form is None:
        names = "、".join(f".{one}" for one in ENDINGS)
        invalid("#/file", f"文件名要以 {names} 结尾", f"must have a name that ends in .{', .'.join(ENDINGS)}")
    return form, fields


def _one_file() -> Never:
    invalid("#/file", "要有且只有一个文件", "must be there, and be the only file")


def _check(form: str, beginning: bytes, size: int) -> None:
    if not size:
        invalid("#/file", "是空的", "is empty")
    if not beginning.startswith(MAGIC.get(form, b"")):
        invalid("#/file", f"不是 .{form} 文件", f"is no .{form} file")


def invalid(pointer: str, zh: str, en: str) -> Never:
    """Refuse the job because of one of its parts."""
    refuse("invalid-job", f"{pointer} {zh}", f"{pointer} {en}", [Mistake(pointer, zh, en)])
