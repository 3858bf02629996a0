"""Who pays whom, and is it so? The one reading of a clause that every rule and the classifier share.

A mention (押金, 垫付, 刷单 …) counts only where the text asserts it of the applicant. 不收押金 denies it, 谨防收押金
warns of it, 公司出体检费 has the employer pay, 向客人收取押金 makes it a duty, 「他让我交押金」 quotes it. A denial
takes away its own mention and nothing else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate

import ahocorasick_rs
import rjieba

from detector.concepts import Concept, find_concepts, possible_concepts, words_of
from detector.document import SENTENCE, Clause, Document
from detector.pay import may_begin_pay
from detector.types import Because

WINDOW = 64
"""Characters of the clause on either side of a mention that are read; clauses are shorter but for hostile texts."""

WARNING_REACH = 6
"""How many clauses before and after a mention a warning of the same sentence still covers it."""

NEG_REACH = 14
"""Characters between a negation and the end of its reach; 不向求职者收取任何形式的押金 needs 13."""


class Stance(StrEnum):
    """What the text does with a mention."""

    ASSERTED = "asserted"
    DENIED = "denied"
    WARNED = "warned"
    DUTY = "duty"
    QUOTED = "quoted"
    EMPLOYER_PAYS = "employer_pays"


BECAUSE: dict[Stance, Because] = {how: Because(how.value) for how in Stance if how is not Stance.ASSERTED}
"""Why a mention of a stance is set aside."""


_REFUSES = re.compile(
    r"(?:不|没法|无法|不能|不予|没有)(?:给|予|能|会|办|安排|派|发|让|进|录|上岗|排|开|看|接|通过|可|留|保留|拉|审|算|激活)|看不到|进不了|排后|靠后|作废|视为放弃|自动放弃"
)
_AFTER_DENIAL = re.compile(
    r"^(?:[:]|一律|统统|通通|全部|全|都|均|也|等|等等|费用|之类|什么的|这些|那些|我们|的|任何|一分|一分钱|啥的|工装|体检|服装|[、和及或/与]|费){0,4}"
    r"(?:不收|不交|不要|不用|不需|无需|免|全免|没有|没得|无$|为零|0元|零元|不存在|从不|不押|一分不|不必|公司出|免费|不花)"
)
_SPEECH = re.compile(
    r"(?:让我|叫我|要我|说要|说是|声称|谎称|骗我|要求我|跟我说|对方说|客服说|(?<!不)以(?!任何|各种).{0,12}(?:为由|名义|名目|借口|理由))"
)
_QUESTION = re.compile(r"(?:吗|么|嘛|(?<![都也全统通概])(?:没有|不))$")
_SPEAKER = re.compile(r"^[^:]{1,10}:")
_OF_WHOM = re.compile(r"[^,]{0,5}的(?:人|同学|员工)?[^,]{0,4}(?:交|缴|付|补|自费|办)")
_GREETING = re.compile(r"(?:(?:亲|您好|你好|放心|宝|姐|哥|嗯|哦|哈喽|是这样的|这个)[,~!、 ]*){1,4}")
_ANSWER = 40
"""Characters of an answer that are read."""
_NO = re.compile(r"(?:哈|嗯|那个)?(?:不|没|无|免|放心不|当然不|一分)")
_YES = re.compile(r"(?:嗯|对|是|要|需要|得|有|会|先|交|放心|可以退|退|押|就|只|统一|都|收)")
_EMPLOYER_BEARS = re.compile(
    r"由[^,]{1,8}(?:公司|单位|工厂|店|厂|学校)(?:统一)?(?:交|缴|出|付)|(?<![向给到在往跟])(?:公司|店里|厂里|老板|我们|单位|平台|机构|学校|客户|供应商|厂家|商家|项目部|企业|雇主|主家|总部)"
    r"(?:来|先|全额?|统一|直接|会|代|都|自己)?(?:(?:给|帮|替)(?:你们?|您|大家|员工)?)?(?:出|付|承担|负担|报|垫|买|发|缴|包|掏|支付)"
)
_EMPLOYER_BEARS_NEXT = re.compile(
    r"(?:费用)?(?:公司|店里|厂里|老板|我们|单位|平台)(?:全|统一|来|先)?(?:出|付|承担|报销|垫|买|提供)"
)
_TO_EMPLOYER = re.compile(r"(?:向|给|到|在)(?:公司|店里|酒店|前台|财务|平台|厂里|群主|老师|我)")
_DENIED_NEXT = re.compile(
    r"(?:一分不收|(?:一律|通通|都|全都|统统|一概|我们都|均|从来)不收|不收$|全免|全部免|没有$|都没有|统统没有)"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A mention and what stands around it in its clause."""

    document: Document
    number: int
    clause: Clause
    start: int
    end: int
    before: list[Concept]
    inside: list[Concept]
    after: list[Concept]

    @property
    def text_before(self) -> str:
        """The clause up to the mention."""
        return self.document.text[max(self.clause.start, self.start - WINDOW) : self.start]

    @property
    def text_after(self) -> str:
        """The clause from the mention on."""
        return self.document.text[self.end : min(self.clause.end, self.end + WINDOW)]

    @property
    def following(self) -> Clause | None:
        """The next clause of the same sentence."""
        if self.number + 1 < len(self.document.clauses):
            clause = self.document.clauses[self.number + 1]
            return clause if clause.sentence == self.clause.sentence else None
        return None

    def asks_for_money(self) -> bool:
        """Whether a bare sum stands within reach of the mention, in the same clause."""
        return any(
            self.clause.start <= pay.start < self.clause.end and pay.per is None
            for pay in self.document.pays_between(self.start - 16, self.start + 16)
        )


