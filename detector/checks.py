"""What a pattern cannot say: a rule names one of these, and it has the last word.

A check takes the document and the asserted spans. It returns None to silence the rule, or the spans that stand as evidence
and a sentence (may be empty) that is added to the rule's explanation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from detector.document import Document

Spans = Sequence[tuple[int, int]]
SHORT = 80
"""A text this long has room to name a trade and a workplace; one that does not is an advert of few words."""
SUM_BEFORE, SUM_AFTER = 12, 16
"""Characters between a mention of a fee and the sum that belongs to it."""


class Told(NamedTuple):
    """What a check lets stand: the spans of the normal text, and a sentence for the user."""

    spans: Spans
    sentence: str = ""


Check = Callable[[Document, Spans], Told | None]


def offered(document: Document, spans: Spans) -> Told | None:
    """The text offers work; it is no victim's question, no news and no warning about such an offer."""
    return None if _is_retold(document.text) else Told(spans)


def sum_nearby(document: Document, spans: Spans) -> Told | None:
    """A sum of money that is no wage stands beside the mention, in the same sentence; the evidence takes it in."""
    if _is_retold(document.text):
        return None
    with_sum = [wide for span in spans if (wide := _with_sum(document.text, *span)) is not None]
    return Told(with_sum) if with_sum else None


def no_work_named(document: Document, spans: Spans) -> Told | None:
    """The whole text names no trade and no workplace: the advert is the lure."""
    names = [concept.name for concept in document.concepts]
    if "work_named" in names or names.count("formal") >= 2 or _is_retold(document.text):
        return None
    return Told(spans)


def short_text(document: Document, spans: Spans) -> Told | None:
    """A short text that names no trade and no workplace."""
    return no_work_named(document, spans) if len(document.text) <= SHORT else None


def no_workplace(document: Document, spans: Spans) -> Told | None:
    """The text may name a job, but neither hours, place, contract nor benefits."""
    names = [concept.name for concept in document.concepts]
    return None if names.count("formal") >= 2 or _is_retold(document.text) else Told(spans)


def absurd_pay(document: Document, spans: Spans) -> Told | None:
    """The offer is out of proportion to the work named; tells the arithmetic."""
    comparison = document.comparison
    if comparison is None or comparison.verdict != "absurd" or _is_retold(document.text):
        return None
    return Told([(comparison.start, comparison.end)], comparison.arithmetic)


def high_pay(document: Document, spans: Spans) -> Told | None:
    """The offer is well above what such work pays, though not absurd; tells the arithmetic."""
    comparison = document.comparison
    if comparison is None or comparison.verdict != "high" or _is_retold(document.text):
        return None
    return Told([(comparison.start, comparison.end)], comparison.arithmetic)


CHECKS: Mapping[str, Check] = {
    "offered": offered,
    "sum_nearby": sum_nearby,
    "no_work_named": no_work_named,
    "short_text": short_text,
    "no_workplace": no_workplace,
    "absurd_pay": absurd_pay,
    "high_pay": high_pay,
}
"""The checks a rule may name."""


_HAN_NUMBER = "一二两三四五六七八九"
_SUM = re.compile(
    rf"(?<![0-9a-z.:@])(?<!月薪|底薪|工资|日结|日薪|时薪|一天|每天|一单|每单|月入|综合|保底|一条|一张|一篇)"
    rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{2,6}}(?:\.[0-9]{{1,2}})?|[0-9](?:\.[0-9]{{1,2}})?(?=[元块万千百wuk米])"
    rf"|[{_HAN_NUMBER}几][百千万][{_HAN_NUMBER}十百千万零]{{0,5}}|[{_HAN_NUMBER}]?十[{_HAN_NUMBER}]?(?=[元块])|[{_HAN_NUMBER}](?=块))"
    rf"(?:[元块万千百wuk米]|港币|台币)?"
    rf"(?![0-9天日个岁号点时分年月人名次单寸斤周场届期题字条路楼%:]|/|小时|平|公里|多岁)"
)
_SENTENCE_END = re.compile(r"[。!?;\n]")


