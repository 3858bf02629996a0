"""Read money out of a posting, because what is offered for the work says more than how the posting sounds.

A posting writes pay in a dozen ways (日结300-500 · 8-12k·13薪 · 一天三五百 · 千字9元 · 月入过万 · 两万八), and most of
its digits are none (18-45岁 · 8:00-18:00 · 5名 · 500强). One small pattern finds the figures; tables then say
what stands after a figure (元, k, /天) and, walking left a bounded way, what it is called (日结, 一单, 提成, 押金).

Every repetition in the pattern is possessive and every look around a figure is bounded, so the time is linear in the
length. Text is expected normalised (simplified, NFKC, lower case); formal numerals such as 叁佰 are understood.

Each module knows only those before it: types, numbers, units, hours, money, names, figures, counts, spans, before,
after, told, dialects, bare, offer, lone, reading.
"""

from detector.pay.dialects import is_traditional
from detector.pay.numbers import read_count
from detector.pay.reading import may_begin_pay, read_pay
from detector.pay.types import YUAN_EACH, Called, Pay, Per, Unit, monthly
from detector.pay.units import is_usual_thing

__all__ = [
    "YUAN_EACH",
    "Called",
    "Pay",
    "Per",
    "Unit",
    "is_traditional",
    "is_usual_thing",
    "may_begin_pay",
    "monthly",
    "read_count",
    "read_pay",
]