def _scene(document: Document, start: int, end: int) -> Scene | None:
    number = document.clause_at(start)
    if number < 0:
        return None
    clause = document.clauses[number]
    near = document.concepts_between(max(clause.start, start - WINDOW), min(clause.end, end + WINDOW))
    return Scene(
        document,
        number,
        clause,
        start,
        end,
        before=[item for item in near if item.end <= start],
        inside=[item for item in near if item.start < end and item.end > start],
        after=[item for item in near if item.start >= end],
    )


def stance(document: Document, start: int, end: int) -> Stance:
    """What the text does with the mention at [start, end) of its normal text."""
    if _is_plain(document, start):
        return Stance.ASSERTED
    scene = _scene(document, start, end)
    if scene is None:
        return Stance.ASSERTED
    if _SPEECH.search(scene.text_before):
        return Stance.QUOTED
    answer = _answered(scene)
    if answer is not None:
        return answer
    for test, how in (
        (_is_warned, Stance.WARNED),
        (_is_denied, Stance.DENIED),
        (_employer_pays, Stance.EMPLOYER_PAYS),
        (_is_duty, Stance.DUTY),
    ):
        if test(scene):
            return how
    return Stance.ASSERTED


def verdict(document: Document, start: int, end: int) -> Stance:
    """What is said of the mention right after it: that it is a fraud (过脸是卖号,别做), or that guests pay it.

    Rules alone ask this; the classifier reads such words for itself.
    """
    rest = document.text[end : min(document.sentence_at(start)[1], end + VERDICT_REACH)]
    if _CONDEMNED.match(rest) or _FORBIDDEN.match(rest) or _UNDONE.match(rest):
        return Stance.WARNED
    left = max(0, start - _PAID_IN_REACH)
    if _FORBIDS.search(document.text[left:end]):
        return Stance.WARNED
    paid_in = _PAID_IN.match(rest) or _BY_OUTSIDERS.search(document.text[left:start])
    return Stance.DUTY if paid_in else Stance.ASSERTED


