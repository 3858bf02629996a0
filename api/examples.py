"""Three texts to try the form with: a trap, an honest small shop, and an article that warns of traps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the words on its button."""

    label: str
    text: str


EXAMPLES: Mapping[str, Example] = {
    "scam": Example(
        "一则可疑的兼职",
        "【在家可做】电商平台招商品录入员，不收押金，宝妈学生上班族都可以\n"
        "每天抽出一两个小时，手机操作就行，一单佣金15-80元，做一单结一单，一天300-500很轻松。\n"
        "工作内容：按客服发的链接拍下商品，先用自己的钱付款，十分钟内本金和佣金一起返到您的账户。\n"
        "名额只剩最后6个，报名需交198元会员费，做满10单后退还。\n"
        "想做的加薇❤：xiaomi_task，备注“兼职”。",
    ),
    "honest": Example(
        "一家小店招人",
        "老街面馆招服务员一名，长期做。\n"
        "早上9点到下午2点，下午4点半到晚上8点半，中间休息。点单、端面、收拾桌子，忙的时候帮忙打包外卖。\n"
        "月薪4000，干满三个月加200，包两餐，一个月休四天，月底发工资。需要有健康证，没有的话我们带去办，费用店里出。\n"
        "不收押金，工服店里发。地址在解放路菜市场东门对面，直接来店里找刘姐，或打店里电话。",
    ),
    "warning": Example(
        "一篇提醒文章",
        "找暑期工，这几种“好事”要当心\n"
        "快放假了，派出所最近又接到几起学生兼职被骗的报警。小林在群里看到“刷单返佣，日赚三百”，"
        "先垫付了两笔小单，对方很快返了钱，第三单要她垫付4800元，之后就说“任务没做完，不能提现”。\n"
        "民警提醒：凡是让你先交押金、服装费、培训费的，凡是要你先垫钱做任务的，都是诈骗。"
        "遇到这种情况，不要转账，保留聊天记录，立即拨打96110或110。",
    ),
}
