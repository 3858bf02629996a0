"""What a pattern cannot say: a rule names one of these, and it has the last word.

A check takes the document and the asserted spans. It returns None to silence the rule, or the spans that stand as
evidence and a sentence (may be empty) that is added to the rule's explanation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from detector.document import Document
from detector.pay import Unit
from detector.retold import quotations, retells

Spans = Sequence[tuple[int, int]]
SHORT = 80
"""A text this long has room to name a trade and a workplace; one that does not is an advert of few words."""
SUM_BEFORE, SUM_AFTER = 12, 16
"""Characters between a mention of a fee and the sum that belongs to it."""
SUM_LENGTH = 24
"""Characters that a sum and what tells it from other numbers may take."""
CLAUSE_REACH = 64
"""Characters of a clause on either side of a span that are read; clauses are shorter but for hostile texts."""


class Told(NamedTuple):
    """What a check lets stand: the spans of the normal text, and a sentence for the user."""

    spans: Spans
    sentence: str = ""


Check = Callable[[Document, Spans], Told | None]


def offered(document: Document, spans: Spans) -> Told | None:
    """The text offers work; it is no victim's question, no news or warning about an offer and no quotation of one."""
    standing = _standing(document, spans)
    return Told(standing) if standing else None


def recruits(document: Document, spans: Spans) -> Told | None:
    """The text looks for people, tempts them or names a price; a bare list of forbidden words does none of it."""
    if _RECRUITING.isdisjoint(concept.name for concept in document.concepts) and not document.pays:
        return None
    return offered(document, spans)


def sum_nearby(document: Document, spans: Spans) -> Told | None:
    """A sum of money that is no wage stands beside the mention, in the same clause; the evidence takes it in."""
    standing = _standing(document, spans)
    with_sum = [wide for span in standing if (wide := _with_sum(document.text, *span)) is not None]
    return Told(with_sum) if with_sum else None


def applicant_pays(document: Document, spans: Spans) -> Told | None:
    """A sum stands in the clause of a paying verb, and nobody but the applicant can be the payer there."""
    told = sum_nearby(document, spans)
    if told is None:
        return None
    paying = [span for span in told.spans if not _somebody_else_pays(document, *span)]
    return Told(paying) if paying else None


def no_work_named(document: Document, spans: Spans) -> Told | None:
    """The whole text names no trade and no workplace: the advert is the lure."""
    names = [concept.name for concept in document.concepts]
    if "work_named" in names or names.count("formal") >= 2 or _plainly_told(document):
        return None
    return offered(document, spans)


def tempting(document: Document, spans: Spans) -> Told | None:
    """No trade and no workplace, but a weak sign of a lure (easy, no threshold, paid at once, write to me)."""
    names = {concept.name for concept in document.concepts}
    return no_work_named(document, spans) if names & _WEAK else None


def short_text(document: Document, spans: Spans) -> Told | None:
    """A short text that names no trade and no workplace."""
    return no_work_named(document, spans) if len(document.text) <= SHORT else None


def no_workplace(document: Document, spans: Spans) -> Told | None:
    """The text may name a job, but neither hours, place, contract nor benefits."""
    names = [concept.name for concept in document.concepts]
    return None if names.count("formal") >= 2 or _plainly_told(document) else offered(document, spans)


def absurd_pay(document: Document, _: Spans) -> Told | None:
    """The offer is out of proportion to the work named; tells the arithmetic."""
    return _offer(document, absurd=True)


def high_pay(document: Document, _: Spans) -> Told | None:
    """The offer is well above what such work pays, or no work is named to measure it by; tells the arithmetic."""
    return _offer(document, absurd=False)


def disguised_contact(document: Document, spans: Spans) -> Told | None:
    """The way to get in touch is written in disguise (薇❤, 扣扣), and the text names no hours, place or benefits."""
    hidden = [span for span in spans if document.aligned.is_disguised(*span)]
    return no_workplace(document, hidden) if hidden else None


def lure(document: Document, spans: Spans) -> Told | None:
    """Three kinds of weak signs (easy, no threshold, paid at once, urgent, write to me) and no trade or workplace."""
    names = {concept.name for concept in document.concepts}
    if len(names & _WEAK) < LURE_OF or "work_named" in names or len(document.text) > LONG_FOR_A_LURE:
        return None
    return no_workplace(document, spans)