VERDICT_REACH = 28
"""Characters after a mention in which the text may judge it."""
_CONDEMNED = re.compile(
    r"[^,。!?\n]{0,10}(?<![不谁])(?:都|就|全|才|等于|其实)?(?:是|等于)(?!不是|骗子的)[^,。!?\n不]{0,6}"
    r"(?:假的|假货|骗子|骗人|骗局|骗你|诈骗|卖号|卖卡|违法|犯法|犯罪|帮信|洗钱|传销|盗号)(?!的?天堂)"
)
_FORBIDDEN = re.compile(
    r"[^。!?\n]{0,16}[, ](?:大家|都|千万|你们?|可)?(?:别|不要|莫|勿|切勿)(?:去|再|碰|沾)?(?:做|接|碰|信|去|干|加|理|给)"
    r"(?![^,。!?\n ]{0,3}(?:他们|那些|别人|网上|谣言|不信))(?=[,。!? 了啊哈]|$)"
)
_UNDONE = re.compile(
    r"[^。!?\n]{0,10}(?:劝|教|帮|陪|带|提醒|叫|协助|引导|动员|告诉)(?:他们?|她们?|其|群众|村民|大家|老人|机主|居民|户主|街坊)"
    r"?[^。!?\n,]{0,8}(?:注销|销户|销卡|停用|挂失|剪掉|退掉)|"
    r"[^。!?\n]{0,12}(?:租|卖|借)(?:卡|号|出去)[^,。!?\n]{0,6}(?:担责|负责任|犯法|违法|坐牢|后果)"
)
"""What is done with the cards is against lending them (劝他去网点注销)."""
_FORBIDS = re.compile(
    r"(?:勿|别|不要)(?:再|去|随便|轻易|向任何人|[把将][^,。!?\n]{1,4})?"
    r"(?:回传|透露|告诉|提供|外借|出借|租借|泄露|转发|交出|发送|借|租|卖)[^,。!?:\n]{0,10}$"
)
_PAID_IN = re.compile(
    r"[^,。!?\n]{0,8}是(?:[^,。!?\n]{0,4}的)?(?:厂家|用人单位|用工单位|参展商|业主|跑者|选手|家长|客人|顾客|客户|租户|房客|车主|东家|业主|主家|雇主|买家|读者|会员|学员|商户)"
    r"(?:自己)?(?:押|交|付|给|出)"
)
_PAID_IN_REACH = 16
_BY_OUTSIDERS = re.compile(
    r"(?:跑者|选手|东家|主家|雇主|读者|参赛者|厂家|用人单位|用工单位|参展商|租客|业主)[^,。!?\n]{0,6}(?:押|交|付|给)[^,。!?\n]{0,4}$"
)


_DENIES = frozenset({"neg"})
_OFFERS = frozenset(
    {"hiring", "work_named", "pay_word", "settle", "contact", "formal", "easy", "nobar", "urgent", "news", "victim"}
    | {"resume", "advert", "but", "without_then", "later", "before", "not_ask", "deduct", "refund", "no_refund"}
)
"""Concepts with which a sentence says more than that nothing is asked."""
MENTIONS = frozenset(
    {"fee", "own_funds", "brushing", "task", "card", "rent", "mule", "overseas", "app", "recruit", "vice", "cert"}
    | {"referral", "sensitive", "loan", "gamble", "spam", "thing", "deduct"}
)
"""Concepts that somebody may assert, deny or warn of."""


def mere_denials(document: Document) -> list[tuple[int, int]]:
    """The sentences that only deny (我们不收押金。), as spans of the normal text; none where no other is left."""
    perhaps = [document.sentence_at(place) for place in possible_denials(document.text)]
    spans = [span for span in perhaps if _only_denies(document, *span)]
    return spans if len(spans) < len(document.sentences) else []


def possible_denials(text: str) -> list[int]:
    """Where a normal text holds sentences that may be mere denials; found out quickly, and none of them is missed."""
    places = sorted(
        [start for _, start, _ in _denials().find_matches_as_indexes(text)]
        + [match.start() for match in _FREE.finditer(text)]
    )
    if not places:
        return []
    spans = [match.span() for match in SENTENCE.finditer(text)]
    starts = [start for start, _ in spans]
    said = dict.fromkeys(bisect_right(starts, place) - 1 for place in places)
    return [starts[number] for number in said if _may_only_deny(text[slice(*spans[number])])]


def _may_only_deny(sentence: str) -> bool:
    """The part of `_only_denies` that needs no more than the sentence."""
    possible = possible_concepts(sentence)
    if any(sure and concept.name in _OFFERS for concept, sure in possible):
        return False
    names = {concept.name for concept in find_concepts(sentence, _word_ends(sentence))}
    return bool(names & _DENIES or _FREE.search(sentence)) and not names & _OFFERS


def _word_ends(text: str) -> set[int]:
    """Places where a word begins or ends; the same in a sentence alone as in the text that it stands in."""
    return {0, *accumulate(map(len, rjieba.cut(text, False)))}


@cache
def _denials() -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(words_of(_DENIES))


def without_denials(document: Document) -> Document:
    """The document as if nobody had written its mere denials; the same one where there are none.

    Scams deny as often as honest postings do, so such a sentence says nothing for or against.
    """
    return document.noted("without denials", _without_denials)


def _without_denials(document: Document) -> Document:
    spans = mere_denials(document)
    return document.without(spans) if spans else document


