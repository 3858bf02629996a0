"""What one payment can be for: 小时, 天, 单, 斤, 千字."""

from __future__ import annotations

from detector.lists import spread
from detector.pay.types import Per

UNITS = spread(
    {
        Per.HOUR: "小时 钟头 钟 个小时 个钟 个钟头",
        Per.HALF_DAY: "半天 早晨 早上 上午 下午 个早晨 个早上 个上午 个下午",
        Per.DAY: "天 日 晚 晚上 夜 宿 班 整天 个班 个晚上 个夜班 个白班 通宵 个通宵",
        Per.WEEK: "周 星期 礼拜 个星期 个礼拜",
        Per.MONTH: "月 个月",
        Per.YEAR: "年",
        Per.MINUTE: "分钟",
        Per.LESSON: "节 节课 课时 堂课 小课",
        Per.ORDER: (
            "单 笔 次 趟 局 场 任务 个任务 条 篇 件 组 轮 首 遍 票 章 份 期 封 段 车 吨 亩 栋 个单 🥚 个视频 "
            "集 个作品 件衣服 条裤子 餐 顿 桌"
        ),
        Per.PIECE: (
            "个 张 只 支 页 叶 颗 朵 双 套 户 家 框 盆 箱 盒 台 本 句 行 平 米 方 斤 人 位 袋 粒 圈 幅 赞 店 间 "
            "册 枚 串 包 辆 桩 束 锭 尾 筐 公里 步 人次 位老人 位客人 位顾客 家店 "
            "户人家 个勾 个头 个人 个袋子 个粽子 张图 张照片 张发票 "
            "句话 本书 副 桶 棵 株 扇 捆 "
            "把 间房 个房间 "
            "块砖 块地砖 块玻璃 块板 斤鱼 斤肉 桶水 根 吨货"
        ),
        Per.CHARACTER: "字 个字",
        Per.THOUSAND: "千字 万字 百字",
        Per.WORD: "词 单词 个词",
    }
)
SLASHED = UNITS | spread(
    {
        Per.HOUR: "h hr hrs hour 时",
        Per.DAY: "d day",
        Per.WEEK: "week",
        Per.MONTH: "m mo month",
        Per.YEAR: "y year",
        Per.MINUTE: "min minute",
        Per.ORDER: "task order video",
        Per.PIECE: "piece",
    }
)
"""Units that may follow a stroke: 20/h."""
CHARACTERS = {"万字": 0.1, "百字": 10.0}
"""What turns a sum for so many characters into one for a thousand."""
UNIT_FIRST = frozenset(word[0] for word in UNITS)
LEAST_BARE: dict[Per, float] = {
    Per.HOUR: 5,
    Per.HALF_DAY: 20,
    Per.DAY: 20,
    Per.WEEK: 50,
    Per.MONTH: 300,
    Per.YEAR: 5000,
}
"""Below these a bare figure after 一天 or 月薪 is a count of something."""
COUNTABLE = frozenset({Per.ORDER, Per.PIECE, Per.MINUTE})


def is_usual_thing(of: str) -> bool:
    """Whether a thing that is paid for by the piece is one that trades price: 件, 单, and no 托盘."""
    return not of or of in UNITS


def unit_at(text: str, at: int, units: dict[str, Per]) -> str:
    """The longest unit at this place; Latin ones only as whole words."""
    for n in (4, 3, 2, 1):
        unit = text[at : at + n]
        if unit in units and not (unit.isascii() and text[at + n : at + n + 1].isalpha() and text[at + n].isascii()):
            return unit
    return ""