def _with_sum(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span widened to take in the nearest sum of its sentence; None where there is none."""
    left = max(start - SUM_BEFORE, max((stop.end() for stop in _ends(text, start - SUM_BEFORE, start)), default=0))
    right = min((stop.start() for stop in _ends(text, end, end + SUM_AFTER)), default=end + SUM_AFTER)
    sums = [match.span() for match in _SUM.finditer(text, max(left, 0)) if match.start() < right]
    if not sums:
        return None
    nearest = min(sums, key=lambda span: max(start - span[1], span[0] - end, 0))
    return min(start, nearest[0]), max(end, nearest[1])


def _ends(text: str, start: int, end: int) -> Iterable[re.Match[str]]:
    return _SENTENCE_END.finditer(text, max(start, 0), min(end, len(text)))


_OFFERS = re.compile(
    r"招|聘|征|收人|来人|缺[一二两三四五六七八九十几0-9]|找[一二两三四五六七八九十几0-9个]|扣1|回复?1|滴滴|dd|私[我聊信]|加我|戳|详询|"
    r"联系|添加|简历|底薪|月薪|薪资|待遇|日结|名额|岗位"
)
_CERTAINLY_RETOLD = (
    re.compile(
        r"被骗(?:了|[0-9一二两三四五六七八九]|惨|走|去|光)|骗了我|骗走|上当了|上咗当|(?:就|把我|被)拉黑|报了警|报警了|报警有用|(?:一齐|一起|去)报案|"
        r"踩雷|要(?:得|不)?回来|讨回|血汗钱|引以为戒|别再信|笑死|没了消息|联系不上|关机了|求助"
    ),
    re.compile(
        r"(?:让|叫|要|要求|喊|催|非拉|非让|收了|扣了|骗)(?:我|我妈|我爸|我姐|当事人|受害人)(?:先|再|又|也|去|必须)?"
        r"[^,。!?\n]{0,5}(?:交|缴|转|付|垫|买|充|拿|下载|办|提供|刷|押|投|打款)|佢(?:话|叫)"
    ),
    re.compile(
        r"我(?:已经|刚|昨天|妈|爸|姐|哥|老婆|老公|闺蜜|朋友|同学|表弟|表妹|同事|女儿|儿子|上次|上个月|当时|去年|阿妈)"
        r"[^,。!?\n]{0,10}(?:交了钱|转了|被骗|差点|死活)"
    ),
    re.compile(
        r"民警|警方|派出所(?:做|通报|提醒)|判处|判决|被告|涉案|嫌疑人|记者|受害[人者]|被害人|反诈(?:中心|播报|提醒|宣传|预警|民警)|"
        r"人社(?:局)?提醒|公安提醒|使馆提醒|典型案例|打掉|端掉|被端了|化名|律师(?:提醒|解答|说)|刑拘"
    ),
    re.compile(r"求职[:|]|求职意向[:]|个人简历|期望薪|求一份|自我评价|本人[^,。\n]{0,12}(?:男|女)[^\n]{0,20}(?:求|找)"),
)
_PERHAPS_RETOLD = (
    re.compile(
        r"(?:合法|靠谱|可信|真的|正规|违法|能去|能信|骗人|骗子|假的|正常|违规|有用|能退|合理|犯法|受理|能签|刷单|洗钱|传销|诈骗)"
        r"(?:的|了)?(?:吗|么|嘛|不\?|呀\?|吧\?|啊\?)"
    ),
    re.compile(
        r"有没有(?:人|懂|被|一样)|有冇人|有人(?:试|做|知道|遇|听说|被|跟我说|说)[^,。!?\n]{0,3}|谁(?:做|去|试|遇|听)[^,。!?\n]{0,3}过|请问|请教|想问|咨询一下|求问"
    ),
    re.compile(r"(?:咋办|怎么(?:办|弄|维权|投诉|举报|追回))[^,。\n]{0,3}(?:[?。!\n]|$)|避雷|排雷|维权|退不(?:回|下)来|离谱|解散了|炸了|跑路了"),
    re.compile(
        r"法》?第[一二三四五六七八九十百0-9]{1,4}条|条例》?第|(?:有人|近期|不法|近日|冒充|多名)[^。\n]{0,60}(?:为由|为诱饵|为名|诈骗|招揽|诱骗|骗取)|"
        r"(?:骗局|套路|话术)(?:解析|拆解|盘点|揭秘|整理|有多)|(?:是|属于|涉嫌)(?:典型的?)?(?:诈骗|传销|洗钱|骗局|犯罪|帮凶|帮信)|"
        r"是骗子(?:$|千万|大家|别)|别(?:干|碰|做|转|去)(?:$|了|,|那)"
    ),
)


@lru_cache(maxsize=64)
def _is_retold(text: str) -> bool:
    """Whether somebody tells of an offer (a victim, a reporter, a warning, a résumé) rather than making one.

    A scam may carry a warning of its own, so warnings alone do not count; one sign that only a teller leaves does, or
    two that tellers usually leave, or one of those where nothing is offered at all.
    """
    if any(sign.search(text) for sign in _CERTAINLY_RETOLD):
        return True
    signs = sum(1 for sign in _PERHAPS_RETOLD if sign.search(text))
    return signs >= 2 or (signs == 1 and not _OFFERS.search(text))
