"""What the pay reader reads, what it leaves alone, and that no text is too much for it."""

from __future__ import annotations

import random

import pytest
from growth import linear
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.pay import YUAN_EACH, Called, Pay, Per, Unit, is_traditional, may_begin_pay, monthly, read_pay

READ: list[tuple[str, float, float, Unit, Per | None]] = [
    # by the day, the hour, the week
    ("日结300-500", 300, 500, Unit.YUAN, Per.DAY),
    ("日结叁佰", 300, 300, Unit.YUAN, Per.DAY),
    ("一天三五百", 300, 500, Unit.YUAN, Per.DAY),
    ("工资一天三四百", 300, 400, Unit.YUAN, Per.DAY),
    ("一天最少500到600", 500, 600, Unit.YUAN, Per.DAY),
    ("日入500米", 500, 500, Unit.YUAN, Per.DAY),
    ("1天1k起", 1000, 1000, Unit.YUAN, Per.DAY),
    ("一天3q-5q", 3000, 5000, Unit.YUAN, Per.DAY),
    ("300/天", 300, 300, Unit.YUAN, Per.DAY),
    ("260一天,包饭", 260, 260, Unit.YUAN, Per.DAY),
    ("三百多块一天", 300, 300, Unit.YUAN, Per.DAY),
    ("三百一天", 300, 300, Unit.YUAN, Per.DAY),
    ("200u一天", 200, 200, Unit.USDT, Per.DAY),
    ("一小时700", 700, 700, Unit.YUAN, Per.HOUR),
    ("23一小时", 23, 23, Unit.YUAN, Per.HOUR),
    ("20/h", 20, 20, Unit.YUAN, Per.HOUR),
    ("时薪196", 196, 196, Unit.YUAN, Per.HOUR),
    ("时薪二百", 200, 200, Unit.YUAN, Per.HOUR),
    ("时薪80刀", 80, 80, Unit.USD, Per.HOUR),
    ("hk$55/hr", 55, 55, Unit.HKD, Per.HOUR),
    ("一小时20-100", 20, 100, Unit.YUAN, Per.HOUR),
    ("周薪1200", 1200, 1200, Unit.YUAN, Per.WEEK),
    ("半天120", 120, 120, Unit.YUAN, Per.HALF_DAY),
    ("10小时150", 150, 150, Unit.YUAN, Per.DAY),
    ("日薪200,周结", 200, 200, Unit.YUAN, Per.DAY),
    ("时薪18日结", 18, 18, Unit.YUAN, Per.HOUR),
    ("八百二一个钟", 820, 820, Unit.YUAN, Per.HOUR),
    ("三千六一个夜班", 3600, 3600, Unit.YUAN, Per.DAY),
    ("四千八三小时", 1600, 1600, Unit.YUAN, Per.HOUR),
    ("两小时给到3k", 1500, 1500, Unit.YUAN, Per.HOUR),
    ("2h 5kr", 2500, 2500, Unit.YUAN, Per.HOUR),
    ("一户两小时给90", 45, 45, Unit.YUAN, Per.HOUR),
    ("60元/半小时", 120, 120, Unit.YUAN, Per.HOUR),
    ("80元/十分钟", 480, 480, Unit.YUAN, Per.HOUR),
    ("每小时补助25元", 25, 25, Unit.YUAN, Per.HOUR),
    ("十二个小时九千", 9000, 9000, Unit.YUAN, Per.DAY),
    ("12小时4500", 4500, 4500, Unit.YUAN, Per.MONTH),
    ("一上午七百", 700, 700, Unit.YUAN, Per.HALF_DAY),
    ("一天900元/人", 900, 900, Unit.YUAN, Per.DAY),
    ("一趟六天五千四", 900, 900, Unit.YUAN, Per.DAY),
    ("底薪1800一晚", 1800, 1800, Unit.YUAN, Per.DAY),
    ("明天缺人套玩偶服,一天俩小时,给900", 450, 450, Unit.YUAN, Per.HOUR),
    ("看鱼塘,一宿七百", 700, 700, Unit.YUAN, Per.DAY),
    ("企喺度派糖,两粒钟$1,800", 900, 900, Unit.HKD, Per.HOUR),
    ("代领号牌,半小时二百六", 520, 520, Unit.YUAN, Per.HOUR),
    ("派传单,两小时结300", 150, 150, Unit.YUAN, Per.HOUR),
    ("日结 不累 八百起", 800, 800, Unit.YUAN, Per.DAY),
    # by the month, the year
    ("月薪:4000—6000元", 4000, 6000, Unit.YUAN, Per.MONTH),
    ("4.5-6千/月", 4500, 6000, Unit.YUAN, Per.MONTH),
    ("0.8-1.3万/月", 8000, 13000, Unit.YUAN, Per.MONTH),
    ("5000-8000元/月", 5000, 8000, Unit.YUAN, Per.MONTH),
    ("5000元-8000元/月", 5000, 8000, Unit.YUAN, Per.MONTH),
    ("8-12k·13薪", 8000, 12000, Unit.YUAN, Per.MONTH),
    ("月薪两万八", 28000, 28000, Unit.YUAN, Per.MONTH),
    ("工资一万五", 15000, 15000, Unit.YUAN, Per.MONTH),
    ("月薪1万2", 12000, 12000, Unit.YUAN, Per.MONTH),
    ("月薪叁万伍", 35000, 35000, Unit.YUAN, Per.MONTH),
    ("月结三个w", 30000, 30000, Unit.YUAN, Per.MONTH),
    ("五万一月", 50000, 50000, Unit.YUAN, Per.MONTH),
    ("底薪3500+提成", 3500, 3500, Unit.YUAN, Per.MONTH),
    ("综合工资6000-8000", 6000, 8000, Unit.YUAN, Per.MONTH),
    ("8小时工资3200", 3200, 3200, Unit.YUAN, Per.MONTH),
    ("月嫂26天13800", 13800, 13800, Unit.YUAN, Per.MONTH),
    ("年薪20万到30万", 200000, 300000, Unit.YUAN, Per.YEAR),
    ("挣钱加我,年50-100w", 500000, 1000000, Unit.YUAN, Per.YEAR),
    ("首年综合15-18万", 150000, 180000, Unit.YUAN, Per.YEAR),
    ("月薪3.2万-5万x16薪", 32000, 50000, Unit.YUAN, Per.MONTH),
    ("问:一个月给多少\n答:七万二,包住", 72000, 72000, Unit.YUAN, Per.MONTH),
    ("1:一天给多少\n2:一千九", 1900, 1900, Unit.YUAN, Per.DAY),
    ("招收银,早班,36000,月休四天", 36000, 36000, Unit.YUAN, Per.MONTH),
    ("招洗菜的,52000包吃住", 52000, 52000, Unit.YUAN, Per.MONTH),
    ("招文员,42k起步,双休", 42000, 42000, Unit.YUAN, Per.MONTH),
    ("游船检票,绕湖一圈两小时,2600管住", 2600, 2600, Unit.YUAN, Per.MONTH),
    ("拌凉菜,一天站九个小时 3800管两顿", 3800, 3800, Unit.YUAN, Per.MONTH),
    ("一个钟分四十 保底四千五", 4500, 4500, Unit.YUAN, Per.MONTH),
    # by the piece
    ("千字9元", 9, 9, Unit.YUAN, Per.THOUSAND),
    ("一千字80", 80, 80, Unit.YUAN, Per.THOUSAND),
    ("打一万字900元", 90, 90, Unit.YUAN, Per.THOUSAND),
    ("9元/字", 9, 9, Unit.YUAN, Per.CHARACTER),
    ("每个字12元", 12, 12, Unit.YUAN, Per.CHARACTER),
    ("一单50", 50, 50, Unit.YUAN, Per.ORDER),
    ("4r一条", 4, 4, Unit.YUAN, Per.ORDER),
    ("5米每条", 5, 5, Unit.YUAN, Per.ORDER),
    ("佣金每单3万起", 30000, 30000, Unit.YUAN, Per.ORDER),
    ("一单给你60佣金", 60, 60, Unit.YUAN, Per.ORDER),
    ("3毛一个", 0.3, 0.3, Unit.YUAN, Per.PIECE),
    ("一个六分五", 0.065, 0.065, Unit.YUAN, Per.PIECE),
    ("两块五一条", 2.5, 2.5, Unit.YUAN, Per.ORDER),
    ("一斤八毛", 0.8, 0.8, Unit.YUAN, Per.PIECE),
    ("一分钟成片8块", 8, 8, Unit.YUAN, Per.MINUTE),
    ("擦一块三百", 300, 300, Unit.YUAN, Per.PIECE),
    ("一块砖四十", 40, 40, Unit.YUAN, Per.PIECE),
    ("一间房八张", 800, 800, Unit.YUAN, Per.PIECE),
    ("每间房澳门币9000", 9000, 9000, Unit.HKD, Per.PIECE),
    ("一千字给你们九十", 90, 90, Unit.YUAN, Per.THOUSAND),
    ("每塞二十张单页50元", 2.5, 2.5, Unit.YUAN, Per.PIECE),
    ("每册装订费六元", 6, 6, Unit.YUAN, Per.PIECE),
    # slang, shares, bare sums
    ("一人一米八,管饭", 1800, 1800, Unit.YUAN, Per.PIECE),
    ("日入6张", 600, 600, Unit.YUAN, Per.DAY),
    ("日六张", 600, 600, Unit.YUAN, Per.DAY),
    ("四张到手", 400, 400, Unit.YUAN, None),
    ("佣金30%", 30, 30, Unit.PERCENT, None),
    ("提成千分之三", 0.3, 0.3, Unit.PERCENT, None),
    ("提成百分之八到十八", 8, 18, Unit.PERCENT, None),
    ("提成3成", 30, 30, Unit.PERCENT, None),
    ("押金500", 500, 500, Unit.YUAN, None),
    ("$17,000 - $19,000", 17000, 19000, Unit.USD, None),
    ("nt$196", 196, 196, Unit.TWD, None),
    ("6666", 6666, 6666, Unit.YUAN, None),
    ("1.5w", 15000, 15000, Unit.YUAN, None),
]


