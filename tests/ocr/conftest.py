"""A desk with the real reader behind it, and one that only says that it was asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api import ocr


@pytest.fixture(scope="session")
def desk() -> Iterator[ocr.Desk]:
    opened = ocr.opened(ocr.Limits(patience=150, deadline=200))
    assert opened, "make installs the extra [ocr]"
    yield opened
    opened.close()
