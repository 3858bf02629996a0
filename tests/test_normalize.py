"""Tricks are undone, honest writing is left alone, and every character knows where it came from."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detector.errors import TableError
from detector.normalize import AlignedText, fold, forms, normalize, pinyin, tables

SAME_READING = [
    # characters
    ("ＡＢＣ１２３", "abc123"),
    ("報名費", "报名费"),
    ("押\u200b金", "押金"),
    ("押\u2060\ufe0f金", "押金"),
    ("月薪\u30004500", "月薪 4500"),
    ("㊀", "一"),
    ("⑫", "12"),
    ("甲\x00乙", "甲 乙"),
    ("\ud800招", "\ufffd招"),
    ("一\r\n二\u2028三", "一\n\n二\n三"),
    # separators inside words
    ("押-金", "押金"),
    ("押 金", "押金"),
    ("保*证*金", "保证金"),
    ("报·名·费", "报名费"),
    ("先 拍 后 返", "先拍后返"),
    # words in disguise
    ("丫金", "押金"),
    ("兼织", "兼职"),
    ("yajin", "押金"),
    ("薇❤", "微信"),
    ("曰结", "日结"),
    ("跑fen", "跑分"),
    ("vx123", "微信123"),
    ("加薇信", "加微信"),
    ("加v❤", "加微信"),
    ("+扣扣123", "加qq123"),
    # a character taken apart or replaced
    ("交扌甲金三百", "交押金三百"),
    ("加我微亻言", "加我微信"),
    ("提王见秒到", "提现秒到"),
    ("交褓証金", "交保证金"),
    ("先交鸦金", "先交押金"),
    ("先交抻金三百", "先交押金三百"),
    ("拍身份诖正反面", "拍身份证正反面"),
    ("在家兼💼，☀结", "在家兼职,日结"),
    # in pinyin, whole or in part
    ("ri jie", "日结"),
    ("先交 ya jin 300", "先交 押金 300"),
    ("招刷dan员", "招刷单员"),
    ("weixinkefujianzhi", "微信客服兼职"),
    ("jia wei xin", "加微信"),
    ("交fuzhuangfei60", "交服装费60"),
    # one character is another, or two
    ("公司包\n吃\n住", "公司包吃住"),
    ("手\u200b机操作", "手机操作"),
    ("服务员 工资面议", "服务员 工资面议"),
    # several at once
    ("交ｙａｊｉｎ３００", "交押金300"),
    ("先交 丫-金", "先交 押金"),
]

LEFT_ALONE = [
    "三个来小时,半个来小时",
    "",
    "招文员两名,双休,五险一金。",
    "月薪4500-6000,13薪",
    "上班-休息,早-晚班",
    "svxd是型号",
    "押,金",
    "一二\n三四",
    "加微信详聊",
    "hello world, please call me",
    "邮箱hr@example.com",
    "先来后到。交完班,付清尾款。",
    "发一段自己卖东西的视频",
    "我们收旧家电",
]


@pytest.mark.parametrize(("written", "plain"), SAME_READING)
def test_a_trick_reads_like_the_plain_word(written: str, plain: str) -> None:
    assert normalize(written).text == plain


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_plain_writing_stays_as_it_is(text: str) -> None:
    aligned = normalize(text)
    assert aligned.text == text
    assert aligned.disguised == ()


NO_EVIDENCE = ["包\n吃住", "押\n金", "手\u200b机", "免\u200b费", "工 资", "shou ji", "绿泡泡"]


@pytest.mark.parametrize("written", NO_EVIDENCE)
def test_what_honest_pages_hold_too_is_undone_but_no_evidence(written: str) -> None:
    assert normalize(written).disguised == ()


SHAPES = "丫|金|押|-|·| |\n|\u200b|扌甲金|亻言|微|薇❤|+|加|300|,|。|单|兼|织|⑫|ﷺ|💰|\U00020000"
SOUNDS = "ri|jie|ri jie|ya jin|yajin|v|wei|xin|shua|押jin"
PIECES = st.sampled_from(f"{SHAPES}|{SOUNDS}".split("|"))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=20).map("".join))
@example("ri jie")
@example("ya jin丫-金 y a j i n")
@example("押\u200b-金jin")
def test_what_was_disguised_lies_in_the_text(written: str) -> None:
    aligned = normalize(written)
    assert all(0 <= start < end <= len(aligned.text) for start, end in aligned.disguised)
    assert all(left[1] <= right[0] for left, right in pairwise(aligned.disguised))
    assert len(aligned.starts) == len(aligned.ends) == len(aligned.text)


ORIGINS = [
    ("先交２００元押-金", "押金", "押-金", True),
    ("入职要丫金", "押金", "丫金", True),
    ("找薇信", "微信", "薇信", True),
    ("加薇❤聊", "加微信", "加薇❤", True),
    ("收報名費", "报名费", "報名費", False),
    ("押\u200b金三百", "押金", "押\u200b金", True),
    ("\u200b\u200b押金", "押金", "押金", False),
    ("共⑫元", "12", "⑫", False),
    ("交 保 证 金 五百", "保证金", "保 证 金", True),
]


@pytest.mark.parametrize(("written", "plain", "origin", "disguised"), ORIGINS)
def test_a_plain_word_leads_back_to_how_it_was_written(written: str, plain: str, origin: str, disguised: bool) -> None:
    aligned = normalize(written)
    start = aligned.text.index(plain)
    end = start + len(plain)
    left, right = aligned.origin(start, end)
    assert written[left:right] == origin
    assert aligned.is_disguised(start, end) is disguised


def test_only_the_disguised_word_is_marked() -> None:
    aligned = normalize("招兼职,先交押-金,再付保证金")
    text = aligned.text
    marked = {
        word: aligned.is_disguised(text.index(word), text.index(word) + len(word))
        for word in ("兼职", "押金", "保证金")
    }
    assert marked == {"兼职": False, "押金": True, "保证金": False}


def test_an_empty_span_leads_to_a_place() -> None:
    aligned = normalize("押-金")
    assert aligned.origin(1, 1) == (2, 2)
    assert aligned.origin(2, 2) == (3, 3)
    assert normalize("").origin(0, 0) == (0, 0)


def test_folding_twice_changes_nothing_more() -> None:
    text = "ＡⅤ①㈠報名費㍿ﷺ\u200b⑫ÀÉ"
    assert fold(fold(text)) == fold(text)


def test_disguises_that_overlap_count_once() -> None:
    written = "押-金-押-金-押-金"
    spans = normalize(written).disguised
    assert list(spans) == sorted(spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


OVERLAPS = [(0, 2, False), (2, 3, True), (1, 3, True), (4, 9, True), (5, 9, False)]


@pytest.mark.parametrize(("start", "end", "hit"), OVERLAPS)
def test_a_span_is_disguised_where_it_overlaps_a_disguise(start: int, end: int, hit: bool) -> None:
    places = np.arange(9, dtype=np.int32)
    aligned = AlignedText("x" * 9, "x" * 9, places, places + np.int32(1), ((2, 5),))
    assert aligned.is_disguised(start, end) is hit


def test_a_damaged_character_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "characters.npy"
    bad.write_bytes(b"\x93NUMPY not really")
    monkeypatch.setattr(tables, "TABLE_FILE", bad)
    with pytest.raises(TableError, match=r"characters\.npy.*rebuild it with `python -m training\.tables`"):
        tables.character_table.__wrapped__()


def test_a_character_table_of_another_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "characters.npy"
    np.save(bad, np.zeros(7, dtype=np.uint32))
    monkeypatch.setattr(tables, "TABLE_FILE", bad)
    with pytest.raises(TableError, match="not a table of 131072 code points"):
        tables.character_table.__wrapped__()


def test_a_disguise_without_forms_is_named_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "disguises.tsv"
    bad.write_text("# words\n押金\t丫金\n保证金\n", "utf-8")
    monkeypatch.setattr(forms, "DISGUISE_FILE", bad)
    with pytest.raises(TableError, match=r"disguises\.tsv: line 3: need PLAIN<tab>FORM"):
        forms.form_rows.__wrapped__()


def test_no_word_in_pinyin_escapes_the_quick_look(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = random.Random(4)
    sounds = [*pinyin._sounds()[:-1:40], "hello", "a", "the", "yajin", "shuadan", "wei", "qqqq"]
    texts = [
        "".join(drawn.choice([sound, sound[:2], "押", "单", " ", "，"]) for sound in drawn.choices(sounds, k=12))
        for _ in range(300)
    ]
    quick = [pinyin.by_pinyin(text) for text in texts]
    monkeypatch.setattr(pinyin, "_may_begin", lambda _: True)
    assert quick == [pinyin.by_pinyin(text) for text in texts]
    assert sum(map(bool, quick)) > 20


def test_characters_that_stand_for_several_lead_back_to_one() -> None:
    aligned = normalize("月薪⑫㎡元①")
    assert aligned.text == "月薪12m2元1"
    assert aligned.origin(2, 4) == (2, 3)
    assert aligned.origin(4, 6) == (3, 4)
    assert aligned.origin(7, 8) == (5, 6)
