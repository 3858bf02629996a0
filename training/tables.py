"""Builds the character table that the detector ships, from Unicode and from OpenCC.

Run by `python -m training.tables`; a test holds that the shipped file equals a rebuild.
Sources: Unicode NFKC (the running Python's unicodedata), OpenCC 1.4 `t2s` (Apache-2.0).
"""

from __future__ import annotations

import re
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path

import ahocorasick_rs
import numpy as np
import opencc
import rjieba
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin, pinyin

from detector.normalize import fold
from detector.normalize.forms import DISGUISE_FILE, form_rows
from detector.normalize.tables import EXPAND, REFERENCE, TABLE_FILE, TABLE_SIZE, WORD_FILE
from detector.normalize.variants import BOUND, VARIANT, VARIANT_FILE, is_chance, window_key
from training.measure import read_rows

INVISIBLE = [
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x0300, 0x0370),  # combining strokes and accents laid over a character
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0x20D0, 0x2100),  # enclosing keycaps and overlays
    *range(0xFE00, 0xFE10),  # variation selectors
]
"""Code points that show nothing, or only decorate the one before them."""

SPACES = [0x09, 0x0B, 0x0C, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x2800, 0x3000]

NEW_LINES = [0x0D, 0x85, 0x2028, 0x2029]

LOOKALIKE = {
    "〇": "零",
    "⼀": "一",
    "〜": "~",
    "～": "~",
    "—": "-",
    "–": "-",
    "－": "-",
    "﹣": "-",
    "➖": "-",
    "➕": "+",
    "✚": "+",
    "・": "·",
}

KEEP = {"…", "‥", "。", "、"}


def character_table() -> NDArray[np.uint32]:
    """(TABLE_SIZE,) array: code point → code point; 0 drops it, EXPAND marks several characters."""
    simplify = opencc.OpenCC("t2s")
    table = np.arange(TABLE_SIZE, dtype=np.uint32)
    for code in range(1, TABLE_SIZE):
        if 0xD800 <= code < 0xE000:
            continue
        char = chr(code)
        if char in KEEP:
            continue
        plain = unicodedata.normalize("NFKC", LOOKALIKE.get(char, char)).lower()
        if 0x2E80 <= code < 0x3400 or 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00:
            plain = simplify.convert(plain)
        if len(plain) == 1:
            table[code] = ord(plain) if ord(plain) < TABLE_SIZE else code
        elif plain.isalnum() and code > 0xFF and len(plain) <= 4:
            table[code] = EXPAND
    table[SPACES] = ord(" ")
    table[NEW_LINES] = ord("\n")
    table[INVISIBLE] = 0
    table[0x1F3FB:0x1F400] = 0  # skin tones
    table[0xD800:0xE000] = 0xFFFD  # lone surrogates
    table[0] = ord(" ")
    plain = (table != 0) & (table != EXPAND)
    table[plain] = table[table[plain]]  # 🈚 is 無, and 無 is 无
    return table


def write(path: Path = TABLE_FILE) -> None:
    """Write the table where the detector looks for it."""
    np.save(path, character_table(), allow_pickle=False)


# --- words worth hiding and how they may be written ---

COMPONENT_FILE = Path(__file__).parent / "components.tsv"
SHARED = Path(__file__).parent.parent.parent / "shared" / "datasets"
HONEST = ("honest_58tongcheng.jsonl", "honest_51job_zhilian.jsonl", "sms_80w.jsonl")
TRAINING = Path(__file__).parent.parent / "data" / "training"
PACKS = REFERENCE.parent / "packs"
LEXICON = REFERENCE / "lexicon.toml"

