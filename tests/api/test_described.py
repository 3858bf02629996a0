"""Whatever is sent to any route: never 500, and every error a problem. Schemathesis, with the same cases each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import create_app

if TYPE_CHECKING:
    from api.config import Assessor
    from api.store import Store

APART = "/stream$|/text-from-images$"
"""A media type without a generator, and a route that answers 501 where no reader of images is; see their own tests."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_nothing_that_is_sent_is_the_service_s_fault(fake: Assessor, store: Store) -> None:
    description = schemathesis.openapi.from_wsgi("/openapi.json", create_app(fake, store=store))
    operations = [found.ok() for found in description.exclude(path_regex=APART).get_all_operations()]
    assert len(operations) > 8
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        def send(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        send()
