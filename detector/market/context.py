"""What all offers of a text share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from detector.market.asked import asks_nothing
from detector.market.comparison import Trade
from detector.market.titles import besides, by_heads
from detector.market.units import ABROAD
from detector.market.wages import Role, load_wages
from detector.pay import Pay, Unit

TITLE = 24
"""Where a title stands, in characters: there a hint is as good as a name."""
HEAD = 80
"""Where a posting says what it is about, in characters."""
CALL = 200
"""Characters up to which a text calls for people; a longer one that asks little still describes its work."""


class Context(NamedTuple):
    """What all offers of a text share: the trades named, those and all hinted at, light work, the city's factor."""

    text: str
    named: list[Trade]
    work: list[Trade]
    light: bool
    tier: float
    unskilled: Role | None
    asks_nothing: bool
    pays: Sequence[Pay]

    def factor(self, unit: Unit) -> float:
        """How much more than by the table is usual where the text is from, or where this is the money."""
        return self.tier if unit is Unit.YUAN else ABROAD.get(unit, 1.0)

    @property
    def is_skilled(self) -> bool:
        """Whether a trade is named that can pay far more."""
        return any(m.role.high_ok for m in self.named)


def context_of(text: str, offers: Sequence[Pay]) -> Context:
    """What the text says of the work, for all its offers."""
    wages = load_wages()
    mentions = wages.mentions(text)
    tier = next((m.meaning.tier for m in mentions if m.meaning.tier), "other")
    trades = [Trade(m.meaning.role, m.meaning.hint, m.start, m.end) for m in mentions if m.meaning.role]
    work = besides(text, by_heads(text, trades, wages.unskilled), wages.unskilled)
    return Context(
        text=text,
        named=[m for m in work if not m.hint or m.start < TITLE] or work,
        work=work,
        light=any(m.meaning.light for m in mentions),
        tier=wages.tiers[tier],
        unskilled=wages.unskilled,
        asks_nothing=asks_nothing(text),
        pays=offers,
    )
