"""Every error the service answers with, as data: RFC 9457 problem details, each with a page that explains it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Never

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from api.encoding import dumps

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

log = logging.getLogger("api")

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: `/problems/<slug>` is its stable type and the address of its page."""

    slug: str
    status: int
    title: str
    title_en: str
    cure: str
    cure_en: str

    @property
    def type(self) -> str:
        """The stable `type` member, relative to the service."""
        return f"/problems/{self.slug}"


KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "bad-request",
            400,
            "请求无法读取",
            "The request cannot be read",
            "检查请求行、请求头和请求体是否完整。",
            "Check that the request line, headers and body are whole.",
        ),
        Kind(
            "malformed-json",
            400,
            "不是合法的 JSON",
            "Not valid JSON",
            "请求体必须是一个完整的 JSON 值，嵌套不可过深，不可含 NaN 或 Infinity。",
            "The body must be one whole JSON value, not deeply nested, without NaN or Infinity.",
        ),
        Kind(
            "duplicate-key",
            400,
            "JSON 里有重复的键",
            "A key stands twice in the JSON",
            "每个对象里同一个键只写一次；否则不同的程序会读到不同的内容。",
            "Write each key once an object; otherwise two programs read two different postings.",
        ),
        Kind(
            "not-utf-8",
            400,
            "不是 UTF-8 编码",
            "Not UTF-8",
            "请把请求体转成 UTF-8（例如原来是 GBK）再发送。",
            "Convert the body to UTF-8 (from GBK, for instance) before sending it.",
        ),
        Kind(
            "not-found",
            404,
            "没有这个地址",
            "No such address",
            "接口列表见 /openapi.json。",
            "The routes are listed in /openapi.json.",
        ),
        Kind(
            "unknown-rule",
            404,
            "没有这条规则",
            "No such rule",
            "全部规则见 /api/v1/rules。",
            "All rules are listed at /api/v1/rules.",
        ),
        Kind(
            "method-not-allowed",
            405,
            "这个地址不支持该方法",
            "Method not allowed here",
            "可用的方法写在 Allow 响应头里。",
            "The Allow header of the answer lists the methods that work.",
        ),
        Kind(
            "body-too-large",
            413,
            "请求体过大",
            "Request body too large",
            "单条不超过 512 KiB，批量不超过 32 MiB；请分几次发送。",
            "At most 512 KiB for one posting and 32 MiB for a batch; send it in parts.",
        ),
        Kind(
            "unsupported-media-type",
            415,
            "不支持的内容类型",
            "Unsupported media type",
            "请用 Content-Type: application/json，UTF-8，不压缩。",
            "Use Content-Type: application/json, in UTF-8 and not compressed.",
        ),
        Kind(
            "invalid-posting",
            422,
            "字段不合要求",
            "A field is not what it must be",
            "errors 里逐条写明是哪个字段、哪里不对。",
            "The errors member names each field and what is wrong with it.",
        ),
        Kind(
            "empty-posting",
            422,
            "没有可以判断的文字",
            "Nothing to assess",
            "至少给出 text（或 title、description 等）中的一项，且不能只有空白。",
            "Give at least one of text, title, description and so on, not only blanks.",
        ),
        Kind(
            "text-too-long",
            422,
            "文字过长",
            "Text too long",
            "一条招聘信息各字段合计不超过 20,000 个字符（按 Unicode 码点计）；请只发招聘原文。",
            "All fields of a posting together hold at most 20,000 Unicode code points; send the posting alone.",
        ),
        Kind(
            "lone-surrogate",
            422,
            "文字里有半个字符",
            "Half a character in the text",
            "文字里有不成对的代理项（\\ud800–\\udfff），多半是截断时把一个表情切成了两半；请按完整字符截断。",
            "A lone surrogate (\\ud800–\\udfff), usually an emoji cut in two; cut between whole characters.",
        ),
        Kind(
            "invalid-batch",
            422,
            "批量请求不合要求",
            "The batch is not what it must be",
            '请发送 {"postings": [ … ]}，1 到 1,000 条。',
            'Send {"postings": [ … ]} with 1 to 1,000 items.',
        ),
        Kind(
            "internal-error",
            500,
            "服务出错",
            "The service failed",
            "这不是您的错。请稍后再试；若总是如此，请告诉维护者。",
            "This is not your mistake. Try again later; if it persists, tell the maintainers.",
        ),
        Kind(
            "not-ready",
            503,
            "服务尚未就绪",
            "Not ready",
            "检测器没有给出应有的结果；请检查模型文件并重新启动。",
            "The detector did not give the answer it should; check the model files and restart.",
        ),
    )
}

