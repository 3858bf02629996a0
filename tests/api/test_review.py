"""The review desk: who gets in, what they see and decide, that nothing runs, and that nobody sees another's."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api import create_app
from api.review import access, agreement, boards, charts, sheet, tasks, workshop
from api.review.access import COOKIE, safe_next
from api.review.items import differing
from api.store import feedback, keys, open_store, postings, queue, sessions, votes
from api.store.keys import Wish
from api.store.postings import Kept
from api.store.queue import Filter
from api.store.tables import LOCAL, decisions
from api.store.tables import audit as trail
from detector.registry import Registry
from detector.types import Posting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from api.config import Assessor
    from api.store import Store


SCAM = "招打字员，日结500元，入职前先交押金200元，三天后退还，名额不多，加微信报名。"
TOY = Path(__file__).parent.parent / "toy.jsonl"
FINE = "社区超市招收银员，早晚两班，缴社保，月薪4500元，面试请到店里。"
HOSTILE = (
    "<script>alert(1)</script>押金",
    '"><img src=x onerror=alert(1)>押金',
    "'-alert(1)-'押金",
    "</textarea></div><svg onload=alert(1)>押金",
    "{{ 7*7 }}{% raw %}押金",
    "javascript:alert(1)//押金",
    "\u202e押金\u2066",
)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/scamjob.db")
    yield store
    store.close()


@pytest.fixture
def app(fake: Assessor, kept: Store) -> Flask:
    return create_app(fake, store=kept)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def keep(app: Flask, text: str, tenant: str = LOCAL, poster: str | None = None) -> str:
    posting = Posting(text=text)
    with app.extensions["store"].write() as connection:
        assessment = app.extensions["assessor"].assess(posting)
        return postings.keep_assessed(connection, posting, assessment, Kept(tenant, "assessment", poster))


def key_for(app: Flask, tenant: str, *scopes: str) -> str:
    with app.extensions["store"].write() as connection:
        made = keys.create(connection, Wish(tenant, "审核员", scopes), "test")
    ring = app.extensions["gate"].ring
    ring.known = False
    return made


def token_on(client: FlaskClient, path: str = "/review") -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(path).text)
    assert found, path
    return found[1]


def signed_in(app: Flask, key: str) -> FlaskClient:
    client = app.test_client()
    csrf = token_on(client, "/review/sign-in")
    response = client.post("/review/sign-in", data={"key": key, "csrf": csrf})
    assert (response.status_code, response.location) == (303, "/review")
    return client


def decide(client: FlaskClient, key: str, label: str = "scam", **more: object) -> str:
    path = f"/review/items/{key}"
    csrf = token_on(client, path)
    response = client.post(path, data={"csrf": csrf, "label": label, **more})
    assert response.status_code == 303, response.text
    return str(response.location)


LEADS = {"href", "src", "action", "formaction", "xlink:href"}


class Elements(HTMLParser):
    """What a browser would make of a page: elements, and attributes that could run something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.running: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.running += [
            (name, value)
            for name, value in attrs
            if name.startswith("on")
            or name in {"style", "srcdoc"}
            or (name in LEADS and (value or "").strip().lower().startswith(("javascript:", "data:")))
        ]


# --- who gets in ---


