"""Every error the service answers with: RFC 9457 problem details of a kind that has a page to explain it."""

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
from api.exchange import current
from api.kinds import BY_STATUS, KINDS, Kind

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = [
    "KINDS",
    "MEDIA_TYPE",
    "Kind",
    "Mistake",
    "Refused",
    "by_status",
    "problem",
    "refuse",
    "refuse_until",
    "register",
]

log = logging.getLogger("api")

MEDIA_TYPE = "application/problem+json"


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
    """A request that is answered with a problem. Carries no text of the user's; `headers` go with the answer."""

    headers: Mapping[str, str] = {}

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


def refuse_until(slug: str, seconds: int, detail: str = "", detail_en: str = "") -> Never:
    """Answer that this works again in so many seconds, at least one: 429, or 503 for what is only busy."""
    refused = Refused(KINDS[slug], detail, detail_en, retry_after=max(1, seconds))
    refused.headers = {"Retry-After": str(max(1, seconds))}
    raise refused


def wants_page() -> bool:
    """Whether a person is reading: a browser asks for HTML first, programs do not; the API never answers in HTML."""
    if request.path.startswith("/api/"):
        return False
    offered = ["application/json", "text/html"]
    return request.accept_mimetypes.best_match(offered) == "text/html"


def respond(body: dict[str, object], status: int) -> Response:
    """The problem as JSON, or as a page for a browser; the caller can quote its request id."""
    exchange = current()
    if exchange is not None:
        body = {**body, "request_id": exchange.id}
    if wants_page():
        return Response(render_template("problem.html", problem=body, kind=None), status)
    return Response(dumps(body), status, mimetype=MEDIA_TYPE)


def on_refused(error: Refused) -> Response:
    """A mistake of the caller's that we named."""
    response = respond(error.to_dict(), error.kind.status)
    response.headers.extend(error.headers)
    if error.kind.status == HTTPStatus.UNAUTHORIZED and "WWW-Authenticate" not in response.headers:
        response.headers["WWW-Authenticate"] = 'Bearer realm="scamjob"'
    return response


PASSED_ON = {"Allow", "Retry-After", "WWW-Authenticate"}
"""Headers of the framework's errors that the problem keeps."""


def on_http_error(error: HTTPException) -> BaseResponse:
    """An error raised by the framework: wrong address, wrong method, body over the limit."""
    if isinstance(error, RequestRedirect) or error.response is not None:
        return error.get_response(request.environ)
    status = error.code or 500
    response = respond(by_status(status), status)
    response.headers.extend([(name, value) for name, value in error.get_headers() if name in PASSED_ON])
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
