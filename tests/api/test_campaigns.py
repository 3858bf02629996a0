"""What the API tells of campaigns: only who asks is told, and the assessment stays what it is."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from traps import TRAP, honest, trap

from api import campaigns, create_app, outbox
from api.campaigns import Memory, confidence, is_campaign
from api.schema import AssessmentAnswer
from api.store import Store, StoreAway, sightings
from api.store.columns import now
from api.store.sightings import Tally
from detector import Detector

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from api.config import Assessor

ONE = "/api/v1/assessments"


@pytest.fixture
def own(fake: Assessor, store: Store) -> Flask:
    """An application with an empty store, on each kind of database."""
    return create_app(fake, store=store)


@pytest.fixture
def asking(own: Flask) -> Asking:
    return Asking(own)


class Asking:
    """A platform that asks about campaigns, and waits until what it asked is written."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.memory: Memory = app.extensions["memory"]

    def __call__(self, text: str, poster: str | None = None, **more: Any) -> dict[str, Any]:
        options = {"campaign": True} | more.pop("options", {})
        answer = self.client.post(ONE, json={"text": text, "poster": poster, "options": options} | more)
        assert answer.status_code == 200, answer.text
        self.memory.outbox.flush()
        told = answer.get_json()
        AssessmentAnswer.model_validate(told)
        return dict(told)

    def told(self, text: str, poster: str | None = None, **more: Any) -> dict[str, Any]:
        return dict(self(text, poster, **more)["campaign"])

    def decide(self, text: str, label: str) -> str:
        """Have a moderator decide on a text that was reported."""
        from api.store import feedback

        sent = self.client.post("/api/v1/feedback", json={"text": text, "label": label})
        posting = str(sent.get_json()["assessment_id"])
        with self.memory.store.write() as connection:
            feedback.decide(connection, "local", posting, label, ["task_rebate"] if label == "scam" else [], "m")
        return posting


def codes(told: dict[str, Any]) -> list[str | None]:
    return [one["code"] for one in told["reasons"]]


def test_an_agency_that_posts_a_trap_thirty_five_times_is_found(asking: Asking) -> None:
    answers = [asking.told(trap(number), f"agency-{number % 6}") for number in range(35)]
    assert [one["found"] for one in answers[:3]] == [False] * 3
    assert all(one["found"] for one in answers[4:])
    assert answers[-1]["similar"] >= 30
    assert (answers[-1]["posters"], answers[-1]["days"], answers[-1]["confirmed"]) == (6, 1, 0)
    names = [one["id"] for one in answers[1:]]
    assert names.count(names[-1]) > 25
    assert codes(answers[-1])[0] in {"advance_funds", "upfront_fee"}
    assert f"1 天内有 {answers[-1]['similar']} 条大同小异，来自 6 个发帖人" in answers[-1]["reasons"][0]["explanation"]


def test_a_copy_of_one_confirmed_scam_is_enough(asking: Asking) -> None:
    posting = asking.decide(trap(1), "scam")
    told = asking.told(trap(2))
    assert (told["found"], told["similar"], told["confirmed"], codes(told)[0]) == (True, 1, 1, "task_rebate")
    assert "其中 1 条已确认是骗局" in told["reasons"][0]["explanation"]
    assert asking.client.delete(f"/api/v1/postings/{posting}").status_code == 204
    assert asking.told(trap(3))["confirmed"] == 0


def test_a_chain_that_posts_for_five_hundred_shops_stays_silent(asking: Asking) -> None:
    postings = [
        {"text": f"{honest(7)}店号{number}，联系微信 shop_hr01", "poster": f"shop-{number}", "id": str(number)}
        for number in range(500)
    ]
    body = {"postings": postings, "options": {"campaign": True, "explain": "none"}}
    assert asking.client.post(f"{ONE}/batch", json=body).status_code == 200
    asking.memory.outbox.flush()
    told = asking.told(postings[17]["text"], "shop-17", id="17")
    assert (told["found"], told["reasons"]) == (False, [])
    assert (told["similar"], told["posters"], told["contact"]["similar"], told["risky"]) == (499, 499, 499, 0)


