"""The main path: a sum in, what the text says one does of the thing that it pays for out."""

from __future__ import annotations

import re
from dataclasses import replace

from detector.output.counts import Output
from detector.output.speed import by_speed, by_visit, run_by_itself_in_a_day
from detector.output.times import told_outputs
from detector.pay import Pay, Per

_WINDOW = 200
"""Characters before and after a sum in which what one does is looked for."""


def output(text: str, pay: Pay) -> Output | None:
    """What the text says one does of the thing that `pay` is paid for; None where it does not say."""
    if pay.per in (Per.MINUTE, Per.HOUR):
        return run_by_itself_in_a_day(text, 60.0 if pay.per is Per.MINUTE else 1.0)
    near = text[max(pay.start - _WINDOW, 0) : pay.end + _WINDOW]
    here = pay.start - max(pay.start - _WINDOW, 0)
    pay = replace(pay, start=here, end=here + pay.end - pay.start)
    things = _things(near, pay)
    if not things:
        return None
    done = next(told_outputs(near, pay, things), None) or by_speed(near, things) or by_visit(near, pay)
    return done._replace(times=done.times / 1000) if done and pay.per is Per.THOUSAND else done


_SAME = ("件票单", "本册", "张页", "户家", "间房", "人位")
"""Words that count the same thing: 一票11元 beside 日均220件."""
_NOUN = re.compile(
    r"[一每](?:个|张|块|条)(?![给付提返补算是按约合])([一-鿿]{1,2}?)(?=[0-9一二两三四五六七八九十百千几半,给付提补返算是])"
)


def _things(text: str, pay: Pay) -> str:
    """The characters that may stand for the thing where it is counted: 个 and 框 after 一个框四分."""
    if pay.per in (Per.THOUSAND, Per.CHARACTER):
        return "字"
    char = "人" if pay.of in ("个人", "人次") else pay.of[:1]
    same = next((same for same in _SAME if char in same), char)
    noun = _NOUN.search(text, pay.start, pay.end)
    if noun is None or char not in noun[0]:
        return same
    return same + noun[1] + "辆" * ("车" in noun[1])
