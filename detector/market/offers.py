"""Which sums are offers at all: no boasts, gifts or prices with the material, but a lone sum beside the time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from detector.lists import holds, words
from detector.market.asked import LONG
from detector.market.spent import is_spent
from detector.market.units import ODD, TIMED
from detector.market.worked import LEAST_SHIFT, worked_once
from detector.pay import YUAN_EACH, Called, Pay, Per, Unit, read_count

_MATERIAL = re.compile(r"(?<![一每两])包料|工带料|连料|含料|包工料|含材料|带料|料钱")
_OWN_FUEL = re.compile(r"油[费钱][^,。;]{0,6}(?:自己|自理|自出|自付|自掏)|(?<!面)油自己[加出掏付]|自己加油")


_OWN_VEHICLE = re.compile(
    r"(?:自带|自备|带|自己|自家|有)(?:的|有)?(?:大|小|货|面包|三轮|皮卡|农用|挖|铲|吊)?(?:车|机械|机子|收割机|拖拉机|挖机)[的来]?(?:师傅|人)?,?$"
)
_MOST_OF_VEHICLE = 1_600
"""What a day may bring a driver with a common vehicle, in yuan; it pays for that too."""


def is_with_material(text: str, pay: Pay) -> bool:
    """Whether the sum pays for the material too, for the fuel or the vehicle: 连工带料一平300元, 自带车的一天九百."""
    if _MATERIAL.search(text, max(pay.start - 6, 0), pay.end + 4) is not None:
        return True
    if pay.per is Per.DAY and pay.high <= _MOST_OF_VEHICLE:
        return _OWN_VEHICLE.search(text, max(pay.start - 12, 0), pay.start) is not None
    return pay.per not in TIMED and _OWN_FUEL.search(text) is not None


_BOASTS = ("最高", "最多", "优秀", "能力", "管理层", "目前", "拼命", "最好", "加班", "冠军", "老员工")
_GIFTS = words(
    "预支 赔付 储值 充值卡 办卡 门票 成交 节日 过节 中秋 端午 春节 礼金 补 津贴 奖 福利 生日 结婚 推荐 介绍 邀约 迟到 "
    "办一张 开一张 试稿 试译 配一 食堂 伙食 体检 押 团建 红包 保险 内推 客单 市价 "
    "标价 售价 市值 原价 价值 成本 谈成 签成 约到 招到 成功 住的 租房 买一 单次不超过 报销 单笔"
)
_WAGE_OF_ONE = 2_000
"""两个育儿嫂,一个9500一个9000: what each of those wanted earns a month."""


_THREEFOLD = re.compile(r"^(?![^。]{0,40}(?:挂机|在家|手机))[\s\S]{0,200}?[三3]倍")
_MOST_ON_HOLIDAYS: Mapping[Per | None, float] = {Per.HOUR: 150.0, Per.DAY: 1_200.0}
"""What a common wage comes to where a holiday is paid threefold."""


def is_boast(text: str, pay: Pay, offers: Sequence[Pay], *, told: bool) -> bool:
    """Whether a sum is no offer: the best earner's, overtime, on holidays, a gift, or a slip beside one by the month.

    `told`: the text says how many one does, so that the sum is the price of a piece and no gift.
    """
    before = text[max(pay.start - 12, 0) : pay.end]
    if len(text) > LONG and (holds(before, _BOASTS) or (pay.of in ("个", "位") and pay.low >= _WAGE_OF_ONE)):
        return True
    if pay.high <= _MOST_ON_HOLIDAYS.get(pay.per, 0.0) and _THREEFOLD.search(text):
        return True
    said = text[pay.start : pay.end].replace("人民币", "")
    if told and holds(said.replace("包扣", ""), "扣罚赔"):
        return True
    if not told and pay.per not in TIMED and (holds(before, _GIFTS) or holds(said, "收扣交罚人位")):
        return True
    return pay.per in (Per.HOUR, Per.DAY) and any(
        other.per is Per.MONTH and other.low <= pay.low <= other.high and other.unit is pay.unit for other in offers
    )


def offers_of(text: str, pays: Sequence[Pay]) -> list[Pay]:
    """The sums that are offered for something, with a lone one where no time is paid."""
    offers = [p for p in pays if _is_offer(p) and (p.unit is Unit.PERCENT or not is_spent(text, p))]
    if any(p.per in TIMED for p in offers):
        return offers
    lone = _lone_sum(text, pays)
    return [*offers, lone] if lone and not is_spent(text, lone) else offers


def _is_offer(pay: Pay) -> bool:
    return pay.called is not Called.FEE and (pay.per is not None or pay.unit is Unit.PERCENT)


_NO_LONE = words(
    "押 租 转让 学费 报名 交 费 罚 赔 垫 买 价 投 贷 奖 补 保额 保险 欠 借 充 存 退 订金 定金 备用金 "
    "面积 流水 业绩 营业 "
    "注册 资金 年 余额 积分 收款 到账 分期 首付 办 考 证 介绍 内推 推荐 名额 年终 客单 卖 消费 骗 "
    "应发 实发 实出勤 损失 涉 额度 收取 现金 给了 花 亏 金额 净赚 共计 最大 背 售 追回 不得 违者 诈"
)
_ONE_OFF = re.compile(
    r"明[天早晚日]|今[天晚日早]|后天|(?<!每)(?<!到)周[一二三四五六日](?!至|到|休)|[0-9]{1,2}[号日](?!前|结|发)|[举站坐干做拍搬]一天|婚礼|就一[天晚]"
)
_ONE_DAY = re.compile(r"明[天早晚日]|今[天晚日早]|后天|就一[天晚]")
_REGULAR = re.compile(
    r"长期|月休|五险|社保|公积金|每周|每天|全职|应届|试用|转正|单休|双休|轮班|周末休|面试|面谈|过来聊|一周|一星期|[天月年]薪|签合同|做一个月|档期|老师|工程"
)
_EMPLOYED = re.compile(r"五险|社保|公积金|月休|双休|单休|底薪|试用期|转正")
_TIME_SPENT = re.compile(
    r"(?<!每天)(?<!每日)(?<!一天)(?<![0-9十])([2-6]|[两俩二三仨四五六])[个粒]?(半)?(?:小时|钟头|钟(?!表)|h(?![a-z]))(?!班|制|工作|内|以|车)"
)
_LEAST_MONTH, _MOST_MONTH = 2_000, 300_000
"""What a sum without a name can be a month's pay between."""
_PIECES_A_DAY = 5
"""How many persons or things fill a day that are paid for one by one."""
_LONGEST_SHIFT, _SOME_HOURS = 14.0, 5.0
"""Hours up to which a shift is one, and up to which it is paid by the hour."""
_DAYS_OF_ONE_OFF = 2.5
"""What is done once may take so many days."""
_TOLD = 400
"""Characters from which on a text is no offer that leaves its wage without a name."""