@pytest.mark.parametrize(("text", "low", "high", "unit", "per"), READ, ids=[row[0] for row in READ])
def test_one_sum_is_read_as_a_person_would(text: str, low: float, high: float, unit: Unit, per: Per | None) -> None:
    (pay,) = read_pay(text)
    assert (pay.low, pay.high) == pytest.approx((low, high))
    assert (pay.unit, pay.per) == (unit, per)


@pytest.mark.parametrize(
    "text",
    [
        "年龄18-45岁",
        "8:00-18:00",
        "早8点到晚6点",
        "电话13812345678",
        "138xxxx0000",
        "138-1234-5678",
        "招5名",
        "2024年成立",
        "2024-01-05",
        "世界500强",
        "3-5年经验",
        "第3天",
        "每天工作8小时",
        "24小时营业",
        "月休4天",
        "每周5天",
        "身高165以上",
        "1.6米以上",
        "距地铁500米",
        "人民路120号",
        "一条龙服务",
        "一单一结",
        "qq群123456",
        "微信ab8800",
        "通过率100%",
        "一次性通过",
        "一天跑20单",
        "第一天就上岗",
        "满意度95%",
        "1、负责接待 2、负责登记",
        "一起干一番事业",
        "上万家门店",
        "每月业绩10万",
        "招收银,转让费36000",
        "2023,公司搬到了新厂",
        "一天两万步",
        "过一个十字路口行300米",
        "",
    ],
)
def test_what_is_no_pay_is_left_alone(text: str) -> None:
    assert read_pay(text) == ()


