"""Marks stand exactly where the evidence is, however spans overlap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.marks import Segment, Span, segments


def test_a_text_without_spans_is_one_segment() -> None:
    assert segments("招聘", []) == [Segment("招聘")]


def test_an_empty_text_has_no_segment() -> None:
    assert segments("", [Span(0, 1, "a", "a-1")]) == []


def test_overlapping_spans_are_cut_where_they_meet() -> None:
    cut = segments("abcdef", [Span(1, 4, "one", "one-1"), Span(2, 6, "two", "two-1")])
    assert cut == [
        Segment("a"),
        Segment("b", ("one",), ("one-1",)),
        Segment("cd", ("one", "two"), ("two-1",), ("one",)),
        Segment("ef", ("two",), (), ("two",)),
    ]


def test_adjacent_spans_stay_apart() -> None:
    cut = segments("abcd", [Span(0, 2, "one", "one-1"), Span(2, 4, "two", "two-1")])
    assert [(one.text, one.owners) for one in cut] == [("ab", ("one",)), ("cd", ("two",))]


def test_the_same_words_may_have_several_owners() -> None:
    cut = segments("ab", [Span(0, 2, "one", "one-1"), Span(0, 2, "two", "two-1"), Span(0, 2, "one", "one-2")])
    assert cut == [Segment("ab", ("one", "two"), ("one-1", "two-1", "one-2"), ("one", "two"))]


def test_a_character_outside_the_basic_plane_is_one() -> None:
    assert [one.text for one in segments("😀加❤", [Span(1, 3, "one", "one-1")])] == ["😀", "加❤"]


@st.composite
def texts_and_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(st.text(max_size=40))
    place = st.integers(-2, len(text) + 2)
    pairs = draw(st.lists(st.tuples(place, place), max_size=12))
    return text, [Span(start, end, f"owner-{at % 4}", f"anchor-{at}") for at, (start, end) in enumerate(pairs)]


@given(texts_and_spans())
def test_marks_cover_exactly_what_the_spans_cover(case: tuple[str, list[Span]]) -> None:
    text, spans = case
    cut = segments(text, spans)
    assert "".join(one.text for one in cut) == text
    assert all(one.text for one in cut)
    valid = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    at = 0
    for one in cut:
        for place in range(at, at + len(one.text)):
            assert set(one.owners) == {span.owner for span in valid if span.start <= place < span.end}
        assert set(one.opens) == {span.anchor for span in valid if span.start == at}
        at += len(one.text)
        staying = {span.owner for span in valid if span.start < at < span.end}
        assert set(one.closes) == {span.owner for span in valid if span.end == at} - staying
