"""A schema.org JobPosting is read as a reader sees it, and every quote stands where its field says, as it was sent."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from growth import linear
from hypothesis import given
from hypothesis import strategies as st

from api import create_app
from api.html_text import visible
from api.jobposting import MAX_SOURCE, is_linked, read_job_posting
from api.schema import AssessmentAnswer
from api.submission import JOB_POSTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from detector import Detector

ONE = "/api/v1/assessments"


@pytest.fixture(scope="module")
def real(detector: Detector) -> FlaskClient:
    """The real detector: its spans cross tags, lines and fields."""
    return create_app(detector).test_client()


def at(document: Any, pointer: str) -> Any:
    """The value at a JSON Pointer."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def places(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("reasons", "set_aside"):
        for one in answer[part]:
            yield from one["evidence"]


def check(sent: Any, answer: dict[str, Any]) -> list[str]:
    """The fields that evidence names; each quote is where it says, in what was sent or in `fields`."""
    AssessmentAnswer.model_validate(answer)
    named = []
    for item in places(answer):
        text = at(sent, item["field"]) if item["field"].startswith("/") else answer["fields"][item["field"]]
        assert text[item["start"] : item["end"]] == item["quote"]
        assert item["quote"]
        named.append(item["field"])
    for item in answer["wording"]:
        text = at(sent, item["field"]) if item["field"].startswith("/") else answer["fields"][item["field"]]
        assert 0 <= item["start"] <= item["end"] <= len(text)
    return named


def test_evidence_points_into_the_html_as_it_was_sent(real: FlaskClient) -> None:
    answer = real.post(ONE, json=JOB_POSTING).get_json()
    assert answer["risk_level"] == "high"
    assert "/description" in check(JOB_POSTING, answer)
    quotes = [item["quote"] for item in places(answer) if item["field"] == "/description"]
    assert any("<b>" in quote or "</b>" in quote for quote in quotes)


def test_a_salary_of_numbers_is_quoted_from_the_words_that_come_along(real: FlaskClient) -> None:
    value = {"@type": "QuantitativeValue", "minValue": 5800, "maxValue": "9,500.50", "unitText": "DAY"}
    sent = JOB_POSTING | {
        "title": "打字员",
        "baseSalary": {"currency": "CNY", "value": value},
        "description": "在家打字。",
    }
    answer = real.post(ONE, json=sent).get_json()
    assert "salary" in check(sent, answer)
    assert answer["fields"]["salary"] == "5800-9500.5元/天"


@pytest.mark.parametrize(
    ("salary", "text"),
    [
        (5000, "5000元"),
        ("8-12K", "8-12K"),
        ({"value": 300, "unitText": "HOUR", "currency": "USD"}, "300美元/小时"),
        ({"currency": "CNY", "value": {"value": 26000, "unitText": "MONTH"}}, "26000元/月"),
        ({"currency": "CNY", "value": {"minValue": 1, "maxValue": 2, "unitText": "YEAR"}}, "1-2元/年"),
        (
            {"currency": "HKD", "value": [{"value": 1, "unitText": "天"}, {"value": 2, "unitText": "/月"}]},
            "1港元/天\n2港元/月",
        ),
        ({"price": "4500", "priceCurrency": "CNY"}, "4500元"),
        ({"value": "面议"}, "面议"),
        ([{"value": {"value": 9}}, "双薪"], "9元\n双薪"),
        (True, ""),
        (-5, ""),
        (1e300, ""),
        ({"value": {"value": {"value": 5}}}, ""),
    ],
)
def test_a_salary_is_put_into_words(app: Any, salary: object, text: str) -> None:
    with app.app_context():
        _, posting, _ = read_job_posting({"@type": "JobPosting", "baseSalary": salary})
    assert posting.salary == text


def test_every_member_goes_to_its_field() -> None:
    job = {
        "@type": ["Thing", "https://schema.org/JobPosting"],
        "https://schema.org/title": {"@value": "文员", "@language": "zh"},
        "hiringOrganization": {
            "name": "某某公司",
            "telephone": "13800000000",
            "contactPoint": {"email": "a@example.com"},
        },
        "jobLocation": [
            {"address": {"addressCountry": {"name": "中国"}, "addressRegion": "广东", "streetAddress": "解放路1号"}},
            {"name": "二号店", "address": "柳城"},
        ],
        "jobLocationType": "TELECOMMUTE",
        "applicantLocationRequirements": {"@type": "Country", "name": "中国"},
        "applicationContact": {"name": "刘姐", "telephone": "13800000001"},
        "description": "<p>第一</p><p>第二&amp;第三</p>",
        "employmentType": ["PART_TIME", "夜班"],
        "skills": [{"@type": "DefinedTerm", "name": "打字"}, "Excel"],
        "validThrough": "2026-12-31",
    }
    _, posting, _ = read_job_posting(job)
    assert (posting.title, posting.company) == ("文员", "某某公司")
    assert posting.location == "中国\n广东\n解放路1号\n二号店\n柳城\n中国\n可在家远程办公"
    assert posting.contact == "刘姐\n13800000001\n13800000000\na@example.com"
    assert posting.description == "\n第一\n\n第二&第三\n"
    assert posting.text == "兼职\n夜班\nExcel\n打字".replace("Excel\n打字", "打字\nExcel")