@pytest.mark.parametrize(
    ("text", "low"),
    [("月入过万", 10000), ("日入四位数", 1000), ("月入过w", 10000), ("日入破千", 1000), ("一天几百块", 200)],
)
def test_a_sum_without_a_figure_is_vague(text: str, low: float) -> None:
    (pay,) = read_pay(text)
    assert pay.vague
    assert pay.low == low


@pytest.mark.parametrize("text", ["月薪5000起", "日薪300以上", "底薪3500+", "月入5000元,上不封顶"])
def test_an_open_top_is_told(text: str) -> None:
    assert read_pay(text)[0].open_ended


@pytest.mark.parametrize(
    ("text", "of"), [("一户两百九", "户"), ("每一单5元", "单"), ("3毛一件", "件"), ("一条给20", "条"), ("一天300", "")]
)
def test_the_thing_that_is_paid_for_is_told(text: str, of: str) -> None:
    assert read_pay(text)[0].of == of


@pytest.mark.parametrize(
    "text", ["缺一个会炒菜的,保底7000", "当日领取备用金4000元", "一次性结120元", "招打荷一个 4300"]
)
def test_a_person_wanted_or_a_date_is_no_unit(text: str) -> None:
    assert read_pay(text)[0].per in (None, Per.MONTH)


def test_thirteen_monthly_pays_are_told() -> None:
    assert read_pay("10-15k·14薪")[0].months == 14