def test_without_any_key_the_desk_is_open_to_this_machine_alone(client: FlaskClient) -> None:
    assert client.get("/review").status_code == 200
    assert client.get("/review", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 303
    assert client.get("/review", base_url="http://rebound.example").status_code == 303
    assert client.get("/review", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 303


def test_once_there_is_a_key_one_has_to_sign_in_and_comes_back_where_one_wanted(app: Flask) -> None:
    key = key_for(app, LOCAL, "review")
    client = app.test_client()
    asked = client.get("/review/trail?actor=x")
    assert asked.location == "/review/sign-in?next=/review/trail?actor%3Dx"
    csrf = token_on(client, asked.location)
    response = client.post("/review/sign-in", data={"key": key, "csrf": csrf, "next": "/review/trail?actor=x"})
    assert response.location == "/review/trail?actor=x"
    assert client.get("/review/trail").status_code == 200


@pytest.mark.parametrize(
    "path", ["//evil.example/review", "https://evil.example", "/elsewhere", "/review\\..", "/review\n"]
)
def test_signing_in_leads_nowhere_else(path: str) -> None:
    assert safe_next(path) == "/review"


def test_the_cookie_is_shut_in_and_says_nothing(app: Flask) -> None:
    key = key_for(app, LOCAL, "review")
    client = app.test_client()
    csrf = token_on(client, "/review/sign-in")
    response = client.post("/review/sign-in", data={"key": key, "csrf": csrf}, headers={"X-Forwarded-Proto": "https"})
    cookie = response.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/review"} <= set(cookie.split("; "))
    assert key not in cookie
    assert "Max-Age=43200" in cookie


def test_a_wrong_key_a_revoked_one_and_one_without_the_scope_stay_outside(app: Flask) -> None:
    weak, gone = key_for(app, LOCAL, "assess"), key_for(app, LOCAL, "review")
    with app.extensions["store"].write() as connection:
        assert keys.revoke(connection, gone.split("_")[1], "test")
    app.extensions["gate"].ring.known = False
    client = app.test_client()
    csrf = token_on(client, "/review/sign-in")
    for sent, status in ((weak, 403), (gone, 401), ("sj_nonsense", 401), ("", 401), ("密钥", 401)):
        response = client.post("/review/sign-in", data={"key": sent, "csrf": csrf})
        assert (response.status_code, 'role="alert"' in response.text) == (status, True)
    assert client.get("/review").status_code == 303
    answers = [client.post("/review/sign-in", data={"key": "x", "csrf": csrf}).status_code for _ in range(12)]
    assert answers[-1] == 429


def test_who_signed_out_or_whose_key_was_revoked_is_out(app: Flask) -> None:
    key = key_for(app, LOCAL, "review")
    client, other = signed_in(app, key), signed_in(app, key)
    copied = client.get_cookie(COOKIE, path="/review")
    assert copied is not None
    client.post("/review/sign-out", data={"csrf": token_on(client)})
    client.set_cookie(COOKIE, copied.value, path="/review")
    assert client.get("/review").status_code == 303, "a copy of the cookie opens nothing"
    assert other.get("/review").status_code == 200
    with app.extensions["store"].write() as connection:
        keys.revoke(connection, key.split("_")[1], "test")
    app.extensions["gate"].ring.known = False
    assert other.get("/review").status_code == 303


def test_a_session_ends_by_itself(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, key_for(app, LOCAL, "review"))
    later = sessions.now() + sessions.LASTS
    monkeypatch.setattr(sessions, "now", lambda: later)
    assert client.get("/review").status_code == 303


def test_no_form_is_taken_without_its_token(app: Flask) -> None:
    key = keep(app, SCAM)
    client = signed_in(app, key_for(app, LOCAL, "review", "admin"))
    posts = [
        str(rule.rule) for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/review") and "POST" in (rule.methods or ())
    ]  # fmt: skip
    assert len(posts) == 9
    stranger = token_on(app.test_client(), "/review/sign-in")
    for rule in posts:
        path = re.sub("<[^>]+>", key, rule)
        for csrf in ("", "0" * 64, stranger, "密"):
            response = client.post(path, data={"csrf": csrf, "label": "scam"}, headers={"Accept": "text/html"})
            assert response.status_code == 403, path
            assert "页面已过期" in response.text
    assert client.post(f"/review/items/{key}", json={"label": "scam"}).status_code == 415


# --- what they see ---


def test_the_queue_shows_what_waits_and_filters_it(app: Flask, client: FlaskClient) -> None:
    scam, fine = keep(app, SCAM, poster="招工小王"), keep(app, FINE)
    page = client.get("/review").text
    assert page.index(SCAM[:20]) < page.index(FINE[:20])
    assert FINE[:20] not in client.get("/review?level=high").text
    assert SCAM[:20] not in client.get("/review?level=low").text
    assert fine not in client.get("/review?code=upfront_fee").text
    assert scam in client.get("/review?poster=招工小王").text
    assert scam not in client.get("/review?poster=别人").text
    assert scam in client.get("/review?state=nonsense&level=%00&code='&campaign=").text, "nonsense does not narrow"


def test_what_a_caller_lets_us_keep_is_found_by_who_posted_it(client: FlaskClient) -> None:
    long = "甲" * 256
    for text, more in (("一", {"poster": "agency-17"}), ("二", {"poster": long}), ("三", {"company": " 某某商贸 "})):
        body = {"description": f"{SCAM}{text}", "options": {"store": True}} | more
        assert client.post("/api/v1/assessments", json=body).status_code == 200
    for poster, text in (("agency-17", "一"), (long, "二"), ("某某商贸", "三")):
        page = client.get("/review", query_string={"poster": poster}).text
        assert page.count('class="excerpt"') == 1, poster
        assert f"{SCAM}{text}" in page
        assert f"发布者 {poster[:29]}" in page
    assert 'class="excerpt"' not in client.get("/review?poster=agency").text


def test_an_item_shows_text_marks_reasons_feedback_and_copies(app: Flask, client: FlaskClient, kept: Store) -> None:
    key = keep(app, SCAM)
    copy = keep(app, SCAM.replace("三天", "五天"))
    with kept.write() as connection:
        feedback.about_kept(connection, LOCAL, key, feedback.Said("scam", ["upfront_fee"], "交了就被拉黑", "api", "k9"))
    page = client.get(f"/review/items/{key}").text
    assert '<mark class="risk' in page
    told = ("入职前要求交押金或会员费", "upfront_fee.deposit", "交了就被拉黑", "k9", "很像的几条", copy, "同批 2 条")
    assert [words for words in told if words not in page] == []
    assert '<span class="other">' in page


def test_the_differences_of_a_copy_are_marked_and_nothing_is_lost() -> None:
    own = {"先交押金", "交押金两", "押金两百"}
    grams = {text[at : at + 3] for text in own for at in range(len(text) - 2)}
    pieces = differing("先交押金三千元，先交押金两百", grams)
    assert "".join(piece.text for piece in pieces) == "先交押金三千元，先交押金两百"
    assert [piece.text for piece in pieces if piece.owners] == ["三千元，"]
    assert differing("", grams) == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_texts_on_every_page(app: Flask, client: FlaskClient, kept: Store, hostile: str) -> None:
    key = keep(app, hostile, poster=hostile)
    keep(app, hostile + "。")
    with kept.write() as connection:
        feedback.about_kept(connection, LOCAL, key, feedback.Said("legit", [], hostile, "api", hostile[:60]))
    decide(client, key, note=hostile)
    harmless = Elements(client.get(f"/review/items/{keep(app, FINE)}").text)
    paths = [f"/review/items/{key}", f"/review/campaigns/{key}", "/review?state=all", "/review/figures"]
    paths += ["/review/trail", f"/review?poster={hostile}", f"/review/trail?actor={hostile}&subject={hostile}"]
    for path in paths:
        page = Elements(client.get(path).text)
        assert page.running == [], path
        assert page.tags.count("script") == harmless.tags.count("script"), path
        assert not {"img", "iframe", "object"} & set(page.tags), path


def test_no_tenant_sees_or_touches_what_is_anothers(app: Flask) -> None:
    mine, theirs = key_for(app, "mine", "review"), key_for(app, "theirs", "admin")
    key = keep(app, SCAM, "theirs")
    keep(app, SCAM, "mine")
    client, other = signed_in(app, mine), signed_in(app, theirs)
    own = token_on(client)
    for path in (f"/review/items/{key}", f"/review/campaigns/{key}"):
        assert client.get(path).status_code == 404
        assert other.get(path).status_code == 200
    for page in ("/review", "/review?state=all", f"/review?campaign={key}"):
        assert f"items/{key}" not in client.get(page).text
    assert client.post(f"/review/items/{key}", data={"csrf": own, "label": "scam"}).status_code == 404
    decide(other, key)
    assert key not in client.get("/review/trail").text
    assert key not in client.get("/review/decisions.csv").text
    assert key in other.get("/review/decisions.csv").text
    assert "很像的几条" not in client.get(client.get("/review").text.split('href="')[1].split('"')[0]).text


# --- what they decide ---


def rows(store: Store) -> list[tuple[str, list[str], str]]:
    with store.read() as connection:
        return [(row.label, row.codes, row.moderator) for row in connection.execute(select(decisions))]


def test_a_decision_is_kept_and_leads_to_the_next(app: Flask, client: FlaskClient, kept: Store) -> None:
    first, second = keep(app, SCAM), keep(app, "招录入员，会员费398元，押金一百，提前开通权限。")
    path = f"/review/items/{first}?level=high"
    csrf = token_on(client, path)
    sent = {"csrf": csrf, "label": "scam", "codes": ["upfront_fee", "nonsense"], "note": "两处要钱"}
    assert client.post(path, data=sent).location == f"/review/items/{second}?level=high"
    assert rows(kept) == [("scam", ["upfront_fee"], LOCAL)]
    assert decide(client, second, "legit", codes=["upfront_fee"]) == "/review"
    assert rows(kept)[1] == ("legit", [], LOCAL), "codes are those of a scam alone"
    assert "两处要钱" in client.get(f"/review/items/{first}").text


@pytest.mark.parametrize("sent", [{}, {"label": "nonsense"}, {"label": "scam", "note": "字" * 2001}])
def test_what_is_no_decision_is_refused(app: Flask, client: FlaskClient, kept: Store, sent: dict[str, str]) -> None:
    key = keep(app, SCAM)
    csrf = token_on(client, f"/review/items/{key}")
    assert client.post(f"/review/items/{key}", data={"csrf": csrf, **sent}).status_code == 422
    assert rows(kept) == []


def test_the_same_words_are_decided_wherever_they_wait(app: Flask, client: FlaskClient, kept: Store) -> None:
    key, _ = keep(app, SCAM), keep(app, SCAM)
    assert "一字不差的 2 条" in client.get(f"/review/items/{key}").text
    decide(client, key)
    assert len(rows(kept)) == 2


def test_undo_brings_it_back_and_cannot_be_done_twice(app: Flask, client: FlaskClient, kept: Store) -> None:
    key = keep(app, SCAM)
    decide(client, key)
    page = client.get("/review").text
    batch = re.search(r'name="batch" value="([0-9a-f]+)"', page)
    assert batch
    sent = {"csrf": token_on(client), "batch": batch[1]}
    assert client.post("/review/undo", data=sent).location == f"/review/items/{key}"
    assert rows(kept) == []
    assert client.post("/review/undo", data=sent).status_code == 409
    page = client.get("/review/trail").text
    assert page.index("<td>撤销审核</td>") < page.index("<td>审核</td>")


def test_a_disputed_one_waits_for_a_second_who_does_not_see_what_the_first_said(app: Flask, kept: Store) -> None:
    one, two = (signed_in(app, key_for(app, LOCAL, "review")) for _ in range(2))
    key = keep(app, SCAM)
    with kept.write() as connection:
        feedback.about_kept(connection, LOCAL, key, feedback.Said("legit", [], None, "api", "k"))
    decide(one, key, note="押金就是押金")
    assert rows(kept) == []
    assert "等第二人" in one.get("/review").text
    assert "押金就是押金" in one.get(f"/review/items/{key}").text
    page = two.get(f"/review/items/{key}").text
    assert "已有一位判过" in page
    assert "押金就是押金" not in page
    decide(two, key)
    assert [label for label, _, _ in rows(kept)] == ["scam"]
    assert "κ" in two.get("/review/figures").text


def test_a_campaign_is_decided_after_a_page_that_says_how_many(app: Flask, client: FlaskClient, kept: Store) -> None:
    found = [keep(app, SCAM.replace("200", str(amount))) for amount in (200, 300, 400)]
    path = f"/review/campaigns/{found[0]}"
    csrf = token_on(client, path)
    page = client.post(path, data={"csrf": csrf, "label": "scam", "codes": ["upfront_fee"]}).text
    assert "把 3 条判为“骗局”？" in page
    assert rows(kept) == []
    sent = {"csrf": csrf, "label": "scam", "codes": ["upfront_fee"], "confirmed": "3"}
    assert client.post(path, data=sent | {"confirmed": "2"}).status_code == 409
    assert client.post(path, data=sent).location == "/review"
    assert len(rows(kept)) == 3
    assert "撤销上一步（3 条）" in client.get("/review").text
    assert "都审完了" in client.get(path).text


def test_feedback_waits_with_its_assessment(client: FlaskClient, kept: Store) -> None:
    assert client.post("/api/v1/feedback", json={"text": SCAM, "label": "legit"}).status_code == 201
    with kept.read() as connection:
        (item,) = queue.page(connection, LOCAL, Filter())
    assert (item.level, item.said, item.codes[0]) == ("high", "disputed", "upfront_fee")


# --- figures, trail, files ---


def test_a_few_postings_are_no_drift(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "expected", lambda _: (0.1,) * 10)
    keep(app, SCAM)
    assert "条数太少" in client.get("/review/figures").text
    monkeypatch.setattr(boards, "FEW", 1)
    page = client.get("/review/figures").text
    assert "条数太少" not in page
    assert "与训练时已大不相同" in page


def test_the_figures_are_drawn_and_stand_in_tables_too(app: Flask, client: FlaskClient) -> None:
    decide(client, keep(app, SCAM))
    keep(app, FINE)
    page = client.get("/review/figures")
    assert page.status_code == 200
    found = Elements(page.text)
    assert found.running == []
    assert found.tags.count("svg") >= 4
    assert found.tags.count("table") >= 4
    assert "upfront_fee.deposit" in page.text


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], None),
        ([("scam", "scam")] * 5, None),
        ([("scam", "scam"), ("legit", "legit")], 1.0),
        ([("scam", "legit"), ("legit", "scam")], -1.0),
        # Cohen's example as it is usually taught: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no.
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
    ],
)
def test_kappa_is_what_cohen_says(pairs: list[tuple[str, str]], expected: float | None) -> None:
    found = agreement.kappa(pairs)
    assert found == (None if expected is None else pytest.approx(expected))


