"""What is said before a figure, and the question that it answers."""

from __future__ import annotations

import re

from detector.pay.counts import COUNTED, ENDS_OF_COUNTS
from detector.pay.names import LENGTHS_BY_LAST, NAMED_BEFORE, SETTLED, Heard, name_ending
from detector.pay.numbers import DIGITS
from detector.pay.spans import ENDS_OF_TIME, span_of_time
from detector.pay.types import Called, Per
from detector.pay.units import COUNTABLE, UNITS

FILLER = frozenset(
    " \t:：=-—~(（约达到赚挣拿入有能可至少多给结大概稳定轻松保底最低高为是在得发就付每起均平标准的综合税前后"
    "左右上开收们工资薪元款领算人民币搞你现钱落了"
)
"""What may stand between 一天 and a figure that has no 元."""
_BREAKS = frozenset(",，。;；!！?？\n、|)）")


def said_before(text: str, start: int, lowest: int, low: float) -> Heard:
    """Walk left from a figure, not below `lowest` and not past a clause, to the nearest words that name it."""
    called: Called | None = None
    at, begin, near, word = start, start, True, ""
    if text[start - 1 : start] in ENDS_OF_TIME and (span := span_of_time(text, start, low)):
        return span
    while at > lowest:
        c = text[at - 1]
        if c in LENGTHS_BY_LAST and (name := name_ending(text, at, start, lowest)):
            says = NAMED_BEFORE[name]
            at -= len(name)
            if isinstance(says, Per):
                many = _of_many(text, at, name)
                return Heard(says, called, at, near, name in SETTLED, name, 1 / many)
            called, begin, word = called or says, at, word or name
            if says is Called.FEE:
                return _added(text, name, at, lowest) or Heard(None, called, begin, near, False, word)
            continue
        if c in _BREAKS or (called is not None and c in COUNTED and text[at - 2] in ENDS_OF_COUNTS):
            break
        if c not in FILLER:
            near = near and called is not None
        at -= 1
    return Heard(None, called, begin, called is not None and near, False, word)


_ADDED = frozenset({"补助", "补贴", "津贴", "房补"})


def _added(text: str, name: str, at: int, lowest: int) -> Heard | None:
    """每小时补助30元 is what voluntary work calls its wage, and 一单补贴三元 the price of a piece: no fees both."""
    if name not in _ADDED:
        return None
    for hour in ("每小时", "一小时", "每课时"):
        if text.endswith(hour, 0, at):
            return Heard(Per.HOUR, None, at - len(hour), True, False)
    each = name_ending(text, at, at, lowest) if at and text[at - 1] in LENGTHS_BY_LAST else ""
    says = NAMED_BEFORE.get(each)
    return Heard(says, None, at - len(each), True, False, each) if isinstance(says, Per) and says in COUNTABLE else None


def _of_many(text: str, at: int, name: str) -> float:
    """How many a sum is for: three months in 三个月挣三万, a hundred in 每百锭; 1 where one is meant."""
    if name.startswith(("每百", "每100")) and name[-1] != "字":
        return 100.0
    if name[0] != "月" or text[at - 1 : at] != "个" or name in ("月薪", "月结"):
        return 1.0
    count = text[at - 2 : at - 1]
    return max(float(DIGITS.get(count, 0) or (count.isdecimal() and int(count)) or 1), 1.0)


_ASKED = ("多少", "几多", "怎么算", "几钱", "工资呢", "咋算", "什么价")
_ASKED_FOR = re.compile(r"[^,。:?]{2,4}?一(个月|月|天|小时|晚|次|单|个|趟)")
_TURN = 16
"""Characters between a question and the sum that answers it."""


def asked(text: str, start: int, floor: int) -> Heard | None:
    """What the question before is about: 一个月给多少? 八万八."""
    lowest = max(start - _TURN, floor)
    if ":" not in text[lowest:start] and "?" not in text[lowest:start]:
        return None
    for word in _ASKED:
        if (place := text.rfind(word, lowest, start)) >= 0:
            heard = said_before(text, place, max(place - 10, floor), 0.0)
            if heard.per is None and (said := _ASKED_FOR.match(text, place)) is not None:
                heard = heard._replace(per=UNITS[said[1]])
            return heard._replace(start=start, near=True) if heard.per is not None else None
    return None
