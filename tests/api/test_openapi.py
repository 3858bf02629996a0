"""The description is valid, complete, and true of the answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from api.openapi import ABOUT, CHINESE, described
from api.problems import KINDS
from api.routes import EXAMPLE
from api.schema import AssessmentAnswer
from api.submission import PostingRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient


def test_the_description_is_valid(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")


def test_every_route_is_described(app: Flask) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") or rule.rule in {"/healthz", "/readyz", "/metrics"}
    }
    assert served == {(one.path, one.method) for one in described(app).operations}


def test_the_examples_are_true(app: Flask) -> None:
    examples = described(app).to_dict()["components"]["schemas"]["PostingRequest"]["examples"]
    for example in examples:
        PostingRequest.model_validate(example).to_posting()
    example = AssessmentAnswer.model_validate(EXAMPLE).model_dump()
    text = examples[0]["text"]
    for item in example["reasons"][0]["evidence"]:
        assert text[item["start"] : item["end"]] == item["quote"]


def told(value: Any) -> Iterator[str]:
    """The English texts of a part of the description, without its examples."""
    for name, inner in value.items():
        if name == "description" and isinstance(inner, str):
            yield " ".join(inner.split())
        elif isinstance(inner, dict) and name not in {"example", "examples"}:
            yield from told(inner)


def test_every_text_of_the_description_is_there_in_chinese_and_none_is_left_over(app: Flask) -> None:
    document = described(app).to_dict()
    routes = [one for verbs in document["paths"].values() for one in verbs.values()]
    said = {"routes": {one["description"].splitlines()[0][:-1] for one in routes}, "about": {ABOUT}}
    parameters = [one for route in routes for one in route.get("parameters", ())]
    said["parameters"] = {one["description"] for one in parameters if "description" in one}
    schemas = document["components"]["schemas"]
    said["objects"] = {" ".join(one["description"].split()) for one in schemas.values() if "description" in one}
    said["members"] = {text for one in schemas.values() for text in told(one.get("properties", {}))}
    assert set().union(*said.values()) == set(CHINESE)
    assert {one["summary"] for one in routes} == {CHINESE[text] for text in said["routes"]}
    assert document["info"]["description"] == f"{CHINESE[ABOUT]}\n\n{ABOUT}"
    assert [text for text in CHINESE.values() if re.search(r"[,;?!](?=\s|$)", re.sub("`[^`]+`", "", text))] == []


UNDESCRIBED = {
    "form-expired",
    "invalid-decision",
    "invalid-upload",
    "not-found",
    "method-not-allowed",
    "conflict",
    "idle-too-long",
    "line-too-long",
}
"""Stand in a line, belong to no operation, or to none yet: whoever adds a route that answers with one takes it out."""


def test_every_problem_stands_in_the_description(app: Flask) -> None:
    shown: set[str] = set()
    for route in described(app).paths().values():
        for operation in route.values():
            for response in operation["responses"].values():
                shown |= _examples(response)
    assert shown == set(KINDS) - UNDESCRIBED


def _examples(response: dict[str, Any]) -> set[str]:
    return {name for body in response.get("content", {}).values() for name in body.get("examples", {})}


def test_the_readable_docs_name_every_route_and_object(app: Flask, client: FlaskClient) -> None:
    page = client.get("/docs").text
    description = described(app).to_dict()
    for name in [*description["paths"], *description["components"]["schemas"]]:
        assert name in page
