"""What the pay reader reads, what it leaves alone, and that no text is too much for it."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.pay import YUAN_EACH, Called, Pay, Per, Unit, monthly, read_pay

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
    # slang, shares, bare sums
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
    ],
)
def test_the_dialect_tells_whose_money_it_is(text: str, unit: Unit) -> None:
    assert read_pay(text)[0].unit is unit


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


@settings(max_examples=100, deadline=None)
@given(pay_like.map("".join))
def test_the_same_text_gives_the_same_answer(text: str) -> None:
    assert read_pay(text) == read_pay(text)


@pytest.mark.parametrize("piece", [*PIECES, "一天1", "1元到", "w1", "三毛五", "一一天"])
def test_time_is_linear_in_the_length(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        best = 9.0
        for _ in range(3):
            began = time.process_time()
            read_pay(text)
            best = min(best, time.process_time() - began)
        return best

    # Other programs disturb a single pair of timings; code that is not linear fails every pair.
    assert any(seconds(20_000) < 5 * seconds(5_000) + 0.02 for _ in range(4)), "four times the text took far longer"


def test_random_mixtures_of_figures_stay_fast() -> None:
    rng = random.Random(7)
    text = "".join(rng.choice(PIECES) for _ in range(10_000))[:20_000]
    began = time.process_time()
    read_pay(text)
    assert time.process_time() - began < 2
