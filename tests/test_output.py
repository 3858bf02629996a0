"""What piece work comes to by the posting's own words."""

from __future__ import annotations

import pytest
from growth import linear
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.market import Comparison, Verdict, compare
from detector.output import output
from detector.pay import Per, read_pay


def done(text: str) -> tuple[float, Per] | None:
    for pay in read_pay(text):
        if (found := output(text, pay)) is not None:
            return round(found.times, 2), found.per
    return None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("擦一盏灯六块,一天擦八十盏", (80, Per.DAY)),
        ("修一棵树9元,日均60棵", (60, Per.DAY)),
        ("一副春联给2元,一晚三四百副", (300, Per.DAY)),
        ("一页两毛,每小时四十页", (40, Per.HOUR)),
        ("一户十二元,一个月抄两次,每次九百户", (1800, Per.MONTH)),
        ("每块砖八毛,五百块一天", (500, Per.DAY)),
        ("贴一张2元,六百张一天", (600, Per.DAY)),
        ("一个灯罩四块,一天装九十个灯罩", (90, Per.DAY)),
        ("一个框三分钱,一小时四百框", (400, Per.HOUR)),
        ("一张卡片3元,一套120张,一天做六套", (720, Per.DAY)),
        ("听一条四毛,单条平均九秒", (320, Per.HOUR)),
        ("一份三十元,一份五分钟", (9.6, Per.HOUR)),
        ("一条两毛,一分钟能对十条", (600, Per.HOUR)),
        ("千字90,一天三万字", (30, Per.DAY)),
        ("一吨二十块,四个人一天六十吨", (15, Per.DAY)),
        ("一户260元,两个人一天能做一户半", (0.75, Per.DAY)),
        ("挂机一分钟五毛,一个号六小时,一个人管十个号", (3600, Per.DAY)),
        ("一勺五十,一天尝四十勺", (40, Per.DAY)),
    ],
)
def test_what_one_does_is_read_from_the_text(text: str, expected: tuple[float, Per] | None) -> None:
    assert done(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "约到一个到店给50元,每天打200个电话",
        "录一段30秒,一段三十元",
        "空调挂机一台120元,夜里不干",
        "一单提20元,做满五十单转正",
        "一场1200,要求有十场以上作品",
    ],
)
def test_effort_length_and_conditions_are_no_output(text: str) -> None:
    assert done(text) is None


PAIRS: list[tuple[str, str]] = [
    # (ordinary, absurd): the text's own arithmetic
    ("路灯巡检拍照,一盏两毛,一晚跑六百盏", "路灯巡检拍照,一盏五块,一晚跑六百盏"),
    ("糊信封,一个三分,日均一千二百个", "糊信封,一个三块,日均一千二百个"),
    ("绿篱修剪,一棵一块五,一天一百五十棵", "绿篱修剪,一棵四十,一天一百五十棵"),
    ("识图,一张一分,三秒一张", "识图,一张四毛,三秒一张"),
    ("抄煤气表,一户五毛,一个月跑两次,每次七百户", "抄煤气表,一户五十,一个月跑两次,每次七百户"),
    # a sum beside a short time
    ("看摊,早上三小时,给90,老板去进货", "看摊,早上三小时,给1800,老板去进货"),
    ("帮取钥匙,来回半小时,给40", "帮取钥匙,来回半小时,给900"),
    ("tidy our folders 30 min = 8 usd", "tidy our folders 30 min = 240 usd"),
    # nothing is asked, so that a skilled trade's name does not help
    ("挖掘机司机,持证,一天六百", "挖掘机旁边看人的,不用证,一天六千"),
    ("钢琴老师,一节课两百,十年琴龄", "钢琴课旁边坐着的,不会弹也行,一节课两千"),
    ("主播,保底一万二,会唱会跳", "主播后面坐着翻书的,会认字就行,月薪十二万"),
    # a month's pay for an hour a day
    ("早上开门扫地,每天两小时,一个月1500元", "早上开门,每天两小时,坐着等就行,一个月两万四"),
    # a share of what the whole business turns over
    ("前台,坐着接电话,底薪3000,提成3%", "前台,坐着接电话就行,拿店里流水的40%,一天流水三万"),
]


def compared(text: str) -> Comparison | None:
    return compare(text, read_pay(text))


@pytest.mark.parametrize("text", [ordinary for ordinary, _ in PAIRS])
def test_work_that_comes_to_little_is_ordinary(text: str) -> None:
    found = compared(text)
    assert found is None or found.verdict is Verdict.ORDINARY


@pytest.mark.parametrize("text", [absurd for _, absurd in PAIRS])
def test_work_that_comes_to_a_fortune_is_not(text: str) -> None:
    found = compared(text)
    assert found is not None
    assert found.verdict is not Verdict.ORDINARY


@pytest.mark.parametrize(
    "text",
    [
        "外墙真石漆,一平六十包料,班组一天两百平",
        "跑省道拉煤,一公里五块,一天四百公里,油费自己出",
        "freelance illustrator, $60/hr, portfolio, 4 years experience",
        "码头卸粮,一袋六毛,三个人一夜两千袋",
        "络筒工,每百锭1.8元,每班六千锭",
        "叠纸袋,一千个给九块,一天叠三千个",
        "商照飞行员,年薪55万,五百小时以上",
        "夜校代课,高数,一晚三小时,给700,硕士以上",
        "家政公司接单:两个育儿嫂,一个9800一个9200。" + "我们与社区门店合作多年,排班透明,按月发放。" * 8,
    ],
)
def test_material_shares_hundreds_and_trades_are_taken_into_account(text: str) -> None:
    found = compared(text)
    assert found is None or found.verdict is Verdict.ORDINARY


@pytest.mark.parametrize("text", ["识图,一张一分,三秒一", "识图,一张一分,三秒一\n另谈"])
def test_a_speed_of_nothing_named_says_nothing(text: str) -> None:
    assert done(text) is None


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["一个", "3元", "一天", "六百", "个", "页", "三秒", "一页", "挂机", "每次", "半", "\ud800"])
    )
)
def test_any_string_is_accepted(pieces: list[str]) -> None:
    text = "".join(pieces)
    for pay in read_pay(text):
        found = output(text, pay)
        assert found is None or found.times >= 0


def test_long_texts_take_no_longer_than_their_share() -> None:
    for unit in (
        "一勺一百尝六十勺,",
        "一个框3元一天六百框,",
        "5分钟给300,",
        "周一430,",
        "一百张给八百 ",
        "一单补贴3元",
    ):
        assert linear(lambda text: compare(text, read_pay(text)), unit * 500, unit * 2_000, 8), unit
