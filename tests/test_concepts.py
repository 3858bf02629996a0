"""The lexicon finds words that mean something, and only as words."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from detector import Posting, concepts
from detector.concepts import concept_names, find_concepts
from detector.document import Document
from detector.errors import TableError
from detector.features import _BESIDE, MENTIONS
from detector.roles import Stance

FOUND = [
    ("先交押金", {"fee"}),
    ("谨防受骗", {"warn"}),
    ("向客人收取", {"customer"}),
    ("老板凭票报销车费", {"employer", "reimburse", "fee"}),
    ("不收任何费用", {"neg"}),
]


@pytest.mark.parametrize(("text", "names"), FOUND)
def test_words_stand_for_concepts(text: str, names: set[str]) -> None:
    assert names <= {concept.name for concept in Document(Posting(text=text)).concepts}


def test_a_word_of_one_character_counts_only_as_a_whole_word() -> None:
    inside = Document(Posting(text="交通方便"))
    alone = Document(Posting(text="先交500元"))
    assert "pay" not in {concept.name for concept in inside.concepts}
    assert "pay" in {concept.name for concept in alone.concepts}


def test_concepts_come_in_order_and_apart() -> None:
    found = Document(Posting(text="入职前先交押金和服装费,公司不退,谨防受骗,负责向客人收取押金。")).concepts
    assert len(found) >= 6
    assert all(left.end <= right.start for left, right in pairwise(found))


def test_a_concept_stands_where_it_says() -> None:
    document = Document(Posting(text="先交保证金,再上岗"))
    fee = next(concept for concept in document.concepts if concept.name == "fee")
    assert document.text[fee.start : fee.end] == "保证金"


def test_the_longest_word_shields_a_shorter_one() -> None:
    found = find_concepts("不收押金", {0, 1, 2, 4})
    assert [(item.start, item.end) for item in found if item.name == "fee"] == [(2, 4)]
    assert sum(item.end - item.start for item in found) <= 4


def test_every_concept_that_the_code_names_is_in_the_lexicon() -> None:
    roles = {"neg", "but", "without_then", "not_ask", "warn", "employer_bears", "reimburse", "customer", "duty"}
    assert MENTIONS | _BESIDE | roles <= set(concept_names())
    assert "denied" in set(Stance)


@pytest.mark.parametrize(
    ("table", "cure"),
    [("fee = [1]", "fee: need one string of words with spaces between"), ("fee = ", r"lexicon\.toml: ")],
)
def test_a_damaged_lexicon_is_named(table: str, cure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "lexicon.toml"
    bad.write_text(table, "utf-8")
    monkeypatch.setattr(concepts, "LEXICON_FILE", bad)
    with pytest.raises(TableError, match=cure):
        concepts._concept_of.__wrapped__()
