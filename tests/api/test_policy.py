"""What a tenant wants otherwise is done for it alone, told in the answer, and ends on its day."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from growth import linear
from hypothesis import given
from hypothesis import strategies as st

from api import Config, create_app
from api.blocked import Blocklist, plain_contact
from api.policy import BEIJING, Policies, PolicyError, Wanted, read_policy
from api.store import keys, open_store
from api.store.keys import Wish
from detector import Detector, Posting
from detector.scoring import Levels

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from api.config import Assessor

FAR = "2999-12-31"
PHRASE = "入职前先交押金二百元，三天后退还"
SCAM = f"招聘打字员，日结300元，{PHRASE}。"
HONEST = "社区超市招收银员一名，早晚两班，月薪3800元，包午餐，转正后缴纳社保。电话 13800000000，到店面试。"
PACK = """
code = "urgency"
title = "平台甲的暗号"
explanation = "平台甲查到的团伙都这样写。"
advice = "不要理会。"
[[rule]]
id = "urgency.of_platform_a"
confidence = 0.9
stances = false
patterns = ['蓝色鲸鱼']
scam = ["蓝色鲸鱼，来的联系。", "会员都懂蓝色鲸鱼。", "招人，蓝色鲸鱼。"]
fine = ["招收银员，月薪3800元。", "水族馆招讲解员。", "海洋公园招聘。"]
disguised = ["蓝-色-鲸-鱼"]
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        fresh = tmp_path / "fresh"
        fresh.write_text(text, "utf-8")
        return fresh.rename(tmp_path / "policy.toml")

    return written


def wanted(write: Write, text: str) -> Wanted:
    return read_policy(write(text))["acme"]


def told(write: Write, detector: Detector, text: str, posting: Posting, day: str = "2026-06-01") -> dict[str, Any]:
    return wanted(write, text).on(date.fromisoformat(day), detector).assess(posting).to_dict()


def allowed(what: str, until: str = FAR) -> str:
    return f'[[tenants.acme.allow]]\n{what}\nreason = "已核实"\nuntil = {until}\n'


def blocked(contact: str, until: str = "") -> str:
    more = f"until = {until}\n" if until else ""
    return f'[[tenants.acme.block]]\ncontact = "{contact}"\nreason = "多次投诉"\n{more}'


def in_place(posting: Posting, answer: dict[str, Any]) -> bool:
    places = [
        one for part in ("reasons", "policy", "set_aside") for item in answer.get(part, ()) for one in item["evidence"]
    ]
    return all(getattr(posting, one["field"])[one["start"] : one["end"]] == one["quote"] for one in places)


def test_levels_begin_where_the_tenant_says(write: Write, detector: Detector) -> None:
    score = detector.assess(Posting(text=SCAM)).risk_score
    text = f"[tenants.acme.levels]\nmedium = {score - 1}\nhigh = 100\n"
    if score < 100:
        assert told(write, detector, text, Posting(text=SCAM))["risk_level"] == "medium"
    strict = told(write, detector, "[tenants.acme.levels]\nmedium = 1\nhigh = 2\n", Posting(text=HONEST))
    assert strict["risk_level"] in {"medium", "high"} or strict["risk_score"] == 0
    shifted = Wanted(wanted(write, text).table).on(date(2026, 6, 1), detector)
    assert shifted.levels == Levels(score - 1, 100)
    assert "policy" not in shifted.assess(Posting(text=SCAM)).to_dict()


def test_an_allowed_phrase_is_read_as_if_it_were_not_there_and_that_is_told(write: Write, detector: Detector) -> None:
    posting = Posting(text=SCAM + "加微信先垫付本金。" + SCAM)
    plain = detector.assess(posting)
    answer = told(write, detector, allowed(f'phrase = "{PHRASE}"'), posting)
    assert "upfront_fee" in {one.code for one in plain.reasons}
    assert "upfront_fee" not in {one["code"] for one in answer["reasons"]}
    (entry,) = answer["policy"]
    assert {name: entry[name] for name in ("allowed", "reason", "until")} == {
        "allowed": PHRASE, "reason": "已核实", "until": FAR,
    }  # fmt: skip
    assert [one["quote"] for one in entry["evidence"]] == [PHRASE, PHRASE]
    assert in_place(posting, answer)


def test_an_entry_ends_after_its_day_and_the_version_tells(write: Write, detector: Detector) -> None:
    text = allowed(f'phrase = "{PHRASE}"', "2026-06-01") + blocked("13800000000", "2026-06-01")
    last, after = (told(write, detector, text, Posting(text=SCAM), day) for day in ("2026-06-01", "2026-06-02"))
    assert "policy" in last
    assert "policy" not in after
    assert after["risk_score"] == detector.assess(Posting(text=SCAM)).risk_score
    rules = [one["versions"]["rules"] for one in (last, after)]
    assert rules[0] != rules[1]
    assert all(one.startswith(f"{detector.versions.rules}+") for one in rules)
    assert "policy" not in told(write, detector, text, Posting(text=HONEST), "2026-06-02")


