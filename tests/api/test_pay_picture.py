"""The pay that is offered beside the usual one, drawn on the server from the detector's own comparison."""

from __future__ import annotations

import pytest

from api.pages.pay import of, pictured
from detector.document import Document
from detector.market import Comparison
from detector.types import Posting


def comparison(text: str) -> Comparison:
    found = Document(Posting(text=text)).comparison
    assert found is not None
    return found


def test_a_daily_wage_is_drawn_as_a_months_pay_beside_the_usual() -> None:
    picture = of(comparison("招打字员，日结1000元。"))
    assert picture is not None
    assert (picture.unit, picture.role) == ("元每月", "打字录入")
    assert picture.offered.words == "26,100"
    assert picture.usual.words == "3,500–5,500"
    assert picture.offered.x + picture.offered.width <= 100.0
    assert picture.usual.x + picture.usual.width < picture.offered.x


def test_a_price_of_an_order_is_drawn_as_such() -> None:
    picture = of(comparison("招商品录入员，一单佣金15-80元。"))
    assert picture is not None
    assert (picture.unit, picture.offered.words) == ("元一单", "15–80")


def test_only_a_reason_that_tells_the_arithmetic_gets_the_picture() -> None:
    found = comparison("招打字员，日结1000元。")
    assert pictured(found, "报酬太高。" + found.arithmetic) is not None
    assert pictured(found, "报酬太高。") is None
    assert pictured(None, "报酬太高。") is None


@pytest.mark.parametrize(
    "text", ["招打字员，日结1000元", "招文员，月薪1元", "一天赚999999999元，招打字员", "时薪0.01元 打字员"]
)
def test_no_bar_leaves_the_picture(text: str) -> None:
    found = Document(Posting(text=text)).comparison
    picture = of(found) if found else None
    for bar in (picture.offered, picture.usual) if picture else ():
        assert 0 <= bar.x <= 100
        assert 0 < bar.width <= 100.01
        assert bar.x + bar.width <= 100.01


def test_money_that_comes_back_is_no_pay_and_gets_no_picture() -> None:
    found = Document(Posting(text="垫付1000元，返1200元，做任务")).comparison
    assert found is None or found.back is None or of(found) is None