TELLING = """
    fee own_funds small_first brushing card rent mule contact recruit vice cert referral gamble spam settle loan
    sensitive
"""
"""Concepts whose words nobody honest has a reason to disguise."""
ORDINARY = """
    task app easy nobar pay_word overseas employer_bears train hiring payroll refund reimburse thing urgent
    formal
"""
"""Concepts whose words are read in any writing, without being evidence."""
FURTHER = """
    联系 联系人 联系方式 电话 手机号码 报名 挣钱 秒结 现结 录入 上班 工作 时间 地址 要求 面试 平台 操作 淘宝
    抖音 快手 支付宝 小红书 朋友圈 进群 拉群 对公 转账 打款 汇款 缴纳 支付 注册 出国 高薪 日赚 月赚 现金 红包
    客服 佣金 报酬 好评 人脸 认证 取款 提款 办理 费用 收费 免费 包吃住 包住 包吃 住宿 在家 学历 男女 年龄 经验
    负责 公司 信息 收入 奖励 本人
"""
RADICALS = {
    "言": "讠", "手": "扌", "金": "钅釒", "丝": "纟", "糸": "纟", "人": "亻", "水": "氵氺", "心": "忄",
    "犬": "犭", "食": "饣", "示": "礻", "衣": "衤礻", "阜": "阝", "邑": "阝", "刀": "刂", "攴": "攵",
    "火": "灬", "玉": "王", "肉": "月", "艸": "艹", "冰": "冫",
}  # fmt: skip
"""A part as it is written at the side."""
ALIKE = """
    己已巳 未末 日曰目 人入八 土士 干千于 天夫 大太犬 手毛 王玉主 古右石 问间问 字宇 客容 名各 代伐 免兔 贷货
    微徽 报服 钱线浅残栈 现观视规 口囗 工土干 开井并 元无 力刀办 夕歹 木本术 田由甲申 卡下 几儿九 户尸 车东 今令
    见贝 甘廿 付符 住往佳 任仕 拉垃 推椎 扫归妇 治冶 晴睛 拔拨 折拆析 侯候 茶荼 析折 戊戌戍 乒乓兵 乌鸟 弋戈
    竞竟 赢羸 壁璧 副幅 密蜜
"""
"""Characters that school books warn not to mix up."""


OPPOSITES = ("买卖", "收售", "男女", "进出", "借还")
"""Characters that turn the meaning round: neither is the other in disguise, however alike they sound."""