def test_a_hundred_honest_postings_are_no_campaign(asking: Asking) -> None:
    body = {"postings": [{"text": honest(number)} for number in range(100)], "options": {"campaign": True}}
    assert asking.client.post(f"{ONE}/batch", json=body).status_code == 200
    asking.memory.outbox.flush()
    answer = asking.client.post(f"{ONE}/batch", json=body).get_json()
    assert not any(one["campaign"]["found"] for one in answer["assessments"])


def test_a_scammer_who_copies_an_honest_template_does_not_make_it_a_campaign(asking: Asking) -> None:
    for number in range(9):
        asking(f"{honest(3)}店号{number}", f"shop-{number}")
    asking.decide(honest(3) + "店号9", "scam")
    told = asking.told(honest(3) + "店号1", "shop-1")
    assert (told["confirmed"], told["found"]) == (1, False)


def test_a_contact_behind_many_postings_is_a_reason_with_its_place(asking: Asking) -> None:
    written = ("微信 kefu_lr8", "薇❤ kefu_lr8", "V：kefu_lr8", "卫星：KEFU_lr8", "加v信 kefu_lr8")
    for number, contact in enumerate(written):
        asking(f"{honest(number)}入职交押金。{contact}", f"p{number}")
    text = honest(30) + "加薇❤ kefu_lr8"
    told = asking.told(text, "p9")
    assert (told["similar"], told["contact"]["similar"], told["contact"]["posters"]) == (0, 5, 5)
    assert codes(told) == ["off_platform_contact"]
    place = told["reasons"][0]["evidence"][0]
    assert place["quote"] == text[place["start"] : place["end"]] == "加薇❤ kefu_lr8"
    assert place["disguised"]


def test_the_assessment_is_the_same_whether_asked_or_not(asking: Asking) -> None:
    for number in range(6):
        asking(trap(number))
    plain = asking.client.post(ONE, json={"text": TRAP}).get_json()
    asked = asking(TRAP)
    assert asked.pop("campaign")["found"]
    assert asked == plain
    assert "campaign" not in plain


def test_nothing_is_remembered_of_who_does_not_ask(asking: Asking) -> None:
    asking.client.post(ONE, json={"text": TRAP, "poster": "agency"})
    asking.memory.outbox.flush()
    with asking.memory.store.read() as connection:
        assert sightings.count(connection, "local") == 0


def test_reasons_are_told_in_the_language_and_length_asked_for(asking: Asking) -> None:
    for number in range(6):
        asking(trap(number), f"p{number}")
    asking.decide(trap(7), "scam")
    english = asking.told(TRAP, options={"language": "en"})["reasons"][0]
    assert english["title"] == "The same text is posted again and again"
    figures = r"[567] nearly the same within 1 days, from [56] posters, 1 of them confirmed as scams\."
    assert re.search(figures, english["explanation"])
    assert "條大同小異" in asking.told(TRAP, options={"language": "zh-Hant"})["reasons"][0]["explanation"]
    short = asking.told(TRAP, options={"explain": "none"})["reasons"]
    assert {(one["title"], one["explanation"], len(one["evidence"])) for one in short} == {("", "", 0)}


def test_a_job_posting_has_its_organisation_as_poster(asking: Asking) -> None:
    job = {
        "@context": "https://schema.org", "@type": "JobPosting", "title": "数据助理", "description": f"<p>{TRAP}</p>",
        "hiringOrganization": {"@type": "Organization", "name": "某某信息咨询"}, "options": {"campaign": True},
    }  # fmt: skip
    for number in range(6):
        told = asking.client.post(ONE, json=job | {"id": str(number)}).get_json()
        asking.memory.outbox.flush()
    assert (told["campaign"]["found"], told["campaign"]["posters"]) == (True, 1)
    place = told["campaign"]["reasons"][1]["evidence"][0]
    assert place["field"] == "/description"
    assert job["description"][place["start"] : place["end"]] == place["quote"]