def _only_denies(document: Document, start: int, end: int) -> bool:
    concepts = document.concepts_between(start, end)
    names = {concept.name for concept in concepts}
    if not (names & _DENIES or _FREE.search(document.text, start, end)) or names & _OFFERS:
        return False
    asserted = any(
        stance(document, concept.start, concept.end) is Stance.ASSERTED
        for concept in concepts
        if concept.name in MENTIONS
    )
    if asserted or not all(_says_no_more(document, clause) for clause in document.clauses_between(start, end)):
        return False
    return not _names_a_sum(document, start, end)


def _names_a_sum(document: Document, start: int, end: int) -> bool:
    """Whether a sentence names a sum; 一分钱不收 names one as well, which is none."""
    if not may_begin_pay(document.text, start, end):
        return False
    return any(pay.high >= 1 for pay in document.pays_between(start, end - 1))


def _says_no_more(document: Document, clause: Clause) -> bool:
    """Whether a clause says that something bad is not so, warns of it, or only leads up to that (郑重声明)."""
    text = document.text
    if _FREE.search(text, clause.start, clause.end) or "warn" in clause.names or clause.names & MENTIONS:
        return True
    if clause.names & _DENIES:
        return bool(_WRONG.search(text, clause.start, clause.end))
    return bool(_LEADS_UP.fullmatch(text, clause.start, clause.end))


_WRONG = re.compile(
    r"[费钱押垫骗坑钞]|违[法规]|犯法|非法|灰产|黑产|传销|套路|中介|猫腻|隐形|捆绑|消费|收取|收[你您]|交任何|付款|转账|充值|贷款|担保|"
    r"身份证|银行卡|验证码|密码|证件|软件|app|链接|博彩|刷单"
)
"""What a denial of the trap is about."""
_LEADS_UP = re.compile(
    r"[^一-鿿]{0,6}(?:(?:郑重|特此|再次|在此|特别|以上|所有|大家|各位|朋友|姐妹|兄弟|宝子|家人|请|您|你|都|尽管|可以|绝对|完全|真正|都是|保证|"
    r"我们|我司|本公司|公司|本店|平台|本平台|本人|全程|入职|正规|合法|合规|靠谱|诚信|真实|安全|可靠|长期|有效|声明|承诺|说明|提示|提醒|放心|"
    r"相信|来|的|是|地|了|哦|啊|哈|呀)[: ]?){1,8}"
)
"""What goes before or after a denial and says nothing of its own."""


def _is_plain(document: Document, start: int) -> bool:
    """Whether nothing near by could make the mention anything but asserted; spares most mentions the close reading."""
    number = document.clause_at(start)
    if number < 0:
        return True
    for clause in document.clauses[max(0, number - WARNING_REACH) : number + 1 + WARNING_REACH]:
        if "warn" in clause.names:
            return False
    clause = document.clauses[number]
    if clause.names & _TELLING or document.text[clause.end : clause.end + 1] == "?":
        return False
    if number + 1 < len(document.clauses) and document.clauses[number + 1].names & _TELLING_NEXT:
        return False
    return not _HINTS.search(document.text, clause.start, min(clause.end, clause.start + 2 * WINDOW))


_TELLING = frozenset(
    {"neg", "not_ask", "but", "without_then", "employer", "employer_bears", "reimburse", "customer", "duty", "victim"}
)
_TELLING_NEXT = frozenset({"neg", "reimburse", "employer", "employer_bears"})
_FREE = re.compile(r"全程免费|完全免费|不花钱|0费用|零费用|分文不取")
_HINTS = re.compile(r"[让叫要说声谎骗求以免无不没吗么嘛]")


def _names(concepts: list[Concept]) -> set[str]:
    return {concept.name for concept in concepts}


def _answered(scene: Scene) -> Stance | None:
    """A question (要交押金吗) asserts nothing: the answer does. None where nothing is asked."""
    text, clause = scene.document.text, scene.clause
    if not (_QUESTION.search(scene.text_after) or text[clause.end : clause.end + 1] == "?"):
        return None
    if scene.number + 1 < len(scene.document.clauses):
        start = scene.document.clauses[scene.number + 1].start
        answer = text[start : start + _ANSWER].partition("\n")[0]
        spoken = _SPEAKER.sub("", answer)
        greeting = _GREETING.match(spoken)
        spoken = spoken[greeting.end() :] if greeting else spoken
        if _NO.match(spoken):
            return Stance.DENIED
        if _YES.match(spoken) or any(
            pay.per is None for pay in scene.document.pays_between(start, start + len(answer))
        ):
            return Stance.ASSERTED
    return Stance.QUOTED


