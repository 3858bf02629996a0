"""Sums that the reader does not earn: paid for what one has to buy, handled for others, or the price of what is sold.

A sum is pay only where the reader gets it for work. 每天领五千 from petty cash and 围裙一套770 are named as pay is,
so what is read here is who gives and what for: the words of the clause before the sum and those straight after it.
"""

from __future__ import annotations

import re

from detector.lists import holds, words
from detector.market.units import TIMED
from detector.pay import Pay, Per

_REACH, _BEYOND = 20, 20
"""Characters before and after a sum that are read."""
_STOPS = re.compile(r"[,。;!?\n:、() ]")

_BOUGHT = words(
    "购买 认购 自购 购入 采购金额 加满 缴 先付 预付 先垫 垫付 自费 自付 自掏 先买 先拍 先进一 先充 先领走 认领 "
    "料压 料押 加盟 首付 月供 运费险 使用费 预授权 划出 货款 货值 苗钱 本金 信用贷 激活分期 找零 料包 材料包 物料费 "
    "教程 模卡 意外险 客户给 客户付 客人付 份额 起步产品 体验装 体验货 首批货 备用金 菜钱 周转 优惠至 集采价 "
    "借一笔 贷一笔 办一笔 料款 教费 票税 付清 开班收 认养"
)
"""Before a price in its clause these make it what the reader or a customer pays."""
_EARNED = re.compile(r"[+给得拿赚挣结返提抽佣酬补奖抵]|工钱|工费|工价|加工费|手工费|劳务|辛苦")
"""Between such a word and the sum these make it pay after all: 代买货款一条给三百."""
_OWED = re.compile(r"分期|月供|首付|免息|期还|白条|[0-9十]期(?!限)")
_LIMIT = (
    "欠条",
    "借条",
    "内",
    "以内",
    "以下",
    "封顶",
    "面额",
    "的货",
    "货款",
    "包邮",
    "体验装",
    "购物卡",
    "超市卡",
    "购物券",
    "礼券",
    "代金券",
)
"""Straight after a sum these make it a limit, goods or a voucher."""
_BUY_AFTER = re.compile(
    r"[,:]?(?:先领走|先从[^,。]{1,6}买|先给(?!你)|先交给|自购|自己承担|由公司代购|走时不退|各买各的"
    r"|由[^,。]{1,6}(?:先行支付|自行)|(?:报到|面试|入职)[^,。;]{0,5}[交付扣购]|[干跑]满[^,。;]{1,8}(?:退(?!押)|折回来))"
    r"|购买|由?[^,。 ]{1,6}(?:承担|垫付)"
)
"""The words after a sum that say that it is a price: 770,先从老板这买."""
_THING = re.compile(
    r"的(?!工|钱|活|单|费|报酬|辛苦|劳|价|被|收|利|都|也|来|就|那|这|人|有|要|可|联|加|私|优|,)[一-鿿]{1,4}"
)

_HANDLED = words("货款 周转 备用金 流水 额度 菜钱 对账 消费 账户进 转账限额 找零 本金 营业款 拿货 进货 自己的钱")
_TAKEN = ("领", "支", "带", "掏", "垫", "预支", "收", "约", "于", "拿", "存", "进出")
"""Before a sum of a day these make it money in hand, where the words around it tell of such."""

_WAGE = re.compile(r"薪|工资|底|结|赚|挣|给|补|净")
"""In a sum for a time these make it pay whatever is near."""

_BOUGHT_POST = re.compile(
    r"指标|编制|编外|转编|占编|打点|疏通|内招|内部(?:走|推荐|批条|名额)|口子|走个过场|[办弄]不成|进不去|不成全?退|不成功?退|有关系|名额两个|能塞|能放"
)
"""Words of who sells a post, so that a sum without a name is its price."""
_NO_WAGE = words(
    "花了 背了 欠 亏 首付 周转 额度 自带 自备 限额 罚 "
    "贷 定金 货款 净赚 尾款 卡里能过 过你卡 打你 再付 退回 保证金 办了,"
)
"""Around a sum without a name these make it no month's wage."""
_YOURS = ("你领", "分你", "给你", "你拿", "你得")
_NAMED = re.compile(r"[月薪底保入每日天年周时]|一个")


def is_spent(text: str, pay: Pay) -> bool:
    """Whether a sum is paid, handled or priced, and not earned by who reads the text."""
    if pay.per in TIMED:
        return _is_handled(text, pay) or (pay.per is Per.MONTH and _is_unnamed_price(text, pay))
    if pay.of == "期" and _OWED.search(text) is not None:
        return True
    after = text[pay.end : pay.end + _BEYOND]
    if after.startswith(_LIMIT) or _THING.match(after) is not None or _BUY_AFTER.match(after) is not None:
        return True
    return _is_bought(text, pay)


def _is_bought(text: str, pay: Pay) -> bool:
    """Whether the clause up to the sum, or what 单价 is said of, is about buying: 先认购一份3800."""
    begin = max(pay.start - _REACH, 0)
    stops = () if text.startswith("单价", pay.start) else _STOPS.finditer(text, begin, pay.start)
    clause = text[max((found.end() for found in stops), default=begin) : pay.end]
    bought = max((clause.rfind(word) + len(word) for word in _BOUGHT if word in clause), default=0)
    return bought > 0 and _EARNED.search(clause, bought) is None


def _is_handled(text: str, pay: Pay) -> bool:
    """Whether a sum for a time is money in hand: 菜钱从备用金里支,每天领五千,收车时对账."""
    near = text[max(pay.start - 14, 0) : pay.end + 10]
    if not holds(near, _HANDLED) or _WAGE.search(text, pay.start, pay.end) is not None:
        return False
    taken = text[max(pay.start - 8, 0) : pay.end]
    return holds(taken, _TAKEN) or holds(text[pay.end : pay.end + 4], _HANDLED)


def _is_unnamed_price(text: str, pay: Pay) -> bool:
    """Whether a sum that nothing calls a wage is what a post costs, or what is owed or passed on."""
    if _NAMED.search(text, pay.start, pay.end) is not None or text.startswith(_YOURS, pay.start - 2):
        return False
    after = text[pay.end : pay.end + 6]
    end = _STOPS.search(after)
    near = text[max(pay.start - 8, 0) : pay.end] + after[: end.start() if end else 6]
    return _BOUGHT_POST.search(text) is not None or holds(near, _NO_WAGE)
