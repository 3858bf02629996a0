"""Contacts are found however they are written, and what reaches nobody in particular is none."""

from __future__ import annotations

import pytest
from growth import linear

from detector.contacts import MOST, contacts
from detector.document import Document
from detector.types import Posting


def values(text: str) -> list[str]:
    return [one.value for one in contacts(Document(Posting(text=text)))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("有意加薇❤ kefu_lr8", "kefu_lr8"),
        ("有意加微信：kefu_lr8", "kefu_lr8"),
        ("V：kefu_lr8，备注兼职", "kefu_lr8"),
        ("v信号 KEFU_LR8", "kefu_lr8"),
        ("卫星 kefu_lr8", "kefu_lr8"),
        ("加我wei信号：ｋｅｆｕ_ｌｒ８", "kefu_lr8"),
        ("扣扣 2345678901", "2345678901"),
        ("Q：2345678901", "2345678901"),
        ("企鹅群号2345678901", "2345678901"),
        ("電話①③⑧12340000", "13812340000"),
        ("打一三八一二三四零零零零", "13812340000"),
        ("1️⃣3️⃣8️⃣ 1234 0000", "13812340000"),
        ("138-1234-0000 微信同号", "13812340000"),
        ("幺三八一二三四〇〇〇〇", "13812340000"),
    ],
)
def test_one_contact_is_the_same_however_it_is_written(text: str, value: str) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "电话 138xxxx0000", "电话 138****0000", "微信 138xxxx0000", "拨打110、96110或12333",
        "客服 400-800-1234，QQ 95588",
        "微信小程序 android 开发", "熟练使用微信、Word、Photoshop", "月薪4000-5000元，2024年01月01日入职",
        "身高160-175", "微信公众号运营，会python", "工作时间9:00-18:00",
    ],
)  # fmt: skip
def test_what_reaches_nobody_in_particular_is_none(text: str) -> None:
    assert values(text) == []


def test_a_contact_stands_where_it_was_sent() -> None:
    document = Document(Posting(title="招人", contact="加薇❤ kefu_lr8"))
    one = contacts(document)[0]
    place = document.evidence_at(one.start, one.end, disguised=one.disguised)
    assert (place.field, place.quote, place.disguised) == ("contact", "加薇❤ kefu_lr8", True)


def test_one_that_is_named_twice_is_one_and_there_are_only_so_many() -> None:
    assert values("微信 kefu_lr8，再说一遍，微信 kefu_lr8") == ["kefu_lr8"]
    assert len(values("，".join(f"微信 kefu_lr{number}" for number in range(60)))) == MOST


@pytest.mark.parametrize(
    "text", ["微信" * 10_000, "1" * 20_000, "1-" * 10_000, "v:" * 10_000, "微" + "号" * 19_999, "一" * 20_000]
)
def test_hostile_texts_take_no_longer_than_their_share(text: str) -> None:
    short, long = (Document(Posting(text=text[:length])) for length in (5_000, 20_000))
    assert short.text
    assert long.text
    assert linear(contacts, short, long, 8)
