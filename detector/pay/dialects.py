"""Whose money is meant where none is written: by what is usual there, and by the words of the text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from detector.lists import holds, words
from detector.pay.figures import Figure
from detector.pay.money import SIGNS
from detector.pay.names import Heard
from detector.pay.types import Per, Unit
from detector.pay.units import COUNTABLE


def local_currency(text: str) -> Unit:
    """The currency that 元 or $ means here by the words around; USD where nothing says whose dollar it is."""
    if holds(text, _TAIWAN):
        return Unit.TWD
    return Unit.HKD if "$" in text and _speaks_of_hong_kong(text) else Unit.USD


_TAIWAN = ("台币", "nt$", "劳健保", "加赖", "超商", "职缺")
_TAIWAN_PERHAPS = words(
    "诚征 急征 征早 征晚 征夜 征工 征外 征平 征内 征门 店征 场征 馆征 厅征 捷运 门市 机车 工读 私讯 周领 现领 "
    "台北 高雄 台中 台南 桃园 新竹 竹北 彰化 嘉义 花莲 屏东 宜兰 板桥 永和 内湖 林口 五股 新庄 小帮手 简讯 "
    "土城 中坜 员林 士林 三重 麻豆 斗六 新北 南港展 八里 竹科 科学园区 澎湖 苗栗 云林 南投 基隆 金门 "
    "淡水 中和 芦洲 汐止 "
    "身分证 履历 作业员 仲介 帐号 帐户 逐字稿 现领 日领 领现 三节 劳保 健保 保全 外送 外场 内场 大夜 "
    "假日班 私讯 脸书 粉专 官方line "
    "高丽菜 台湾 台干 凭证 良民证 三合院 芳疗 咨商 三温暖 结帐 存提 饲主 药局 药师 桌游 职训 照服员 长照 "
    "租书店 虾皮 妳 影像后制 礼服公司 丙级 乙级 技术士"
)
"""One of the first, or one of the second and a sum that is usual there, and the text speaks of Taiwan's money."""
_MAINLAND = words(
    "北京 上海 广州 深圳 成都 杭州 重庆 武汉 苏州 西安 南京 长沙 天津 郑州 东莞 青岛 昆明 宁波 合肥 佛山 沈阳 "
    "无锡 济南 "
    "厦门 福州 温州 哈尔滨 石家庄 大连 南宁 泉州 贵阳 常州 长春 南昌 南通 嘉兴 徐州 惠州 太原 绍兴 珠海 兰州 海口 微信"
)
"""One of these, and the text speaks of no money of Taiwan's by one word."""
_MAINLAND_TALK = words("主页 支付宝 宝妈 滴我 私我 扣我 抖音 压钱 飞机联")
"""What is said on the mainland only: traditional characters are a disguise there."""
_FROM_MAINLAND = (*_MAINLAND, *_MAINLAND_TALK)
_HIRING = re.compile(r"(?<![特应远出长象缴片])征(?![集稿婚信求兵途服程地战询召缴得]|收(?!银)|文(?![员具案书]))")
"""征 is how Taiwan says 招."""


@lru_cache(maxsize=1)
def may_be_taiwan(text: str) -> bool:
    """Whether a word of Taiwan stands there, and none of the mainland."""
    named = holds(text, _TAIWAN_PERHAPS) or ("征" in text and _HIRING.search(text) is not None)
    return named and not holds(text, _MAINLAND)


_HONG_KONG = words(
    "hk 港 九龙 旺角 唔 嘅 咗 揾 搵 返工 出粮 whatsapp 强积金 见工 搞掂 沙田 新界 北角 铜锣湾 荃湾 酒楼 楼面 "
    "落场 葵涌 粒钟 将军澳 观塘 ptgf 傾 兼职薪 冇 屯门 登记护士 五天工作周 补习社 哋 鲗鱼涌 元朗 深水埗 "
    "尖沙咀 湾仔 油麻地"
)
_CANTONESE = words(
    "唔 嘅 咗 揾 搵 出粮 冇 哋 荃湾 旺角 将军澳 粒钟 深水埗 尖沙咀 油麻地 葵涌 鲗鱼涌 强积金 mpf 返工 车津 屯门 元朗"
)
"""Where one of these stands and the sum is usual in Hong Kong, it is meant in dollars though nothing says so."""


_PORTS_OF_TAIWAN = re.compile(r"(?:南|基隆|高雄|台中|北)港|港墘")


def _speaks_of_hong_kong(text: str) -> bool:
    """Whether a word of Hong Kong stands there; 港 alone is none in 南港."""
    return holds(_PORTS_OF_TAIWAN.sub(" ", text) if "港" in text else text, _HONG_KONG)


@lru_cache(maxsize=1)
def _may_be_hong_kong(text: str) -> bool:
    return holds(text, _CANTONESE)