CHECKS: Mapping[str, Check] = {
    "offered": offered,
    "recruits": recruits,
    "sum_nearby": sum_nearby,
    "applicant_pays": applicant_pays,
    "no_work_named": no_work_named,
    "tempting": tempting,
    "short_text": short_text,
    "no_workplace": no_workplace,
    "absurd_pay": absurd_pay,
    "high_pay": high_pay,
    "disguised_contact": disguised_contact,
    "lure": lure,
}
"""The checks a rule may name."""
WHOLE = frozenset({"absurd_pay", "high_pay"})
"""Those that read the whole text whatever the spans; a rule that names one needs no pattern."""


_WORKPLACE = re.compile(
    r"[摊铺厂馆]|店(?!铺[刷补]|主|里返)|超市|食堂|仓库|工地|市场|菜场|餐厅|饭馆|酒店|档口|果园|大棚|车间|幼儿园|养老院"
)
_HOURS = re.compile(
    r"(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,3})(?:点半?|:[0-9]{2})[^,。!?\n]{0,3}(?:到|至|-|~)[^,。!?\n]{0,4}"
    r"(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,3})(?:点|:)"
)
_AT_A_SCREEN = re.compile(r"手机|在家|居家|线上|网上|电脑|群里|直播|app|远程|店铺|网店|淘宝|抖音|小红书")


def _plainly_told(document: Document) -> bool:
    """Whether a blunt call says where and from when to when one works, for no high wage (串串子,六点到十一点)."""
    text = document.text
    if _AT_A_SCREEN.search(text) or not (_HOURS.search(text) and _WORKPLACE.search(text)):
        return False
    return document.comparison is None or document.comparison.verdict == "ordinary"


_RECRUITING = frozenset({"hiring", "easy", "nobar", "contact", "settle", "pay_word", "own_funds", "small_first"})
LURE_OF = 3
LONG_FOR_A_LURE = 200
_TELLERS = frozenset({"news", "victim", "warn"})
_WEAK = frozenset({"easy", "nobar", "settle", "urgent", "contact"})

UNNAMED_WORK = 2.5
"""Without a trade the offer must pass the national mean by this factor again before it is called absurd."""
OTHER_DOLLARS = 4.0
"""What is read as yuan in traditional characters may still be dollars of Hong Kong or Taiwan."""
_TRADITIONAL = re.compile(r"[時薪徵誠應個錢萬東灣門級寶員資飯廠無週單發領給們貨會頭長]")


def _offer(document: Document, *, absurd: bool) -> Told | None:
    comparison = document.comparison
    if comparison is None or comparison.verdict == "ordinary":
        return None
    offer = (comparison.start, comparison.end)
    if not _standing(document, [offer]):
        return None
    least = UNNAMED_WORK if comparison.role is None else 1.0
    if comparison.pay.unit is Unit.YUAN and len(set(_TRADITIONAL.findall(document.original)) - {"薪"}) >= 3:
        least *= OTHER_DOLLARS
    sure = comparison.verdict == "absurd" and comparison.ratio >= least and not _may_be_told_of(document)
    if sure is not absurd:
        return None
    return Told([offer], comparison.arithmetic)


def _may_be_told_of(document: Document) -> bool:
    """Whether a word of reporters, victims or warnings stands there: sums are named in such texts without an offer.

    Words of one character (吗, 妈) stand everywhere.
    """
    return any(concept.name in _TELLERS and concept.end - concept.start > 1 for concept in document.concepts)


