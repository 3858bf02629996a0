"""The main path: a text and its sums in, the offer that stands out most against the work named out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from detector.market.asked import LONG
from detector.market.comparison import Comparison, Verdict, strongest_of
from detector.market.context import HEAD, context_of
from detector.market.offers import is_boast, is_with_material, offers_of
from detector.market.pieces import in_every_way
from detector.market.returns import money_back
from detector.pay import Pay, Per

_MOST = 40
"""Sums looked at from either end of a text; no posting has as many, and the time stays linear."""


def compare(text: str, pays: Sequence[Pay]) -> Comparison | None:
    """The offer that stands out most against the work named; None where nothing can be compared. Never raises."""
    if not pays:
        return None
    back = money_back(text, pays)
    if back is not None:
        return back
    some = pays if len(pays) <= _MOST else (*pays[:_MOST], *pays[max(_MOST, len(pays) - _MOST) :])
    offers = offers_of(text, some)
    if not offers:
        return None
    context = context_of(text, offers)
    found = [
        one
        for pay in offers
        if not is_with_material(text, pay)
        for one in in_every_way(context, pay)
        if one.verdict is Verdict.ORDINARY or not is_boast(text, pay, offers, told=bool(one.output))
    ]
    return _soberly(text, strongest_of(found), found)


_LOWER = {Verdict.ABSURD: Verdict.HIGH, Verdict.HIGH: Verdict.ORDINARY}


def _soberly(text: str, strongest: Comparison | None, found: Sequence[Comparison]) -> Comparison | None:
    """A long posting that states an ordinary monthly range does not offer the larger sum it also mentions."""
    if strongest is None or strongest.verdict is Verdict.ORDINARY or len(text) <= LONG:
        return strongest
    stated = any(
        one.verdict is Verdict.ORDINARY and one.per is Per.MONTH and one.offered[0] < one.offered[1]
        for one in found
        if one.start < HEAD
    )
    return replace(strongest, verdict=_LOWER[strongest.verdict]) if stated else strongest
