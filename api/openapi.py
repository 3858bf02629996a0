"""The OpenAPI 3.1 description, made from the models that check the requests, so that it cannot say anything else.

It says both: summaries in Chinese, descriptions in English, from which the client is made. The words of the page /docs
are all in openapi.toml.

A module that adds routes describes each with an `Operation` and hands them over where it registers itself:
`openapi.add(app, OPERATIONS)`. A test holds that every route is described, and that its examples are true.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson
from pydantic.json_schema import models_json_schema

from api.kinds import KINDS
from api.problems import MEDIA_TYPE, problem
from api.schema import ProblemAnswer

if TYPE_CHECKING:
    from flask import Flask
    from pydantic import BaseModel

CHINESE: Mapping[str, str] = {
    english: own
    for part in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).values()
    for english, own in part.items()
}
"""Every text of the description by its English."""
TITLE = "招聘骗局检测 API"
ABOUT = (
    "How likely a Chinese job posting is a scam, and why, with the words it rests on. "
    "Offsets are Unicode code points of the field as it was sent. Errors are RFC 9457 problem details."
)
JSON = "application/json"
FORM = "multipart/form-data"

BODY = (
    "bad-request",
    "malformed-json",
    "duplicate-key",
    "not-utf-8",
    "body-too-large",
    "unsupported-media-type",
    "lone-surrogate",
)
"""What any route with a JSON body may refuse."""
POSTING = (*BODY, "invalid-posting", "empty-posting", "text-too-long")
"""What a route that takes a posting may refuse."""
KEYED = ("key-missing", "key-invalid", "scope-missing", "rate-limited", "quota-exceeded")
"""What any route that asks for a key may refuse."""
ASK_FOR_KEYS = ("/api/", "/metrics")
"""Routes that may ask for a key; the second asks whoever is on another machine."""
LIMITS = {
    "RateLimit-Policy": "The limits of the key: postings (q) in so many seconds (w).",
    "RateLimit": "What is left of each (r), and the seconds until it is whole again (t).",
}
"""Headers of an answer to a key with limits."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A route as it is described. `path` is written as OpenAPI does: `/api/v1/rules/{rule_id}`."""

    method: str
    path: str
    name: str
    """The operationId; the client made from the description has a method of this name in snake_case."""
    summary: str
    """In English; CHINESE has the other."""
    gives: type[BaseModel] | None = None
    """The model of the answer; None for an answer without a body."""
    takes: type[BaseModel] | None = None
    """The model of the body."""
    refusals: Sequence[str] = ()
    """Slugs of api.kinds that it may answer with; what a key or a failure brings is added."""
    scope: str = ""
    """What a key must allow, where keys are asked for: assess, feedback, review, admin."""
    status: int = 200
    sent: Mapping[str, object] | None = None
    """Examples of the body, by a short name."""
    given: object = None
    """An example of the answer."""
    parameters: Sequence[Mapping[str, object]] = ()
    media: str = JSON
    """The media type of body and answer."""
    form: bool = False
    """Whether the body comes as a form does that sends files."""

    def to_dict(self) -> dict[str, Any]:
        """The Operation Object."""
        keyed = self.path.startswith(ASK_FOR_KEYS)
        refusals = (*self.refusals, *(KEYED if keyed else ()), "internal-error")
        described: dict[str, Any] = {
            "operationId": self.name,
            "summary": chinese(self.summary),
            "description": f"{self.summary}.",
            "responses": {str(self.status): self._answer()} | _refusals(refusals),
        }
        if self.parameters:
            described["parameters"] = [dict(one) for one in self.parameters]
        if self.takes:
            described["requestBody"] = {"required": True, "content": {FORM if self.form else self.media: self._body()}}
        if keyed:
            described["security"] = [{}, {"key": [self.scope] if self.scope else []}]
        if self.scope:
            described["description"] += f"\n\nA key, where keys are asked for, needs the scope `{self.scope}`."
        return described

    def _answer(self) -> dict[str, Any]:
        if self.gives is None:
            return {"description": self.summary}
        content: dict[str, Any] = {"schema": _ref(self.gives)}
        if self.given is not None:
            content["example"] = self.given
        return {"description": self.summary, "content": {self.media: content}}

    def _body(self) -> dict[str, Any]:
        assert self.takes
        examples = {name: {"value": value} for name, value in (self.sent or {}).items()}
        return {"schema": _ref(self.takes)} | ({"examples": examples} if examples else {})


def chinese(text: str) -> str:
    """A text of the description in Chinese; as it is where there is none."""
    return CHINESE.get(" ".join(text.split()), text)


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _refusals(slugs: Sequence[str]) -> dict[str, Any]:
    statuses = sorted({KINDS[slug].status for slug in slugs})
    return {str(status): _refusal([slug for slug in slugs if KINDS[slug].status == status]) for status in statuses}


def _refusal(slugs: Sequence[str]) -> dict[str, Any]:
    examples = {slug: {"summary": KINDS[slug].title_en, "value": problem(KINDS[slug])} for slug in slugs}
    content = {MEDIA_TYPE: {"schema": _ref(ProblemAnswer), "examples": examples}}
    described: dict[str, Any] = {
        "description": "; ".join(KINDS[slug].title_en for slug in slugs),
        "content": content,
    }
    if KINDS[slugs[0]].status == 429:
        described["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}} | {
            name: {"description": told, "schema": {"type": "string"}} for name, told in LIMITS.items()
        }
    return described


class Description:
    """The description of one application: what its modules have added so far."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    @cached_property
    def document(self) -> bytes:
        """As JSON; made when first asked for, after all modules have registered."""
        return orjson.dumps(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """As a plain object."""
        named = [model for one in self.operations for model in (one.takes, one.gives) if model]
        models: dict[type[BaseModel], None] = dict.fromkeys([ProblemAnswer, *named])
        _, definitions = models_json_schema(
            [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
        )
        return {
            "openapi": "3.1.0",
            "info": {
                "title": TITLE,
                "version": "1",
                "description": f"{chinese(ABOUT)}\n\n{ABOUT}",
                "license": {"name": "Apache-2.0"},
            },
            "servers": [{"url": "/"}],
            "paths": self.paths(),
            "components": {
                "schemas": definitions["$defs"],
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            },
        }

    def paths(self) -> dict[str, Any]:
        """Every route with what it takes, gives, and refuses."""
        paths: dict[str, Any] = {}
        for one in self.operations:
            paths.setdefault(one.path, {})[one.method] = one.to_dict()
        return paths


def add(app: Flask, operations: Sequence[Operation]) -> None:
    """Describe these routes along with what is described already."""
    described(app).operations.extend(operations)


def described(app: Flask) -> Description:
    """The description of an application."""
    return cast("Description", app.extensions.setdefault("description", Description()))
