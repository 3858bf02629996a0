"""Every rule keeps the promises its pack makes, and the loader refuses a pack that makes none."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from detector import Detector, Posting
from detector.checks import CHECKS
from detector.document import Document
from detector.errors import PackError
from detector.rules import PACKS, Rule, load_rules, read_pack
from detector.types import CODES, Because

RULES = load_rules()


def proofs(*kinds: str) -> list[ParameterSet]:
    """The sentences of all rules that prove these things."""
    return [
        pytest.param(rule, sentence, id=f"{rule.id}-{kind}{number}")
        for rule in RULES.rules
        for kind in kinds
        for number, sentence in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize(("rule", "sentence"), proofs("scam"))
def test_a_rule_fires_on_its_scam_sentences(rule: Rule, sentence: str) -> None:
    (reason,) = rule.read(Document(Posting(text=sentence))).reasons
    assert reason.rule == rule.id
    assert reason.evidence
    assert all(item.quote and sentence[item.start : item.end] == item.quote for item in reason.evidence)


@pytest.mark.parametrize(("rule", "sentence"), proofs("disguised"))
def test_a_rule_fires_on_its_disguised_sentences(rule: Rule, sentence: str) -> None:
    (reason,) = rule.read(Document(Posting(text=sentence))).reasons
    assert all(item.quote and sentence[item.start : item.end] == item.quote for item in reason.evidence)


@pytest.mark.parametrize(("rule", "sentence"), proofs("fine"))
def test_a_rule_is_silent_on_its_fine_sentences(rule: Rule, sentence: str) -> None:
    assert rule.read(Document(Posting(text=sentence))).reasons == ()


@pytest.mark.parametrize(("rule", "sentence"), proofs("scam", "fine", "disguised"))
def test_the_one_pass_search_finds_what_each_rule_finds_alone(rule: Rule, sentence: str) -> None:
    document = Document(Posting(text=sentence))
    together = {reason.rule for reason in RULES.read(document).reasons}
    assert together == {each.id for each in RULES.rules if each.read(document).reasons}


def test_the_packs_cover_the_codes_of_the_first_release() -> None:
    first = {
        "upfront_fee", "advance_funds", "unrealistic_pay", "order_brushing", "task_rebate", "off_platform_contact",
        "easy_money",
    }  # fmt: skip
    assert first <= {rule.code for rule in RULES.rules} <= set(CODES)


def test_every_check_is_used_by_a_rule() -> None:
    assert {rule.check for rule in RULES.rules if rule.check} == set(CHECKS)


def test_every_rule_says_what_to_do_and_why() -> None:
    assert all(rule.title and rule.explanation and rule.advice for rule in RULES.rules)
    assert all(norm.law and norm.article.startswith("第") for rule in RULES.rules for norm in rule.legal)


def test_the_version_changes_with_the_packs(tmp_path: Path) -> None:
    for path in PACKS.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert load_rules(tmp_path).version == RULES.version
    changed = tmp_path / "easy_money.toml"
    changed.write_bytes(changed.read_bytes() + b"\n# a word more\n")
    assert load_rules(tmp_path).version != RULES.version


def test_ten_deposits_are_one_reason_with_five_places() -> None:
    rule = next(rule for rule in RULES.rules if rule.id == "upfront_fee.deposit")
    (reason,) = rule.read(Document(Posting(text="入职先交押金200元。" * 10))).reasons
    assert len(reason.evidence) == 5


def test_a_denied_deposit_is_set_aside() -> None:
    finding = RULES.read(Document(Posting(text="招店员，不收押金。")))
    assert finding.reasons == ()
    assert {(item.code, item.because) for item in finding.set_aside} == {("upfront_fee", Because.DENIED)}
    assert all("押金" in mention.quote for item in finding.set_aside for mention in item.evidence)


def test_an_absurd_wage_is_told_with_its_arithmetic() -> None:
    reasons = RULES.read(Document(Posting(text="招打字员，在家做，一天三千，会拼音就行。"))).reasons
    told = next(reason for reason in reasons if reason.rule == "unrealistic_pay.market")
    assert "每月" in told.explanation
    assert "同类" in told.explanation


def test_an_absurd_wage_in_dollars_of_hong_kong_is_told_at_its_worth() -> None:
    text = "誠徵打字員，在家工作，時薪HK$300，無需經驗，會拼音就得，請發訊息報名。"
    reasons = RULES.read(Document(Posting(text=text))).reasons
    assert "unrealistic_pay.market" in {reason.rule for reason in reasons}


# --- what the loader refuses ---

PACK = """
code = "upfront_fee"
title = "先交钱才上岗"
explanation = "正规单位不收钱。"
advice = "不要付款。"
legal = ["劳动合同法 第九条"]

