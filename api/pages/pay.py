"""The pay that is offered beside what such work usually pays, as two bars on one scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from detector.market import Comparison
from detector.pay import Per, Unit

LEAST_WIDTH = 1.5
"""Per cent of the picture that a bar takes at least, to be seen."""
UNITS: Mapping[Per | None, str] = {
    Per.ORDER: "元一单",
    Per.PIECE: "元一件",
    Per.LESSON: "元一课时",
    Per.MINUTE: "元一分钟",
    Per.CHARACTER: "元一字",
    Per.THOUSAND: "元千字",
    Per.WORD: "元一词",
}
"""What is compared where it is not a month's pay."""
MONTHLY, SHARE, SUM = OTHER_UNITS = ("元每月", "%", "元")


@dataclass(frozen=True, slots=True)
class Bar:
    """A range on the scale: where it begins and how wide it is, in per cent, and its figures."""

    x: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class PayPicture:
    """Both bars. `role` is the work they are compared for; None where none is named, and a mean stands in."""

    offered: Bar
    usual: Bar
    unit: str
    role: str | None


def pictured(comparison: Comparison | None, explanation: str) -> PayPicture | None:
    """The picture of the arithmetic at the end of an explanation; None where it has none, or nothing to compare."""
    if comparison is None or not explanation.endswith(comparison.arithmetic):
        return None
    return of(comparison)


def of(comparison: Comparison) -> PayPicture | None:
    """The picture of a comparison; None for money that is put in and comes back, which is no pay."""
    if comparison.back is not None:
        return None
    offered = comparison.offered_monthly or comparison.offered
    top = max(*offered, *comparison.usual)
    if top <= 0:
        return None
    return PayPicture(_bar(offered, top), _bar(comparison.usual, top), _unit(comparison), comparison.role)


def _unit(comparison: Comparison) -> str:
    if comparison.offered_monthly:
        return MONTHLY
    return SHARE if comparison.pay.unit is Unit.PERCENT else UNITS.get(comparison.per, SUM)


def _bar(amounts: tuple[float, float], top: float) -> Bar:
    low, high = (100 * amount / top for amount in amounts)
    low = min(low, 100 - LEAST_WIDTH)
    return Bar(round(low, 2), round(max(high - low, LEAST_WIDTH), 2), _figures(*amounts))


def _figures(low: float, high: float) -> str:
    return _figure(low) if _figure(low) == _figure(high) else f"{_figure(low)}–{_figure(high)}"


def _figure(amount: float) -> str:
    """To three figures, as one says it."""
    return f"{float(f'{amount:.3g}'):,.0f}" if amount >= 100 else f"{amount:.3g}"
