"""The description is valid, complete, and true of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from api import openapi
from api.problems import KINDS
from api.schema import AssessmentAnswer, PostingRequest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def test_the_description_is_valid(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")


def test_every_route_is_described(app: Flask) -> None:
    routes = {rule.rule.replace("<path:rule_id>", "{rule_id}") for rule in app.url_map.iter_rules()}
    served = {rule for rule in routes if rule.startswith("/api/")} | {"/healthz", "/readyz"}
    assert served == set(openapi.paths())


def test_the_examples_are_true() -> None:
    examples = openapi.description()["components"]["schemas"]["PostingRequest"]["examples"]
    for example in examples:
        PostingRequest.model_validate(example).to_posting()
    AssessmentAnswer.model_validate(openapi.EXAMPLE)
    text = examples[0]["text"]
    for item in openapi.EXAMPLE["reasons"][0]["evidence"]:
        assert text[item["start"] : item["end"]] == item["quote"]


def test_every_problem_stands_in_the_description() -> None:
    shown: set[str] = set()
    for route in openapi.paths().values():
        for operation in route.values():
            for response in operation["responses"].values():
                shown |= _examples(response)
    assert shown == set(KINDS) - {"not-found", "method-not-allowed"}


def _examples(response: dict[str, Any]) -> set[str]:
    return {name for body in response["content"].values() for name in body.get("examples", {})}


def test_the_readable_docs_name_every_route_and_object(client: FlaskClient) -> None:
    page = client.get("/docs").text
    description = openapi.description()
    for name in [*description["paths"], *description["components"]["schemas"]]:
        assert name in page
