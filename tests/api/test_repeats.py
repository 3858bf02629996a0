"""A posting that comes again gets the same answer from memory, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api import Config, create_app
from api.repeats import Remembering, Repeats, digest
from detector.types import Posting, Versions

if TYPE_CHECKING:
    from api.config import Assessor

ONE, OTHER = Posting("先交押金", id="a"), Posting("招店员", id="b")


def test_the_same_posting_is_read_once_and_keeps_its_own_id(fake: Assessor) -> None:
    repeats = Repeats(10)
    reader = Remembering(fake, repeats)
    first, *rest = reader.assess_many([ONE, OTHER, Posting(ONE.text, id="c"), ONE])
    assert [one.id for one in rest] == ["b", "c", "a"]
    assert first == rest[2]
    assert rest[1] == fake.assess(Posting(ONE.text, id="c"))
    assert repeats.met == 2


def test_only_so_many_are_kept_the_latest_used(fake: Assessor) -> None:
    repeats = Repeats(2)
    reader = Remembering(fake, repeats)
    for text in "甲乙甲丙甲乙":
        reader.assess(Posting(text))
    assert repeats.met == 2  # 甲 twice; 乙 had been pushed out


def test_another_model_answers_anew(fake: Assessor, monkeypatch: pytest.MonkeyPatch) -> None:
    repeats = Repeats(10)
    Remembering(fake, repeats).assess(ONE)
    monkeypatch.setattr(type(fake), "versions", Versions("next", "next"))
    assert Remembering(fake, repeats).assess(ONE).versions.model == "next"
    assert repeats.met == 0


def test_words_in_another_field_are_another_posting() -> None:
    some = [
        Posting("甲乙"),
        Posting("甲", title="乙"),
        Posting("乙", title="甲"),
        Posting(title="甲乙"),
        Posting("\ud800"),
    ]
    assert len({digest(one) for one in some}) == len(some)


def test_the_service_gives_the_same_answer_with_and_without(fake: Assessor) -> None:
    plain, remembering = (create_app(fake, Config(remember=size)).test_client() for size in (0, 5))
    body = {"postings": [{"text": "先交押金", "id": "1"}, {"text": "先交押金", "id": "2"}]}
    answers = [client.post("/api/v1/assessments/batch", json=body).get_json() for client in (plain, remembering)]
    assert answers[0] == answers[1]
    assert remembering.application.extensions["repeats"].met == 1
    assert remembering.get("/readyz").status_code == 200
    assert remembering.application.extensions["repeats"].met == 1
