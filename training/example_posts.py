"""The example of docs/retraining.md: postings of an invented platform, as its team would export them.

`python -m training.example_posts FOLDER` writes posts.csv and test.csv (GB18030, the team's own columns; two bad rows
and a contradiction in the first), unlabelled.jsonl, and feedback.jsonl on some of those. All of it is made up; the same
postings come out each time.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

COLUMNS = ("编号", "描述", "结论", "原因", "发布时间", "发布者")

PARTS = {
    "诈骗": """
短剧配音招新人|有声书录制扩招|语音样本采集员|短剧旁白录音|方言朗读员线上招募|数字人口播演员|绘本伴读录音
小程序配音接单|广播剧群杂招募

零基础可学，一对一带练|声音好听就行，不限口音|手机录音即可交稿|下班后在家完成|每天录二十分钟|老师陪跑到出单
接单群全天派活|当天录当天审

单条稿酬 60 至 180 元|每千字 120 元|一部短剧结 900 元|试音通过记 50 元稿费|满十单升 A 级，价格翻倍
周结，微信到账|加急稿另补三成

接单权限绑定声卡激活码，298 自理|正式稿件配套录音设备包，680 统一下单|声音版权登记由本人承担 199
试音课 9.9，转正班 1980

稿件走担保，每部 500 交稿后回|个税通道自理 120|A 级起接单，升级 365|素材授权首单 260 自拍
入驻 399，邀一位好友返 100|账号认证 200，满三十单回

加老师企鹅号领试音稿|扫码进群找小鹿老师|私信“配音”发报名表|名额只剩 6 个|今晚八点统一开班|满员即止，先到先得
点主页链接登记|备注城市和年龄
""",
    "正常": """
短剧群众演员|有声书后期剪辑|语音数据标注员|录音棚助理|短视频口播主持|配音导演助理|客服质检员|影视字幕校对
直播间场控|播客节目编辑

负责对轨、降噪和交付成片|听写并核对方言语料|协助演员走位和道具摆放|整理台本，跟进录制进度|统计每日场次并写日报
剪掉口误，统一响度

检查字幕错别字和时间轴|维护设备，登记借还|与嘉宾确认提纲|处理弹幕和评论|给新稿件做分类|把原声转成文字
安排试音场次

底薪 5200 加项目奖金|日薪 160，当日收工现结|月薪 6000 至 7500，缴五险一金|时薪 22 元，月底发放
试用期三个月，薪资八成|六千五起，做五休二

在棚里坐班，早十晚七|地点在创意园 3 号楼|可开实习证明|需带作品面试|签劳动合同，不收任何费用|设备由公司提供
转正后交公积金|面试两轮

简历投站内即可|到前台找行政登记|工作日下午可来面谈|电话 13800000000 转人事|附上两段剪辑作品|普通话二甲以上
有同类经验者优先
""",
    "无关": """
提醒大家|反诈民警说|昨天看到一条新闻|求助|课程笔记|电影观后感|社区公告|转发|随手记一笔|问个问题

配音兼职让先交声卡费的都别信|网上接单先垫钱多半要不回来|有人报了配音班退费被拖|录音前记得检查电平
那部短剧的旁白真好听|请问退学费该找谁

遇到了打 96110|周末有人一起去吗|评论区说说你的经历|附上聊天记录供参考|停水时间另行通知|第三集最好看|下周交作业
欢迎补充

保护好自己的钱|谢谢各位|仅代表个人看法|以公告为准|图片来自网络|已经报案|求推荐类似的|别再上当|明天继续更新
""",
}
"""By the team's label, the parts of a posting with their choices, parted by empty lines."""
CODES = {"诈骗": "upfront_fee"}
OURS = {"诈骗": "scam", "正常": "legit", "无关": "not_posting"}
TOLD = 200
"""Texts that users say something of."""


def post(label: str, chance: random.Random) -> str:
    """One posting: a choice from each part."""
    return (
        "，".join(chance.choice(part.replace("\n", "|").split("|")) for part in PARTS[label].strip().split("\n\n"))
        + "。"
    )


def rows(many: dict[str, int], first: int, posters: Sequence[int], chance: random.Random) -> Iterator[list[str]]:
    """Rows of the team's table, numbered from `first`."""
    labels = [label for label, number in many.items() for _ in range(number)]
    chance.shuffle(labels)
    for number, label in enumerate(labels, first):
        day = f"2026-{1 + number // 28 % 10:02d}-{1 + number % 28:02d}"
        poster = f"商户{chance.choice(posters):03d}"
        yield [f"Q{number:04d}", post(label, chance), label, CODES.get(label, ""), day, poster]


def write_table(path: Path, some: Sequence[Sequence[str]]) -> None:
    """The rows as a Chinese Excel saves them."""
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *some])


def said_of(new: Sequence[Mapping[str, str]], labels: Sequence[str]) -> Iterator[dict[str, str]]:
    """What the users of two keys report of each of the first texts; every ninth is contradicted by a third."""
    for number, (row, label) in enumerate(zip(new[:TOLD], labels, strict=False)):
        told = {"posting": row["id"], "text": row["text"], "label": OURS[label], "at": "2026-11-20T09:00:00+00:00"}
        yield from ({**told, "by": by, "role": "reporter"} for by in (f"key-{number % 6}", f"key-{10 + number % 7}"))
        if number % 9 == 0:
            yield {**told, "label": "legit" if label == "诈骗" else "scam", "by": "key-30", "role": "reporter"}


def write_lines(path: Path, some: Sequence[Mapping[str, str]]) -> None:
    """The rows as JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some), "utf-8")


def main(folder: Path) -> None:
    """Write the four files."""
    chance = random.Random(20261123)  # noqa: S311  # the same each time
    folder.mkdir(parents=True, exist_ok=True)
    good = list(rows({"诈骗": 170, "正常": 210, "无关": 60}, 1, range(400), chance))
    first, other = good[0], "正常" if good[0][2] == "诈骗" else "诈骗"
    bad = [["Q9001", "", "诈骗", "", "", ""], ["Q9002", good[5][1], "虚假", "", "", ""]]
    write_table(folder / "posts.csv", [*good[:40], *bad, *good[40:], ["Q9003", first[1] + "！", other, "", "", ""]])
    write_table(folder / "test.csv", list(rows({"诈骗": 60, "正常": 110, "无关": 20}, 1001, range(400, 600), chance)))
    labels = [chance.choice(["诈骗", "正常", "正常", "无关"]) for _ in range(400)]
    new = [{"id": f"U{number:04d}", "text": post(label, chance)} for number, label in enumerate(labels)]
    write_lines(folder / "unlabelled.jsonl", new)
    write_lines(folder / "feedback.jsonl", list(said_of(new, labels)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