def test_charts_are_shapes_without_style_or_script() -> None:
    drawn = charts.stacked(["1", "<b>"], {"high": [3, 0], "low": [1, 2]}, '"><script>')
    found = Elements(drawn)
    assert set(found.tags) == {"svg", "path", "text", "rect"}
    assert found.tags.count("rect") == 3
    assert found.running == []
    assert [charts.ceiling(value) for value in (0, 0.3, 1, 7, 22, 49, 101)] == [1, 0.4, 1, 8, 40, 60, 200]


def test_the_trail_pages_filters_and_downloads(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "PER_PAGE", 5)
    for letter in "甲乙丙丁戊己庚":
        decide(client, keep(app, f"{SCAM}{letter}"))
    page = client.get("/review/trail").text
    assert page.count("<tr>") == 6
    more = re.search(r"before=(\d+)", page)
    assert more
    assert client.get(f"/review/trail?before={more[1]}").text.count("<tr>") == 3
    assert "没有符合条件的" in client.get("/review/trail?actor=nobody").text
    assert client.get("/review/trail?before=x").status_code == 200
    answer = client.get("/review/trail.csv")
    read = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert (len(read), read[0][:3], answer.mimetype) == (8, ["seq", "at", "actor"], "text/csv")
    assert SCAM[:8] not in answer.text


