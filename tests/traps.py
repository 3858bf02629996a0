"""One trap in as many wordings as asked for, and as many honest postings that are nothing alike; written for tests."""

from __future__ import annotations

import random

TRAP = (
    "【在家可做】电商平台招数据助理，不收押金，宝妈学生上班族都可以。每天抽出一两个小时，手机操作就行，一单佣金15-80元，"
    "做一单结一单，一天300-500很轻松。工作内容：按客服发的链接拍下商品，先用自己的钱付款，十分钟内本金和佣金一起返到您的账户。"
    "名额只剩最后6个，报名需交198元会员费，做满10单后退还。想做的加薇❤：xiaomi_task，备注兼职。"
)
EDITS = (
    ("押金", "押-金"), ("佣金", "傭金"), ("手机", "手 机"), ("宝妈", "寶媽"), ("学生", "學生"), ("兼职", "兼织"),
    ("会员费", "会 员 费"), ("付款", "付☆款"), ("一单", "1单"), ("名额", "名 额"), ("198", "298"),
    ("300-500", "400-600"),
    ("在家可做", "居家可做"), ("很轻松", "轻轻松松"), ("最后6个", "最后3位"), ("工作内容", "任务说明"),
    ("上班族", "打工人"), ("拍下商品", "下单"), ("薇❤", "V❤"), ("客服", "接待"),
)  # fmt: skip

WORK = (
    ("面馆招洗碗工", "早上九点到下午三点，管两顿饭"), ("幼儿园招保育老师", "要有健康证，寒暑假照常发生活补助"),
    ("物业招夜班保安", "上一天休一天，有宿舍"), ("五金厂招冲压学徒", "师傅带三个月，计件算钱"),
    ("牙科诊所招前台", "接电话、排预约，周一店休"), ("快递站招分拣", "凌晨四点到上午十点，男女不限"),
    ("花店招插花助理", "学过的优先，不会的店里教"), ("养老院招护理员", "照顾八位老人，逢年过节三倍工资"),
    ("驾校招教练", "带C1学员，自己要有五年驾龄"), ("打印店招排版员", "会用排版软件，字打得快就行"),
    ("酒楼招切配", "跟着大厨，年底有红包"), ("汽修厂招钣金工", "自带工具另有补贴"),
    ("服装店招导购", "身高不限，普通话清楚"), ("果园招采摘短工", "干到下霜为止，路费报销一半"),
    ("书店招理货", "搬书上架，喜欢看书的来"), ("奶茶店招早班", "六点半开门备料，下午两点交班"),
    ("宠物医院招助理", "帮着称重、打扫笼舍，不怕狗"), ("装修公司招油漆工", "活在城东，一个工地半个月"),
    ("游泳馆招救生员", "要有救生证，暑期三个月"), ("财务公司招记账会计", "代账三十户，月底忙些"),
)  # fmt: skip
PLACES = (
    "老街口",
    "火车站南广场",
    "大学城西门",
    "开发区三号路",
    "人民医院对面",
    "河东菜市场",
    "县政府旁",
    "汽车城里",
    "古镇码头",
    "体育馆楼下",
)
ASKS = (
    "月休四天，工资按时发到卡上", "交社保，满一年有年假", "试用一个月，工资照给", "五险齐全，双休",
    "加班另算，一小时十八块",
    "包住，四人一间有空调", "年底按绩效发奖金", "转正后每季度调一次薪", "餐补每天十五元", "高温天发补贴，夏天有绿豆汤",
)  # fmt: skip


def trap(number: int) -> str:
    """The trap in its so-and-so-manieth wording: three to eight edits, and a few characters that nobody sees."""
    dice = random.Random(number)
    text = TRAP
    for written, other in dice.sample(EDITS, dice.randint(3, 8)):
        text = text.replace(written, other)
    if number % 3 == 0:
        text = "🔥急招🔥" + text
    for _ in range(dice.randint(0, 6)):
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice(["\u200b", " ", "～", "！"]) + text[at:]
    return text


def honest(number: int) -> str:
    """An honest posting; no two below 200 name the same work, place and terms."""
    what, how = WORK[number % len(WORK)]
    place, ask = PLACES[number // len(WORK) % len(PLACES)], ASKS[(number * 7 + number // 20) % len(ASKS)]
    other = ASKS[(number * 3 + 5 + number // 10) % len(ASKS)]
    return f"{place}{what}，{how}。{ask}；{other}。上班在{place}，来之前打店里座机，第{number}号门面。"
