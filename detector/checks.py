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
    if "work_named" in names or names.count("formal") >= 2:
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
    return None if names.count("formal") >= 2 else offered(document, spans)


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


_RECRUITING = frozenset({"hiring", "easy", "nobar", "contact", "settle", "pay_word", "own_funds", "small_first"})
LURE_OF = 3
ROOM_FOR_A_SLIP = 160
LONG_FOR_A_LURE = 200
_TELLERS = frozenset({"news", "victim", "warn"})
_WEAK = frozenset({"easy", "nobar", "settle", "urgent", "contact"})

UNNAMED_WORK = 2.5
"""Without a trade the offer must pass the national mean by this factor again before it is called absurd."""
OTHER_DOLLARS = 4.0
"""A posting in traditional characters may mean Hong Kong or Taiwan dollars: 時薪200 is an ordinary wage there."""
_TRADITIONAL = re.compile(r"[時薪徵誠應個錢萬東灣門級寶員資飯廠無週單發領給們貨會頭長]")


def _offer(document: Document, *, absurd: bool) -> Told | None:
    comparison = document.comparison
    if comparison is None or comparison.verdict == "ordinary":
        return None
    offer = (comparison.start, comparison.end)
    if not _standing(document, [offer]):
        return None
    least = UNNAMED_WORK if comparison.role is None else 1.0
    if len(set(_TRADITIONAL.findall(document.original)) - {"薪"}) >= 3:
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
    rf"(?:[元块万千百wuk米]|港币|台币)?"
    rf"(?![0-9天日个岁号点时分年月人名次单寸斤周场届期题字条路楼%:、]|/|小时|平|公里|多岁|本子)"
)
_CLAUSE_END = re.compile(r"[,。!?;\n](?![0-9]{3}(?![0-9]))")
_QUOTATION = re.compile(r"[“「『][^“”「」『』]{16,}[”」』]")
"""A quotation of this length repeats what somebody said; a shorter one only names a thing (“岗位稳定金”)."""
_ASKED = re.compile(r"[^,。!\n]{0,4}(?:吗|么|嘛|不\?|没有\?)")


def _standing(document: Document, spans: Spans) -> list[tuple[int, int]]:
    """The spans that the text itself puts forward: none where it retells an offer, and none quoted or asked about."""
    text = document.text
    if document.noted("retold", _retells):
        return []
    quoted = [match.span() for match in _QUOTATION.finditer(text) if match.start() > 1]
    return [(start, end) for start, end in spans if not _within(quoted, start) and not _ASKED.match(text, end)]


def _retells(document: Document) -> bool:
    return _only_talks(document) or _is_retold(document.text)


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


_TALK = frozenset({"victim", "news"})
_OFFER = frozenset({"hiring", "work_named", "easy", "nobar", "contact", "settle", "urgent"})


_HELPLINES = frozenset(
    (
        "96110",
        "110",
        "12333",
        "165",
        "报警",
        "反诈",
        "反诈中心",
        "举报",
        "人社局",
        "警方",
        "公安",
        "民警",
        "提醒",
        "近日",
    )
)
"""Words of a warning, which a scam may carry as well."""


def _only_talks(document: Document) -> bool:
    """Several words of victims or reporters, and not one that recruits, names work or tempts."""
    talk = 0
    for name, start, end in document.concepts:
        if name in _OFFER:
            return False
        talk += name in _TALK and document.text[start:end] not in _HELPLINES
    return talk >= 2