def test_no_cell_of_a_file_is_a_formula() -> None:
    cells = ["=1+1", "@SUM(A1)", "x=1", None, -3]
    told = b"".join(sheet.lines(["a"] * 5, [cells])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(told, newline="")))[1:] == [["'=1+1", "'@SUM(A1)", "x=1", "", "-3"]]


def over(client: FlaskClient, path: str, seconds: float = 240) -> str:
    """The page of a task once it is over."""
    until = time.monotonic() + seconds
    while 'http-equiv="refresh"' in (page := client.get(path).text):
        assert time.monotonic() < until, page
        time.sleep(0.2)
    return page


@pytest.mark.slow
def test_a_table_is_checked_in_the_background_and_the_result_downloaded(app: Flask, client: FlaskClient) -> None:
    rows = f"id,text\n1,{SCAM}\n2,{FINE}\n=3,{FINE}\n4,\n".encode()
    sent = {"csrf": token_on(client, "/review/tasks"), "file": (io.BytesIO(rows), "jobs.csv")}
    started = client.post("/review/uploads", data=sent)
    assert started.status_code == 303, started.text
    page = over(client, started.location)
    assert "完成，有几行没读懂" in page
    answer = client.get(f"{started.location}/result")
    read = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["id"] for row in read] == ["1", "2", "'=3"]
    assert read[0]["risk_level"] == "high"
    answer.close()
    task = next(tasks.everyone(LOCAL))
    assert not (task.folder / "in.csv").exists(), "the texts do not stay"
    assert tasks.find("other", task.id) is None


