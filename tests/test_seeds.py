"""The articles that the project started from, and a posting made from what they warn of."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector import Detector, Kind, Level, Posting

SEEDS = Path(__file__).parent.parent.parent / "shared" / "seeds"

TRAP = (
    "招拍单员，佣金高时间自由，手机就能做，一单佣金40元。\n"
    "需要自备流动资金3000元，用自己的钱先把商品拍下付款，再把本金和佣金一起打回给您。\n"
    "报到时先交保证金200元。"
)


def test_the_seed_articles_are_no_postings_and_low(detector: Detector) -> None:
    articles = sorted(SEEDS.glob("*.txt"))
    if not articles:
        pytest.skip(f"{SEEDS} is not beside this checkout")
    for article in articles:
        found = detector.assess(Posting(text=article.read_text("utf-8")))
        assert (found.kind, found.risk_level) == (Kind.NOT_POSTING, Level.LOW), article.name


def test_a_posting_of_what_the_first_article_warns_of_is_high_for_three_reasons(detector: Detector) -> None:
    found = detector.assess(Posting(text=TRAP))
    assert found.risk_level is Level.HIGH
    quotes = {reason.code: " ".join(item.quote for item in reason.evidence) for reason in found.reasons}
    assert "保证金200元" in quotes["upfront_fee"]
    assert "流动资金" in quotes["advance_funds"]
    assert "佣金" in quotes["unrealistic_pay"] + quotes.get("easy_money", "")
