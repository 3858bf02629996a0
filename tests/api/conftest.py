"""A toy detector with the shape of the real one, and clients around it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from api import create_app
from api.store import open_store
from detector.errors import TextTooLong
from detector.types import (
    MAX_TEXT,
    Assessment,
    Because,
    Evidence,
    Kind,
    Legal,
    Level,
    Posting,
    Reason,
    SetAside,
    Versions,
    Wording,
)

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


@dataclass(frozen=True, slots=True)
class FakeRule:
    """A few literal words and what they mean."""

    id: str
    code: str
    title: str
    explanation: str
    advice: str
    confidence: float
    legal: tuple[Legal, ...]
    words: tuple[str, ...]


RULES = (
    FakeRule(
        "upfront_fee.deposit",
        "upfront_fee",
        "入职前要求交押金或会员费",
        "正规单位招人不收钱。凡是先交押金、会员费、服装费才给工作的，交完多半被拉黑，或者以各种理由不退。",
        "不要交。已经交了的，保留凭证，打 12333 或 110。",
        0.93,
        (Legal("劳动合同法", "第九条"), Legal("劳动合同法", "第八十四条")),
        ("押金", "会员费", "交押金200元"),
    ),
    FakeRule(
        "advance_funds.own_money",
        "advance_funds",
        "要您用自己的钱先垫付",
        "先垫钱、后返本金和佣金，是刷单骗局的标准套路：前一两笔小额会返，随后以“任务没做完”为由扣住大额。",
        "任何要自己先垫钱的“工作”都不要做。",
        0.96,
        (Legal("反不正当竞争法", "第九条"), Legal("刑法", "第二百六十六条")),
        ("先用自己的钱付款", "垫付", "本金和佣金"),
    ),
    FakeRule(
        "unrealistic_pay.band",
        "unrealistic_pay",
        "报酬与工作不相称",
        "按每天 300–500 元计，约合每月 6,600–11,000 元；同类“数据助理”兼职约每月 2,000–3,000 元。",
        "先问清谁付钱、凭什么付这么多。",
        0.71,
        (),
        ("一天300-500", "日结500元", "佣金15-80元"),
    ),
    FakeRule(
        "off_platform_contact.disguised",
        "off_platform_contact",
        "用变形的写法引到私人微信",
        "“加薇❤”这样写是为了躲过平台的检查。离开平台以后，聊天和转账都没有人看得见。",
        "在招聘平台内沟通，不加陌生人的私人号。",
        0.64,
        (),
        ("加薇❤", "加微信"),
    ),
)


class FakeDetector:
    """Finds literal words; 不收 before a word denies it; articles that say 民警 are no postings."""

    versions = Versions("toy-model", "toy-rules")
    rules = RULES
    manifest: Mapping[str, object] = {"name": "toy", "metrics": {"f1": 0.5}}

    def assess(self, posting: Posting, /) -> Assessment:
        """The strongest word gives the score."""
        length = sum(len(value) for _, value in posting.fields())
        if length > MAX_TEXT:
            raise TextTooLong(length, MAX_TEXT)
        reasons, aside = [], []
        for rule in self.rules:
            found = list(self._find(posting, rule))
            said = tuple(item for denied, item in found if not denied)
            denied = tuple(item for denied, item in found if denied)
            if said:
                reasons.append(
                    Reason(
                        rule.code, rule.id, rule.title, rule.explanation, rule.advice, rule.confidence, said, rule.legal
                    )
                )
            if denied:
                aside.append(SetAside(rule.code, Because.DENIED, denied))
        return self._join(posting, tuple(reasons), tuple(aside))

    def _join(self, posting: Posting, reasons: tuple[Reason, ...], aside: tuple[SetAside, ...]) -> Assessment:
        article = any("民警" in value for _, value in posting.fields())
        score = 3 if article else round(100 * max((one.confidence for one in reasons), default=0.06))
        level = Level.LOW if score < 30 else Level.MEDIUM if score < 70 else Level.HIGH
        words = [("佣金", 1.82), ("名额", 1.1), ("包两餐", -1.64), ("月底发工资", -0.92)]
        wording = tuple(
            Wording(term, weight, at, at + len(term)) for term, weight in words if (at := posting.text.find(term)) >= 0
        )
        kind = Kind.NOT_POSTING if article else Kind.POSTING
        return Assessment(posting.id, kind, level, score, () if article else reasons, aside, wording, self.versions)

    def _find(self, posting: Posting, rule: FakeRule) -> Iterator[tuple[bool, Evidence]]:
        for name, value in posting.fields():
            for word in rule.words:
                at = value.find(word)
                while at >= 0:
                    denied = value[max(0, at - 2) : at] == "不收"
                    start = at - 2 if denied else at
                    quote = value[start : at + len(word)]
                    yield denied, Evidence(name, start, at + len(word), quote, "❤" in word)
                    at = value.find(word, at + 1)

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        """One by one."""
        return map(self.assess, postings)


@pytest.fixture(scope="session")
def fake() -> FakeDetector:
    return FakeDetector()


@pytest.fixture(scope="session")
def app(fake: FakeDetector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/scamjob.db")
    yield create_app(fake, store=store)
    store.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class BrokenDetector(FakeDetector):
    """Fails, and quotes the text while failing."""

    def assess(self, posting: Posting, /) -> Assessment:
        raise RuntimeError(posting.text)


@pytest.fixture(scope="session")
def broken() -> Flask:
    return create_app(BrokenDetector())


@pytest.fixture(scope="session")
def live(app: Flask) -> Iterator[str]:
    """The application on a port of its own, for a browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, *_: object) -> None:
        pass
