"""Words and signs of currencies: 元, 刀, hk$, 毛, 个点."""

from __future__ import annotations

from functools import lru_cache

from detector.lists import lengths, spread
from detector.pay.types import Unit

MONEY: dict[str, tuple[Unit, float]] = spread(
    {
        (Unit.YUAN, 1.0): "元人民币 元钱 元 圆 块钱 块 大洋 人民币 rmb cny 缘 r y 米 💰 🌾 🍚",
        (Unit.YUAN, 0.1): "毛钱 毛 角钱 角",
        (Unit.YUAN, 0.01): "分钱 分",
        (Unit.USD, 1.0): "美元 美金 美刀 刀 usd",
        (Unit.USDT, 1.0): "usdt u",
        (Unit.HKD, 1.0): "港币 港元 港纸 hkd 蚊 澳门币 澳门元 葡币 mop",
        (Unit.TWD, 1.0): "新台币 台币 twd ntd",
        (Unit.SGD, 1.0): "新币 新元 坡币",
        (Unit.EUR, 1.0): "欧元",
        (Unit.GBP, 1.0): "英镑",
        (Unit.AUD, 1.0): "澳元 澳币",
        (Unit.JPY, 1.0): "日元 日币 円",
        (Unit.KRW, 1.0): "韩元 韩币",
        (Unit.THB, 1.0): "泰铢 铢",
        (Unit.PHP, 1.0): "比索 p",
        (Unit.PERCENT, 1.0): "% 个点",
        (Unit.PERCENT, 10.0): "成",
        (Unit.YUAN, 100.0): "张",
    }
)
MONEY_FIRST = frozenset(word[0] for word in MONEY)
_MONEY_LENGTHS = lengths(MONEY)
SLANG = frozenset({"米", "缘", "🌾", "🍚", "分", "r", "y", "p", "张"})
"""Money words that are also everyday words: they need a 一单 or a 日入 beside them."""


def money_word(text: str, at: int) -> str:
    """The longest money word at this place; Latin ones only as whole words."""
    if text[at].isascii() and text[at].isalpha():
        end = at + 1
        while end < at + 5 and text[end : end + 1].isascii() and text[end : end + 1].isalnum():
            end += 1
        return text[at:end] if text[at:end] in MONEY else ""
    for n in _MONEY_LENGTHS[text[at]]:
        if text[at : at + n] in MONEY:
            return text[at : at + n]
    return ""


SIGNS: dict[str, Unit] = spread(
    {
        Unit.HKD: "hk$ 港币 港元 hkd 澳门币 葡币 mop",
        Unit.TWD: "nt$ 新台币 台币 ntd twd",
        Unit.USD: "us$ 美元 美金 usd $",
        Unit.YUAN: "¥ ￥ 人民币 rmb",
        Unit.EUR: "€",
        Unit.SGD: "新币",
    }
)
"""Currencies that stand before the figure. A lone $ is read by the dialect of the text; the pataca of Macao is 1.03 to
the dollar of Hong Kong and stands under it."""
_SIGN_LAST = frozenset(sign[-1] for sign in SIGNS)


def sign_before(text: str, start: int) -> tuple[str | None, int]:
    """The currency sign before the figure (hk$, ¥, 港币) and where it starts."""
    at = start - (text[start - 1 : start] == " " and start > 0)
    if at > 0 and text[at - 1] in _SIGN_LAST:
        for n in (3, 2, 1):
            if (sign := text[max(at - n, 0) : at]) in SIGNS:
                return "us$" if sign == "$" and _in_dollars(text) else sign, at - len(sign)
    return None, start


@lru_cache(maxsize=1)
def _in_dollars(text: str) -> bool:
    """Whether a lone $ is the dollar of America: the text is English, or pays in tether."""
    return "usd" in text or "remote" in text or 2 * sum(map(str.isascii, text)) > 3 * len(text) / 2
