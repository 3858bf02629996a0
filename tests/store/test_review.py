"""What waits for review: in which order, what a vote does, when two are needed, and what undo takes back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select

from api.store import Store, feedback, figures, likeness, postings, queue, sessions, votes
from api.store.columns import now
from api.store.postings import Kept
from api.store.queue import Filter
from api.store.review_tables import review
from api.store.tables import LOCAL, audit, decisions, tenants
from api.store.tables import postings as kept
from api.store.votes import Ruling
from api.store.waiting import place, poster_key
from detector.types import Assessment, Kind, Level, Posting, Reason, Versions

SCAM = Ruling("scam", ("upfront_fee",))
FINE = Ruling("legit")


def assessment(score: int, *rules: str) -> Assessment:
    level = Level.LOW if score < 30 else Level.MEDIUM if score < 70 else Level.HIGH
    reasons = tuple(Reason(rule.split(".")[0], rule, "题", "", "", 0.9) for rule in rules)
    return Assessment(None, Kind.POSTING, level, score, reasons, (), (), Versions("m", "r"))


def keep(store: Store, text: str, score: int = 90, tenant: str = LOCAL, poster: str | None = None) -> str:
    rules = ["upfront_fee.deposit"] if score >= 30 else []
    with store.write() as connection:
        about = Kept(tenant, "assessment", poster)
        return postings.keep_assessed(connection, Posting(text=text), assessment(score, *rules), about)


def say(store: Store, key: str, label: str, by: str = "k1") -> None:
    with store.write() as connection:
        feedback.about_kept(connection, LOCAL, key, feedback.Said(label, [], "备注", "api", by))


def cast(store: Store, keys: list[str], ruling: Ruling, by: str = "甲") -> votes.Cast:
    with store.write() as connection:
        return votes.cast(connection, LOCAL, by, keys, ruling)


def undo(store: Store, batch: str, by: str = "甲") -> list[str]:
    with store.write() as connection:
        return votes.undo(connection, LOCAL, by, batch, now() - timedelta(hours=1))


def listed(store: Store, tenant: str = LOCAL, after: str = "", size: int = 25, **wanted: object) -> list[str]:
    with store.read() as connection:
        return [one.posting for one in queue.page(connection, tenant, Filter(**wanted), after, size)]  # type: ignore[arg-type]


def decided(store: Store) -> list[tuple[str, str, list[str]]]:
    with store.read() as connection:
        return [(row.posting, row.label, row.codes) for row in connection.execute(select(decisions))]


def test_disputed_comes_first_then_reported_uncertain_high_and_low(store: Store) -> None:
    low, high, medium = keep(store, "甲乙丙丁", 5), keep(store, "子丑寅卯", 95), keep(store, "天地玄黄", 50)
    unsure, reported, disputed = keep(store, "宇宙洪荒", 65), keep(store, "日月盈昃", 90), keep(store, "辰宿列张", 90)
    say(store, reported, "scam")
    say(store, disputed, "legit")
    assert listed(store) == [disputed, reported, unsure, high, medium, low]
    assert listed(store, said="disputed") == [disputed]
    assert set(listed(store, said="said")) == {disputed, reported}
    assert listed(store, level="low") == [low]
    assert listed(store, uncertain=True) == [unsure]
    assert low not in listed(store, code="upfront_fee")


def test_pages_follow_one_another_and_nothing_stands_on_two(store: Store) -> None:
    keys = [keep(store, f"第{'一二三四五六七八九十'[number]}家店招人") for number in range(10)]
    seen, after = [], ""
    while True:
        with store.read() as connection:
            page = queue.page(connection, LOCAL, Filter(), after, 3)
        seen += [one.posting for one in page[:3]]
        if len(page) <= 3:
            break
        after = page[2].place
    assert seen == keys


def test_no_tenant_sees_or_decides_what_is_another_ones(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(tenants).values(id="other", name="另一家", created=now()))
    mine, theirs = keep(store, "先交押金两百元", poster="p"), keep(store, "先交押金两百元", tenant="other", poster="p")
    assert (listed(store), listed(store, "other")) == ([mine], [theirs])
    assert (listed(store, poster="p"), listed(store, campaign=theirs)) == ([mine], [])
    assert (cast(store, [theirs], SCAM).settled, listed(store, "other")) == (0, [theirs])
    with store.read() as connection:
        assert queue.item(connection, LOCAL, theirs) is None
        assert likeness.near(connection, LOCAL, mine, {"text": "先交押金两百元"}) == []


def test_a_vote_settles_and_undo_brings_it_back_and_the_trail_keeps_both(store: Store) -> None:
    key = keep(store, "先交押金两百元")
    batch = cast(store, [key], SCAM).batch
    assert (listed(store), listed(store, state="done")) == ([], [key])
    assert decided(store) == [(key, "scam", ["upfront_fee"])]
    assert undo(store, batch) == [key]
    assert (listed(store), decided(store)) == ([key], [])
    assert undo(store, batch) == []
    with store.read() as connection:
        actions = connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars().all()
        assert [vote.undone is not None for vote in queue.votes_on(connection, LOCAL, key)] == [True]
    assert actions == ["review.decide", "review.undo"]


def test_nobody_undoes_what_another_said_or_what_was_said_before_the_session(store: Store) -> None:
    batch = cast(store, [keep(store, "先交押金两百元")], SCAM).batch
    assert undo(store, batch, "乙") == []
    with store.write() as connection:
        assert votes.undo(connection, LOCAL, "甲", batch, now()) == []


def test_a_disputed_posting_needs_two_reviewers_who_agree(store: Store) -> None:
    key = keep(store, "先交押金两百元", 95)
    say(store, key, "legit")
    assert cast(store, [key], SCAM).second == 1
    assert cast(store, [key], SCAM).second == 1, "the same reviewer twice is one"
    assert (listed(store, state="second"), decided(store)) == ([key], [])
    assert cast(store, [key], FINE, "乙").second == 1, "they disagree"
    batch = cast(store, [key], SCAM, "丙").batch
    assert (listed(store), decided(store)) == ([], [(key, "scam", ["upfront_fee"])])
    undo(store, batch, "丙")
    assert (listed(store, state="second"), decided(store)) == ([key], [])


def test_two_reporters_who_disagree_on_the_same_words_make_a_dispute(store: Store) -> None:
    first, second = keep(store, "先交押金两百元", 50), keep(store, "先交押金两百元", 50)
    say(store, first, "scam", "k1")
    assert listed(store, said="disputed") == []
    say(store, second, "legit", "k2")
    assert listed(store, said="disputed") == [first, second]
    say(store, second, "scam", "k2")
    assert listed(store, said="disputed") == [], "the newest word of each counts"


def test_near_copies_are_one_campaign_and_are_decided_in_one_step(store: Store) -> None:
    text = "招聘网上客服，在家可做，一天三百元，入职前先交押金{}元，三天后退还，名额有限，加微信联系。"
    keys = [keep(store, text.format(amount)) for amount in (200, 198, "两百")]
    other = keep(store, "社区超市招收银员，早晚两班，缴社保，月薪四千，面试请到店里。")
    assert listed(store, campaign=keys[0]) == keys
    with store.read() as connection:
        near = likeness.near(connection, LOCAL, keys[0], {"text": text.format(200)})
        assert [key for key, _ in near] == keys[1:]
        assert near[0][1] == 1.0
        assert queue.waiting_of(connection, LOCAL, keys[0], 10) == keys
    done = cast(store, keys, SCAM)
    assert (done.settled, listed(store)) == (3, [other])
    assert undo(store, done.batch) == keys or listed(store, campaign=keys[0]) == keys


def test_what_the_command_line_decides_leaves_the_queue(store: Store) -> None:
    key = keep(store, "先交押金两百元")
    with store.write() as connection:
        assert feedback.decide(connection, LOCAL, key, "scam", ["upfront_fee"], "root")
    assert listed(store) == []


def test_forgetting_a_posting_takes_its_votes_and_its_place_along(store: Store) -> None:
    key = keep(store, "先交押金两百元")
    cast(store, [key], Ruling("scam", (), "给同事看"))
    with store.write() as connection:
        assert postings.forget(connection, LOCAL, key, "k")
    with store.read() as connection:
        assert queue.item(connection, LOCAL, key) is None
        assert queue.votes_on(connection, LOCAL, key) == []


def test_the_figures_count_what_there_is(store: Store) -> None:
    one, two = keep(store, "先交押金两百元", 90), keep(store, "社区超市招收银员", 40)
    keep(store, "早晚两班缴社保的工作", 3)
    cast(store, [one], SCAM)
    cast(store, [two], FINE, "甲")
    cast(store, [two], FINE, "乙")
    with store.read() as connection:
        days = figures.per_day(connection, LOCAL, 7)
        assert {level: numbers[-1] for level, numbers in days.levels.items()} == {"high": 1, "medium": 1, "low": 1}
        assert days.codes == {"upfront_fee": [0, 0, 0, 0, 0, 0, 2]}
        assert figures.double_votes(connection, LOCAL) == [("legit", "legit")]
        (rule,) = figures.rules(connection, LOCAL)
        assert (rule.rule, rule.fired, rule.scams) == ("upfront_fee.deposit", 2, 1)
        assert figures.bands(connection, LOCAL, now() - timedelta(days=1)) == [1, 0, 0, 0, 1, 0, 0, 0, 0, 1]
        assert figures.by_reviewer(connection, LOCAL, now() - timedelta(days=1)) == [("甲", 2), ("乙", 1)]


def test_a_session_opens_until_it_ends(store: Store) -> None:
    with store.write() as connection:
        token = sessions.begin(connection, LOCAL, "k1")
        found = sessions.find(connection, token)
        assert found is not None
        assert (found.tenant, found.key) == (LOCAL, "k1")
        assert sessions.find(connection, sessions.hashed(token)) is None, "what the store holds opens nothing"
        sessions.end(connection, token)
        assert sessions.find(connection, token) is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda connection: queue.page(connection, LOCAL, Filter(code="debt_trap", said="said")),
        lambda connection: queue.page(connection, LOCAL, Filter(state="all", level="high")),
        lambda connection: queue.page(connection, LOCAL, Filter(poster="x"), "3"),
        lambda connection: queue.page(connection, LOCAL, Filter(campaign="x")),
        lambda connection: figures.rules(connection, LOCAL),
        lambda connection: figures.decided(connection, LOCAL, "0", 1_000),
    ],
)
def test_no_page_makes_sqlite_sort_or_read_a_whole_table(store: Store, ask: Callable[[Connection], object]) -> None:
    told: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, said: str, values: object, *_: object) -> None:
        told.append((said, values))

    with store.read() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("PostgreSQL counts its rows before it chooses")
        event.listen(connection, "before_cursor_execute", note)
        ask(connection)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all() for said, values in list(told)]
    steps = [str(step[3]) for plan in plans for step in plan]
    assert steps
    assert not [step for step in steps if "TEMP B-TREE" in step or re.match("SCAN [a-z]", step)], steps


@pytest.mark.slow
def test_a_page_of_a_hundred_thousand_comes_at_once(store: Store) -> None:
    with store.write() as connection:
        for start in range(0, 100_000, 10_000):
            rows = [_row(number) for number in range(start, start + 10_000)]
            connection.execute(insert(kept), [one for one, _ in rows])
            connection.execute(insert(review), [one for _, one in rows])
    with store.read() as connection:
        limit = max(0.2, _fastest(lambda: connection.execute(select(review)).all()))  # a slow machine is slow at all
        places = select(review.c.place).order_by(review.c.place)
        middle = connection.execute(places.offset(50_000).limit(1)).scalar_one()
        for wanted in (Filter(), Filter(level="medium"), Filter(code="debt_trap"), Filter(uncertain=True),
                       Filter(said="disputed"), Filter(campaign=f"{77:024x}"), Filter(poster="p42")):  # fmt: skip
            for after in ("", middle):
                assert _fastest(lambda w=wanted, a=after: queue.page(connection, LOCAL, w, a)) < limit, (wanted, after)  # type: ignore[misc]
        assert _fastest(lambda: queue.waiting(connection, LOCAL)) < limit
        assert queue.waiting(connection, LOCAL).total == 100_000


def _row(number: int) -> tuple[dict[str, object], dict[str, object]]:
    key, at = f"{number:024x}", now() - timedelta(seconds=number)
    level = ("high", "medium", "low", "none")[number % 4]
    codes = " debt_trap " if number % 5_000 == 1 else " upfront_fee urgency "
    posting = {"id": key, "tenant": LOCAL, "origin": "assessment", "fields": {"text": f"第{number}条，先交押金"}}
    posting |= {"poster": f"p{number % 1000}", "digest": f"{number:064x}", "created": at}
    row = {"posting": key, "tenant": LOCAL, "waits": True, "second": False, "level": level, "score": number % 101}
    row |= {"place": place(number % 6, at, key), "codes": codes, "rules": "", "uncertain": number % 9 == 0}
    row |= {"said": "disputed" if number % 1000 == 0 else "", "campaign": f"{number // 10:024x}", "created": at}
    return posting, row | {"poster": poster_key(f"p{number % 1000}")}


def _fastest(act: object) -> float:
    """The best of three: how long it takes when nobody else has the machine."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        act()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return min(times)