[[rule]]
id = "upfront_fee.deposit"
confidence = 0.9
patterns = ["押金[^,]{0,4}"]
scam = ["先交押金", "要交押金", "押金两百"]
fine = ["不收押金", "押金不收", "没有押金"]
disguised = ["押-金"]
"""

RULE = PACK[PACK.index("[[rule]]") :]

REFUSED = {
    "not toml": ("code = ", "", "toml: "),
    "no such code": ('"upfront_fee"\n', '"upfront"\n', "no code 'upfront'; there are upfront_fee, advance_funds"),
    "no rule": (RULE, "", "no [[rule]] in it"),
    "one rule that is no list": (RULE, 'rule = "deposit"', "no [[rule]] in it"),
    "unknown key of the pack": ('advice = "', 'tip = "x"\nadvice = "', "unknown key 'tip'; there are advice, code"),
    "unknown key of the rule": ("patterns", "window = 3\npatterns", "upfront_fee.deposit: unknown key 'window'"),
    "id of another code": ("upfront_fee.deposit", "easy_money.deposit", "need upfront_fee.something"),
    "id with capitals": ("upfront_fee.deposit", "upfront_fee.Deposit", "need upfront_fee.something"),
    "no confidence": ("confidence = 0.9\n", "", "confidence None; need a number between 0 and 1"),
    "confidence over one": ("0.9", "1.5", "confidence 1.5; need a number between 0 and 1"),
    "two scam sentences": ('"押金两百"', "", "upfront_fee.deposit: scam: needs at least 3 sentences"),
    "two fine sentences": ('"没有押金"', "", "upfront_fee.deposit: fine: needs at least 3 sentences"),
    "none in disguise": ('disguised = ["押-金"]', "", "upfront_fee.deposit: disguised: needs at least 1 sentences"),
    "proof that is no list": ('disguised = ["押-金"]', 'disguised = "押-金"', "disguised: need a list of strings"),
    "an empty sentence": ('"押-金"', '""', "disguised: need a list of strings"),
    "unknown check": ("patterns", 'check = "pay"\npatterns', "no check 'pay'; there are ["),
    "no pattern": ('["押金[^,]{0,4}"]', "[]", "patterns: none given"),
    "an empty silencer": ("patterns", "unless = []\npatterns", "unless: none given"),
    "a broken pattern": ("押金[^,]{0,4}", "押金(", "patterns: '押金(': "),
    "look-around": ("押金[^,]{0,4}", "(?<!不)押金", "look-around or back-reference; guards live in checks"),
    "a star": ("押金[^,]{0,4}", "押金.*", "repetition without a bound; write {0,12}"),
    "a plus": ("押金[^,]{0,4}", "押金[^,]+", "repetition without a bound; write {0,12}"),
    "an open count": ("押金[^,]{0,4}", "押金.{2,}", "repetition without a bound; write {0,12}"),
    "law without an article": ("劳动合同法 第九条", "劳动合同法", 'need a list such as ["劳动合同法 第九条"]'),
    "law that is no list": ('["劳动合同法 第九条"]', '"劳动合同法 第九条"', "need a list such as ["),
    "no advice": ('advice = "不要付款。"', "", "upfront_fee.deposit: advice: missing"),
    "a blank title": ("先交钱才上岗", "  ", "upfront_fee.deposit: title: missing"),
}


def refusal(text: str) -> str:
    with pytest.raises(PackError) as raised:
        read_pack(Path("upfront_fee.toml"), text.encode("utf-8"))
    return str(raised.value)


def test_the_pack_that_the_refusals_start_from_is_good() -> None:
    (rule,) = read_pack(Path("upfront_fee.toml"), PACK.encode("utf-8"))
    assert (rule.id, rule.confidence, rule.title) == ("upfront_fee.deposit", 0.9, "先交钱才上岗")
    assert rule.read(Document(Posting(text="先交押-金"))).reasons


@pytest.mark.parametrize(("old", "new", "says"), list(REFUSED.values()), ids=list(REFUSED))
def test_the_loader_refuses_by_name(old: str, new: str, says: str) -> None:
    assert old in PACK
    message = refusal(PACK.replace(old, new, 1))
    assert message.startswith("upfront_fee.toml: ")
    assert says in message
    assert "\n" not in message.strip()


def test_bytes_that_are_no_utf8_are_refused() -> None:
    with pytest.raises(PackError, match=r"upfront_fee\.toml: .*utf-8"):
        read_pack(Path("upfront_fee.toml"), PACK.encode("gb18030"))


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(PACK, "utf-8")
    (tmp_path / "b.toml").write_text(PACK, "utf-8")
    with pytest.raises(PackError, match=r"upfront_fee\.deposit: two rules of this name"):
        load_rules(tmp_path)


def test_a_folder_without_packs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"no rule packs \(\*\.toml\) there"):
        load_rules(tmp_path)


def test_a_detector_takes_other_packs(toy_model: Path, tmp_path: Path) -> None:
    (tmp_path / "upfront_fee.toml").write_text(PACK, "utf-8")
    other = Detector.load(model=toy_model, packs=tmp_path)
    assert [rule.id for rule in other.rules] == ["upfront_fee.deposit"]
    assert other.versions.rules != RULES.version


FEES = [
    ("入厂押金参佰，夫妻房有。", "upfront_fee"),
    ("入 厂 押 ．金 伍 佰 ，包吃住。", "upfront_fee"),
    ("进厂先交保证金壹仟贰佰，做满退。", "upfront_fee"),
]


@pytest.mark.parametrize(("text", "code"), FEES)
def test_a_sum_in_formal_numerals_is_a_sum(text: str, code: str) -> None:
    assert code in {reason.code for reason in RULES.read(Document(Posting(text=text))).reasons}


NO_TRAPS = [
    "展馆布置，三天一趟，搭架子用12米的杆，自己的钱只管买水。",
    "暗访员，每家另付三十元，月底打卡。",
    "影展志愿客服，海外片商来信帮忙改签门票，月薪6500。",
    "回收平板的店招验机师，来路说不清的一律不收，四千五底薪。",
]


@pytest.mark.parametrize("text", NO_TRAPS)
def test_what_only_sounds_like_a_trap_is_no_reason(text: str) -> None:
    assert RULES.read(Document(Posting(text=text))).reasons == ()


SPELLED_OUT = [
    ("酒楼采购主管，海鲜档口不赊账，每天的货款由主管自己先结，酒楼按季度核给您，六千五包吃住。", "advance_funds"),
    ("物流外调员，高速费、装卸费员工先掏，货主结了运费再补，账期两个月。", "advance_funds"),
    ("民宿房务领班，布草洗涤费您先付给洗衣厂，平台回款后报给您。", "advance_funds"),
    ("巡店督导，过期货由督导按进价买下，季度末看情况返。", "advance_funds"),
    ("会展搭建采买，一次两三万的板材钱先用自己的卡刷，展会结束甲方回款再给。", "advance_funds"),
    ("电梯司机，报到那天交三百给队长，算工具款，离开时退。", "upfront_fee"),
    ("月嫂上户，第一次派单前往公司的风险池里放六百，半年没投诉退。", "upfront_fee"),
    ("考务助理，没有监考证的我们代办，四百五面试当天交给张老师。", "upfront_fee"),
    ("养老院护工，护工向院里交一千备用，干满一年退。", "upfront_fee"),
    ("打包兼职，箱子里塞张白纸封好寄走，一天五百单，一单两毛五。", "order_brushing"),
    ("酒店口碑专员：不用住店，照着图写住店感受，每条四块。", "order_brushing"),
    ("租房中介找人假装看房，跟着走一圈说想要，一次八十。", "order_brushing"),
    ("直播间下单员，拍完我们后台退款，两小时五十。", "order_brushing"),
    ("去对面赌场看场子，半夜坐快艇过江，不用证，一个月两万。", "overseas_lure"),
    ("从孟连翻山过去，两个小时，那边老板派车，客服，底薪一万五。", "overseas_lure"),
    ("签证你不用管，先旅游过去，到了再说，翻译月薪两万五。", "overseas_lure"),
    ("spa馆招女技师，正规钟一百，客人要别的自己在房里谈，店里不管，收入上不封顶。", "vice_lure"),
    ("商务陪同，吃顿饭一千五，饭后去客人房间再加三千。", "vice_lure"),
    ("会馆招妹子，换了裙子站一排给客人挑，挑上一千二。", "vice_lure"),
    ("足浴店，加钟“大保健”三百归你，店里只抽一百，有人放风。", "vice_lure"),
    ("复印店找线上帮手，网银收到的款按我们给的账号转出去，一笔留十八元，卡用自己的。", "money_mule"),
    ("去曼谷帮忙拎箱子，四天三夜，机票酒店公司包，回来就给两万。", "overseas_lure"),
    ("月嫂中心有三位阿姨上户啦，想来的登记照片，一次性支持中心七百二就好，往后派单不再收。", "upfront_fee"),
    ("咖啡店学徒，放八百在老板娘这里，干满半年拿回去。", "upfront_fee"),
    ("物流园夜班，先打40占座位，七点发车。", "upfront_fee"),
    ("楼盘开盘找人扮成情侣看房，听见有人喊卖了就鼓掌，一场九十。", "order_brushing"),
    ("火锅店新开，排队吃完出来再排，别说是请来的，一天一百五。", "order_brushing"),
    ("体检中心的满意度调查表帮着补，名字从登记表里抄，全打满分，一份五毛。", "order_brushing"),
    ("换着手机点同行的广告，一天一百次，给四十块。", "order_brushing"),
    ("你的点评号借给我们店里写评，一个月三十。", "account_renting"),
    ("客户经理先上商学院四十天，学费八千六公司垫付，从第二个月起逐月扣。", "training_loan"),
    ("去馬來幫手拎喼返嚟，機票食宿全包，一轉$15,000。", "overseas_lure"),
    ("新司机结给队长六百，当天排车。", "upfront_fee"),
    ("健身房体验课找人装学员，教练讲完抢着办卡，卡刷了就退，一场七十。", "order_brushing"),
    ("照群里计划押三百，中了你我一人一半。", "gambling_investment"),
    ("在家看球的活，按群里提示下二百，赢了对半分，没中组里补。", "gambling_investment"),
]


@pytest.mark.parametrize(("text", "code"), SPELLED_OUT)
def test_a_trap_told_without_its_usual_words_is_found(text: str, code: str) -> None:
    assert code in {reason.code for reason in RULES.read(Document(Posting(text=text))).reasons}


NEIGHBOURS = [
    "酒楼采购主管，货款由财务每天转给档口，主管只验货，六千五包吃住。",
    "出差的车票您先付，月底凭发票报销，打车也报。",
    "民宿前台，客人入住时收三百押金交给店长，退房退还。",
    "保安，工作鞋店里发，一双坏了换一双，不收钱。",
    "月嫂公司，客户往平台存一千保证金，跟阿姨无关。",
    "护工，家属向院里交一千押金，出院结算。",
    "电子厂，办厂牌不要钱，丢了补十块。",
    "打包工，箱子里放商品和感谢卡，封好贴单，一件两毛五。",
    "酒店前台，住店客人可写点评，送一份水果，底薪三千八。",
    "餐厅开业招传单员，排队引导两小时六十。",
    "中介招看房专员，带客户看房，成交提成。",
    "旅行社领队，带客人徒步翻山，晚上住帐篷，一天五百。",
    "景洪橄榄坝香蕉园招工，到景洪有车接，一天两百五。",
    "外贸翻译，护照自备，签证公司办，去越南工厂验货，一天八百。",
    "spa馆招前台，客人在前台付款，技师不收现金，四千五。",
    "足疗技师，男女不限，加钟在前台补单，严禁私下收费。",
    "翻译陪客户吃饭开会，一天一千，晚上回自己房间，公司订酒店。",
    "住家保姆，晚上留宿照看老人，一个月七千。",
    "模特试衣，客人挑款，你穿给她看，一天三百。",
    "快递站，到付的钱扫站里码，骑手不垫，一单一块二。",
    "二手手机店招收货员，货款店里出，你不用带钱，底薪四千。",
    "租赁顾问，客户签约当天交押金到公司账户，您不经手。",
    "剧组群演，妆造剧组出，一天一百二，收工结。",
    "健身房会籍，会员向店里交年费，您提8%。",
    "食品厂品尝员，坐着打分，不用买也不用写好评，一次两小时。",
    "社区招禁毒反诈宣传员，上门找有闲置银行卡的老人，陪他去网点销户，一天七十。",
    "本店给园区送保洁，每送一位由用工单位付给我们三百，做满半年我们不退。",
    "驿站代收员，收件人自己念取件验证码，你对上号给件，一天一百一。",
    "花店兼职，用店里的抖音号发视频，一条补十五元，视频在店里拍。",
    "食堂采购，会计每周先转两千到采购微信做周转，买菜从里面出，周五平账。",
    "会计助理，网银收到的款按合同号登记，付款由会计复核，四千五。",
    "去泰国拍旅游短片，帮摄影师拎器材箱，机票酒店公司报销，签劳动合同，一天四百。",
    "月子中心支持阿姨考证，考过中心补720元，派单不抽成。",
    "咖啡店招店员，每天留五百零钱在收银台，交班点清，四千二。",
    "楼盘开盘找礼仪，给看房的情侣倒水引路，一场一百。",
    "火锅店新开，缺人发排队号，看客人吃完收桌子，一天一百五。",
    "体检中心访员，满意度调查表请客人自己填，一份两元，不许代填。",
    "投放助理，看同行的广告写周报，换着关键词比价，六千五。",
    "月租两千的店面转让，店号保留，有意面谈。",
    "劳务所说明：工厂每人付给我们三百服务费，您来不花一分钱，做不满也不找您。",
    "书店招人管小红书，用书店的号发笔记，一天一篇十二元。",
    "剧本杀店招NPC，扮成顾客混在玩家里，一场一百。",
    "日语导游，带团去日本五天，机票酒店公司包，帮客人提行李，一团八千。",
    "急招，学生可，日结，无需经验，加我微信。煎饼摊收钱打包，六点到十点，一早上八十，摊子在东门桥下。",
]


@pytest.mark.parametrize("text", NEIGHBOURS)
def test_its_honest_neighbour_is_no_reason(text: str) -> None:
    assert RULES.read(Document(Posting(text=text))).reasons == ()


def test_hints_add_up_where_neither_hours_nor_a_workplace_are_told() -> None:
    text = "急招，学生可，日结，无需经验，加我微信。一天八十，微信号在主页。"
    told = RULES.read(Document(Posting(text=text))).reasons
    assert {reason.code for reason in told} >= {"easy_money", "off_platform_contact"}


def test_hours_and_a_workplace_do_not_cover_work_at_a_screen() -> None:
    text = "急招，学生可，日结，无需经验，加我微信。店里的手机上操作，六点到十点，在家也行，主页联系。"
    assert RULES.read(Document(Posting(text=text))).reasons
