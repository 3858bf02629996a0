"""Offers against usual wages: what is absurd, what only looks so, the sentence, and a table that can be trusted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from growth import linear
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import TableError
from detector.market import WAGES_FILE, Comparison, Verdict, compare, load_wages
from detector.market.worked import worked_a_day
from detector.pay import Per, read_pay

NBS_2024 = {"clerks": 93_189, "services": 77_584, "production": 78_561, "professionals": 148_046, "managers": 203_014}


def compared(text: str) -> Comparison:
    found = compare(text, read_pay(text))
    assert found is not None, f"nothing to compare in {text}"
    return found


PAIRS: list[tuple[str, str]] = [
    # the same words; only amount or unit differs: (ordinary, absurd)
    ("招打字员,把讲义录成文档,千字12元", "招打字员,把讲义录成文档,每字12元"),
    ("超市收银员,4200元/月,早晚班", "超市收银员,4200元/天,早晚班"),
    ("小区保安,月薪4600,两班倒", "小区保安,月薪46000,两班倒"),
    ("快递分拣,一小时22", "快递分拣,一小时2200"),
    ("网店客服,月薪4500", "网店客服,月薪4.5万"),
    ("串珠外发,一个三毛", "串珠外发,一个三十"),
    ("洗碗工,一天120", "洗碗工,一天3000"),
    ("法语笔译,180元/千字", "法语笔译,180元/字"),
    ("行政文员,4-6k,双休", "行政文员,40-60k,双休"),
    ("给短视频点赞,一个三毛", "给短视频点赞,一个三十"),
    ("part-time typist, 一小时3刀", "part-time typist, 一小时70刀"),
]


PAIRS += [
    # the last part of a compound is the work
    ("脑外科引导员,站大厅指路,月薪4200", "脑外科引导员,站大厅指路,月薪52000"),
    ("律师助理,复印装订卷宗,月薪6000", "律师助理,复印装订卷宗,日薪5200"),
    ("海洋馆喂食员,日薪150,保险由馆方买", "海洋馆喂食员,日薪2400,保险由馆方买"),
    ("钢琴课接送员,25元/半小时,送到教室门口", "钢琴课接送员,400元/半小时,送到教室门口"),
    # the price of a piece times what one does in a day
    ("穿烤串,一串两分,一天两三千串", "穿烤串,一串三块,一天两三千串"),
    ("抄水表,一户八毛,一天抄个两百来户", "抄水表,一户一百二,一天抄个两百来户"),
    ("贴对联的,一副五毛,每天三百副", "贴对联的,一副五十,每天三百副"),
    # sums that nothing but the work explains
    ("招面点学徒,早四点到十一点,3600元,管饭", "招面点学徒,早四点到十一点,46000元,管饭"),
    ("帮忙擦玻璃,两室一厅,160元,约四小时", "帮忙擦玻璃,两室一厅,5200元,约四小时"),
]


PAIRS += [
    # the time that a sum is for, by the day's hours, the clock, or what is done at once
    ("食堂打菜,十点半到一点,一天九十", "食堂打菜,十点半到一点,一天一千五"),
    ("前台替班,晚七点至十点,每晚120元", "前台替班,晚七点至十点,每晚1300元"),
    ("小区保安巡夜,每天四小时,月薪3200", "小区保安巡夜,每天俩小时,月薪28000"),
    ("盘点夜招人,晚9点至凌晨3点,每人170元", "盘点夜招人,晚9点至凌晨3点,每人1900元"),
    ("明天卸一车泡沫箱,一人150,半小时的事", "明天卸一车泡沫箱,一人1500,半小时的事"),
    ("今天搬两盆花上三楼,十五分钟搞定,120元", "今天搬两盆花上三楼,十五分钟搞定,3600元"),
    ("婚宴派喜糖,上午十点到十二点,每位报酬160元", "婚宴派喜糖,上午十点到十二点,每位报酬1600元"),
    ("展馆关门后扶围栏,两个半小时,一人90", "展馆关门后扶围栏,两个半小时,一人1100"),
    ("门房里坐着签收水桶,一天不超过一小时,月薪900", "门房里坐着签收水桶,一天不超过一小时,月薪一万九"),
    ("工地打扫两个,一天一百六", "工地打扫两个,一天两千六"),
    ("到机房关灯,一刻钟,一次二十", "到机房关灯,一刻钟,一次三百六"),
    # by the piece, with what it takes
    ("数纽扣,一袋两百颗给四毛,一小时三十来袋", "数纽扣,一袋两百颗给十二块,一小时三十来袋"),
    ("抄电表,一户四毛,六百户,两天抄完", "抄电表,一户六十,六百户,两天抄完"),
    ("用五笔把手稿打成文档,一千字给十二", "用五笔把手稿打成文档,一千字给一百八"),
    ("小学门口塞传单,每塞二十张2元", "小学门口塞传单,每塞二十张280元"),
    ("吊车下面站岗的,什么证都不用,一天160", "吊车下面站岗的,什么证都不用,一天1600"),
]


@pytest.mark.parametrize("text", [ordinary for ordinary, _ in PAIRS])
def test_usual_pay_is_ordinary(text: str) -> None:
    assert compared(text).verdict is Verdict.ORDINARY


@pytest.mark.parametrize("text", [absurd for _, absurd in PAIRS])
def test_the_same_work_at_many_times_the_pay_is_absurd(text: str) -> None:
    assert compared(text).verdict is Verdict.ABSURD


@pytest.mark.parametrize(
    "text",
    [
        "塔吊司机,持证,月薪13000-17000",
        "麻醉科主治医师,年薪50-60万",
        "推荐算法工程师,50-80k·16薪",
        "置业顾问,底薪4000,成交佣金50%,月入3万",
        "寿险顾问,月入2-4万,首年佣金40%",
        "金牌月嫂,26天15000",
        "远洋货轮三副,月薪4800美元",
        "工地贴砖师傅,日结600",
        "会议同声传译,一天5000",
        "卸货装卸工,日结280",
        "外卖骑手,一单6-9元,月入一万二",
        "发型师,底薪4500,提成40%",
        "旺角茶餐厅请侍应,月薪$19,000",
        "台中超商大夜班,时薪230,劳健保",
        "物理一对一名师,课时费350-450元/时,五年以上带班经验",
        "隧道爆破工,持证,日薪700",
        "国际散货大管轮,合同六个月,一个月6万",
        "外发缝制,缝一套二十五,一天能做十五套",
        "总经理助理,月薪25000-35000",
        "纸袋加工,每箱15块,五百个一箱",
        "电销客服,底薪4500,每单提四十到九十",
        "征展场工作人员,日薪1,700,供餐",
        "旺角收银,月薪$18,000,有花红",
        "婚礼跟拍,一场600,下午拍到晚上",
        "招钟点工,一户三小时给150",
        "疏果的来,一棵树给九块,一棵也就半个来小时,月底前弄完八百棵",
        "掰苞米,一天260,自带车的一天八百五",
        "美甲店招修甲的,一双脚到手四十",
        "礼仪模特,一场七百,站两个小时",
        "缝校服,缝一件八毛,班组一天过两千件",
        "明天婚宴迎宾,中午十一点到两点,每位报酬200元",
        "家庭治疗师,五十分钟一次三百二,中级证以上",
        "家庭财务顾问,财务分析员,月薪20000-30000",
        "面塑老师傅出摊,一天五百五",
        "代驾送车,跨城一百公里,一趟三百",
        "庙会舞狮,一场六百,踩二十分钟桩",
        "田径赛裁判,国家二级,一天五百五",
        "有会刻石碑的没有,一天四百,管饭",
        "采茶工,一斤鲜叶五十五,快手一天四斤",
        "会修缝纫机的来,修好一台一百二",
        "急招装车工,一车一百三,三人分",
        "网吧夜班网管,一晚120,挂着不行要擦键盘",
    ],
)
def test_trades_that_really_pay_it_are_ordinary(text: str) -> None:
    assert compared(text).verdict is Verdict.ORDINARY


@pytest.mark.parametrize(
    "text",
    [
        "一小时700,想做的来",
        "在家用手机就能做,一天800",
        "两部手机,一小时500,日结",
        "轻松副业,不限学历,月入5万",
        "做任务返佣金,佣金20%,本金自备",
        "充100返130,当天到账",
        "先垫500回585",
        "货款自己付,按118%返还",
        "游戏挂机,电脑开着就有钱,一台一天一百六",
    ],
)
def test_much_for_no_named_work_is_absurd(text: str) -> None:
    assert compared(text).verdict is Verdict.ABSURD


@pytest.mark.parametrize("text", ["押金500", "先交200元服装费", "欢迎加入我们", "奖金5000元"])
def test_without_an_offer_there_is_nothing_to_compare(text: str) -> None:
    assert compare(text, read_pay(text)) is None


def test_the_sum_is_shown() -> None:
    assert compared("招打字员,日结1000元").arithmetic == (
        "日结 1,000 元，约合每月 26,100 元；同类岗位（打字录入）约 3,500–5,500 元"
    )
    assert compared("打字员,千字80元").arithmetic == "千字 80 元；同类岗位（打字录入）约 5–30 元"
    assert compared("充100返130").arithmetic == "付出 100 元，返回 130 元，得利 30%；没有工作这样付酬"
    assert compared("收银员,月薪30000元").arithmetic == "月薪 30,000 元；同类岗位（收银）约 2,600–5,200 元"


def test_the_spans_quote_offer_and_trade() -> None:
    text = "急招打字员两名,日结1000元"
    found = compared(text)
    assert text[found.start : found.end] == "日结1000元"
    assert found.role_span is not None
    assert text[slice(*found.role_span)] == "打字员"


@pytest.mark.parametrize("text", ["律所送件,牛皮纸袋封好交你,一趟二十六", "旋耕机手,一亩六十,一天四十亩,油自己加"])
def test_a_trip_is_no_parcel_and_who_buys_the_fuel_is_paid_for_it(text: str) -> None:
    assert compare(text, read_pay(text)) is None


def test_the_hours_of_the_day_are_quoted() -> None:
    found = compared("食堂打菜,十点半到一点,一天一千五")
    assert (found.verdict, found.output) == (Verdict.ABSURD, "十点半到一点")
    assert found.arithmetic.startswith("日结 1,500 元，按原文“十点半到一点”，约合每月")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("下午两点到六点", 4),
        ("10:30-12:30", 2),
        ("晚10点至凌晨4点", 6),
        ("夜里十一点到次日两点半", 3.5),
        ("早九点到下午一点", 4),
        ("每天一个半小时", 1.5),
        ("一天仨小时", 3),
    ],
)
def test_the_hours_of_a_day_are_read(text: str, hours: float) -> None:
    worked = worked_a_day(text)
    assert worked is not None
    assert (worked.hours, worked.said) == (hours, text)


@pytest.mark.parametrize(
    "text", ["每天晨会半小时", "面试时间9点到11点", "上午8点到11点,下午2点到5点", "每天路上一小时"]
)
def test_what_is_no_working_time_is_left_alone(text: str) -> None:
    assert worked_a_day(text) is None


def test_a_dear_city_pays_more() -> None:
    here, there = compared("上海,收银员,月薪5000"), compared("收银员,月薪5000")
    assert here.usual[1] == pytest.approx(1.4 * there.usual[1])


def test_each_trade_of_a_posting_keeps_its_own_pay() -> None:
    assert compared("招工:塔吊司机一天600。保洁一天150。").verdict is Verdict.ORDINARY
    found = compared("招工:塔吊司机一天600。保洁一天1500。")
    assert (found.verdict, found.role) == (Verdict.ABSURD, "保洁")


def test_the_work_done_in_a_day_is_quoted() -> None:
    found = compared("标注图片,一条给20,熟手一天六七百条")
    assert (found.verdict, found.output) == (Verdict.ABSURD, "一天六七百条")
    assert found.arithmetic.startswith("每单 20 元，按原文“一天六七百条”，约合每月")


@pytest.mark.parametrize(
    "text",
    ["一名护士网上兼职,被骗去二十八万元", "保安应聘时被收取现金六万元", "客服转账,损失12万元", "服务员欠款50000元"],
)
def test_a_sum_lost_or_owed_is_no_wage(text: str) -> None:
    assert compare(text, read_pay(text)) is None


def test_people_who_share_a_sum_divide_it() -> None:
    alone = compared("卸化肥,一吨90块,一天三十来吨")
    shared = compared("卸化肥,一吨90块,一天三十来吨,六个人分")
    assert alone.ratio > shared.ratio


def test_the_trade_is_the_one_hired_and_not_a_place() -> None:
    assert compared("某律师事务所前台,月薪4500").role == "前台"
    assert compared("神经外科导诊员,月薪4500").role == "一般岗位"
    assert compared("销售人员,月薪4500").role == "销售"


UNSKILLED_AND_DEAR = [
    # the trade is what is hired for, and not who is near
    "办公楼绿植养护工,一周来两趟,浇水剪叶子,每月一万四",
    "婚庆公司找撒花瓣的,站台边撒五分钟,八百一场",
    "宾馆擦杯子,一个夜班1100,啥也不要,报名找班长",
    "夜间值守员(非药师岗),晚十点到早六点看店补货,处方由远程药师审,每月两万三",
    # the hours of a shift, and of a day in all
    "阅览室上架员两名,每班四小时,报酬每班五百二十元",
    "社区招消毒员,每天早晚各喷一次,合计两小时,月薪九千五",
    # a simple title, of which little more is said
    "停车场收费岗,白班八小时,月薪一万二千元",
    "卷闸门开关员,早晚各一次,月薪一万二",
    # what no writing pays, whatever is asked
    "手稿抄录,每千字900元,须持普通话证",
    # what piece work without a name comes to
    "打印店招胶装的,一本给六块五,一天一百来本",
    # being sent abroad makes no engineer of who answers questions
    "在线客服(外派),薪资22-36k。回复会员的充值提款咨询,维护老会员。"
    + "吃住都在园区,手机统一保管,机票签证公司办理,合同一年半。" * 4,
    # pieces that no list had
    "档案馆扫描员,每叶十二元,每日一百三十叶上下",
]


@pytest.mark.parametrize("text", UNSKILLED_AND_DEAR)
def test_unskilled_work_at_several_times_its_wage_stands_out(text: str) -> None:
    assert compared(text).verdict is not Verdict.ORDINARY


@pytest.mark.parametrize(
    "text",
    [
        "过年值班的护工阿姨三倍工资,初一到初五,1050一天",
        "水果分拣,一箱一块四,手快一天两百多箱不止",
        "厂里拉货,会开车就行,一趟两百四,工厂普工也能来试",
        "家里要个保洁,一次一百四,周末来",
        "个人信息核查员,法学本科,一万二",
        "手稿抄录,每千字90元,字要工整",
        "打印店招胶装的,一本给两块,一天一百来本",
        "收车专员,底薪三千五。"
        + "每天在平台上看个人卖的车,电话约好上门验车谈价,车开回市场由同事卖。" * 4
        + "每收一台提成600。",
    ],
)
def test_what_only_looks_dear_is_ordinary(text: str) -> None:
    found = compare(text, read_pay(text))
    assert found is None or found.verdict is Verdict.ORDINARY


@pytest.mark.parametrize(
    "text",
    [
        # money in hand
        "随车送货助手,月薪五千五。买菜的钱走备用金,每天领三千,收工时对账",
        "食堂采购,月薪六千,先拿自己的钱垫上,一天两三千,月底一起报",
        # what one has to buy or top up
        "代办加油卡,每张先加满2000,回来凭小票报,每张6元跑腿",
        "编手绳在家做,一根工钱1块5,一小时六七根,料包68元一份先领走",
        "酒店客房员,月薪四千。围裙防滑鞋一套580,报到当天交",
        "推广督导,底薪四千,先认购一份产品6800元",
        "学声乐接单,月薪五千,学费可分十二期,每期一千九百",
        # what the company or its customers pay, goods, and vouchers
        "网店客服,底薪3200,系统坐席由公司开,每个坐席480元由公司承担",
        "民宿管家,月薪3800,客人入住时每间预授权三百,退房释放",
        "服装店导购,底薪2600,一件一千多块的大衣也好卖",
        "口味试吃员,招二十个,一次200块超市卡",
    ],
)
def test_a_sum_that_the_reader_does_not_earn_is_no_offer(text: str) -> None:
    found = compare(text, read_pay(text))
    assert found is None or found.verdict is Verdict.ORDINARY


@pytest.mark.parametrize(
    "text",
    ["市水务公司抄表的指标还剩一个,五万八,诚心的来", "供电所的编制有人打点,九万", "车挂你名下,首付四万六,月供我们出"],
)
def test_the_price_of_a_post_is_no_wage(text: str) -> None:
    assert compare(text, read_pay(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "司机带货款,每天给两千三,会开就行",
        "拿公司的钱去专柜买包,货款先付,一只给你1200,不用会什么",
        "收营业款的,日薪3000,坐着等就行",
        "十字绣外发,绣好回收一幅600,邮费我们承担",
        "钩针挂件,一只40,做满十只返本金",
        "同城送信封,一趟九百,交给门口的人就行,不用会什么",
    ],
)
def test_pay_beside_money_that_is_handled_is_still_pay(text: str) -> None:
    assert compared(text).verdict is not Verdict.ORDINARY


def test_a_boast_in_a_long_posting_is_no_offer() -> None:
    filler = "负责接听客户来电并登记诉求,做好回访与工单流转,按时完成班组交办的其他事项。" * 4
    text = f"客服专员,4000-6000元/月。{filler}目前最高月薪200000元。"
    assert compared(text).verdict is Verdict.ORDINARY


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "打字员",
                "在家",
                "一天",
                "500",
                "元",
                "佣金",
                "30%",
                "充100",
                "返130",
                "hr",
                "\ud800",
                ",",
                "月薪",
                "9万",
                "上海",
            ]
        )
    )
    | st.lists(st.text(max_size=5))
)
def test_any_string_is_accepted_and_spans_lie_inside_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = compare(text, read_pay(text))
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert found.arithmetic
        assert found.ratio >= 0


def test_twenty_thousand_characters_take_no_longer_than_their_share() -> None:
    load_wages()
    for unit in (
        "打字员一天500元,",
        "一条20一天六百条",
        "一箱五千双一箱",
        "员工",
        "3小时500元",
        "抄表员招",
        "下午2点到6点一天900",
        "每天两小时300元",
    ):
        short, long = ((unit * times, read_pay(unit * times)) for times in (500, 2_000))
        assert linear(lambda given: compare(*given), short, long, 6), unit


def test_every_month_follows_from_its_source() -> None:
    for role in load_wages().roles:
        derived = re.fullmatch(r"derived: NBS 2024 (\w+) ([\d,]+)/yr x ([\d.]+)-([\d.]+)", role.source)
        if derived is None:
            assert role.source.startswith("seed articles"), f"{role.name}: {role.source}"
            continue
        group, yearly, low, high = derived.groups()
        assert int(yearly.replace(",", "")) == NBS_2024[group], role.name
        expected = tuple(round(NBS_2024[group] / 12 * float(factor), -2) for factor in (low, high))
        assert role.month == expected, role.name


def test_there_are_at_least_sixty_trades_each_dated() -> None:
    roles = load_wages().roles
    assert len(roles) >= 60
    assert len({role.name for role in roles}) == len(roles)
    assert all(re.fullmatch(r"20\d\d", role.as_of) for role in roles)


GOOD = WAGES_FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("month = [3500, 5500]", "month = [5500, 3500]", r"row 1 \(打字录入\): month must be"),
        ("month = [3500, 5500]", 'month = "3500"', r"row 1 \(打字录入\): month must be"),
        ("month = [3500, 5500]", "month = [true, 2]", r"row 1 \(打字录入\): month must be"),
        ('name = "打字录入"', 'title = "x"', "row 1 .*needs name"),
        ("thousand_characters", "thousands", r"row 1 \(打字录入\): each may name only"),
        ("first = 1.4", "first = 0.0", "tiers"),
        ("[[role]]", "[[rolle]]", r"no \[\[role\]\] rows"),
        ('words = "', 'words = "保安 ', "保安 is in another row too"),
        ("[tiers]", "[tiers", "cannot be read"),
    ],
)
def test_a_damaged_table_is_refused_by_file_and_row(tmp_path: Path, old: str, new: str, says: str) -> None:
    damaged = GOOD
    for place in re.finditer(re.escape(old), GOOD):
        if old != 'words = "' or place.start() > GOOD.index('name = "打字录入"'):
            damaged = GOOD[: place.start()] + new + GOOD[place.end() :]
            break
    damaged = GOOD.replace(old, new) if old == "[[role]]" else damaged
    file = tmp_path / "wages.toml"
    file.write_text(damaged, encoding="utf-8")
    with pytest.raises(TableError, match=says) as refusal:
        load_wages(file)
    assert "wages.toml" in str(refusal.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"none\.toml"):
        load_wages(tmp_path / "none.toml")


def test_a_trade_has_prices_for_units_its_row_does_not_name() -> None:
    role = next(role for role in load_wages().roles if role.name == "文员")
    assert role.each[Per.MONTH] == role.month
    assert role.each[Per.YEAR] == (12 * role.month[0], 16 * role.month[1])
    assert role.each[Per.ORDER] == role.each[Per.PIECE]