def test_a_graph_is_searched_and_its_references_followed(real: FlaskClient) -> None:
    sent = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Organization", "@id": "#org", "name": "某某公司，先交押金200元"},
            {"@type": "JobPosting", "@id": "#job", "title": "打字员", "hiringOrganization": {"@id": "#org"}},
        ],
    }
    answer = real.post(ONE, json=sent).get_json()
    assert answer["id"] == "#job"
    assert "/@graph/0/name" in check(sent, answer)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"@type": "Organization", "name": "某某公司"}, "#/@type"),
        ({"@graph": [{"@type": "JobPosting"}, {"@type": "JobPosting"}]}, "#/@graph"),
        ({"@graph": 5}, "#/@type"),
        ({"@type": "JobPosting"}, "#/description"),
        ({"@type": "JobPosting", "description": "<p> </p>"}, "#/description"),
        ({"@type": "JobPosting", "title": "a", "id": "x" * 257}, "#/id"),
        ({"@type": "JobPosting", "title": "a", "options": {"language": "fr"}}, "#/options/language"),
        ({"@type": "JobPosting", "title": "a", "options": 5}, "#/options"),
        ({"@type": "JobPosting", "title": "a", "description": "\ud83d"}, "#/description"),
        ({"@type": "JobPosting", "description": "字" * 20_001}, "#/description"),
        ({"@type": "JobPosting", "description": "<b>" * 70_000}, "#/description"),
    ],
)
def test_a_job_posting_that_cannot_be_read_is_refused(client: FlaskClient, sent: object, pointer: str) -> None:
    response = client.post(ONE, data=json.dumps(sent), content_type="application/ld+json")
    assert response.status_code == 422
    assert pointer in {error["pointer"] for error in response.get_json()["errors"]}


def test_its_own_id_comes_back(client: FlaskClient) -> None:
    for identifier in ("7", 7, {"@type": "PropertyValue", "name": "x", "value": 7}):
        sent = {"@type": "JobPosting", "title": "a", "identifier": identifier}
        assert client.post(ONE, json=sent).get_json()["id"] == "7"


def test_many_references_to_a_long_text_are_not_read_many_times(client: FlaskClient) -> None:
    sent = {
        "@graph": [
            {"@type": "JobPosting", "skills": [{"@id": "#a"}] * 10_000},
            {"@id": "#a", "name": "字" * 19_000, "description": "字" * 19_000},
        ]
    }
    begun = time.process_time()
    assert client.post(ONE, json=sent).status_code == 422
    assert time.process_time() - begun < 10  # 380 million characters would take minutes


# --- whatever is sent ---

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text("押金<b>&lt;p/!-字200元\n \0😀", max_size=40)
)
MEMBERS = [
    *("title", "description", "hiringOrganization", "jobLocation", "baseSalary", "applicationContact", "skills"),
    *("employmentType", "name", "address", "addressCountry", "value", "minValue", "unitText", "currency", "@value"),
    *("@id", "@type", "@graph", "id", "identifier", "schema:title", "telephone", "salaryCurrency", "jobBenefits"),
]
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=6)
)


@given(st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8))
def test_whatever_stands_in_a_job_posting_is_answered_and_quoted_truly(real: FlaskClient, members: Any) -> None:
    sent = json.loads(json.dumps(members | {"@type": "JobPosting"}))
    answer: TestResponse = real.post(ONE, data=json.dumps(sent), content_type="application/json")
    assert answer.status_code in {200, 400, 422}
    if answer.status_code == 200:
        check(sent, answer.get_json())


HTML = st.lists(
    st.sampled_from(
        re.split(
            " ",
            "押 金 先交 200元 ， <b> </b> <br/> <p> &nbsp; &amp;lt; &#25276; <!-- --> <script> </script> < & &#xd800; "
            "&#0; &notit; İ &lt;b&gt; 日结500",
        )
    ),
    max_size=30,
).map("".join)


@given(HTML)
def test_html_is_quoted_as_it_was_sent(real: FlaskClient, source: str) -> None:
    sent = {"@type": "JobPosting", "title": "打字员", "description": source}
    check(sent, real.post(ONE, json=sent).get_json())


@given(HTML)
def test_every_character_that_is_shown_comes_from_somewhere(source: str) -> None:
    traced = visible(source)
    assert len(traced.text) == len(traced.starts) == len(traced.ends)
    spans = list(zip(traced.starts, traced.ends, strict=True))
    assert all(0 <= start < end <= len(source) for start, end in spans)
    assert spans == sorted(spans)
    traced.text.encode()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("工资<5000，>3000", "工资<5000，>3000"),
        ("押<b>金</b>&nbsp;200元", "押金\xa0200元"),
        ("<ul><li>一</li><li>二</ul>", "\n\n一\n\n二\n"),
        ("甲<!-- 乙 -->丙", "甲丙"),
        ("甲<!-- 乙", "甲 乙"),
        ("甲<script>乙</script>丙", "甲丙"),
        ("甲<script>乙", "甲乙"),
        ("&lt;p&gt;押&amp;nbsp;金", "\n押\xa0金"),
        ("AT&T &copy &unknown;", "AT&T © &unknown;"),
        ("&#x62bc;&#37329;", "押金"),
    ],
)
def test_html_shows_what_a_reader_sees(source: str, text: str) -> None:
    assert visible(source).text == text


@pytest.mark.parametrize("piece", ["<!--", "<script>", "<a ", "&", "&#", "<", "</style", "&lt;!--", "<b>"])
def test_hostile_html_takes_time_that_grows_with_its_length(piece: str) -> None:
    source = (piece * MAX_SOURCE)[:MAX_SOURCE]
    assert linear(visible, source[: MAX_SOURCE // 4], source, 8)


def test_our_own_form_is_not_taken_for_json_ld() -> None:
    assert not is_linked({"text": "a", "title": "JobPosting"})
    assert not is_linked(["@type"])