def _is_warned(scene: Scene) -> bool:
    """A warning in the same clause, or near by in the sentence, where no sum is asked for."""
    if scene.asks_for_money():
        return False
    if _warns(scene.before) or _warns(scene.after):
        return True
    near = slice(max(0, scene.number - WARNING_REACH), scene.number + 1 + WARNING_REACH)
    return any(
        other.sentence == scene.clause.sentence and _warns(other.concepts[:WINDOW])
        for other in scene.document.clauses[near]
        if other is not scene.clause
    )


def _warns(concepts: list[Concept]) -> bool:
    """Whether a warning word stands there that is not itself denied (不是骗子)."""
    return any(
        item.name == "warn" and not (at and concepts[at - 1].name == "neg" and item.start - concepts[at - 1].end <= 2)
        for at, item in enumerate(concepts)
    )


def _is_denied(scene: Scene) -> bool:
    rest = scene.text_after
    before = scene.before
    if scene.inside and scene.inside[0].name == "neg":
        before = [*before, scene.inside[0]]
    reach = [item for item in before if item.name in ("neg", "but", "without_then", "not_ask")]
    if reach and (_takes_no_part(scene, reach[-1]) or _doubly_denied(reach)):
        return False
    # 不交押金不安排 asks for the deposit; so does a denial that the next clause takes back with a refusal.
    taken_back = bool(_REFUSES.search(rest)) or ("pay" in _names(before) and _next_refuses(scene))
    if reach and reach[-1].name == "neg" and scene.start - reach[-1].end <= NEG_REACH and not taken_back:
        return True
    if reach and reach[-1].name in ("without_then", "not_ask", "but"):
        return False
    if _AFTER_DENIAL.match(rest[:16]):
        return not _REFUSES.search(rest)
    return not rest.strip(":") and _next_denies(scene)


def _takes_no_part(scene: Scene, denial: Concept) -> bool:
    """没证的交200元办证费: the denial says whom it is about, not that nothing is paid."""
    return bool(_OF_WHOM.match(scene.document.text[denial.end : scene.start]))


def _doubly_denied(reach: Sequence[Concept]) -> bool:
    """不是不收,是先收后退: a denial of a denial."""
    return len(reach) > 1 and reach[-2].name == "neg" and reach[-1].start - reach[-2].end <= 1


def _next_refuses(scene: Scene) -> bool:
    following = scene.following
    return following is not None and bool(_REFUSES.match(scene.document.text[following.start : following.start + 8]))


def _next_denies(scene: Scene) -> bool:
    """押金,一分不收: the denial stands in a clause of its own right after."""
    following = scene.following
    if following is None or following.start - scene.clause.end > 1:
        return False
    return bool(_DENIED_NEXT.match(scene.document.text[following.start : min(following.end, following.start + 16)]))


def _employer_pays(scene: Scene) -> bool:
    names_before, names_after = _names(scene.before), _names(scene.after)
    names = names_before | names_after
    if "not_ask" in names:
        return False
    if "employer_bears" in names or ("reimburse" in names and "applicant" not in names_after):
        return True
    text = scene.document.text
    around = text[max(scene.clause.start, scene.start - WINDOW) : min(scene.clause.end, scene.end + WINDOW)]
    if _EMPLOYER_BEARS.search(around):
        return "applicant" not in names_before or "reimburse" in names_after
    following = scene.following
    if following is None or text[following.start - 1].isspace():
        return False
    later = _names(following.concepts[:WINDOW])
    if "reimburse" in later and "not_ask" not in later:
        return True
    return bool(_EMPLOYER_BEARS_NEXT.match(text[following.start : following.start + 12]))


def _is_duty(scene: Scene) -> bool:
    """The mention is what the worker handles for others: guests' deposits, suppliers' bonds."""
    names_before = _names(scene.before)
    paid_to_employer = "pay" in names_before and bool(_TO_EMPLOYER.search(scene.text_before))
    if any(item.name == "customer" and scene.start - item.end <= 16 for item in scene.before) and not paid_to_employer:
        return True
    if "pay" not in names_before and any(
        item.name == "customer" and item.start - scene.start <= 14 for item in scene.after
    ):
        return True
    handled = "duty" in names_before and not names_before & {"before", "applicant"}
    return handled and not scene.asks_for_money()
