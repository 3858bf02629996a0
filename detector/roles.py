"""Who pays whom, and is it so? The one reading of a clause that every rule and the classifier share.

A mention (押金, 垫付, 刷单 …) counts only where the text asserts it of the applicant. 不收押金 denies it, 谨防收押金 warns
of it, 公司出体检费 has the employer pay, 向客人收取押金 makes it a duty, 「他让我交押金」 quotes it. A denial takes away its own
mention and nothing else.
"""

from __future__ import annotations

import re
from enum import StrEnum

from detector.concepts import Concept
from detector.document import Clause, Document
from detector.types import Because

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


BECAUSE = {stance: Because(stance.value) for stance in Stance if stance is not Stance.ASSERTED}

_REFUSES = re.compile(
    r"(?:不|没法|无法|不能|不予|没有)(?:给|予|能|会|办|安排|派|发|让|进|录|上岗|排|开|看|接|通过|可|留|保留|拉|审|算|激活)|看不到|进不了|排后|靠后|作废|视为放弃|自动放弃"
)
_AFTER_DENIAL = re.compile(
    r"^(?:[:]|一律|统统|通通|全部|全|都|均|也|等|等等|费用|之类|什么的|这些|那些|我们|的|任何|一分|一分钱|啥的|工装|体检|服装|[、和及或/与]|费){0,4}"
    r"(?:不收|不交|不要|不用|不需|无需|免|全免|没有|没得|无$|为零|0元|零元|不存在|从不|不押|一分不|不必|公司出|免费|不花)"
)
_SPEECH = re.compile(r"(?:让我|叫我|要我|说要|说是|声称|谎称|骗我|要求我|跟我说|对方说|客服说|以.{0,12}(?:为由|名义|名目|借口|理由))")
_TOWARDS_CUSTOMER = re.compile(r"(?:向|对|跟|找|给|为|与|替|帮|让|由|收|退|从)$")
_QUOTES = {"“": "”", "「": "」", "『": "』", '"': '"'}


def stance(document: Document, start: int, end: int) -> Stance:
    """What the text does with the mention at [start, end) of its normal text."""
    number = document.clause_at(start)
    if number < 0:
        return Stance.ASSERTED
    clause = document.clauses[number]
    before = [item for item in clause.concepts if item.end <= start]
    after = [item for item in clause.concepts if item.start >= end]
    inside = [item for item in clause.concepts if item.start < end and item.end > start]
    if _is_quoted(document, clause, start, end, before):
        return Stance.QUOTED
    if _is_warned(document, number, start, before, after):
        return Stance.WARNED
    if _is_denied(document, number, start, end, before, inside):
        return Stance.DENIED
    if _employer_pays(document, number, start, before, after):
        return Stance.EMPLOYER_PAYS
    if _is_duty(document, clause, start, before, after):
        return Stance.DUTY
    return Stance.ASSERTED


def _names(concepts: list[Concept]) -> set[str]:
    return {concept.name for concept in concepts}


def _is_quoted(document: Document, clause: Clause, start: int, end: int, before: list[Concept]) -> bool:
    return bool(_SPEECH.search(document.text, clause.start, start))


def _is_warned(
    document: Document, number: int, start: int, before: list[Concept], after: list[Concept]
) -> bool:
    """A warning in the same clause, or in the neighbouring clauses of the sentence where nothing is asked for."""
    clause = document.clauses[number]
    if "warn" in _names(before):
        return not _asks_for_money(document, clause, start)
    if "warn" in _names(after) and not _asks_for_money(document, clause, start):
        return True
    if _asks_for_money(document, clause, start):
        return False
    for near in (number - 1, number + 1):
        if 0 <= near < len(document.clauses):
            other = document.clauses[near]
            if other.sentence == clause.sentence and "warn" in _names(other.concepts):
                return True
    return False


def _asks_for_money(document: Document, clause: Clause, place: int) -> bool:
    """Whether the clause names a sum within reach of the place."""
    return any(
        clause.start <= pay.start < clause.end and pay.per is None and abs(pay.start - place) <= 16
        for pay in document.pays
    )


