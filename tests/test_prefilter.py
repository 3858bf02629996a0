"""The pass that leaves a few patterns to try never leaves out one that matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.prefilter import Prefilter
from detector.rules import load_rules

PATTERNS = [pattern for rule in load_rules().rules for pattern in rule.patterns]
ALL = Prefilter(PATTERNS)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_a_text_that_matches_is_always_tried(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(PATTERNS) - 1))
    text = data.draw(st.from_regex(PATTERNS[number]))
    assert number in ALL.candidates(text)


HELD_TO = [
    ("押金|保证金", "要押金", True),
    ("押金|保证金", "要现金", False),
    ("(?:交|缴)[^,]{0,4}(?:押金|保证金)", "缴一点保证金", True),
    ("(?:交|缴)[^,]{0,4}(?:押金|保证金)", "缴一点现金", False),
    ("[一二两三]百", "三百", True),
    ("(?:押)?金", "金", True),
    ("(?:押金){0,1}[0-9]{1,3}", "5", True),
    ("[^,]{1,3}", "甲", True),
    ("(?P<at>押金)退", "押金退", True),
    ("(?P<at>押金)退", "退", False),
]


@pytest.mark.parametrize(("pattern", "text", "tried"), HELD_TO)
def test_a_pattern_is_tried_where_its_words_stand(pattern: str, text: str, tried: bool) -> None:
    assert Prefilter([pattern]).candidates(text) == ({0} if tried else set())
    assert tried or not re.search(pattern, text)


def test_an_empty_text_is_tried_only_with_patterns_that_need_no_word() -> None:
    assert Prefilter(["押金", "[^,]{0,3}"]).candidates("") == {1}