def test_a_deposit_is_called_a_fee_and_is_no_daily_pay() -> None:
    daily, deposit = read_pay("日结300,押金200")
    assert (daily.per, daily.called) == (Per.DAY, None)
    assert (deposit.per, deposit.called) == (None, Called.FEE)


def test_several_sums_keep_their_own_units() -> None:
    found = read_pay("白班一小时20,夜班一天180,月薪4500-5000,拣货2毛一件")
    assert [(pay.low, pay.per) for pay in found] == [
        (20, Per.HOUR),
        (180, Per.DAY),
        (4500, Per.MONTH),
        (pytest.approx(0.2), Per.ORDER),
    ]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("旺角餐厅请侍应,月薪$18,000", Unit.HKD),
        ("台中门市,时薪200", Unit.TWD),
        ("新竹早餐店,劳健保,时薪2000", Unit.TWD),
        ("门市人员,时薪25", Unit.YUAN),
        ("remote,$2,000/月", Unit.USD),
        ("征文具店店员,时薪196", Unit.TWD),
        ("机构征照护助理,月薪34k", Unit.TWD),
        ("征文比赛工作人员,时薪196", Unit.YUAN),
        ("荃湾货仓请人,日薪700", Unit.HKD),
        ("楼面,$17,500,包两餐", Unit.HKD),
        ("日本旅馆打工,时薪¥1,150", Unit.JPY),
    ],
)
def test_the_dialect_tells_whose_money_it_is(text: str, unit: Unit) -> None:
    assert read_pay(text)[0].unit is unit


@pytest.mark.parametrize(
    ("original", "text", "unit"),
    [
        ("倉管助理，月薪三萬六，週休二日", "仓管助理,月薪三万六,周休二日", Unit.TWD),
        ("寫一篇開箱九百元，匯款到郵局帳戶", "写一篇开箱九百元,汇款到邮局帐户", Unit.TWD),
        ("觀塘貨倉執貨，時薪70，即日出糧", "观塘货仓执货,时薪70,即日出粮", Unit.HKD),
        ("南港倉庫助理，月薪三萬二，週休二日", "南港仓库助理,月薪三万二,周休二日", Unit.TWD),
        ("百貨短期櫃姐，業績獎金另計，日薪1,600", "百货短期柜姐,业绩奖金另计,日薪1,600", Unit.TWD),
        ("倉管助理,月薪三萬六,抖音号见主页", "仓管助理,月薪三万六,抖音号见主页", Unit.YUAN),
        ("仓管助理,月薪三万六,周休二日", "仓管助理,月薪三万六,周休二日", Unit.YUAN),
    ],
)
def test_the_script_tells_whose_money_it_is(original: str, text: str, unit: Unit) -> None:
    assert read_pay(text, traditional=is_traditional(original))[0].unit is unit