BY_STATUS: Mapping[int, str] = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    500: "internal-error",
    503: "not-ready",
}
"""What a plain HTTP error is called; any other status keeps RFC 9457's about:blank."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong at one place; `pointer` is a JSON Pointer as a URI fragment, `#/postings/0/text`."""

    pointer: str
    detail: str
    detail_en: str

    def to_dict(self) -> dict[str, object]:
        """As it stands in the `errors` member."""
        return {"pointer": self.pointer, "detail": self.detail, "detail_en": self.detail_en}


class Refused(Exception):  # noqa: N818  # the refusal is the answer, not a failure
    """A request that is answered with a problem. Carries no text of the user's."""

    def __init__(self, kind: Kind, detail: str, detail_en: str, mistakes: Sequence[Mistake] = (), **extra: int) -> None:
        super().__init__(kind.slug)
        self.kind = kind
        self.detail = detail
        self.detail_en = detail_en
        self.mistakes = tuple(mistakes)
        self.extra = extra

    def to_dict(self) -> dict[str, object]:
        """The problem object."""
        return problem(self.kind, self.detail, self.detail_en, self.mistakes, self.extra)


def problem(
    kind: Kind,
    detail: str = "",
    detail_en: str = "",
    mistakes: Sequence[Mistake] = (),
    extra: Mapping[str, int] | None = None,
) -> dict[str, object]:
    """A problem object with its stable type."""
    return {
        "type": kind.type,
        "title": kind.title,
        "title_en": kind.title_en,
        "status": kind.status,
        "detail": detail or kind.cure,
        "detail_en": detail_en or kind.cure_en,
        **({"errors": [mistake.to_dict() for mistake in mistakes]} if mistakes else {}),
        **(extra or {}),
    }


def refuse(slug: str, detail: str = "", detail_en: str = "", mistakes: Sequence[Mistake] = (), **extra: int) -> Never:
    """Answer this request with a problem of that kind."""
    raise Refused(KINDS[slug], detail, detail_en, mistakes, **extra)


def wants_page() -> bool:
    """Whether a person is reading: a browser asks for HTML first, programs do not; the API never answers in HTML."""
    if request.path.startswith("/api/"):
        return False
    offered = ["application/json", "text/html"]
    return request.accept_mimetypes.best_match(offered) == "text/html"


def respond(body: dict[str, object], status: int) -> Response:
    """The problem as JSON, or as a page for a browser."""
    if wants_page():
        return Response(render_template("problem.html", problem=body, kind=None), status)
    return Response(dumps(body), status, mimetype=MEDIA_TYPE)


def on_refused(error: Refused) -> Response:
    """A mistake of the caller's that we named."""
    return respond(error.to_dict(), error.kind.status)


def on_http_error(error: HTTPException) -> BaseResponse:
    """An error raised by the framework: wrong address, wrong method, body over the limit."""
    if isinstance(error, RequestRedirect) or error.response is not None:
        return error.get_response(request.environ)
    status = error.code or 500
    response = respond(by_status(status), status)
    response.headers.extend([(name, value) for name, value in error.get_headers() if name in {"Allow", "Retry-After"}])
    return response


_PHRASES = {int(status): status.phrase for status in HTTPStatus}


def by_status(status: int) -> dict[str, object]:
    """The problem for a status of the framework's."""
    if status in BY_STATUS:
        return problem(KINDS[BY_STATUS[status]])
    phrase = _PHRASES.get(status, "Error")
    return {"type": "about:blank", "title": phrase, "title_en": phrase, "status": status}


def on_failure(error: Exception) -> Response:
    """A fault of ours. What the log gets is where it happened: the message of the error could quote the user."""
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s while answering %s\n%s", type(error).__name__, request.endpoint, place)
    return respond(by_status(500), 500)


def register(app: Flask) -> None:
    """Answer every error of the application as a problem."""
    app.register_error_handler(Refused, on_refused)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_failure)
