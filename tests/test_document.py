"""Clauses, words and pay of a posting, and the way back to its fields."""

from __future__ import annotations

import pytest

from detector import Posting
from detector.document import Document

POSTING = Posting(
    title="招保洁员",
    company="某某物业",
    salary="３５００元/月",
    contact="加薇❤ 找王姐",
    text="入职先交押-金200元，做满退。\n包吃住。",
)


def clauses(text: str) -> list[str]:
    document = Document(Posting(text=text))
    return [document.text[clause.start : clause.end] for clause in document.clauses]


CUTS = [
    ("月薪四千，双休。包吃住！", ["月薪四千", "双休", "包吃住"]),
    ("一行\n二行", ["一行", "二行"]),
    ("有空格 也分开", ["有空格", "也分开"]),
    ("★招人★有意私聊", ["招人", "有意私聊"]),
    ("日结🔥速来", ["日结", "速来"]),
    ("", []),
    ("，。！", []),
]


@pytest.mark.parametrize(("text", "expected"), CUTS)
def test_a_text_is_cut_at_its_pauses(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


def test_clauses_know_their_sentence() -> None:
    document = Document(Posting(text="一，二。三，四\n五"))
    assert [clause.sentence for clause in document.clauses] == [0, 0, 1, 1, 2]


def test_each_clause_holds_its_own_concepts() -> None:
    document = Document(Posting(text="先交押金，谨防受骗"))
    first, second = ({concept.name for concept in clause.concepts} for clause in document.clauses)
    assert "fee" in first
    assert "warn" in second
    assert "warn" not in first


def test_joined_words_are_the_text_again() -> None:
    document = Document(POSTING)
    assert "".join(document.words) == document.text
    assert max(document.borders) == len(document.text)


def test_fields_are_read_in_reading_order() -> None:
    document = Document(POSTING)
    assert document.original.split("\n")[:4] == ["招保洁员", "某某物业", "３５００元/月", "加薇❤ 找王姐"]


WHERE = [
    ("保洁", "title", "保洁", False),
    ("3500", "salary", "３５００", False),
    ("押金", "text", "押-金", True),
    ("做满退", "text", "做满退", False),
    ("包吃住", "text", "包吃住", False),
]


@pytest.mark.parametrize(("plain", "field", "quote", "disguised"), WHERE)
def test_evidence_leads_to_the_field_as_it_was_sent(plain: str, field: str, quote: str, disguised: bool) -> None:
    document = Document(POSTING)
    start = document.text.index(plain)
    found = document.evidence(start, start + len(plain))
    assert (found.field, found.quote, found.disguised) == (field, quote, disguised)
    assert getattr(POSTING, field)[found.start : found.end] == quote


def test_evidence_over_two_fields_stays_in_the_first() -> None:
    document = Document(POSTING)
    found = document.evidence(0, len(document.text))
    assert (found.field, found.start, found.quote) == ("title", 0, "招保洁员")


def test_the_clause_at_a_place_is_found() -> None:
    document = Document(Posting(text="一二，三四"))
    assert [document.clause_at(place) for place in range(5)] == [0, 0, 0, 1, 1]
    assert Document(Posting(text="，一")).clause_at(0) == -1


def test_neighbours_are_found_by_place() -> None:
    document = Document(Posting(text="先交押金300元，再交服装费200元"))
    fees = [item for item in document.concepts if item.name == "fee"]
    assert [item for item in document.concepts_between(fees[0].start, fees[0].end) if item.name == "fee"] == fees[:1]
    assert [pay.high for pay in document.pays_between(0, 8)] == [300]
    assert [pay.high for pay in document.pays_between(0, len(document.text))] == [300, 200]


def test_a_posting_with_nothing_in_it_has_empty_views() -> None:
    document = Document(Posting())
    assert (document.text, document.words, document.concepts, document.clauses, document.pays) == ("", [], [], [], ())


def test_a_document_without_a_sentence_keeps_its_places() -> None:
    posting = Posting(text="招店員。我們不收押金！先交服装-费300元。")
    document = Document(posting)
    rest = document.without(document.sentences[1:2])
    assert rest.text == "招店员。先交服装费300元。"
    start = rest.text.index("服装费")
    found = rest.evidence(start, start + 3)
    assert (found.quote, found.disguised) == ("服装-费", True)
    assert posting.text[found.start : found.end] == found.quote


def test_a_full_stop_after_a_pause_goes_with_the_sentence() -> None:
    document = Document(Posting(text="招店员，。我们不收押金。月薪四千。"))
    assert document.without(document.sentences[1:2]).text == "招店员,月薪四千。"


def test_sentences_are_found_by_place() -> None:
    document = Document(Posting(text="招店员。月薪四千！\n好"))
    assert [document.text[start:end] for start, end in document.sentences] == ["招店员。", "月薪四千!", "\n", "好"]
    assert [document.sentence_at(place) for place in (0, 3, 4, 10)] == [(0, 4), (0, 4), (4, 9), (10, 11)]