def test_an_allowed_company_loses_the_reasons_named_and_keeps_the_others(write: Write, detector: Detector) -> None:
    posting = Posting(text=SCAM, company="南山（某某）服饰有限公司")
    whole = told(write, detector, allowed('company = "南山(某某)服饰有限公司"'), posting)
    assert (whole["risk_level"], whole["reasons"]) == ("low", [])
    assert whole["risk_score"] < 30
    assert "upfront_fee" in whole["policy"][0]["codes"]
    part = told(write, detector, allowed('company = "南山某某服饰有限公司"\ncodes = ["vice_lure"]'), posting)
    assert "policy" not in part
    assert part["risk_level"] == detector.assess(posting).risk_level
    other = told(write, detector, allowed('company = "南山某某服饰有限公司"'), Posting(text=SCAM, company="另一家"))
    assert "policy" not in other
    quoted = told(write, detector, allowed('company = "南山某某服饰有限公司"'), Posting(text=SCAM + posting.company))
    assert "policy" not in quoted  # named in the text alone, which anybody can write


WRITTEN = ["13800000000", "138-0000-0000", "138 0000 0000", "１３８００００００００", "一三八零零零零零零零零",
           "壹叁捌〇〇〇〇〇〇〇〇", "①③⑧00000000", "1.3.8.0.0.0.0.0.0.0.0", "+8613800000000", "1️⃣3️⃣8️⃣00000000",
           "138\u200b00000000", "vx13800000000", "138❤000❤00000"]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_a_blocked_contact_is_found_however_it_is_written(write: Write, detector: Detector, written: str) -> None:
    posting = Posting(text=HONEST.replace("13800000000", written), title="收银员")
    answer = told(write, detector, blocked("+86 138-0000-0000"), posting)
    assert (answer["risk_level"], answer["reasons"][0]["rule"]) == ("high", "policy.blocked_contact")
    assert answer["risk_score"] >= 90
    (entry,) = answer["policy"]
    assert (entry["blocked"], entry["reason"]) == ("+86 138-0000-0000", "多次投诉")
    assert entry["evidence"][0]["field"] == "text"
    assert answer["reasons"][0]["evidence"]
    assert in_place(posting, answer)


@pytest.mark.parametrize(
    "text",
    ["电话 138000000001", "编号 9913800000000", "138 0000 0001", "138我们有0000五名0000", "wzhr00001", "xwzhr0000"],
)
def test_what_only_contains_a_blocked_contact_is_another(text: str) -> None:
    assert list(Blocklist(["13800000000", "wzhr0000"]).find(Posting(text=text))) == []


@pytest.mark.parametrize("text", ["加微信WZ_hr0000详谈", "vx：wz-hr 0000", "薇❤ ｗｚhr0000"])
def test_a_wechat_id_is_found_in_any_case(text: str) -> None:
    contact = plain_contact("wz_hr0000")
    assert contact == "wzhr0000"
    ((_, evidence),) = Blocklist([contact]).find(Posting(text=text))
    assert text[evidence.start : evidence.end] == evidence.quote


@given(st.text(max_size=60))
def test_a_contact_is_found_in_any_text_around_it(around: str) -> None:
    text = f"{around} 。。。。。13800000000。。。。。 {around}"
    assert any(one.quote == "13800000000" for _, one in Blocklist(["13800000000"]).find(Posting(text=text)))


def test_a_long_hostile_text_is_searched_at_once() -> None:
    contacts = Blocklist([f"1380000{number:04}" for number in range(10_000)])
    short, long = (Posting(text="1380000" * times) for times in (700, 2800))
    assert list(contacts.find(long)) == []
    assert linear(lambda posting: list(contacts.find(posting)), short, long, 8)


def test_a_text_that_offers_no_work_stays_low_and_the_contact_is_told(write: Write, detector: Detector) -> None:
    posting = Posting(text="民警提醒：近日有人冒充客服，以13800000000来电诈骗，请市民不要转账。")
    answer = told(write, detector, blocked("13800000000"), posting)
    if answer["kind"] == "not_posting":
        assert answer["risk_level"] == "low"
    assert answer["policy"][0]["blocked"] == "13800000000"