def test_no_word_of_a_posting_is_kept(asking: Asking) -> None:
    asking(TRAP, "某某中介", id="own-id-17")
    with asking.memory.store.read() as connection:
        tables = (sightings.fingerprints, sightings.sightings, sightings.contact_places, sightings.band_places)
        kept = repr([connection.execute(table.select()).all() for table in tables])
    for word in ("xiaomi_task", "某某中介", "own-id-17", "押金"):
        assert word not in kept


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"poster": "x" * 257}, "#/poster"),
        ({"poster": 5}, "#/poster"),
        ({"options": {"campaign": "yes"}}, "#/options/campaign"),
    ],
)
def test_a_poster_or_an_option_that_is_none_is_refused(client: FlaskClient, body: Any, pointer: str) -> None:
    answer = client.post(ONE, json={"text": "招店员"} | body)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_service_without_a_store_says_so(fake: Assessor) -> None:
    answer = create_app(fake).test_client().post(ONE, json={"text": "招店员", "options": {"campaign": True}})
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "#/options/campaign")


@pytest.mark.parametrize(
    "text", ["好" * 20_000, "1" * 20_000, "\u200b招" * 10_000, "微信" * 10_000, "🔥", "\0" * 50 + "招"]
)
def test_hostile_texts_are_answered(asking: Asking, text: str) -> None:
    for _ in range(2):
        assert not asking.told(text, "\0" * 256)["found"]


# --- the database away, and too much to write ---


def test_assessing_goes_on_while_the_memory_is_away(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> Iterator[None]:
        raise StoreAway("away")

    asking(trap(1))
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(Store, "read", away)
        assert asking(trap(2))["campaign"] is None
    assert "campaign memory: away" in caplog.text
    assert asking.told(trap(3))["similar"] == 1


def test_what_cannot_be_written_waits_and_is_bounded(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> Iterator[None]:
        raise StoreAway("away")

    monkeypatch.setattr(outbox, "MOST", 3)
    monkeypatch.setattr(outbox, "PAUSE", 1000)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", away)
        for number in range(5):
            asking(trap(number))
    asking.memory.outbox.flush()
    with asking.memory.store.read() as connection:
        assert sightings.count(connection, "local") == 3


def test_a_posting_deleted_before_it_is_remembered_costs_nothing_but_itself(asking: Asking) -> None:
    for number in range(3):
        told = asking.client.post(
            ONE, json={"text": trap(number), "options": {"campaign": True, "store": True}}
        ).get_json()
        if number == 1:
            asking.client.delete(f"/api/v1/postings/{told['assessment_id']}")
    asking.memory.outbox.flush()
    with asking.memory.store.read() as connection:
        assert sightings.count(connection, "local") == 2


# --- what a campaign is ---


@pytest.mark.parametrize(
    ("met", "found"),
    [
        (Tally(), False),
        (Tally(similar=1, risky=1, confirmed=1), True),
        (Tally(similar=1, risky=1, posters=1), False),
        (Tally(similar=3, risky=3, posters=2), True),
        (Tally(similar=4, risky=4, posters=1), False),
        (Tally(similar=5, risky=5, posters=1), True),
        (Tally(similar=500, risky=3, posters=400), False),
        (Tally(similar=500, risky=3, posters=400, confirmed=2), False),
        (Tally(similar=34, risky=20, posters=6, confirmed=3), True),
        (Tally(similar=34, risky=20, posters=6, confirmed=1, cleared=1), False),
        (Tally(similar=34, risky=33, posters=6, cleared=1), False),
    ],
)
def test_what_counts_as_a_campaign(met: Tally, found: bool) -> None:
    assert is_campaign(met) is found


def test_a_decision_moves_the_confidence() -> None:
    met = Tally(similar=10, risky=8, posters=3)
    assert confidence(met) < confidence(replace(met, confirmed=3, risky=9)) <= 0.99
    assert confidence(replace(met, cleared=3)) < confidence(met)


def test_days_are_counted_from_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = now()
    monkeypatch.setattr(campaigns, "now", lambda: moment)
    assert campaigns._days(Tally(first=moment)) == 1
    assert campaigns._days(Tally(first=moment - timedelta(days=9, hours=1))) == 10


def test_the_real_detector_finds_the_trap_too(detector: Detector, tmp_path: Any) -> None:
    from api.store import open_store

    opened = open_store(f"sqlite:///{tmp_path}/scamjob.db")
    asking = Asking(create_app(detector, store=opened))
    answers = [asking.told(trap(number), f"p{number % 3}") for number in range(6)]
    assert answers[-1]["found"]
    assert codes(answers[-1])[0] is not None
    opened.close()