def words() -> dict[str, bool]:
    """The words that are read in any writing, and whether hiding one is evidence."""
    lexicon = tomllib.loads(LEXICON.read_text("utf-8"))
    found = dict.fromkeys(FURTHER.split(), False)
    for names, telling in ((ORDINARY.split(), False), (TELLING.split(), True)):
        for name in names:
            found |= dict.fromkeys(lexicon[name].split(), telling)
    rows = [line for line in DISGUISE_FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    for line in rows:
        found.setdefault(line.split("\t")[0], False)
    return {
        word: telling
        for word, telling in sorted(found.items())
        if 2 <= len(word) <= 5 and all("\u4e00" <= char <= "\u9fff" for char in word) and fold(word) == word
    }


def _honest_text() -> str:
    texts = [row["text"] for name in HONEST for row in read_rows(SHARED / name)]
    rows = [row for path in sorted(TRAINING.glob("*.jsonl")) for row in read_rows(path)]
    texts += [row["text"] for row in rows if row["label"] != "scam"]
    for path in sorted(PACKS.glob("*.toml")):
        rules = tomllib.loads(path.read_text("utf-8")).get("rule", [])
        texts += [sentence for rule in rules for name in ("scam", "fine") for sentence in rule.get(name, ())]
    return "\n".join(map(fold, texts))


def _common() -> list[str]:
    """The 3,755 common characters: level one of GB 2312."""
    codes = [bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return [char for code in codes if (char := code.decode("gb2312", "ignore"))]


def _parts() -> dict[str, set[str]]:
    """Each character → the ways in which it is taken apart, side forms of the parts included."""
    found: dict[str, set[str]] = {}
    for line in COMPONENT_FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        char, ways = line.split("\t")
        for way in ways.split():
            forms = product(*[part + RADICALS.get(part, "") for part in way])
            found.setdefault(char, set()).update(fold("".join(form)) for form in forms)
    return found


def variants() -> dict[str, str]:
    """Written form → plain word. No form stands in honest text by itself, none is a word of the dictionary."""
    vocabulary, text, parts = words(), _honest_text(), _parts()
    common = set(_common())
    rare = set(parts) - common
    by_part = _same_part(parts, common)
    alike = _same_sound(common), _same_sound(common, tone=False), by_part
    odd_sound = _only(rare, _same_sound(common | rare, tone=False))
    odd_part, odd_side = (_only(rare, _same_part(parts, common | rare, widest)) for widest in (14, 300))
    seen = {size: Counter(text[at : at + size] for at in range(len(text) - size + 1)) for size in (2, 3, 4)}
    known = {form for form, _, _ in form_rows()} | set(vocabulary)
    found: dict[str, tuple[tuple[int, int], str]] = {}

    def offer(form: str, word: str, rank: int) -> None:
        if not 2 <= len(form) <= 4 or max(form) > "\uffff" or form in known or rjieba.cut(form, False) == [form]:
            return
        weight = (rank, -seen[len(word)][word] if len(word) in seen else 0)
        if form not in found or weight < found[form][0]:
            found[form] = weight, word

    bound = [
        (way, char) for char, ways in parts.items() for way in ways if char in common and not set(BOUND).isdisjoint(way)
    ]
    for way, char in bound:
        offer(way, char, 0)
    for word, telling in vocabulary.items():
        for at, char in enumerate(word):
            forms = (
                (parts.get(char, ()), 1),
                (alike[0].get(char, ()), 1),
                (alike[1].get(char, ()) if telling else (), 2),
                (alike[2].get(char, ()), 2),
                (odd_sound.get(char, ()), 3),
                ((odd_side if telling else odd_part).get(char, ()), 3),
            )
            for others, rank in forms:
                for other in others:
                    if other != char and not any(char in pair and other in pair for pair in OPPOSITES):
                        offer(word[:at] + other + word[at + 1 :], word, rank + (not telling))
    doubtful = {form: word for form, (_, word) in found.items() if seen[len(form)][form]}
    taken = _standing_alone(text, doubtful)
    return {form: word for form, (_, word) in sorted(found.items()) if form not in taken}


def _only(chars: set[str], alike: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {char: others & chars for char, others in alike.items()}


def _standing_alone(text: str, forms: Mapping[str, str]) -> set[str]:
    """Those of the forms that the text holds as itself, so that the detector would read them as disguise there."""
    automaton = ahocorasick_rs.AhoCorasick(list(forms))
    found: set[str] = set()
    for line in text.splitlines():
        for _, start, end in automaton.find_matches_as_indexes(line, overlapping=True):
            form = line[start:end]
            if form not in found and not is_chance(line, start, end - start, forms[form]):
                found.add(form)
    return found


_NEAR = ((r"^([zcs])h", r"\1"), (r"^n", "l"), (r"([aei])ng", r"\1n"))
"""Sounds that many speakers do not tell apart."""


def _nearly(sound: str) -> str:
    for pattern, plain in _NEAR:
        sound = re.sub(pattern, plain, sound)
    return sound


def _same_sound(common: Iterable[str], tone: bool = True) -> dict[str, set[str]]:
    by_sound: dict[str, set[str]] = {}
    sound = {char: pinyin(char, style=Style.TONE3 if tone else Style.NORMAL, heteronym=True)[0] for char in common}
    sound = {char: [_nearly(one) for one in sounds] for char, sounds in sound.items()}
    for char, sounds in sound.items():
        by_sound.setdefault(sounds[0], set()).add(char)
    return {char: set().union(*[by_sound.get(one, set()) for one in sounds]) for char, sounds in sound.items()}


def _same_part(parts: Mapping[str, Iterable[str]], common: Iterable[str], widest: int = 14) -> dict[str, set[str]]:
    """Characters alike but for one part (职 织 识), or that have lost it (赚 兼); no family wider than `widest`."""
    family: dict[str, set[str]] = {}
    for char, ways in parts.items():
        for way in ways:
            if len(way) != 2:
                continue
            family.setdefault("_" + way[1], set()).add(char)
            if char in common:
                family.setdefault(way[0] + "_", set()).add(char)
    for group in ALIKE.split():
        family.setdefault("=" + group, set()).update(group)
    alike: dict[str, set[str]] = {}
    for key, chars in family.items():
        part = key.strip("_")
        if len(chars) <= widest or (part not in RADICALS and part not in BOUND and len(chars) <= 30):
            for char in chars:
                alike.setdefault(char, set()).update(chars)
                if len(part) == 1 and part not in BOUND:
                    alike[char].add(part)
                    alike.setdefault(part, set()).add(char)
    return alike


def write_words() -> None:
    """The words with their sounds, and the ways in which they may be written."""
    vocabulary, found = words(), variants()
    replaced = sorted(set(found.values()))
    lines = [
        "# Words read in any writing, their sounds, ! where hiding one is evidence (`python -m training.tables words`)."
    ]
    everything = sorted({*vocabulary, *replaced})
    lines += [
        "\t".join((word, " ".join(lazy_pinyin(word)), "!" if vocabulary.get(word) else "-")) for word in everything
    ]
    WORD_FILE.write_text("\n".join(lines) + "\n", "utf-8")
    place = {word: at for at, word in enumerate(everything)}
    rows = sorted((window_key(form), place[word]) for form, word in found.items())
    np.save(VARIANT_FILE, np.array(rows, dtype=VARIANT), allow_pickle=False)


if __name__ == "__main__":
    write_words() if "words" in sys.argv else write()
