"""Which of the trades that a text names an offer is for, and what the others could pay."""

from __future__ import annotations

from collections.abc import Mapping

from detector.market.asked import LONG
from detector.market.comparison import Trade
from detector.market.context import HEAD, TITLE, Context
from detector.market.units import SESSIONS, TIMED
from detector.market.wages import UNSKILLED, Role
from detector.pay import Pay, Per


def _sentence_start(text: str, pay: Pay) -> int:
    first, end = max(pay.start - 200, 0), pay.start
    rfind = text.rfind
    return max(rfind("。", first, end), rfind(";", first, end), rfind("\n", first, end), rfind("!", first, end))


def work_of(text: str, pay: Pay, named: list[Trade]) -> Trade | None:
    """The trade an offer is for: the nearest before it in its sentence, else the first; names before hints."""
    begin = _sentence_start(text, pay)
    priced = [m for m in named if pay.of in SESSIONS or pay.per in m.role.each]
    close = [m for m in reversed(priced) if begin < m.start < pay.start]
    return min(close or priced, key=lambda m: m.hint, default=None)


def fills_a_day(role: Role, pay: Pay) -> bool:
    """Whether a session is better measured as a day: 一场 always, the others where the trade names no price."""
    price = role.price(pay.per)
    if price is None or role.name == UNSKILLED:
        return True
    return (pay.of == "场" or (pay.of == "趟" and role.light and price[1] >= 20)) and price < role.each[Per.DAY]


_ENDS_OF_PLACES = frozenset("店馆厂院房所厅队地")


def _only_where(context: Context, trade: Trade) -> bool:
    """Whether a trade's name only says where the next one works, or what all skilled are called: 宠物店铲屎员, 师傅."""
    if context.text[trade.start : trade.end] == "师傅":
        return True
    return any(m.start == trade.end for m in context.named) and context.text[trade.end - 1] in _ENDS_OF_PLACES


def is_sold(context: Context, pay: Pay, role: Role) -> bool:
    """Whether the title is a seller's, so that what a piece costs is a price and no pay: 电销…一台三千八."""
    title = context.named[0]
    is_other = title.role is not role and title.start < TITLE
    return is_other and title.role.high_ok and pay.per not in title.role.each


_SERVED = ("协助", "配合", "跟随", "跟着", "帮", "给", "为", "替", "服务", "对接", "汇报", "陪同")
"""Before a trade these make it somebody else's: 协助医生保定."""
RATIOS: Mapping[str, tuple[float, float]] = {
    "light": (1.6, 2.6),
    "plain": (2.4, 4.0),
    "high_ok": (6.0, 12.0),
}
"""From which ratio of the offer to the top of the usual an offer is high, and absurd."""


def _generous(role: Role, per: Per | None) -> float:
    """The top of what the most lenient reading of a trade allows."""
    usual = role.price(per)
    return usual[1] * RATIOS["high_ok" if role.high_ok else "plain"][0] if usual else 0.0


def most(context: Context, pay: Pay, role: Role) -> float:
    """The most that another trade named near the head could pay, so that one is not measured by the other."""
    if role.light and pay.per not in TIMED:
        return 0.0
    others = _others_in_head(context, role) if len(context.text) > LONG else _others_in_sentence(context, pay)
    skilled = [
        other
        for other in others
        if other is not role and not other.light and not (other.high_ok and context.asks_nothing and pay.per in TIMED)
    ]
    return max((_generous(other, pay.per) for other in skilled), default=0.0)


def _others_in_head(context: Context, role: Role) -> list[Role]:
    """The trades that a description names at its head; those hinted at only where they can pay far more.

    外派 hints at engineers, but not where light work is named right after the title begins: 在线客服(外派).
    """
    is_light = role.light and any(m.role is role and not m.hint and m.start < TITLE for m in context.named)
    return [
        m.role
        for m in context.work
        if m.start < HEAD
        and (not m.hint or (m.role.high_ok and not (is_light and m.role.name == _SENT_ABROAD)))
        and not context.text.endswith(_SERVED, 0, m.start)
    ]


_SENT_ABROAD = "外派工程"


def _others_in_sentence(context: Context, pay: Pay) -> list[Role]:
    """The trades that a call names in the sentence of the offer; those hinted at where no other is named."""
    begin = _sentence_start(context.text, pay)
    hints = all(m.hint for m in context.named)
    return [
        m.role
        for m in context.work
        if (hints or not m.hint) and begin < m.start < pay.end and not _only_where(context, m)
    ]