@pytest.mark.parametrize("name", ["jobs.exe", "jobs", "", "jobs.csv.zip"])
def test_what_is_no_table_is_refused_at_once(client: FlaskClient, name: str) -> None:
    sent = {"csrf": token_on(client, "/review/tasks"), "file": (io.BytesIO(b"x"), name)}
    assert client.post("/review/uploads", data=sent).status_code == 422


def test_what_is_too_large_is_refused_before_it_is_read(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MAX_UPLOAD", 1000)
    sent = {"csrf": token_on(client, "/review/tasks"), "file": (io.BytesIO(b"x" * 70_000), "jobs.csv")}
    assert client.post("/review/uploads", data=sent).status_code == 413
    key = {"csrf": sent["csrf"], "batch": (io.BytesIO(b"x"), "x")}
    assert client.post("/review/undo", data=key).status_code == 415, "no other page takes files"


def test_a_task_that_waits_can_be_cancelled_and_too_many_are_refused(client: FlaskClient) -> None:
    import fcntl

    tasks.root().mkdir(parents=True, exist_ok=True)
    with (tasks.root() / "turn").open("ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        csrf = token_on(client, "/review/tasks")
        answers = [
            client.post("/review/uploads", data={"csrf": csrf, "file": (io.BytesIO(b"{}"), "a.jsonl")})
            for _ in range(tasks.MOST + 1)
        ]
        assert [answer.status_code for answer in answers] == [303] * tasks.MOST + [429]
        for answer in answers[:-1]:
            assert "排队中" in client.get(answer.location).text
            client.post(f"{answer.location}/cancel", data={"csrf": csrf})
        for answer in answers[:-1]:
            assert "已取消" in over(client, answer.location)


def test_a_task_whose_process_was_killed_is_told_so() -> None:
    folder = tasks.prepare()
    facts = {"kind": "upload", "tenant": LOCAL, "who": "x", "steps": [], "remove": []}
    (folder / "task.json").write_text(json.dumps(facts | {"began": "2026-01-01T00:00:00+00:00"}))
    (folder / "state.json").write_text(json.dumps({"step": 0}))
    (folder / "log.txt").write_bytes(b"10%\r\x1b[2K 55%\rlast 60%\r\nb0b0b0b0b0b0: added\r\n")
    task = tasks.find(LOCAL, folder.name)
    assert task is not None
    assert (task.status, task.percent, task.version) == ("broken", 60, "b0b0b0b0b0b0")
    assert task.log == "last 60%\nb0b0b0b0b0b0: added\n"
    assert folder.name in {one.name for one in tasks.root().iterdir()}
    tasks.prepare()
    assert not folder.exists(), "what is old and over is removed"


def test_only_an_admin_trains_and_promotes(app: Flask) -> None:
    client = signed_in(app, key_for(app, LOCAL, "review"))
    csrf = token_on(client)
    assert "启用和训练要带 admin 权限的密钥" in client.get("/review/models").text
    for path in ("/review/training", "/review/models/shipped"):
        assert client.post(path, data={"csrf": csrf}).status_code == 403
    admin = signed_in(app, key_for(app, LOCAL, "admin"))
    csrf = token_on(admin)
    assert "开始训练" in admin.get("/review/models").text
    for version in ("0" * 12, "..", "nonsense"):
        assert admin.post(f"/review/models/{version}", data={"csrf": csrf}).status_code == 404


@pytest.mark.slow
def test_promoting_runs_in_the_background_and_shows_what_it_said(client: FlaskClient, kept: Store) -> None:
    csrf = token_on(client, "/review/models")
    started = client.post("/review/models/shipped", data={"csrf": csrf, "reason": "=cmd\n--force"})
    assert started.status_code == 303, started.text
    assert "runs already" in over(client, started.location)
    with kept.read() as connection:
        assert connection.execute(select(trail.c.action)).scalars().all() == ["review.promote"]


@pytest.mark.slow
def test_nothing_is_trained_while_too_little_was_decided(client: FlaskClient) -> None:
    started = client.post("/review/training", data={"csrf": token_on(client, "/review/models")})
    assert started.status_code == 303, started.text
    page = over(client, started.location)
    assert "没有够用的审核结论" in page
    assert ">训练：失败<" in page


@pytest.mark.slow
def test_a_training_runs_to_its_end_and_its_report_and_version_are_there(
    app: Flask, client: FlaskClient, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "BASE", "none")
    rows = [json.loads(line) for line in TOY.read_text("utf-8").splitlines()]
    for row in rows:
        key = keep(app, row["text"])
        with kept.write() as connection:
            votes.cast(connection, LOCAL, LOCAL, [key], votes.Ruling(row["label"], tuple(row.get("codes", ()))))
    started = client.post("/review/training", data={"csrf": token_on(client, "/review/models")})
    page = over(client, started.location, 240)
    assert ">训练：完成<" in page, page
    assert page.count("✓") == 4
    assert "None" not in page
    version = re.search("到模型页启用 ([0-9a-f]{12})", page)
    assert version
    report = client.get(f"{started.location}/report")
    assert report.headers["Content-Security-Policy"].startswith("sandbox;")
    assert version[1] in report.text
    assert f"{len(rows)} 条文本" in report.text
    models = client.get("/review/models").text
    assert f'id="v-{version[1]}"' in models
    assert f'action="/review/models/{version[1]}"' in models
    assert f"{started.location}/report" in models
    task = next(tasks.everyone(LOCAL))
    assert not (task.folder / workshop.EXAMPLES).exists(), "the texts do not stay beside the report"
    shutil.rmtree(Registry.here().folder(version[1]))


def test_a_report_is_shown_shut_in(client: FlaskClient) -> None:
    folder = tasks.prepare()
    facts = {"kind": "train", "tenant": LOCAL, "who": "x", "steps": [], "remove": []}
    (folder / "task.json").write_text(json.dumps(facts | {"began": "2999-01-01T00:00:00+00:00"}))
    (folder / "report.html").write_text("<!doctype html><style>b{}</style><b>报告</b>")
    answer = client.get(f"/review/tasks/{folder.name}/report")
    assert "报告" in answer.text
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    assert policy.startswith("sandbox; default-src 'none'; ")
    assert "script" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