# --- the file ---


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("tenants = 3", "tenants"),
        ("[tenants.acme]\nthresholds = 3", "thresholds"),
        ('[tenants."不行"]', "tenants"),
        ("[tenants.acme.levels]\nmedium = 80\nhigh = 70", "medium must be less"),
        ("[tenants.acme.levels]\nmedium = true", "medium"),
        ('[[tenants.acme.allow]]\nphrase = "押金由公司出"\nreason = "x"', "until"),
        ('[[tenants.acme.allow]]\nphrase = "押金由公司出"\nuntil = 2030-01-01', "reason"),
        ('[[tenants.acme.allow]]\nphrase = "押金由公司出"\nreason = "x"\nuntil = "2030-01-01"', "until"),
        (allowed('phrase = "押金"'), "at least 4"),
        (allowed('phrase = "押金由公司出"\ncompany = "甲"'), "either"),
        (allowed('company = "甲"\ncodes = ["nothing"]'), "no code"),
        (blocked("1234"), "5 to 64"),
        (blocked("微信"), "5 to 64"),
        ('[tenants.acme]\npacks = "none"', "no rule packs"),
        ("[tenants.acme", "Expected"),
    ],
)
def test_a_file_that_is_not_right_is_refused_in_a_line(write: Write, text: str, cure: str) -> None:
    with pytest.raises(PolicyError, match=cure) as told:
        read_policy(write(text))
    assert "\n" not in str(told.value).strip()
    assert str(told.value).startswith("policy.toml: ")


def test_a_pack_without_its_proof_or_with_a_name_of_ours_is_refused(write: Write, detector: Detector) -> None:
    path = write('[tenants.acme]\npacks = "packs"')
    packs = path.parent / "packs"
    packs.mkdir()
    (packs / "a.toml").write_text(PACK.replace('disguised = ["蓝-色-鲸-鱼"]', ""), "utf-8")
    with pytest.raises(PolicyError, match="proof"):
        read_policy(path)
    ours = next(rule.id for rule in detector.rules if rule.code == "urgency")
    (packs / "a.toml").write_text(PACK.replace("urgency.of_platform_a", ours), "utf-8")
    with pytest.raises(PolicyError, match="has a rule of this name"):
        Policies.opened(path, detector)


# --- the service ---


@pytest.fixture
def service(detector: Detector, write: Write, tmp_path: Path) -> Iterator[Callable[[str], FlaskClient]]:
    store = open_store(f"sqlite:///{tmp_path}/keys.db")

    def made(text: str) -> FlaskClient:
        return create_app(detector, Config(policy=write(text), remember=10), store).test_client()

    yield made
    store.close()


def header(client: FlaskClient, tenant: str) -> dict[str, str]:
    with client.application.extensions["store"].write() as connection:
        return {"Authorization": f"Bearer {keys.create(connection, Wish(tenant, 'x', ('assess',)), 'tester')}"}


def test_a_policy_is_for_its_tenant_alone(service: Callable[[str], FlaskClient]) -> None:
    client = service(blocked("13800000000"))
    ours, theirs = header(client, "acme"), header(client, "other")
    for path, body in (
        ("/api/v1/assessments", {"text": HONEST}),
        ("/api/v1/assessments/batch", {"postings": [{"text": HONEST}]}),
    ):
        for _ in range(2):  # the second answer is remembered
            answers = [client.post(path, json=body, headers=who).get_json() for who in (ours, theirs)]
            first, second = (one["assessments"][0] if "assessments" in one else one for one in answers)
            assert (first["risk_level"], second["risk_level"]) == ("high", "low")
            assert ("policy" in first, "policy" in second) == (True, False)


def test_the_page_and_requests_without_a_key_are_under_the_policy_of_local(
    service: Callable[[str], FlaskClient],
) -> None:
    client = service(blocked("13800000000").replace("acme", "local"))
    assert client.post("/api/v1/assessments", json={"text": HONEST}).get_json()["risk_level"] == "high"
    assert "联系方式在黑名单里" in client.post("/", data={"text": HONEST}).text
    assert client.get("/readyz").status_code == 200


def test_an_answer_in_english_or_short_still_tells_of_the_policy(service: Callable[[str], FlaskClient]) -> None:
    client = service(blocked("13800000000").replace("acme", "local"))
    body = {"text": HONEST, "options": {"language": "en", "explain": "none"}}
    answer = client.post("/api/v1/assessments", json=body).get_json()
    assert answer["policy"] == [{"blocked": "13800000000", "reason": "多次投诉", "until": None, "evidence": []}]
    told = client.post("/api/v1/assessments", json={"text": HONEST, "options": {"language": "en"}}).get_json()
    assert told["reasons"][0]["title"] == "A contact that the platform has blocked"
    assert told["reasons"][0]["explanation"].endswith("多次投诉")


