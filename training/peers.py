"""The two usual alternatives, for comparison in the same run: a keyword list and a naive classification pipeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import jieba
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from training.dataset import Example, read_examples

KEYWORDS: dict[str, str] = {
    "upfront_fee": "押金 保证金 服装费 体检费 建档费 会费 报名费 资料费 中介费 介绍费 定金 诚意金 工牌费",
    "advance_funds": "垫付 垫资 先拍后返 本金 流动资金 充值 预存 入金 代付 囤货",
    "unrealistic_pay": "月入过万 日入过千 日赚 高额佣金 月入数万",
    "order_brushing": "刷单 补单 放单 做单 刷信誉 刷好评 空包",
    "task_rebate": "点赞 抢单 做任务 返佣 联单",
    "training_loan": "培训贷 先培训后上岗 0首付 助学金融",
    "account_renting": "银行卡 收卡 租卡 扫脸 代实名 对公账户",
    "money_mule": "跑分 取现 代收代付 走账",
    "overseas_lure": "缅甸 柬埔寨 金三角 包机票",
    "off_platform_contact": "加微信 加V 扫码进群",
    "easy_money": "轻松赚钱 躺赚 在家赚钱 动动手指",
    "recruit_others": "下线 拉人头 团队奖",
    "vice_lure": "佳丽 陪聊 伴游",
    "credential_renting": "挂靠 挂证",
    "paid_referral": "付费内推 保offer",
    "gambling_investment": "博彩 荐股 带单 操盘手",
}
"""About sixty words that such lists have, by reason code."""

_DENIALS = re.compile("不|无|免|没|勿|拒|非")
WINDOW = 6
"""Characters before a keyword in which a negation takes it away."""


def keyword_codes(text: str) -> set[str]:
    """The codes of the keywords in a text that no negation stands just before."""
    return {
        code
        for code, words in KEYWORDS.items()
        for word in words.split()
        for match in re.finditer(re.escape(word), text)
        if not _DENIALS.search(text, max(0, match.start() - WINDOW), match.start())
    }


def jieba_words(text: str) -> list[str]:
    """The words of a text as jieba cuts them; a module-level function, so that the pipeline can be copied."""
    words: list[str] = jieba.lcut(text)
    return words


def naive_pipeline(examples: Sequence[Example]) -> Pipeline:
    """TfidfVectorizer(jieba) + LogisticRegression, trained on scam against the rest."""
    pipeline = Pipeline(
        [
            ("tfidf", TfidfVectorizer(tokenizer=jieba_words, token_pattern=None, lowercase=True)),
            ("lr", LogisticRegression(max_iter=300)),
        ]
    )
    pipeline.fit([example.text for example in examples], [example.label == "scam" for example in examples])
    return pipeline


def naive_shares(data: Path, texts: Sequence[str]) -> list[float]:
    """The naive pipeline trained on the files of a folder: how likely it finds each text a scam."""
    shares: list[float] = naive_pipeline(read_examples([data])).predict_proba(texts)[:, 1].tolist() if texts else []
    return shares


def naive_shares_ahead(data: Path, texts: Sequence[str]) -> Future[list[float]]:
    """The same, worked out in a process of its own while this one goes on."""
    executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    future = executor.submit(naive_shares, data, texts)
    executor.shutdown(wait=False)
    return future
