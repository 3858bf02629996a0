"""The trade that is hired for, and not the one beside which one stands: 心外科导诊员, 挖机旁边看人的."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detector.lists import words
from detector.market.comparison import Trade
from detector.market.wages import Role

_HEAD_OF_TITLE = re.compile(
    r"(?:员|工|助理|助手|学徒|帮手|志愿者|小妹|小弟|阿姨|大姐)(?=[^一-鿿]|[若数几多一二两三四五六七八九十招要来]|$)"
)
"""The last part of a compound is the work: a 心外科导诊员 is a guide and no surgeon."""
_TITLE_LIKE = re.compile(r"[一-鿿]{1,8}$")
_NO_TITLES = words(
    "员工 人工 手工 加工 打工 开工 上工 下工 施工 竣工 完工 停工 务工 职工 化工 分工 义工 民工 复工 返工 招工 "
    "用工 技工 包工 军工 总工 轻工 动工 监工 特工 美工 做工 童工 计工 社工 收工 赶工 误工 会员 成员 学员 动员 "
    "党员 团员 队员 官员 委员 演员 议员 人员 职员 雇员 全员 定员 满员 减员 飞行员 运动员 教练员 研究员 程序员 "
    "交易员 公务员 驾驶员 船员 潜水员 爆破员 评论员 裁判员 引航员 精算员 经理助理 总裁助理 董事长助理 总助理 "
    "院长助理 投资助理 校长助理 老板助理"
)
"""What ends so is no title, or one that takes skill."""
_BARE_HEADS = frozenset({"员", "工", "专员", "人员", "小工", "员工", "兼职员"})
"""Heads that leave a trade what it is: 采摘工, 销售专员."""
_PLACES = ("公司", "厂", "医院", "中心", "事务所", "学院", "学校", "集团", "局", "协会", "楼盘")
_FIRST = 160
"""Characters at the start in which a title is looked for."""


def by_heads(text: str, work: list[Trade], unskilled: Role | None) -> list[Trade]:
    """The trades with compounds read by their last part, and without those that only say whose or where the work is."""
    if unskilled is None:
        return work
    titles: list[Trade] = []
    taken: set[int] = set()
    for start, end in _titles(text):
        inside = [m for m in work if start <= m.start and m.end <= end]
        last = inside[-1] if inside else None
        if any(m.start < end <= m.end for m in work):
            taken.update(m.start for m in inside[:-1])
        elif last is None or text[last.end : end] not in _BARE_HEADS:
            taken.update(m.start for m in inside)
            hired = max(text.rfind(word, start, end) for word in "招聘征请找")
            titles.append(Trade(unskilled, False, last.start if last else max(start, hired + 1), end))
    places = [m for m in work if text.startswith(_PLACES, m.end)]
    if titles or any(not m.hint for m in work if m not in places):
        taken.update(m.start for m in places)
    if not titles and not taken:
        return work
    return sorted([*(m for m in work if m.start not in taken), *titles], key=lambda m: m.start)


def _titles(text: str) -> Iterator[tuple[int, int]]:
    """The compounds near the start that end as titles do: 心外科导诊员, 跟妆助理."""
    for head in _HEAD_OF_TITLE.finditer(text, 0, _FIRST):
        end = head.end()
        title = _TITLE_LIKE.search(text, max(end - 8, 0), end)
        if title is not None and len(title[0]) >= 2 and not title[0].endswith(_NO_TITLES):
            yield title.span()


def _is_somebody_else(text: str, trade: Trade) -> bool:
    """Whether a trade is only who takes the calls, or what one need not be: 报名找班长, 非药师岗."""
    if text.startswith("非", max(trade.start - 1, 0)):
        return True
    return _CONTACT.search(text, max(trade.start - 14, 0), trade.start) is not None


_DONE_BY = re.compile(r"(?<!自)由[^,。;]{0,3}$")
"""Before a trade it makes it who does the rest: 处方由远程药师审."""


def _without_others(text: str, work: list[Trade]) -> list[Trade]:
    """The trades without those that are somebody else's, as far as a name is left."""
    work = [m for m in work if not _is_somebody_else(text, m)]
    own = [m for m in work if _DONE_BY.search(text, max(m.start - 5, 0), m.start) is None]
    return own if any(not m.hint for m in own) else work


_BESIDE = ("旁边", "下面", "底下", "旁看", "后面", "边上", "身边", "身后", "跟前")
_CONTACT = re.compile(
    r"(?:联系|咨询|电联|请问|致电|(?:报名|有意|面试|直接|到店|现场|来店|详情|应聘)[^,。;]{0,8}找)[^,。;]{0,3}$"
)
"""Before a trade these make it who is asked about the work: 报名找班长."""
_HELPED = re.compile(r"[帮替]|给(?=.{2,4}?(?:递|拿|打下手|背|扛|提|擦|举|看))")


def besides(text: str, work: list[Trade], unskilled: Role | None) -> list[Trade]:
    """The trades without those that one asks or is not, beside whom one stands or whom one helps: 帮教练扛雪板."""
    if unskilled is None:
        return work
    work = _without_others(text, work)
    helped = [
        m
        for m in work
        if not m.role.light and (text.startswith(_BESIDE, m.end) or _HELPED.match(text, max(m.start - 1, 0), m.end + 4))
    ]
    if not helped:
        return work
    others = [m for m in work if m not in helped]
    return others or [helped[0]._replace(role=unskilled, hint=False)]