def test_evidence_of_the_policy_points_into_a_job_posting_as_it_was_sent(service: Callable[[str], FlaskClient]) -> None:
    client = service(blocked("13800000000").replace("acme", "local"))
    job = {"@context": "https://schema.org", "@type": "JobPosting", "title": "收银员",
           "description": "<p>早晚两班，月薪3800元，电话 138<b>0000</b>0000</p>"}  # fmt: skip
    answer = client.post("/api/v1/assessments", json=job).get_json()
    (place,) = answer["policy"][0]["evidence"]
    assert job["description"][place["start"] : place["end"]] == place["quote"] == "138<b>0000</b>0000"


def test_packs_of_a_tenant_run_for_it_and_are_listed_to_it(
    service: Callable[[str], FlaskClient], tmp_path: Path
) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "a.toml").write_text(PACK, "utf-8")
    client = service('[tenants.acme]\npacks = "packs"')
    ours, theirs = header(client, "acme"), header(client, "other")
    listed = [
        {one["id"] for one in client.get("/api/v1/rules", headers=who).get_json()["rules"]} for who in (ours, theirs)
    ]
    assert listed[0] - listed[1] == {"urgency.of_platform_a"}
    body = {"text": SCAM + "蓝-色-鲸-鱼。"}
    first, second = (client.post("/api/v1/assessments", json=body, headers=who).get_json() for who in (ours, theirs))
    assert {"urgency"} == {one["code"] for one in first["reasons"]} - {one["code"] for one in second["reasons"]}


def test_a_changed_file_is_taken_up_and_a_broken_one_is_refused_and_told(
    write: Write, detector: Detector, caplog: pytest.LogCaptureFixture
) -> None:
    policies = Policies.opened(write(blocked("13800000000")), detector)
    posting = Posting(text=HONEST)

    def is_blocked() -> bool:
        return "policy" in policies.governed(detector, "acme").assess(posting).to_dict()

    assert is_blocked()
    assert not policies.look(detector)
    write("[tenants.acme")
    assert not policies.look(detector)
    assert policies.refused
    assert "refused" in caplog.text
    assert is_blocked()
    write("[tenants.other]")
    assert policies.look(detector)
    assert policies.refused is None
    assert not is_blocked()
    policies.path.unlink()
    assert not policies.look(detector)
    assert policies.refused


def test_another_model_and_another_day_are_taken_up(
    write: Write, detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(BEIJING).date()
    policies = Policies.opened(write(blocked("13800000000", today.isoformat())), detector)
    first = policies.governed(detector, "acme")
    assert policies.governed(detector, "acme") is first
    other = detector.adapted("other")
    assert policies.governed(other, "acme").versions.rules.startswith(f"{other.versions.rules}+")

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr("api.policy.datetime", Tomorrow)
    assert "policy" not in policies.governed(detector, "acme").assess(Posting(text=HONEST)).to_dict()


def test_a_service_with_a_broken_policy_does_not_start(fake: Assessor, write: Write) -> None:
    with pytest.raises(PolicyError, match=r"policy\.toml"):
        create_app(fake, Config(policy=write("x")))
    with pytest.raises(PolicyError, match="No such file"):
        create_app(fake, Config(policy=Path(os.devnull).parent / "no-such-policy"))


def test_the_example_of_the_docs_is_a_policy(write: Write) -> None:
    page = (Path(__file__).parents[2] / "docs" / "keys.md").read_text("utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    path = write(example)
    (path.parent / "packs" / "jia").mkdir(parents=True)
    (path.parent / "packs" / "jia" / "a.toml").write_text(PACK, "utf-8")
    found = read_policy(path)["jia"]
    assert (len(found.rules), len(found.table.allow), len(found.table.block)) == (1, 2, 1)


def test_the_model_says_when_a_policy_was_refused_and_why_to_whom_it_concerns(
    service: Callable[[str], FlaskClient], write: Write, detector: Detector
) -> None:
    client = service("[tenants.acme]")
    ours, theirs = header(client, "acme"), header(client, "other")

    def told(who: dict[str, str]) -> dict[str, Any]:
        return dict(client.get("/api/v1/model", headers=who).get_json()["running"]["policy"])

    assert told(ours)["refused"] is None
    write("[tenants.acme.levels]\nmedium = 200")
    client.application.extensions["policies"].look(detector)
    assert "tenants.acme.levels.medium" in told(ours)["refused"]["cause"]
    assert told(theirs)["refused"]["cause"] is None
    assert told(theirs)["refused"]["at"] == told(ours)["refused"]["at"]
    write("no = toml =")
    client.application.extensions["policies"].look(detector)
    assert "policy.toml" in told(theirs)["refused"]["cause"]
    write("[tenants.other]")
    client.application.extensions["policies"].look(detector)
    assert told(ours)["refused"] is None


def test_without_a_policy_the_model_says_so(fake: Assessor) -> None:
    client = create_app(fake).test_client()
    assert client.get("/api/v1/model").get_json()["running"]["policy"] is None
