"""What an offer comes to in yuan, and which units are time."""

from __future__ import annotations

from collections.abc import Mapping

from detector.pay import Pay, Per, Unit

TIMED = frozenset({Per.HOUR, Per.HALF_DAY, Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR})
ODD = frozenset({"人", "位", "名", "个人"})
"""No things that one is paid for by the piece: 两名,一人7000."""
SESSIONS = frozenset({"场", "趟", "餐", "顿", "场次"})
"""Work that fills a day at most: measured as one where the trade has no price for it."""
ABROAD: Mapping[Unit, float] = {
    Unit.HKD: 3.1,
    Unit.TWD: 1.4,
    Unit.SGD: 4.0,
    Unit.EUR: 4.0,
    Unit.GBP: 4.5,
    Unit.AUD: 5.0,
    Unit.JPY: 2.5,
    Unit.KRW: 2.5,
    Unit.USD: 3.5,
}
"""How much more than here is usual where this is the money; rough estimates of this project, 2024."""


def lowish(pay: Pay) -> float:
    """What an offer promises at least: the low end, but not less than a third of the high one."""
    return pay.low if pay.vague else max(pay.low, pay.high / 3)
