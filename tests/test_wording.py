"""Serving computes what training computed: row by row, and to the last decimal that half precision leaves."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import TOY_ROWS, TOY_SETTINGS
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import vstack
from sklearn.linear_model import LogisticRegression

from detector import Posting
from detector.document import Document
from detector.model import Model, load_model
from detector.rules import load_rules
from detector.wording import KINDS, TERMS_SHOWN, Classifier, Encoder
from training.counts import Counts, count
from training.dataset import Example, read_examples
from training.vocabulary import Raw, Vocabulary, joined, matrix, raw_counts, vocabulary, weigh

HALF = 1e-3
"""What storing idf and weights in half precision may cost."""
RULES = load_rules()

UNSEEN = [
    "",
    " \n ",
    "招文员，双休，五险一金，月薪4500。",
    "入职前先交押-金300元，做满退还，加薇❤聊",
    "警方提醒，点赞返佣都是骗局，别垫付",
    "完全陌生的词句：鹬蚌相争，渔翁得利。",
    "abc 123 ？？？ 💰💰",
    "押金押金押金，先交先交，500元500元",
    "招店员，月薪4200。我们不收任何押金。先交服装费300元。",
    "\ud800\x00\u200b",
]


def example(text: str) -> Example:
    return Example("x", Posting(text=text), "legit", (), "x")


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_examples([TOY_ROWS])


@pytest.fixture(scope="module")
def known(examples: list[Example]) -> Vocabulary:
    return vocabulary([count(item, RULES) for item in examples], TOY_SETTINGS)


@pytest.fixture(scope="module")
def model(toy_model: Path) -> Model:
    return load_model(toy_model)


def served(model: Model, text: str) -> NDArray[np.float64]:
    """The row of a text as the detector encodes it, dense."""
    encoded = Classifier(model).read(Document(Posting(text=text))).encoded
    row = np.zeros(len(model.keys))
    np.add.at(row, encoded.rows, encoded.values)
    return row


def trained(known: Vocabulary, text: str) -> NDArray[np.float64]:
    """The row of a text as training encodes it, dense."""
    counts: list[Counts] = [count(example(text), RULES)]
    row: NDArray[np.float64] = matrix(counts, known, TOY_SETTINGS).toarray()[0]
    return row


def test_training_and_serving_agree_on_the_vocabulary(known: Vocabulary, model: Model) -> None:
    assert model.keys.tolist() == known.keys.tolist()
    assert model.sizes == known.sizes
    assert np.allclose(model.table[:, 0], known.idf, atol=0.01)


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_is_encoded_as_in_training(model: Model, known: Vocabulary, text: str) -> None:
    assert np.abs(served(model, text) - trained(known, text)).max() < HALF


def test_every_training_text_is_encoded_as_in_training(
    model: Model, known: Vocabulary, examples: list[Example]
) -> None:
    rows = matrix([count(item, RULES) for item in examples], known, TOY_SETTINGS).toarray()
    apart = [np.abs(served(model, item.text) - row).max() for item, row in zip(examples, rows, strict=True)]
    assert max(apart) < HALF


WORDS = [
    *(
        "先交",
        "押金",
        "押-金",
        "服装费",
        "300元",
        "月薪",
        "4500",
        "双休",
        "不收",
        "谨防",
        "点赞",
        "一单5元",
        "垫付",
        "加微信",
    ),
    *("，", "。", "\n", "招", "店员", "\u200b", "a", "1", "💰"),
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), max_size=25).map("".join))
def test_any_text_is_encoded_as_in_training(model: Model, known: Vocabulary, text: str) -> None:
    assert np.abs(served(model, text) - trained(known, text)).max() < HALF


def test_rows_are_scaled_block_by_block(model: Model, examples: list[Example]) -> None:
    most = float(np.sqrt(sum(scale**2 for scale in model.manifest["blocks"].values())))
    norms = [float(np.linalg.norm(Encoder(model)(Document(item.posting)).values)) for item in examples]
    assert 0.3 * most < min(norms) <= max(norms) <= most + HALF


def test_the_shares_are_those_of_scikit_learn(model: Model, known: Vocabulary, examples: list[Example]) -> None:
    raw: Raw = raw_counts([count(item, RULES) for item in examples], known)
    extra = weigh(joined(raw, examples, TOY_SETTINGS), known, TOY_SETTINGS)
    kinds = [KINDS.index(item.label) for item in examples] + [KINDS.index("legit")] * extra.shape[0]
    peer = LogisticRegression(C=TOY_SETTINGS["C"], max_iter=300)
    peer.fit(vstack([weigh(raw, known, TOY_SETTINGS), extra]), kinds)
    classifier = Classifier(model)
    for text in UNSEEN[2:]:
        row = matrix([count(example(text), RULES)], known, TOY_SETTINGS)
        shares = classifier.read(Document(Posting(text=text))).shares
        assert np.allclose(shares, peer.predict_proba(row)[0], atol=5 * HALF)


def test_the_code_likelihoods_are_those_of_scikit_learn(
    model: Model, known: Vocabulary, examples: list[Example]
) -> None:
    named_terms = slice(known.named)  # code heads read no runs of characters
    scams = [item for item in examples if item.label == "scam"]
    x = matrix([count(item, RULES) for item in scams], known, TOY_SETTINGS)[:, named_terms]
    named = ["upfront_fee" in item.codes for item in scams]
    peer = LogisticRegression(C=TOY_SETTINGS["C_codes"], max_iter=200).fit(x, named)
    classifier = Classifier(model)
    for text in UNSEEN[2:]:
        row = matrix([count(example(text), RULES)], known, TOY_SETTINGS)[:, named_terms]
        own = classifier.read(Document(Posting(text=text))).codes["upfront_fee"]
        assert own == pytest.approx(peer.predict_proba(row)[0, 1], abs=5 * HALF)


HONEST = "双休，五险，月薪4200，朝九晚五。包一餐，每月十五号发工资。地址在人民路。"
BURIED = "先交押金300元，垫付返佣。"


def risk(model: Model, text: str) -> float:
    return Classifier(model).read(Document(Posting(text=text))).risk


@pytest.mark.parametrize("text", ["", "押金", "先交押金。", "先交押金。做满退还。"])
def test_a_text_of_one_stretch_has_the_risk_of_the_whole(model: Model, text: str) -> None:
    assert risk(model, text) == Classifier(model).read(Document(Posting(text=text))).scam


def test_a_buried_clause_weighs_more_than_its_share_of_the_whole(model: Model) -> None:
    text = HONEST + BURIED + HONEST.replace("人民路", "中山路")
    opinion = Classifier(model).read(Document(Posting(text=text)))
    assert len(opinion.encoded.windows) == 6
    assert opinion.risk > opinion.scam
    assert opinion.risk > risk(model, HONEST * 2)


def test_many_stretches_are_no_reason_for_alarm(model: Model) -> None:
    assert risk(model, HONEST * 40) < risk(model, BURIED)
    assert all(0 < risk(model, text * 3) < 1 for text in UNSEEN if text.strip())


def test_shares_are_one_in_all(model: Model) -> None:
    for text in UNSEEN:
        assert sum(Classifier(model).read(Document(Posting(text=text))).shares) == pytest.approx(1)


def test_the_terms_shown_are_in_the_text_apart_and_strongest_first(model: Model) -> None:
    text = "奶茶店急招，入职前先交服装费300元押金，做满退还，点赞日结，加微信聊。"
    shown = Classifier(model).read(Document(Posting(text=text))).wording()
    assert 3 <= len(shown) <= TERMS_SHOWN
    assert all(text[item.start : item.end] == item.term and item.term.strip() for item in shown)
    assert [abs(item.weight) for item in shown] == sorted((abs(item.weight) for item in shown), reverse=True)
    places = sorted((item.start, item.end) for item in shown)
    assert all(left[1] <= right[0] for left, right in pairwise(places))


def test_a_positive_weight_speaks_for_a_scam(model: Model) -> None:
    classifier = Classifier(model)
    scam = classifier.read(Document(Posting(text="先交押金，垫付返佣")))
    honest = classifier.read(Document(Posting(text="双休，五险，月薪4200，朝九晚五")))
    assert sum(item.weight for item in scam.wording()) > 0 > sum(item.weight for item in honest.wording())


def test_the_clause_for_a_code_is_the_one_that_says_it(model: Model) -> None:
    document = Document(Posting(text="奶茶店招人，早晚班轮换，入职先交服装费押金，包一餐。"))
    start, end = Classifier(model).read(document).clause_for("upfront_fee")
    assert document.text[start:end] == "入职先交服装费押金"


def test_a_text_without_clauses_is_its_own_clause(model: Model) -> None:
    document = Document(Posting(text="，，"))
    assert Classifier(model).read(document).clause_for("upfront_fee") == (0, 2)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=20).map("，".join))
@settings(max_examples=30, deadline=None)
def test_no_term_is_mere_punctuation(model: Model, text: str) -> None:
    for item in Classifier(model).read(Document(Posting(text=text))).wording():
        assert any(char.isalnum() or char == "💰" for char in item.term), item.term