def test_a_few_traditional_characters_are_no_script() -> None:
    assert not is_traditional("在家打字，日結300，时间自由，領單就做")
    assert not is_traditional("在家打字")


@pytest.mark.parametrize("text", ["分拣 日结160 每件货扫两遍", "校车司机 5800元 每天早晚各一趟"])
def test_the_next_clause_does_not_say_what_a_sum_is_for(text: str) -> None:
    (pay,) = read_pay(text)
    assert (pay.per, pay.of) in ((Per.DAY, ""), (None, ""))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("日薪100", 2600, 2600), ("时薪20", 4160, 4160), ("年薪12万", 10000, 10000), ("月薪5000-6000", 5000, 6000)],
)
def test_a_month_has_26_days_of_8_hours(text: str, low: float, high: float) -> None:
    assert monthly(read_pay(text)[0]) == pytest.approx((low, high))


@pytest.mark.parametrize("text", ["一单50", "佣金30%", "押金500", "千字9元"])
def test_piece_work_and_bare_sums_have_no_month(text: str) -> None:
    assert monthly(read_pay(text)[0]) is None


def test_every_currency_has_a_rate() -> None:
    assert set(YUAN_EACH) == set(Unit) - {Unit.PERCENT}


PIECES = [
    "1",
    "一",
    "300-",
    "万",
    "一天",
    "日薪",
    "元",
    "块五",
    "¥",
    "1,000,",
    "5张",
    "百分之",
    "过",
    "/天",
    " ",
    "k",
    "押金",
    "起",
]
pay_like = st.lists(st.sampled_from([*PIECES, "\n", "a", "。", "$", "三五百", "\ud800", "🥚", "²", "٣"]), max_size=60)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), pay_like.map("".join)))
def test_any_string_is_accepted_and_spans_lie_inside_it_in_order(text: str) -> None:
    found = read_pay(text)
    ends = [0]
    for pay in found:
        assert isinstance(pay, Pay)
        assert 0 <= pay.low <= pay.high
        assert ends[-1] <= pay.start < pay.end <= len(text)
        ends.append(pay.end)


@pytest.mark.parametrize("text", ["取快递,80元十分钟", "接单吗488半小时", "900/一刻钟", "600元5分钟"])
def test_a_sum_that_ends_the_text_ends_with_it(text: str) -> None:
    (pay,) = read_pay(text)
    assert pay.per is Per.HOUR
    assert pay.end == len(text)


@settings(max_examples=100, deadline=None)
@given(pay_like.map("".join))
def test_the_same_text_gives_the_same_answer(text: str) -> None:
    assert read_pay(text) == read_pay(text)


@pytest.mark.parametrize("piece", [*PIECES, "一天1", "1元到", "w1", "三毛五", "一一天"])
def test_time_is_linear_in_the_length(piece: str) -> None:
    short, long = (piece * (length // len(piece)) for length in (5_000, 20_000))
    assert linear(read_pay, short, long, 6), "four times the text took far longer"


def test_random_mixtures_of_figures_stay_fast() -> None:
    rng = random.Random(7)
    text = "".join(rng.choice(PIECES) for _ in range(10_000))[:20_000]
    assert linear(read_pay, text[:5_000], text, 8)


def test_no_sum_escapes_the_quick_look() -> None:
    for text in ("不收押金，日薪200元。", "工资：\n五千", "多少一个月？八万八", "月入过万", "hk$ 300一天", "¥200"):
        for pay in read_pay(text):
            assert may_begin_pay(text, pay.start, pay.start + 1)
    assert not may_begin_pay("不收押金，包吃包住。", 0, 10)