_HAN_NUMBER = "一二两三四五六七八九壹贰叁参肆伍陆柒捌玖"
_SUM = re.compile(
    rf"(?<![0-9a-z.:@])(?<!月薪|底薪|工资|日结|日薪|时薪|一天|每天|一单|每单|月入|综合|保底|一条|一张|一篇)"
    rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|(?!20[12][0-9](?![元块0-9]))[0-9]{{2,6}}(?:\.[0-9]{{1,2}})?|"
    rf"[0-9](?:\.[0-9]{{1,2}})?(?=[元块万千百wuk米])"
    rf"|[{_HAN_NUMBER}几][百千万佰仟][{_HAN_NUMBER}十百千万零拾佰仟]{{0,5}}|[{_HAN_NUMBER}]?十[{_HAN_NUMBER}]?(?=[元块])|"
    rf"[{_HAN_NUMBER}](?=块))"
    rf"(?!米(?:的|长|高|宽|厢))(?:[元块万千百wuk米]|港币|台币)?"
    rf"(?![0-9天日个岁号点时分年月人名次单寸斤周场届期题字条路楼%:、]|/|小时|平|公里|多岁|本子)"
)
_CLAUSE_END = re.compile(r"[,。!?;\n](?![0-9]{3}(?![0-9]))")
_ASKED = re.compile(r"[^,。!\n]{0,4}(?:吗|么|嘛|不\?|没有\?)")


def _standing(document: Document, spans: Spans) -> list[tuple[int, int]]:
    """The spans that the text itself puts forward: none where it retells an offer, and none quoted or asked about."""
    text = document.text
    if document.noted("retold", retells):
        return []
    quoted = quotations(text)
    return [(start, end) for start, end in spans if not _within(quoted, start) and not _ASKED.match(text, end)]


def _within(spans: Spans, place: int) -> bool:
    """Whether the place lies inside one of these spans, which are in order and apart."""
    before = bisect_left(spans, (place,)) - 1
    return before >= 0 and place < spans[before][1]


def _with_sum(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span widened to take in the nearest sum of its clause; None where there is none."""
    left = max(
        [stop.end() for stop in _CLAUSE_END.finditer(text, max(0, start - SUM_BEFORE), start)],
        default=start - SUM_BEFORE,
    )
    left = max(left, 0)
    left = max(left, text.rfind(" ", left, max(left, start - 1)) + 1)
    stop = _CLAUSE_END.search(text, end, end + SUM_AFTER)
    right = stop.start() if stop else end + SUM_AFTER
    sums = [match.span() for match in _SUM.finditer(text, left, right + SUM_LENGTH) if match.start() < right]
    if not sums:
        return None
    nearest = min(sums, key=lambda span: max(start - span[1], span[0] - end, 0))
    return min(start, nearest[0]), max(end, nearest[1])


_OTHERS = frozenset({"customer", "employer_bears", "reimburse", "payroll", "settle", "harmless_money", "duty", "news"})
_OTHER_PAYER = re.compile(
    r"给你|付你|发你|转你|打你|给您|奖|红包|稿费|礼金|迟到|家长|业主|中介在外|骗子|收了?我|上家|上一家|上个|别的|别家|别人|说|每月付|每写|每赞|每[家单篇次张件条趟场]另付|"
    r"月付|年付|周付|日付|另加|提成|奖金|房补|有补|补你|加到|涨|住宿自理|伙食自理|食宿自理|水电|不交|不用|没收|没有|工资付|现付给你|对公付款|公司付|"
    r"(?<![向给跟找替])(?:主任|老板娘?|财务|会计|店长|经理|单位|食堂|中心|店里|厂里|主管)(?:会|每[天周次月]|统一)?(?:先|预先|提前)(?:转|打|充|存|预存|拨)|预存好|"
    r"(?:厂家|工厂|厂方|用人单位|用工单位|用工方|用人方|用人的单位|园区|主家|东家|雇主|跑者|选手|参展商|业主|房东|租客|租户|家长|客户|商户)"
    r"(?:自己|先|统一|直接|按月|每人)?(?:付给|交给|押给|付|押|交到|打给|结给)(?:本店|我店|我们|本所|本社|中介|公司|店里|本公司|我司|门店|主办|组委会)?"
)


def _somebody_else_pays(document: Document, start: int, end: int) -> bool:
    clause = document.clauses[document.clause_at(max(start, 0))] if document.clauses else None
    if clause is None:
        return False
    left = max(clause.start, start - CLAUSE_REACH)
    right = min(max(clause.end, end), end + CLAUSE_REACH)
    if _OTHERS & {concept.name for concept in document.concepts_between(left, right)}:
        return True
    return _OTHER_PAYER.search(document.text, left, right) is not None
