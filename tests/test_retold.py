"""Who makes an offer, and who only tells of one."""

from __future__ import annotations

import pytest

from detector import Posting
from detector.document import Document
from detector.retold import calls, quotations, retells


def document(text: str) -> Document:
    return Document(Posting(text=text))


CALLING = [
    "别家的都是假的，只有我们这个不收钱，想跟我做的举手。",
    "前面三个团都骗人，现在这个真的当天结。要链接的姐妹扣“在”～",
    "我姐过去半年了，老板还要四个，想去的私我要她电话。",
    "我妈说我被骗，笑死，上个月又到账两千，你也来，头像找我。",
]
NOT_CALLING = [
    "有人发“想做的加我，一天三百”，点进去就要交钱。",
    "又有人说想赚钱的私我，这种统统拉黑。",
    "想吃枇杷的私我，今早刚摘。",
    "招店员两名，早晚班，三千八。",
]


@pytest.mark.parametrize("text", CALLING)
def test_the_last_words_of_a_text_ask_its_reader_to_join(text: str) -> None:
    assert calls(document(text))


@pytest.mark.parametrize("text", NOT_CALLING)
def test_what_is_quoted_taken_back_or_for_sale_is_no_call(text: str) -> None:
    assert not calls(document(text))


def test_a_warning_that_asks_its_readers_to_join_makes_an_offer() -> None:
    told = "昨天又有人被骗了押金，我劝过她别信外面那些，报警有用吗。"
    assert retells(document(told))
    assert not retells(document(told + "想做真的私我，一单八块。"))


def test_a_news_item_that_takes_applications_makes_an_offer() -> None:
    told = "本报讯 记者近日获悉，某公司招评价员，每条三元，据悉不用购买。"
    assert retells(document("民警通报，近日有多名受害人报案，嫌疑人已被抓获。"))
    assert not retells(document(told + "报名电话见文末。"))


def test_a_chat_with_questions_is_no_account_of_a_trap() -> None:
    chat = "红姐：明早过来吗\n我：要带什么呢\n红姐：不用，过去那边住下，一个月九千啊"
    assert not retells(document(chat))
    assert retells(document("我妈昨天交了三百，后来联系不上了"))


def test_what_opens_a_text_is_a_quotation_where_somebody_is_named_who_said_it() -> None:
    said = "“跟我去做客服，一个月两万，机票我包。”"
    assert quotations(document(said + "想来的加我。").text) == []
    assert quotations(document(said + "二十岁的小胡回忆。").text) == [(0, len(said))]
