"""Nothing that is measured on may be a copy, a sibling or a neighbour of what was trained on."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.types import Posting
from training.dataset import LABELS, DataError, Example
from training.dates import iso
from training.near_copies import near_copies, plain
from training.sketches import _hard_codes, _plain_codes, near_copy_groups
from training.splits import by_time, folds, hold_out, units

WORDS = "招聘 店员 文员 日结 押金 垫付 双休 包住 高薪 兼职 急招 微信 电话 面试 五险 月薪 四千 八千 客服 司机 仓库 夜班"


def text(number: int, length: int = 40) -> str:
    draw = random.Random(number)
    return "".join(draw.choices(WORDS.split(), k=length))


def row(number: int, **values: str) -> Example:
    values = {"text": text(number), "label": LABELS[number % 3], "group": f"g{number}"} | values
    posting = Posting(text=values.pop("text"))
    return Example(id=str(number), posting=posting, **values)  # type: ignore[arg-type]


def test_near_copies_are_grouped_and_strangers_are_not() -> None:
    texts = [text(number) for number in range(300)]
    copies = [f"【急】{one[:-4]}！！" for one in texts]
    found = near_copy_groups([*texts, *copies])
    assert found[:300].tolist() == list(range(300))
    assert found[300:].tolist() == list(range(300))


def test_the_sketch_finds_what_the_exact_comparison_finds() -> None:
    draw = random.Random(1)
    texts = [text(number) for number in range(400)]
    for one in texts[:400]:
        at = draw.randrange(len(one) - 8)
        texts.append(one[:at] + "改" * draw.randrange(1, 5) + one[at + draw.randrange(8) :])
    found = near_copy_groups(texts)
    pairs = list(near_copies(texts))
    missed = [pair for pair in pairs if found[pair[0]] != found[pair[1]]]
    assert len(pairs) > 300
    assert len(missed) <= len(pairs) / 100


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["！", "招", "招", "招人"], ["\ud800", "\ud800"], ["招\0聘"]])
def test_any_text_has_a_group(texts: list[str]) -> None:
    assert near_copy_groups(texts).tolist() == [texts.index(one) for one in texts]


@given(st.lists(st.text(), max_size=6))
@settings(max_examples=200, deadline=None)
def test_what_is_looked_up_of_many_texts_is_what_each_is_by_itself(texts: list[str]) -> None:
    texts = [*texts, "ＡＢ①押金，200元", "e\u0301tude ㎡ ﬁ", "가나다라\u11a8", "𝟗𝟖 😀押金押金", "\x1b\r{\uaaf7", ""]
    for text, codes in zip(texts, _plain_codes(texts), strict=True):
        assert codes.tolist() == _hard_codes(text).tolist()
        assert "".join(map(chr, codes.tolist())).rstrip("\0") == plain(text).rstrip("\0")


def test_twenty_thousand_texts_take_seconds_even_if_most_are_copies() -> None:
    def texts() -> Iterator[str]:
        for number in range(20_000):
            yield text(number % 500, 8) + ("" if number % 3 else str(number))

    start = time.process_time()
    found = near_copy_groups(texts())
    assert time.process_time() - start < 60  # each with each would take many minutes
    assert len(found) == 20_000


def test_groups_posters_and_copies_stay_together_in_a_chain() -> None:
    rows = [
        row(0, group="one", poster="甲"),
        row(1, group="one"),
        row(2, poster="甲"),
        row(3, text=text(2) + "。"),
        row(4, source="board"),
        row(5, source="board"),
    ]
    assert units(rows).unit.tolist() == [0, 0, 0, 0, 4, 5]
    assert units(rows, ("group",)).unit.tolist() == [0, 0, 2, 3, 4, 5]
    assert units(rows, ("copies", "group", "poster", "source")).unit.tolist() == [0, 0, 0, 0, 4, 4]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 60)), min_size=60, max_size=150))
def test_no_unit_straddles_whatever_the_rows(drawn: list[tuple[int, int, int]]) -> None:
    base = [row(number) for number in range(30)]
    rows = base + [
        row(100 + number, text=text(content), group=f"g{group}", poster=f"p{poster}" if poster > 6 else "")
        for number, (group, poster, content) in enumerate(drawn)
    ]
    seen = units(rows)
    try:
        parts = [folds(seen, 3), hold_out(seen).astype(int)]
    except DataError:
        return
    for part in parts:
        for name in ("text", "group", "poster"):
            held = [
                {getattr(one, name) for one, at in zip(rows, part, strict=True) if at == k} - {""} for k in range(3)
            ]
            assert not held[0] & held[1]
            assert not held[1] & held[2]


def test_folds_hold_the_same_share_of_each_label_and_come_out_the_same_again() -> None:
    rows = [row(number, group=f"g{number // 4}") for number in range(1200)]
    seen = units(rows)
    part = folds(seen, 5)
    many = np.array([np.bincount(seen.label[part == fold], minlength=3) for fold in range(5)])
    assert np.ptp(many, axis=0).max() <= 5
    assert folds(units(iter(rows)), 5).tolist() == part.tolist()
    assert folds(seen, 5, seed=1).tolist() != part.tolist()
    held = hold_out(seen, 0.25)
    assert [round(float(held[seen.label == label].mean()), 2) for label in range(3)] == [0.25] * 3


def test_too_few_independent_rows_are_named() -> None:
    rows = [row(number, label="legit") for number in range(20)]
    copies = [row(100 + number, text=text(99), label="scam") for number in range(50)]
    with pytest.raises(DataError, match="50 rows of scam are only 1 independent ones"):
        folds(units(rows + copies), 5)


def test_a_split_by_time_tests_on_later_rows_that_are_no_copies_of_earlier_ones() -> None:
    rows = [row(number, date=f"2026-01-{1 + number // 10:02}") for number in range(200)]
    rows += [row(900, text=text(0) + "！", date="2026-01-20"), row(901, group="g1", date="2026-01-20"), row(902)]
    split = by_time(units(rows), share=0.2)
    assert split.since == "2026-01-17"
    assert (split.copies, split.related, split.undated) == (1, 1, 1)
    assert split.test.sum() == 40
    assert split.train.sum() == 161
    assert not (split.test & split.train).any()
    assert not split.test[[200, 201]].any()
    assert split.train[202]


def test_a_split_by_time_needs_dates_on_both_sides() -> None:
    with pytest.raises(DataError, match="no row has a date"):
        by_time(units([row(number) for number in range(5)]))
    same = units([row(number, date="2026-01-05") for number in range(5)])
    for since in ("", "2026-01-01", "2027-01-01"):
        with pytest.raises(DataError, match="both sides"):
            by_time(same, since=since)


DATES = {
    "2026-03-05": "2026-03-05",
    " 2026/3/5 ": "2026-03-05",
    "2026年3月5日": "2026-03-05",
    "20260305": "2026-03-05",
    20260305: "2026-03-05",
    "2026-03-05 14:30": "2026-03-05T14:30",
    "2026-03-05T14:30:12.000+08:00": "2026-03-05T14:30",
    46086: "2026-03-05",
    46086.5: "2026-03-05T12:00",
    "46086": "2026-03-05",
    1772668800: "2026-03-05T00:00",
    1772668800000: "2026-03-05T00:00",
    date(2026, 3, 5): "2026-03-05",
    datetime(2026, 3, 5, 14, 30, tzinfo=UTC): "2026-03-05T14:30",
    "": "",
    None: "",
    float("nan"): "",
}


@pytest.mark.parametrize(("written", "read"), list(DATES.items()), ids=str)
def test_dates_are_read_as_people_and_spreadsheets_write_them(written: object, read: str) -> None:
    assert iso(written) == read


@pytest.mark.parametrize(
    "written", ["gestern", "2026-13-01", "2026-02-30", "5", 5, True, "2026", ["2026-01-01"], 1e300]
)
def test_what_is_no_date_is_refused_with_the_way_to_write_it(written: object) -> None:
    with pytest.raises(ValueError, match="write 2026-03-05"):
        iso(written)