_TRADITIONAL = frozenset(
    "時應個錢萬東灣門級寶員資飯廠無單發領給們貨會頭長間開關說話請徵職費車過還這師學電錄經驗務區號幫場樓線點對導護園機條後來種類"
    "選題訂續難專業實習壓擔傳單讓節歡買賣約紙筆備寫飾屬廣補課導檔顧問縣鄉歲薦願訓練營運輸餐廳為與並當書樂聽處從業"
    "倉週見糧觀親鄰郵匯廠檢塊雙兩腦衛養藥戶飛鐵龍鳳豐榮興國舊額臉帳餘圖畫誰試該談讀變豬魚紅綠織絲網羅攤擺攬辦嗎麼咗麵盤鐘閒騎馬櫃績慶"
)
_SIMPLIFIED = frozenset(
    "时应个钱万东湾门级宝员资饭厂无单发领给们货会头长间开关说话请职费车过还这师学电录经验务区号帮场楼线点对"
)
_LEAST_TRADITIONAL = 3


def is_traditional(original: str) -> bool:
    """Whether a text, as it was sent, is written in traditional characters throughout, as in Hong Kong and Taiwan."""
    written = frozenset(original)
    return _SIMPLIFIED.isdisjoint(written) and len(_TRADITIONAL & written) >= _LEAST_TRADITIONAL


HONG_KONG_WAGES: dict[Per, tuple[float, float]] = {
    Per.HOUR: (40, 400),
    Per.DAY: (400, 3000),
    Per.MONTH: (8000, 100_000),
}
TAIWAN_WAGES: dict[Per, tuple[float, float]] = {
    Per.HOUR: (170, 700),
    Per.HALF_DAY: (500, 3000),
    Per.DAY: (500, 8000),
    Per.MONTH: (24_000, 100_000),
}
"""What is usual in Hong Kong and Taiwan in their own money; wide bounds about the minimum wages of 2024 as this project
remembers them (some HK$40 and NT$183 an hour), checked against no source."""


def fits(wages: dict[Per, tuple[float, float]], per: Per | None, low: float) -> bool:
    """Whether a sum lies in what is usual there for this time."""
    bounds = wages.get(per) if per else None
    return bounds is not None and bounds[0] <= low <= bounds[1]


_TAIWAN_FROM: dict[Per, float] = {Per.HOUR: 170, Per.HALF_DAY: 400, Per.DAY: 500, Per.MONTH: 15_000, Per.YEAR: 200_000}
_HONG_KONG_FROM: dict[Per, float] = {Per.HOUR: 40, Per.DAY: 300, Per.MONTH: 8_000, Per.YEAR: 100_000}
"""From what sum on a text in traditional characters means the dollars of Taiwan, or below that of Hong Kong."""


def _by_script(text: str, per: Per, low: float) -> Unit | None:
    """Whose money a text in traditional characters means; None where the sum is nowhere a wage there."""
    is_hong_kong = _speaks_of_hong_kong(text)
    if per in COUNTABLE:
        return Unit.HKD if is_hong_kong else Unit.TWD
    if not is_hong_kong and low >= _TAIWAN_FROM.get(per, 0.0):
        return Unit.TWD
    return Unit.HKD if low >= _HONG_KONG_FROM.get(per, 0.0) else None


_YEN = frozenset("¥￥")


class Place(NamedTuple):
    """Whose dollar a text means, and whether it is written in the characters of Hong Kong and Taiwan."""

    dollar: Unit
    traditional: bool = False


def whose_money(text: str, figure: Figure, sign: str | None, place: Place, per: Per | None, factor: float) -> Unit:
    """The currency that is meant where none is written, by what is usual, by the words and the script."""
    low, usually = figure.number.low * factor, per or Per.MONTH
    if place.traditional and sign is None and not holds(text, _FROM_MAINLAND):
        return _by_script(text, usually, low) or place.dollar
    if fits(TAIWAN_WAGES, usually, low) or per in COUNTABLE:
        grouped = per is Per.MONTH and figure.unit is sign is None and "," in text[figure.start : figure.end]
        if grouped or may_be_taiwan(text):
            return Unit.TWD
    if fits(HONG_KONG_WAGES, usually, low) and _may_be_hong_kong(text):
        return Unit.HKD
    return Unit.JPY if sign in _YEN and "日本" in text else place.dollar


def unit_meant(figure: Figure, sign: str | None, local: Unit, per: Per | None, heard: Heard) -> Unit:
    """The currency of a figure: by its sign, by its word, by where the text is from and what is usual there."""
    low = figure.number.low
    if sign == "$":
        usual = fits(HONG_KONG_WAGES, per or (None if figure.number.is_range else Per.MONTH), low) or (
            per in COUNTABLE and low >= HONG_KONG_WAGES[Per.HOUR][0]
        )
        return Unit.HKD if local is Unit.USD and usual else local
    if sign is not None:
        return local if local is Unit.JPY else SIGNS[sign]
    if figure.unit in (None, Unit.YUAN) and figure.written in ("", "元", "块", "块钱"):
        if heard.shown == "时给":
            return Unit.JPY
        least = TAIWAN_WAGES[per][0] / 3 if per in TAIWAN_WAGES else 0.0
        return local if local is Unit.HKD or (local is Unit.TWD and low >= least) else Unit.YUAN
    return figure.unit or Unit.YUAN
