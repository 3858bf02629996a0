"""The main path: a posting in, an assessment out, for any string at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import TOY_ROWS, TOY_SETTINGS

import detector as package
from detector import Assessment, Detector, Kind, Level, Posting, TextTooLong
from detector.engine import _likely
from detector.scoring import level
from detector.types import CODES, HIGH_FROM, LOW_BELOW, MAX_TEXT, Because
from training.fit import train

SCAM = "奶茶店急招店员，入职前先交服装押-金300元，做满三个月退还。"
HONEST = "奶茶店招店员两名，早晚班轮换，不收押金，月薪4200，缴五险。"
WARNING = "警方提醒：凡是要求先交押金的兼职都是诈骗，请勿转账。"


def test_a_deposit_is_a_high_risk_with_its_words(detector: Detector) -> None:
    found = detector.assess(Posting(text=SCAM, id="a1"))
    assert (found.id, found.kind, found.risk_level) == ("a1", Kind.POSTING, Level.HIGH)
    fee = next(reason for reason in found.reasons if reason.code == "upfront_fee")
    assert any("押-金" in item.quote and item.disguised for item in fee.evidence)
    assert fee.legal


def test_an_honest_posting_is_low_and_its_denial_is_set_aside(detector: Detector) -> None:
    found = detector.assess(Posting(text=HONEST))
    assert (found.kind, found.risk_level, found.reasons) == (Kind.POSTING, Level.LOW, ())
    assert ("upfront_fee", Because.DENIED) in {(item.code, item.because) for item in found.set_aside}


DENIALS = ["我们不收取任何费用。", "本店不收押金，不收保证金。", "入职全程免费，凡收费的都是冒充的。"]


@pytest.mark.parametrize("denial", DENIALS)
@pytest.mark.parametrize("text", [SCAM, HONEST])
def test_a_mere_denial_changes_no_score(detector: Detector, text: str, denial: str) -> None:
    plain = detector.assess(Posting(text=text))
    for changed in (denial + text, text + denial):
        found = detector.assess(Posting(text=changed))
        assert (found.risk_score, found.kind) == (plain.risk_score, plain.kind)
        assert {item.code for item in found.reasons} == {item.code for item in plain.reasons}
        places = [place for reason in found.reasons for place in reason.evidence]
        assert all(changed[place.start : place.end] == place.quote for place in places)


def test_a_mere_denial_is_set_aside(detector: Detector) -> None:
    found = detector.assess(Posting(text=SCAM + "本店不收保证金。"))
    quotes = [place.quote for item in found.set_aside for place in item.evidence]
    assert any("保证金" in quote for quote in quotes)


def test_a_warning_is_no_posting_and_low(detector: Detector) -> None:
    found = detector.assess(Posting(text=WARNING))
    assert (found.kind, found.risk_level, found.reasons) == (Kind.NOT_POSTING, Level.LOW, ())


NOTHING = ["", " ", "\n\n\t", "\u3000\u200b\ufeff", "\x00", "\x00" * 50, "\ud800", "\udfff\ud800", "\u200b" * 500]


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_a_text_with_nothing_to_read_is_low(detector: Detector, text: str) -> None:
    found = detector.assess(Posting(text=text))
    assert (found.risk_level, found.reasons) == (Level.LOW, ())
    assert found.kind is Kind.NOT_POSTING or "\ud800" in text


def test_no_field_at_all_is_no_posting(detector: Detector) -> None:
    found = detector.assess(Posting())
    assert (found.kind, found.risk_level, found.wording, found.set_aside) == (Kind.NOT_POSTING, Level.LOW, (), ())


STRANGE = [
    "\ud800先交押金300元\udfff",
    "先交\x00押金300元",
    "先交押金300元\r\n做满退",
    "🈲先交押金300元🈲",
    "ﷺ⑫㍿先交押金300元",
]


@pytest.mark.parametrize("text", STRANGE, ids=ascii)
def test_strange_characters_hide_nothing(detector: Detector, text: str) -> None:
    found = detector.assess(Posting(text=text))
    assert "upfront_fee" in {reason.code for reason in found.reasons}
    for reason in found.reasons:
        assert all(text[item.start : item.end] == item.quote for item in reason.evidence)


def test_the_longest_text_is_read_and_one_character_more_is_not(detector: Detector) -> None:
    assert detector.assess(Posting(text="招" * MAX_TEXT)).risk_level is Level.LOW
    with pytest.raises(TextTooLong, match="text has 20001 characters; the limit is 20000") as raised:
        detector.assess(Posting(text="招" * (MAX_TEXT + 1)))
    assert (raised.value.length, raised.value.limit) == (20_001, 20_000)


def test_the_limit_counts_all_fields_and_the_breaks_between_them(detector: Detector) -> None:
    half = "招" * (MAX_TEXT // 2)
    assert detector.assess(Posting(title=half, text=half[1:])).risk_level is Level.LOW
    with pytest.raises(TextTooLong):
        detector.assess(Posting(title=half, text=half))


def test_evidence_names_the_field_it_stands_in(detector: Detector) -> None:
    posting = Posting(
        title="招店员",
        company="某某奶茶",
        salary="月薪4000",
        contact="加薇❤",
        description="入职先交押金300元，做满退。",
    )
    found = detector.assess(posting)
    places = {(item.field, item.quote) for reason in found.reasons for item in reason.evidence}
    assert any(field == "description" and "押金" in quote for field, quote in places)
    assert all(getattr(posting, field).find(quote) >= 0 for field, quote in places)
    assert {item.field for item in found.wording} <= {"title", "company", "salary", "contact", "description"}


def test_text_and_description_say_the_same(detector: Detector) -> None:
    one, other = detector.assess(Posting(text=SCAM)), detector.assess(Posting(description=SCAM))
    assert (one.risk_score, one.kind, len(one.reasons)) == (other.risk_score, other.kind, len(other.reasons))


def test_an_article_is_low_whatever_the_rules_say(toy: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy, "_curve", [[0.0, 0.9], [1.0, 0.99]])
    found = toy.assess(Posting(text=WARNING))
    assert (found.kind, found.risk_score, found.risk_level) == (Kind.NOT_POSTING, LOW_BELOW - 1, Level.LOW)


def test_a_warning_that_recruits_is_a_posting(toy: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy, "_curve", [[0.0, 0.1], [1.0, 0.99]])
    lure = WARNING + "我们群不收钱，帮忙扫脸一次五十，想做的加我。"
    assert toy.assess(Posting(text=WARNING)).kind is Kind.NOT_POSTING
    found = toy.assess(Posting(text=lure))
    assert found.kind is Kind.POSTING
    assert "account_renting" in {reason.code for reason in found.reasons}


def test_the_score_and_the_level_agree(detector: Detector) -> None:
    for text in (SCAM, HONEST, WARNING, "", "日入过千，加薇❤", "招人"):
        found = detector.assess(Posting(text=text))
        assert 0 <= found.risk_score <= 100
        assert found.risk_level is level(found.risk_score)


def test_a_risk_is_never_without_a_reason(detector: Detector) -> None:
    for text in (SCAM, "躺着赚钱，日入八百，加薇详聊", "点赞返佣，先垫付", "手机抢单，一单返八元"):
        found = detector.assess(Posting(text=text))
        assert bool(found.reasons) is (found.risk_level is not Level.LOW)


def test_reasons_come_strongest_first(detector: Detector) -> None:
    reasons = detector.assess(Posting(text=SCAM + "日入过千，加薇❤详聊，先垫付再返本金。")).reasons
    assert len({reason.code for reason in reasons}) >= 3
    claims = [reason.confidence for reason in reasons]
    assert claims == sorted(claims, reverse=True)


def test_what_only_the_classifier_sees_names_no_rule(toy: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy, "_curve", [[0.0, 0.9], [1.0, 0.99]])
    found = toy.assess(Posting(text="招店员，早晚班轮换，月薪4200，包一餐。"))
    (reason,) = found.reasons
    assert (reason.rule, reason.code in CODES, len(reason.evidence)) == (None, True, 1)
    assert 0 <= reason.confidence < 1
    assert reason.advice


def test_of_a_high_risk_the_two_likeliest_kinds_are_told_sooner() -> None:
    codes = {"task_rebate": 0.6, "advance_funds": 0.15, "urgency": 0.14, "easy_money": 0.05}
    assert set(_likely(codes, HIGH_FROM)) == {"task_rebate", "advance_funds"}
    assert set(_likely(codes, HIGH_FROM - 1)) == {"task_rebate"}
    assert not _likely(dict.fromkeys(codes, 0.05), 100)


def test_many_postings_come_out_in_order_one_at_a_time(detector: Detector) -> None:
    taken = []

    def postings() -> Any:
        for number, text in enumerate((SCAM, HONEST, WARNING)):
            taken.append(number)
            yield Posting(text=text, id=str(number))

    stream = detector.assess_many(postings())
    assert taken == []
    assert next(iter(stream)).id == "0"
    assert taken == [0]
    assert [found.id for found in stream] == ["1", "2"]


# --- the JSON object of the contract ---

KEYS = {"id", "kind", "risk_level", "risk_score", "reasons", "set_aside", "wording", "versions"}
REASON = {"code", "rule", "title", "explanation", "advice", "confidence", "evidence", "legal"}
EVIDENCE = {"field", "start", "end", "quote", "disguised"}


def as_json(found: Assessment) -> Mapping[str, Any]:
    value: Mapping[str, Any] = json.loads(json.dumps(found.to_dict(), ensure_ascii=False))
    return value


def test_the_json_has_the_keys_of_the_contract(detector: Detector) -> None:
    value = as_json(detector.assess(Posting(text=SCAM + "不收中介费。")))
    assert set(value) == KEYS
    assert value["reasons"]
    assert value["set_aside"]
    assert value["wording"]
    assert all(set(reason) == REASON for reason in value["reasons"])
    assert all(set(norm) == {"law", "article"} for reason in value["reasons"] for norm in reason["legal"])
    assert all(set(item) == {"code", "because", "evidence"} for item in value["set_aside"])
    mentions = [mention for item in [*value["reasons"], *value["set_aside"]] for mention in item["evidence"]]
    assert all(set(mention) == EVIDENCE for mention in mentions)
    assert all({"term", "weight", "start", "end"} <= set(item) for item in value["wording"])
    assert set(value["versions"]) == {"model", "rules", "api"}


def test_the_json_has_the_types_of_the_contract(detector: Detector) -> None:
    value = as_json(detector.assess(Posting(text=SCAM, id="7")))
    assert (value["id"], value["kind"], value["risk_level"]) == ("7", "posting", "high")
    assert type(value["risk_score"]) is int
    assert value["versions"]["api"] == "1"
    reason = value["reasons"][0]
    assert reason["code"] in CODES
    assert type(reason["confidence"]) is float
    assert type(reason["evidence"][0]["start"]) is int
    assert type(reason["evidence"][0]["disguised"]) is bool
    assert type(value["wording"][0]["weight"]) is float


def test_a_text_with_lone_surrogates_has_a_json_form(detector: Detector) -> None:
    found = detector.assess(Posting(text="\ud800先交押金300元\udfff"))
    assert json.loads(json.dumps(found.to_dict()))["reasons"]


def test_the_class_can_be_used_as_the_contract_says(toy_model: Path) -> None:
    detector = Detector.load(model=toy_model)
    posting = Posting(text="招店员", title="店员", company="x", salary="4000", location="x", contact="x")
    assessment = detector.assess(posting)
    assert assessment.risk_level in {Level.LOW, Level.MEDIUM, Level.HIGH}
    assert [item.kind for item in detector.assess_many([Posting(text="招店员")])]
    assert detector.manifest["data"]["examples"] == 120


def test_the_package_exports_what_it_lists() -> None:
    assert all(hasattr(package, name) for name in package.__all__)
    assert sorted(package.__all__) == list(package.__all__)


def test_a_model_without_reason_codes_still_answers(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in TOY_ROWS.read_text("utf-8").splitlines()]
    bare = tmp_path / "bare.jsonl"
    bare.write_text("".join(json.dumps({**row, "codes": []}) + "\n" for row in rows), "utf-8")
    train([bare], tmp_path / "model", settings=TOY_SETTINGS)
    found = Detector.load(model=tmp_path / "model").assess(Posting(text="躺着赚钱，手机在家操作，日入八百，私聊"))
    assert all(reason.rule for reason in found.reasons)


def test_ten_deposits_are_one_reason_with_places_that_do_not_overlap(detector: Detector) -> None:
    text = "入职前需交押金200元，做满十单退还。" + "再交保证金300元，" * 9 + "交完安排上岗。"
    found = detector.assess(Posting(text=text))
    assert [reason.code for reason in found.reasons].count("upfront_fee") == 1
    places = next(reason for reason in found.reasons if reason.code == "upfront_fee").evidence
    assert all(left.end <= right.start for left, right in pairwise(places))
    assert all(text[place.start : place.end] == place.quote for place in places)