def _lone_sum(text: str, pays: Sequence[Pay]) -> Pay | None:
    """A sum that nothing says what it is for, as pay for the hours named beside it, for the one day, or for a month."""
    sums = [p for p in pays if _is_lone(text, p)]
    if len(sums) != 1:
        return None
    pay = sums[0]
    timed = _in_its_time(text, pay)
    if timed is not None:
        return timed
    if pay.low == pay.high and len(text) <= LONG and _ONE_OFF.search(text) and not _REGULAR.search(text):
        return _parted(pay, Per.DAY, _DAYS_OF_ONE_OFF)
    if not _LEAST_MONTH <= pay.low <= _MOST_MONTH or len(text) > _TOLD or "骗" in text:
        return None
    return replace(pay, per=Per.MONTH)


def _in_its_time(text: str, pay: Pay) -> Pay | None:
    """A sum as pay for the hours named beside it, for the shift, or for a share of the day where persons are paid."""
    near = _TIME_SPENT.search(text, max(pay.start - 14, 0), pay.start)
    near = near or _TIME_SPENT.search(text, pay.end, pay.end + 16)
    employed = _EMPLOYED.search(text) is not None
    if near is not None and (hours := read_count(near[1])) and not employed:
        return _parted(pay, Per.HOUR, hours[1] + 0.5 * bool(near[2]))
    one_day = _ONE_DAY.search(text) is not None and not _REGULAR.search(text)
    once = (
        worked_once(text) if len(text) <= LONG and not employed and (pay.of in ODD or _ONE_OFF.search(text)) else None
    )
    if once is not None and once.hours <= _LONGEST_SHIFT:
        short = once.hours <= _SOME_HOURS and pay.low * YUAN_EACH[pay.unit] >= LEAST_SHIFT
        return _parted(pay, *((Per.HOUR, once.hours) if short else (Per.DAY, 1.0)))
    if not pay.of:
        return None
    return _parted(pay, Per.DAY, 1.0 if pay.of in ODD and one_day else _PIECES_A_DAY)


def _parted(pay: Pay, per: Per, parts: float) -> Pay:
    return replace(pay, per=per, of="", low=pay.low / parts, high=pay.high / parts)


_FEES = words("押 定金 订金 保证金 学费 培训 服装 报名 会费 体检 的 报酬金 额 奖 补 罚")


def _is_lone(text: str, pay: Pay) -> bool:
    if pay.called in (Called.FEE, Called.SHARE) or pay.unit is Unit.PERCENT or pay.vague or pay.low < 100:
        return False
    if pay.per is not None and pay.of not in ODD:
        return False
    before = text[max(pay.start - 10, 0) : pay.end]
    return not text.startswith(_FEES, pay.end) and not holds(before, _NO_LONE)
