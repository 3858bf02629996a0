"""What things are called at the desk, and the keys that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase

from detector.types import CODES

LABELS: Mapping[str, str] = {"scam": "骗局", "legit": "正常招聘", "not_posting": "不是招聘", "discard": "弃用"}
"""What a reviewer can say."""
LABEL_KEYS: Mapping[str, str] = {"scam": "1", "legit": "2", "not_posting": "3", "discard": "4"}
LEVELS: Mapping[str, str] = {"high": "高风险", "medium": "中风险", "low": "低风险", "none": "不像招聘"}
STATES: Mapping[str, str] = {"waiting": "待审", "second": "等第二人", "done": "已定", "all": "全部"}
SAID: Mapping[str, str] = {"said": "有反馈", "disputed": "有争议"}
SOURCES: Mapping[str, str] = {"api": "接口", "page": "网页"}

RESERVED = "jnu"
"""J the next item, N the note, U undo."""
CODE_KEYS: Mapping[str, str] = dict(
    zip(CODES, (letter for letter in ascii_lowercase if letter not in RESERVED), strict=False)
)

ACTIONS: Mapping[str, str] = {
    "review.decide": "审核",
    "review.undo": "撤销审核",
    "review.upload": "上传批量检查",
    "review.train": "启动训练",
    "review.promote": "启用模型",
    "review.cancel": "取消任务",
    "feedback.decide": "命令行审核",
    "feedback.export": "导出训练数据",
    "posting.delete": "删除招聘信息",
    "posting.purge": "按期限清理",
    "tenant.retention": "改保存期限",
    "key.create": "新建密钥",
    "key.revoke": "吊销密钥",
}