def _is_denied(
    document: Document, number: int, start: int, end: int, before: list[Concept], inside: list[Concept]
) -> bool:
    clause = document.clauses[number]
    text = document.text
    if inside and inside[0].name == "neg" and inside[0].start <= start:
        before = [*before, inside[0]]
    reach = [item for item in before if item.name in ("neg", "but", "without_then", "not_ask")]
    if reach and reach[-1].name == "neg" and start - reach[-1].end <= NEG_REACH:
        # 不交押金不安排 asks for the deposit; so does a denial that the next clause takes back with a refusal.
        rest = text[end : clause.end]
        if not _REFUSES.search(rest) and not (_first_word_refuses(document, number) and _pays_in(before)):
            return True
    if reach and reach[-1].name in ("without_then", "not_ask", "but"):
        return False
    if _AFTER_DENIAL.match(text[end : min(clause.end, end + 16)]):
        return not _REFUSES.search(text[end : clause.end])
    return not text[end : clause.end].strip(":") and _next_denies(document, number)


def _first_word_refuses(document: Document, number: int) -> bool:
    if number + 1 >= len(document.clauses):
        return False
    following = document.clauses[number + 1]
    same = following.sentence == document.clauses[number].sentence
    return same and bool(_REFUSES.match(document.text[following.start : following.start + 8]))


def _pays_in(concepts: list[Concept]) -> bool:
    return "pay" in _names(concepts)


def _next_denies(document: Document, number: int) -> bool:
    """押金 ，一分不收: the denial stands in a clause of its own right after."""
    if number + 1 >= len(document.clauses):
        return False
    following = document.clauses[number + 1]
    gap = following.start - document.clauses[number].end
    text = document.text[following.start : following.end]
    return gap <= 1 and following.sentence == document.clauses[number].sentence and bool(
        re.match(r"(?:一分不收|一律不收|通通不收|都不收|全都不收|统统不收|全免|全部免|一概不收|我们都不收|均不收|从来不收|不收$|没有$|都没有|统统没有)", text)
    )


def _employer_pays(
    document: Document, number: int, start: int, before: list[Concept], after: list[Concept]
) -> bool:
    clause = document.clauses[number]
    names_after, names_before = _names(after), _names(before)
    if "not_ask" in names_before | names_after:
        return False
    if "employer_bears" in names_before | names_after:
        return True
    if "reimburse" in names_before | names_after and "applicant" not in names_after:
        return True
    text = document.text
    if re.search(r"(?:公司|店里|厂里|老板|我们|单位|平台|机构|学校|客户|供应商|厂家|商家|项目部|企业|雇主|主家|总部)(?:来|先|全额?|统一|直接|给|帮|会|代|都|自己)?(?:出|付|承担|负担|报|垫|买|发|缴|包|掏|支付)", text[clause.start : clause.end]):
        return "applicant" not in names_before or "reimburse" in names_after
    following = document.clauses[number + 1] if number + 1 < len(document.clauses) else None
    if following is not None and following.sentence == clause.sentence and not text[following.start - 1 : following.start].isspace():
        names = _names(following.concepts)
        head = text[following.start : following.start + 12]
        if ("reimburse" in names and "not_ask" not in names) or re.match(r"(?:费用)?(?:公司|店里|厂里|老板|我们|单位|平台)(?:全|统一|来|先)?(?:出|付|承担|报销|垫|买|提供)", head):
            return True
    return False


def _is_duty(
    document: Document, clause: Clause, start: int, before: list[Concept], after: list[Concept]
) -> bool:
    """The mention is what the worker handles for others: guests' deposits, suppliers' bonds."""
    text = document.text
    names_before = _names(before)
    for person in before:
        if person.name == "customer" and start - person.end <= 16:
            if not _applicant_pays_employer(text, clause, before):
                return True
    for person in after:
        if person.name == "customer" and person.start - start <= 14 and "pay" not in names_before:
            return True
    if "duty" in names_before and "before" not in names_before and "applicant" not in names_before:
        return not _asks_for_money(document, clause, start)
    return False


def _applicant_pays_employer(text: str, clause: Clause, before: list[Concept]) -> bool:
    names = [item.name for item in before]
    return bool(re.search(r"(?:向|给|到|在)(?:公司|店里|酒店|前台|财务|平台|厂里|群主|老师|我)", text[clause.start : clause.end])) and "pay" in names