_OTHERS = frozenset({"customer", "employer_bears", "reimburse", "payroll", "settle", "harmless_money", "duty", "news"})
_OTHER_PAYER = re.compile(
    r"给你|付你|发你|转你|打你|给您|奖|红包|稿费|礼金|迟到|家长|业主|中介在外|骗子|收了?我|上家|上一家|上个|别的|别家|别人|说|每月付|每写|每赞|"
    r"月付|年付|周付|日付|另加|提成|奖金|房补|有补|补你|加到|涨|住宿自理|伙食自理|食宿自理|水电|不交|不用|没收|没有|工资付|现付给你|对公付款|公司付"
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


_OFFERS = re.compile(
    r"招|聘|征|收人|来人|缺[一二两三四五六七八九十几0-9]|找[一二两三四五六七八九十几0-9个]|扣1|回复?1|滴滴|dd|私[我聊信]|加我|戳|详询|"
    r"联系|添加|简历|底薪|月薪|薪资|待遇|日结|名额|岗位"
)
_CERTAINLY_RETOLD = (
    re.compile(
        r"被骗(?:了|[0-9一二两三四五六七八九]|惨|走|去|光)|骗了我|骗走|上当了|上咗当|(?:就|把我|被)拉黑|报了警|报警了|报警有用|(?:一齐|一起|去)报案|"
        r"踩雷|要(?:得|不)?回来|讨回|血汗钱|引以为戒|别再信|笑死|没了消息|联系不上|关机了|求助|你别再[转去信交]|别再转|别提了|你也信|快跑|转身就跑|被抓了|退赃|劝不住|怎么劝|"
        r"帮我劝|值不值|如何识[别破]|怎么识别|命中词|"
        r"小编(?:劝|告诉|提醒)|拆解|题库[|:]|漫画脚本|群规|谁再发|热搜|该不该|不对劲|禁发|怎么看都像|没返我|信息发布规范|获刑|判刑|帮凶|血泪|手铐|抓了|催收打|"
        r"赶紧退群|黑话|有人私信我|要么犯法|你还去不|外交部[:]|"
        r"执法人员|混为一谈|天差地别|判断题|faq|规制|帮信罪|就是被[“「]|人没了|冻俩月|近日我校|市场监管部门|讨薪|尾号[0-9]{4}|所谓[“「]|差在哪|听着像|求证[:]|敏感词|"
        r"起诉|骗案|误堕|三字经|小课堂|情景剧本|一图看懂|你信[?]|我算了下|消委会|专项整治|塑料珠子|"
        r"靠不靠谱|说句实话|165提醒|唔见|自己掂量|信得不行|就划走|求互关|小测验|拒绝返款|女事主|我妈交了|互关|没人理了|对不对|要不要交|韭菜|信你个鬼|真有人信|派出所没|接派出所|算帮信|"
        r"千万别[点借]|群别进|别入|咪违法|公司失联|气死|仲裁|法院传票|中招了|表扬一下|又有人|情况通报|"
        r"我都嫌|边个信|打油诗|彩金|爆率|首存再|多名青年|贴着一张红纸|她男友|他男友|冒充我校|有谁(?:退|做|去|试)"
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
        r"派出所(?:做|通报)|判处|判决|被告|涉案|嫌疑人|记者|受害[人者]|被害人|典型案例|打掉|端掉|被端了|化名|刑拘|有(?:人|不法分子)[^。\n]{0,12}以[“「]|"
        r"以[“「][^”」\n]{10,80}[”」](?:为由|为名|等?(?:话术|名义)|招)"
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
    re.compile(
        r"(?:咋办|怎么(?:办|弄|维权|投诉|举报|追回))[^,。\n]{0,3}(?:[?。!\n]|$)|避雷|排雷|维权|退不(?:回|下)来|离谱|解散了|炸了|跑路了|(?:吗|咩|么|"
        r"呢)[?!。…]{0,3}$"
    ),
    re.compile(
        r"自提|开课|招生简章|拼车|校服|清仓|转租|租用雨伞|租充电宝|出租屋|满[0-9]{2,3}减|培训班|实战班|先给我看看|谁信|信了你|骗你|血本|转让|告示|原路退回|失联|更新日期|"
        r"目录[:]|有懂的|各位家长|祝生活愉快|怎么回事|(?:他|她|人家|对方)说|问下|做得对|多少钱|安装包[,，]我|求个内推|看到[“「]"
    ),
    re.compile(r"(?:骗局|套路|话术)(?:解析|拆解|盘点|揭秘|整理|有多)"),
)
_WARNING = (
    re.compile(
        r"法》?第[一二三四五六七八九十百0-9]{1,4}条|条例》?第|(?:就是|这是|那是|都是|属于|涉嫌)(?:典型的?)?(?:诈骗|传销|洗钱|骗局|犯罪|帮凶|帮信)"
    ),
    re.compile(r"(?:有人|近期|不法|近日|冒充|多名)[^。\n]{0,60}(?:为由|为诱饵|为名|诈骗|招揽|诱骗|骗取)"),
    re.compile(r"就?是骗子(?:$|千万|大家|别|[,。!])|别(?:干|碰|做|转|去)(?:$|了|,|那)|别再信"),
    re.compile(r"民警|警方|反诈(?:中心|播报|提醒|宣传|预警)|(?:人社|人社局|公安|使馆|律师|检察官)(?:提醒|解答|说)"),
)
"""Signs that a scam may carry as well (谨防诈骗, 反诈中心提醒您): they count only beside another, or in a pair."""


def _is_retold(text: str) -> bool:
    """Whether somebody tells of an offer (a victim, a reporter, a warning, a résumé) rather than making one.

    A scam may carry a warning of its own, so warnings alone do not count. One sign that only a teller leaves does
    (two in a long text, which may use such a word in passing), two that tellers usually leave, or one where nothing
    is offered.
    """
    certain = {match.group() for sign in _CERTAINLY_RETOLD for match in sign.finditer(text)}
    perhaps = sum(1 for sign in _PERHAPS_RETOLD if sign.search(text))
    warning = sum(1 for sign in _WARNING if sign.search(text))
    offers = _OFFERS.search(text) is not None
    if certain:
        return len(text) <= ROOM_FOR_A_SLIP or len(certain) + perhaps + warning >= 2 or not offers
    return perhaps >= 2 or (perhaps == 1 and (warning > 0 or not offers)) or (warning >= 2 and not offers)
