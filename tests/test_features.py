"""A feature has the same key wherever it stands, and another one has another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import Posting
from detector.document import Document
from detector.features import FAMILIES, Features, features, name_key, reading_terms
from detector.roles import without_denials


def found(text: str) -> Features:
    return features(Document(Posting(text=text)))


def family(text: str, name: str) -> list[int]:
    """The keys of one family in a text, in order."""
    of = found(text)
    parts = np.split(of.keys, np.cumsum(of.sizes[:-1]))
    return list(map(int, parts[FAMILIES.index(name)]))


@pytest.mark.parametrize("name", ["words", "bigrams", "trigrams"])
def test_a_feature_has_the_same_key_wherever_it_stands(name: str) -> None:
    alone, later = family("押金三百", name), family("招文员。押金三百", name)
    assert alone
    assert set(alone) <= set(later)


def test_other_words_have_other_keys() -> None:
    text = "招文员两名，押金三百元，每月十五号发工资"
    words = Document(Posting(text=text)).words
    assert len(set(family(text, "words"))) == len(set(words))


def test_a_word_and_the_same_characters_have_different_keys() -> None:
    assert set(family("押金", "words")).isdisjoint(family("押金", "bigrams"))


def test_numbers_count_by_their_length() -> None:
    assert family("日结300元", "words") == family("日结865元", "words")
    assert family("日结300元", "words") != family("日结3000元", "words")
    assert family("号1234567", "words") == family("号123456789", "words")
    assert family("日结300元", "trigrams") == family("日结865元", "trigrams")


def test_a_pair_depends_on_the_order() -> None:
    assert family("押金 工资", "pairs") != family("工资 押金", "pairs")


def test_white_space_is_no_word() -> None:
    assert family("押金 \n 工资", "words") == family("押金工资", "words")


def test_a_text_longer_than_usual_has_the_keys_of_its_parts() -> None:
    many = "招文员" * 3_000
    assert set(family(many, "words")) == set(family("招文员" * 3, "words"))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_mere_denial_is_not_seen(place: int) -> None:
    parts = ["招服务员，月薪四千。", "入职先交服装费三百元。"]
    plain = found("".join(parts))
    text = "".join([*parts[:place], "我们不收取任何押金。", *parts[place:]])
    denied = features(without_denials(Document(Posting(text=text))))
    assert np.array_equal(plain.keys, denied.keys)
    assert plain.many == denied.many == 2


def test_nothing_is_read_across_two_sentences() -> None:
    assert not set(family("押金。工资", "bigrams")) - set(family("押金。", "bigrams")) - set(family("工资", "bigrams"))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_every_occurrence_stands_somewhere(text: str) -> None:
    of = found(text)
    length = len(Document(Posting(text=text)).text)
    assert len(of.keys) == len(of.starts) == len(of.ends) == sum(of.sizes)
    assert all(0 <= start <= end <= length for start, end in zip(of.starts.tolist(), of.ends.tolist(), strict=True))


def test_the_key_of_a_name_never_changes() -> None:
    assert name_key("fee=asserted") == 8826452473763401665


def _steps(text: str) -> set[str]:
    return {name for name, _, _ in reading_terms(Document(Posting(text=text))) if name.startswith(("ratio:", "month:"))}


def test_the_more_is_offered_the_more_steps_it_climbs() -> None:
    low, middle, high = (_steps(f"招打字员，月薪{pay}元，要求打字快。") for pay in (4000, 9000, 60000))
    assert low < middle < high
    assert all(":named:" in step for step in high)


def test_the_steps_tell_whether_anything_is_asked() -> None:
    assert any(":nothing:" in step for step in _steps("招打字员，月薪9000元，不用会打字，谁都行。"))
    assert not any(":nothing:" in step for step in _steps("招打字员，月薪9000元，要求打字快。"))


def test_a_text_without_an_offer_climbs_nothing() -> None:
    assert not _steps("招打字员，要求打字快。")
