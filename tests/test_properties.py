"""What holds for any text whatever."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detector import Assessment, Detector, Posting
from detector.document import Document
from detector.normalize import normalize
from detector.types import CODES, Because

VOCABULARY = (
    "押金 押-金 丫金 yajin 報名費 保证金 服装费 先交 垫付 返本金 刷单 点赞 佣金 加薇❤ 加v vx 微信 扣扣 日结 日入过千 "
    "300-500 200元 三百块 8-12K·13薪 1.5w 佣金30% 千字9元 一单50 不收 无需 谨防 警方提醒 负责 客人 公司承担 报销 "
    "对方让我 要交吗 不用 打字员 在家 轻松 赚钱 招聘 月薪4500 双休 五险一金 的 一"
)
PAUSES = "，。！？…、：“”（）【】\n\r\t \u3000+-·*_|/"
TROUBLE = "\x00 \u200b \u200d \ufeff \ud800 \udfff 💰 👍🏽 ✈️ ⑫ ㍿ ﷺ é a\u0301 Ａ ９ ❤ 🈚 1 a"
PIECES = [*VOCABULARY.split(), *PAUSES, *TROUBLE.split(" ")]
"""Scam vocabulary, disguises, honest words, and characters that make trouble."""

ANY_CHARACTER = st.characters(codec=None, exclude_categories=())
ANY_TEXT = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(ANY_CHARACTER, max_size=4)),
    max_size=40,
).map("".join)
FIELD_NAMES = [name for name in Posting.FIELDS if name != "text"]
POSTINGS = st.builds(Posting, text=ANY_TEXT, **{name: st.one_of(st.just(""), ANY_TEXT) for name in FIELD_NAMES})
MANY = settings(max_examples=150, deadline=None)


def spans(found: Assessment) -> Sequence[tuple[str, int, int, str]]:
    """Every span of an assessment, as (field, start, end, quote)."""
    mentions = [mention for reason in found.reasons for mention in reason.evidence]
    mentions += [mention for item in found.set_aside for mention in item.evidence]
    return [(item.field, item.start, item.end, item.quote) for item in mentions] + [
        (item.field, item.start, item.end, item.term) for item in found.wording
    ]


@MANY
@given(POSTINGS)
@example(Posting(text="\ud800"))
@example(Posting(title="押", text="金200元先交"))
@example(Posting(text="⑫⑫押\u200b-\u200b金⑫"))
def test_a_quote_is_what_stands_in_the_field(detector: Detector, posting: Posting) -> None:
    for field, start, end, quote in spans(detector.assess(posting)):
        assert 0 <= start <= end <= len(getattr(posting, field))
        assert getattr(posting, field)[start:end] == quote


@MANY
@given(POSTINGS)
def test_any_posting_gets_an_answer_within_its_bounds(detector: Detector, posting: Posting) -> None:
    found = detector.assess(posting)
    assert 0 <= found.risk_score <= 100
    assert {reason.code for reason in found.reasons} <= set(CODES)
    assert {item.because for item in found.set_aside} <= set(Because)
    assert all(0 < reason.confidence < 1 and reason.evidence for reason in found.reasons)
    assert all(item.evidence for item in found.set_aside)


@settings(max_examples=60, deadline=None)
@given(st.lists(POSTINGS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_same_text_gets_the_same_answer_in_any_batch_and_order(
    detector: Detector, postings: list[Posting], random: Random
) -> None:
    alone = {id(posting): detector.assess(posting) for posting in postings}
    shuffled = [*postings]
    random.shuffle(shuffled)
    together = dict(zip(map(id, shuffled), detector.assess_many(shuffled), strict=True))
    assert together == alone


@MANY
@given(ANY_TEXT)
def test_offsets_rise_and_stay_inside(text: str) -> None:
    aligned = normalize(text)
    starts, ends = aligned.starts.tolist(), aligned.ends.tolist()
    assert len(starts) == len(ends) == len(aligned.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
    assert all(left <= right for left, right in pairwise(starts))
    assert all(left <= right for left, right in pairwise(ends))


@MANY
@given(ANY_TEXT)
def test_disguises_are_in_order_apart_and_inside(text: str) -> None:
    aligned = normalize(text)
    assert all(0 <= start < end <= len(aligned.text) for start, end in aligned.disguised)
    assert all(left[0] < right[0] and left[1] <= right[1] for left, right in pairwise(aligned.disguised))


@MANY
@given(ANY_TEXT)
def test_normal_text_holds_no_surrogates_and_nothing_invisible(text: str) -> None:
    plain = normalize(text).text
    plain.encode("utf-8")
    assert not set(plain) & {"\u200b", "\u200d", "\ufeff", "\x00", "\r", "\u3000"}


@MANY
@given(ANY_TEXT)
def test_clauses_are_in_order_apart_and_hold_every_concept(text: str) -> None:
    document = Document(Posting(text=text))
    assert "".join(document.words) == document.text
    assert all(left.end <= right.start for left, right in pairwise(document.clauses))
    assert all(left.sentence <= right.sentence for left, right in pairwise(document.clauses))
    held = [concept for clause in document.clauses for concept in clause.concepts]
    assert held == [item for item in document.concepts if item in set(held)]


# --- linear time ---

LONG, SHORT = 20_000, 340
TIMES = 70
"""How many times the time of a short text a long one may take (the lengths differ 59 times)."""
SLACK = 1.35
"""What a busy machine may add; quadratic time would be fifty times over."""

REPEATED = (
    "押-金|押 金|押金|押金。|“押金|押\u200b金|丫金|yajin |報名費|押·|押金 500 |交押金500|先交200元押金。|"
    "交押金500元不收 |不收|不收押金，|谨防|谨防押金，|负责收客户押金|客户|公司出|让我交押金|对方说|"
    "要交吗|有人以招聘为由|以“招聘|法第|"
    "微信|加v|加薇❤|v❤|扣扣|刷单|先垫付|先付后返|点赞关注|日结|退|被|第一|不|招|名额|"
    "0元|,0|1,000|300-500|8-12K·13薪|佣金30%|一单50|日入300|一千零|百万|月薪|每天|打字员一天800|"
    "1|12|a|的|一|é|⑫|ﷺ|💰|👍🏽|，|。|“|”|、|…|-|. | |\n|\u200b|\ud800|\x00"
)
PATTERNS = REPEATED.split("|")


def seconds(detector: Detector, pattern: str, length: int, last: str) -> float:
    """What one text of a repeated pattern takes; `last` makes it a text not seen before."""
    text = (pattern * (length // len(pattern) + 1))[: length - 1] + last
    start = time.process_time()
    detector.assess(Posting(text=text))
    return time.process_time() - start


def ratio(detector: Detector, pattern: str, marks: str) -> float:
    short = sorted(seconds(detector, pattern, SHORT, mark) for mark in marks)[len(marks) // 2]
    return seconds(detector, pattern, LONG, marks[0]) / short


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS, ids=ascii)
def test_a_long_text_takes_no_more_than_its_length(detector: Detector, pattern: str) -> None:
    seconds(detector, pattern, SHORT, "子")
    gc.collect()
    gc.disable()
    try:
        best = min(ratio(detector, pattern, "甲乙丙丁戊"), TIMES * SLACK * 2)
        for marks in ("己庚辛壬癸", "寅卯辰巳午", "未申酉戌亥"):
            if best <= TIMES:
                break
            best = min(best, ratio(detector, pattern, marks))
    finally:
        gc.enable()
    assert best <= TIMES * SLACK
