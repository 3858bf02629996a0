"""Who pays whom, and is it so? One sentence a case; 押金 (or another word) is the mention."""

from __future__ import annotations

import pytest

from detector import Posting
from detector.document import Document
from detector.roles import BECAUSE, Stance, mere_denials, stance, verdict
from detector.rules import load_rules
from detector.types import Because

ASSERTED, DENIED, WARNED = Stance.ASSERTED, Stance.DENIED, Stance.WARNED
DUTY, QUOTED, EMPLOYER_PAYS = Stance.DUTY, Stance.QUOTED, Stance.EMPLOYER_PAYS

CASES = [
    # asked for
    ("入职先交押金200元", "押金", ASSERTED),
    ("上岗前须缴纳保证金五百，做满退还", "保证金", ASSERTED),
    ("押金300，走的时候退", "押金", ASSERTED),
    ("没有中介费，只收押金200", "押金", ASSERTED),
    ("不交押金不安排上岗", "押金", ASSERTED),
    ("本店招店员，员工统一交押金一百", "押金", ASSERTED),
    ("入职向店里缴纳押金300元", "押金", ASSERTED),
    ("没证的交200元办证费", "办证费", ASSERTED),
    ("不是不收押金，是先收后退", "押金", ASSERTED),
    ("我：是不是要交押金？\n客服：亲放心，只是登记用，198，做满退", "押金", ASSERTED),
    ("我：押金要吗\nHR：要的", "押金", ASSERTED),
    # denied
    ("本店从不以任何名义收取押金", "押金", DENIED),
    ("押金什么的统统没有", "押金", DENIED),
    ("我：要交押金吗\nHR：您好，不用的", "押金", DENIED),
    ("本公司不收押金", "押金", DENIED),
    ("不向求职者收取任何形式的押金", "押金", DENIED),
    ("无押金，无中介费", "押金", DENIED),
    ("押金一律不收", "押金", DENIED),
    ("押金，一分不收", "押金", DENIED),
    ("押金、服装费全免", "押金", DENIED),
    ("要交押金吗？不用。", "押金", DENIED),
    # warned
    ("谨防以招聘为名收押金的骗局", "押金", WARNED),
    ("求职时要警惕收取押金的行为", "押金", WARNED),
    # the employer pays
    ("体检费由公司承担", "体检费", EMPLOYER_PAYS),
    ("体检费凭票报销", "体检费", EMPLOYER_PAYS),
    ("体检由公司统一承担，体检费实报实销", "体检费", EMPLOYER_PAYS),
    ("体检费由镇上的公司交", "体检费", EMPLOYER_PAYS),
    ("押金公司替你出", "押金", EMPLOYER_PAYS),
    # part of the work
    ("负责向客人收取押金并开收据", "押金", DUTY),
    ("给租客办理退房和退押金", "押金", DUTY),
    # told by somebody else
    ("他让我先交押金", "押金", QUOTED),
    ("对方说要交押金", "押金", QUOTED),
]


@pytest.mark.parametrize(("text", "mention", "expected"), CASES)
def test_what_the_text_does_with_a_mention(text: str, mention: str, expected: Stance) -> None:
    document = Document(Posting(text=text))
    start = document.text.index(mention)
    assert stance(document, start, start + len(mention)) is expected


def test_a_denial_takes_away_its_own_mention_and_nothing_else() -> None:
    document = Document(Posting(text="不收中介费，但先交押金300元。"))
    places = {word: document.text.index(word) for word in ("中介费", "押金")}
    assert {word: stance(document, at, at + len(word)) for word, at in places.items()} == {
        "中介费": DENIED,
        "押金": ASSERTED,
    }


def test_a_warning_does_not_cover_a_sum_that_is_asked_for() -> None:
    document = Document(Posting(text="谨防骗子，入职先交押金300元"))
    start = document.text.index("押金")
    assert stance(document, start, start + 2) is ASSERTED


def test_a_mention_in_disguise_has_the_same_stance() -> None:
    for text, expected in (("不收押-金", DENIED), ("先交丫金300元", ASSERTED)):
        document = Document(Posting(text=text))
        start = document.text.index("押金")
        assert stance(document, start, start + 2) is expected


def test_every_stance_but_asserted_is_a_cause_to_set_aside() -> None:
    assert set(BECAUSE) == set(Stance) - {ASSERTED}
    assert set(BECAUSE.values()) == set(Because)


MERE = [
    "本店不收任何押金。",
    "我们不收押金，不收保证金。",
    "入职全程免费，凡收费的都是冒充的。",
    "不用垫付一分钱。",
    "绝不收费，请放心！",
]
SAYS_MORE = [
    "招服务员，不收押金。",
    "不收押金，月薪四千。",
    "不收押金，加微信聊。",
    "不收押金，只收服装费300元。",
    "没有押金，但是服装费自理。",
    "民警提醒，正规公司不会收押金。",
    "月薪四千，双休。",
    "没上岗证的不用急，我们统一补办，工本和考务九百，交到我这里。",
    "五、跟岗学习：为期半年，学习期间不发工资。",
    "手机关机再上车，别问去哪里，没有护照也行。",
    "会剪辑的优先，不会的我教。",
    "请登录网银确认没有风险，过程别接电话。",
]


def denials(text: str) -> list[str]:
    return [text[start:end] for start, end in mere_denials(Document(Posting(text=text)))]


@pytest.mark.parametrize("sentence", MERE)
def test_a_sentence_that_only_denies_is_a_mere_denial(sentence: str) -> None:
    assert denials("招店员，早晚班。" + sentence + "地址在人民路。") == [sentence]


@pytest.mark.parametrize("sentence", SAYS_MORE)
def test_a_sentence_that_says_more_is_none(sentence: str) -> None:
    assert denials("招店员，早晚班。" + sentence + "地址在人民路。") == []


def test_a_text_that_only_denies_is_read_as_it_stands() -> None:
    assert denials("本店不收任何押金。") == []


VERDICTS = [
    ("刷脸一次五十是卖号 别做", "刷脸", WARNED),
    ("“代收员”都是骗子发的，我们只招版主", "代收员", WARNED),
    ("群里那种借卡的单子，你们别接", "借卡", WARNED),
    ("面试短信会给您，勿向任何人透露验证码", "验证码", WARNED),
    ("记得别把卡号外借给人", "卡号外借给人", WARNED),
    ("号码布押金五十是选手押给我们的", "押金", DUTY),
    ("刷脸一次五十，不是骗人的", "刷脸", ASSERTED),
    ("刷脸一次五十，别信网上那些话", "刷脸", ASSERTED),
    ("押金五十是你们押给我们的", "押金", ASSERTED),
]


@pytest.mark.parametrize(("text", "mention", "expected"), VERDICTS)
def test_what_the_text_says_of_a_mention_right_after_it(text: str, mention: str, expected: Stance) -> None:
    document = Document(Posting(text=text))
    start = document.text.index(mention)
    assert verdict(document, start, start + len(mention)) is expected


def test_a_rule_sets_aside_what_the_text_condemns() -> None:
    finding = load_rules().read(Document(Posting(text="答一句，过人脸一次四十是卖号，别做。要人的是我，校时间轴。")))
    assert not [reason for reason in finding.reasons if reason.code == "account_renting"]
    assert [item.because for item in finding.set_aside if item.code == "account_renting"] == [Because.WARNED]
