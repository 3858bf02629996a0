"""Retraining: what was read is kept, own rows count, large data goes out of core, folders are whole or not there."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TOY_ROWS, TOY_SETTINGS

from detector import Detector
from detector.document import Document
from detector.features import features
from detector.model import ARRAYS_FILE, MANIFEST_FILE, load_model
from detector.roles import mere_denials, possible_denials, without_denials
from detector.types import Posting
from detector.wording import Classifier
from training import counts, fit, mixture, pages, small, walk
from training.command import run
from training.dataset import DataError, Example, read_examples
from training.feature_cache import Cache, chunks, text_key
from training.fit import Plan, train
from training.folds import held_out
from training.frequent import Lookup, frequent
from training.mixture import Mix, kind_weights, own_weight
from training.pages import kept_page, normal_texts, page_of, read_page
from training.progress import counted
from training.vocabulary import weigh
from training.weights import Weights, softmax
from training.whole import write_folder

SOURCES = Path(__file__).parent.parent
TOY = read_examples([TOY_ROWS])
OURS = frozenset({"a", "b"})


def model_of(folder: Path) -> bytes:
    return (folder / ARRAYS_FILE).read_bytes()


# --- what was read is kept ---


def test_a_text_is_known_by_its_fields_and_nothing_else() -> None:
    keys = [text_key(Example(str(number), Posting(text="日结", title="文员"), "scam")) for number in range(3)]
    assert len(set(keys)) == 1
    assert len({text_key(item) for item in TOY}) == len({item.text for item in TOY})


def test_a_second_training_reads_nothing_again(
    toy_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(cache=tmp_path / "cache")
    train([TOY_ROWS], tmp_path / "one", settings=TOY_SETTINGS, plan=plan)
    monkeypatch.setattr(counts, "count", None)
    train([TOY_ROWS], tmp_path / "two", settings=TOY_SETTINGS, plan=plan)
    assert model_of(tmp_path / "one") == model_of(tmp_path / "two") == model_of(toy_model)
    assert (tmp_path / "one" / MANIFEST_FILE).read_bytes() == (tmp_path / "two" / MANIFEST_FILE).read_bytes()


def test_a_row_put_in_changes_one_chunk() -> None:
    rows = [Example(str(number), Posting(text=f"招聘文员{number}名"), "legit") for number in range(400)]
    before, after = (
        [tuple(item.id for item in part) for part in chunks(some, 16)]
        for some in (rows, [*rows[:200], Example("new", Posting(text="新的一行"), "legit"), *rows[200:]])
    )
    assert len(set(after) - set(before)) <= 2
    assert sum(after, ()) != sum(before, ())


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_chunk_is_as_good_as_none(tmp_path: Path, damage: bytes | None) -> None:
    kept = Cache(tmp_path, "counts")
    kept.put(TOY[:5], {"x": np.arange(3)})
    path = kept.path(TOY[:5])
    path.write_bytes(path.read_bytes()[:-30] if damage is None else damage)
    assert kept.get(TOY[:5]) is None


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    kept = Cache(tmp_path, "counts", limit=2500)
    for at in range(3):
        kept.put(TOY[at : at + 1], {"x": np.zeros(100)})
        os.utime(kept.path(TOY[at : at + 1]), (at, at))
    kept.get(TOY[:1])
    kept.prune()
    assert [kept.get(TOY[at : at + 1]) is not None for at in range(3)] == [True, False, True]


def test_an_object_in_a_chunk_is_never_made(tmp_path: Path) -> None:
    kept = Cache(tmp_path, "counts")
    np.savez(kept.path(TOY[:1]), x=np.array([Posting(text="x")], object))
    assert kept.get(TOY[:1]) is None


# --- own rows beside the shipped ones ---


def test_few_own_rows_count_more_and_never_too_much() -> None:
    assert own_weight(100, 15_000) == 4
    assert own_weight(5000, 15_000) == 1.5
    assert own_weight(50_000, 15_000) == own_weight(300, 0) == 1


def test_weights_are_by_source_and_labels_can_be_evened_out() -> None:
    own, kinds = np.array([True, True, True, False]), np.array([0, 1, 1, 1])
    sources = np.array(["app", "app", "site", "shipped"])
    assert kind_weights(sources, own, kinds, {"own": 1.0}) is None
    found = kind_weights(sources, own, kinds, {"own": 2.0, "site": 5.0})
    assert found is not None
    assert found.tolist() == [2, 2, 5, 1]
    even = kind_weights(sources, own, kinds, {"own": 1.0}, "balanced")
    assert even is not None
    assert np.bincount(kinds, even).tolist() == pytest.approx([2, 2])


@pytest.mark.parametrize(("weights", "said"), [({"ap": 2.0}, "no row has this source"), ({"own": 0.0}, "above 0")])
def test_a_weight_that_fits_nothing_is_refused(weights: dict[str, float], said: str) -> None:
    with pytest.raises(DataError, match=said):
        kind_weights(np.array(["app"]), np.array([True]), np.array([0]), weights)


@pytest.fixture
def shipped_are_the_toys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixture, "DATA", TOY_ROWS)


@pytest.mark.usefixtures("shipped_are_the_toys")
def test_three_own_rows_are_trained_on_beside_the_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    rows = [
        ("夜班理货，先交被褥押金二百八。", "scam"),
        ("理货员，月薪4800，包吃住。", "legit"),
        ("别交押金。", "not_posting"),
    ]
    own.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows), "utf-8")
    plan = Plan(mix=Mix("shipped"), predictions=True, command="scamjob train own.jsonl")
    trained = train([own], tmp_path / "model", settings=TOY_SETTINGS, plan=plan)
    assert trained.manifest["data"]["sources"]["own"] == {"legit": 1, "not_posting": 1, "scam": 1}
    assert trained.manifest["data"]["sources"]["shipped"]["scam"] == 40
    assert trained.manifest["made"] | {"code": "", "detector": "", "parent": ""} == {
        "base": "shipped",
        "class_weight": "none",
        "code": "",
        "command": "scamjob train own.jsonl",
        "detector": "",
        "own": 3,
        "parent": "",
        "search": [],
        "weights": {"own": 4.0},
    }
    lines = [json.loads(line) for line in (tmp_path / "model" / "heldout.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == 123
    assert [line["own"] for line in lines] == [True] * 3 + [False] * 120
    assert [line["score"] for line in lines] == trained.held_out.scores()
    assert all(sum(line["shares"]) == pytest.approx(1, abs=0.001) for line in lines)
    Detector.load(tmp_path / "model")


def test_a_search_keeps_every_figure_and_the_best_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.search.STRENGTHS", (0.01, 5.0))
    trained = train([TOY_ROWS], tmp_path / "model", settings=TOY_SETTINGS, plan=Plan(search=True))
    tried = trained.manifest["made"]["search"]
    chosen = [one for one in tried if one.get("chosen")]
    assert len(tried) == 4
    assert len(chosen) == 1
    assert chosen[0]["log_loss"] <= min(one["log_loss"] for one in tried) + 0.001
    assert trained.manifest["settings"]["C"] == chosen[0]["C"] == 5.0


def test_sources_are_on_one_side_of_every_fold_when_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(small, "held_out", lambda *given: asked.append(given[3].groups) or held_out(*given))
    rows = [
        {"id": str(at), "text": item.text, "label": item.label, "source": f"板{at % 8}"} for at, item in enumerate(TOY)
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    train([path], tmp_path / "model", settings=TOY_SETTINGS, plan=Plan(sources=True))
    by_source = [{group for at, group in enumerate(asked[0].tolist()) if at % 8 == source} for source in range(8)]
    assert all(len(groups) == 1 for groups in by_source)
    assert len(set.union(*by_source)) >= 5
    with pytest.raises(DataError, match="--keep-sources works in memory"):
        train([path], tmp_path / "m", settings=TOY_SETTINGS, plan=Plan(sources=True, in_memory=100))


# --- out of core ---

TEXTS = [item.posting for item in TOY] + [
    Posting(text=text)
    for text in (
        "",
        "。",
        "  ",
        "我们不收押金。招文员。",
        "先交押金\n包吃住",
        "招聘文员，\n月薪5000。",
        "a b c 123",
        "完全免费。真的!",
        "押-金200，ya jin不退，薇❤联系\n押 金 先 交 费",
        "鸭金\u200b三百⑫元，扌甲金，加vx shuadan接单",
        "押",
        "金，不收押金不收服装费。月薪六千",
        "谨防收押金！不用押金吗？不用。",
    )
]


def test_a_page_holds_what_each_text_holds_by_itself() -> None:
    page = read_page(TEXTS)
    family, keys = (np.repeat(values, np.diff(page.borders)) for values in (page.family, page.keys))
    for number, posting in enumerate(TEXTS):
        alone = features(without_denials(Document(posting)), reading=False)
        wanted = Counter(zip(np.repeat(np.arange(5), alone.sizes).tolist(), alone.keys.tolist(), strict=True))
        inside = page.rows == number
        pairs = zip(family[inside].tolist(), keys[inside].tolist(), strict=True)
        assert dict(zip(pairs, page.times[inside].tolist(), strict=True)) == wanted


def test_texts_read_together_are_normal_as_each_is_by_itself() -> None:
    alone = [without_denials(Document(posting)).text for posting in TEXTS]
    assert normal_texts(TEXTS) == alone
    assert normal_texts(TEXTS[::-1]) == alone[::-1]
    assert any(Document(posting).aligned.disguised for posting in TEXTS)


def test_a_page_is_the_same_however_its_keys_are_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read_page(TEXTS)
    monkeypatch.setattr(pages, "_page", pages._page_by_key)
    slow = read_page(TEXTS)
    assert all(np.array_equal(fast.arrays()[name], slow.arrays()[name]) for name in slow.arrays())


def test_two_keys_that_begin_alike_stay_two() -> None:
    keys, family = np.array([5 << 15, 5 << 15 | 1, 5 << 15 | 1], np.uint64), np.zeros(3, np.uint8)
    page = pages._page(2, keys, family, np.array([0, 0, 1], np.uint16))
    assert page.keys.tolist() == [5 << 15, 5 << 15 | 1]
    assert page.borders.tolist() == [0, 1, 3]
    assert page.rows.tolist() == [0, 0, 1]


def test_no_mere_denial_escapes_the_quick_look() -> None:
    documents = [Document(posting) for posting in TEXTS]
    denials = [bool(mere_denials(document)) for document in documents]
    assert any(denials)
    assert all(possible_denials(document.text) for document, denies in zip(documents, denials, strict=True) if denies)


@pytest.fixture(scope="module")
def many_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "rows.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(600):
            item, other = TOY[number % 120], TOY[(number * 7 + number // 120) % 40 + 40 * (number % 120 // 40)]
            row = {"id": str(number), "text": f"{item.text}{other.text}", "label": item.label, "codes": item.codes}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


@pytest.fixture
def half_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "HELD_SHARE", 0.4)
    monkeypatch.setattr(walk, "USUAL", 64)


@pytest.mark.usefixtures("half_held")
def test_copies_and_posters_are_held_out_together_out_of_core(tmp_path: Path) -> None:
    rows = [(item, True) for item in TOY[::3]]
    copies = [(replace(item, id=f"c{item.id}", group=f"c{item.id}"), True) for item, _ in rows]
    posters = [(replace(item, id=f"p{at}", group=f"p{at}", poster=f"甲{at // 8}"), True) for at, item in enumerate(TOY)]
    walked = walk.walk([*rows, *copies, *posters], Cache(tmp_path, "page"), jobs=1)
    held = walked.held.tolist()
    assert 0 < sum(held) < len(held)
    assert held[: len(rows)] == held[len(rows) : 2 * len(rows)]
    by_poster = [held[at : at + 8] for at in range(2 * len(rows), len(held), 8)]
    assert all(len(set(part)) == 1 for part in by_poster)


@pytest.mark.usefixtures("half_held")
def test_more_rows_than_fit_train_a_model_that_serves_and_is_the_same_from_the_cache(
    many_rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    plan = Plan(cache=tmp_path / "cache", in_memory=100)

    def step(name: str, _share: float) -> None:
        told.append(name)

    first = train([many_rows], tmp_path / "one", settings=TOY_SETTINGS, plan=plan, step=step)
    assert any("features stay on disk" in name for name in told)
    assert first.manifest["data"]["examples"] == 600
    assert first.manifest["metrics"]["classifier_auc"] > 0.9
    assert "upfront_fee" in first.manifest["heads"]
    monkeypatch.setattr(fit, "stream", None)
    second = train([many_rows], tmp_path / "two", settings=TOY_SETTINGS, plan=plan)
    assert model_of(tmp_path / "one") == model_of(tmp_path / "two")
    assert first.manifest == second.manifest
    said = Detector.load(tmp_path / "one").assess(Posting(text="入职前先交服装押金300元，做满三个月退还。"))
    assert said.wording
    assert sorted(path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()) == []


def test_the_served_model_reads_what_was_trained(tmp_path: Path) -> None:
    path, _ = kept_page(TOY, Cache(tmp_path, "page"))
    known = frequent([path], len(TOY), TOY_SETTINGS)
    random_weights = np.random.default_rng(1).normal(size=(known.rows, 3))
    fitted = Weights(random_weights, np.zeros(3), ("scam", "legit", "not_posting"))
    with np.load(path) as stored:
        raw = Lookup(known).raw(page_of(dict(stored)))
    trained = softmax(fitted.logits(weigh(raw, known, TOY_SETTINGS)))
    classifier = Classifier(fit_in_memory(fitted, known))
    served = [classifier.read(Document(item.posting)).shares for item in TOY]
    assert np.allclose(trained, served, atol=1e-4)


def fit_in_memory(fitted: Weights, known: Any) -> Any:
    from training.weights import in_memory

    return in_memory(fitted, known, TOY_SETTINGS)


def test_a_search_over_too_many_rows_is_refused(many_rows: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="search on a sample"):
        train([many_rows], tmp_path / "m", settings=TOY_SETTINGS, plan=Plan(search=True, in_memory=100))


# --- progress ---


def test_an_estimate_goes_by_the_speed_of_this_run() -> None:
    told: list[str] = []
    clock = iter([0.0, 0.5, 10.0, 40.0])
    done = counted(lambda name, _: told.append(name), "reading", 400, 0, 1, lambda: next(clock))
    for many in (10, 100, 400):
        done(many)
    assert told == ["reading: 400", "reading: 100 of 400, 10/s, about 30 s left in this step", "reading: 400 in 40.0 s"]


# --- whole or not at all ---

WRITER = """
import sys
from pathlib import Path
from training.whole import write_folder
for turn in range(10_000):
    write_folder(Path(sys.argv[1]), {name: b"%d" % turn * 50_000 for name in "ab"}, frozenset("ab"))
"""


def test_a_process_killed_at_any_moment_leaves_a_whole_folder(tmp_path: Path) -> None:
    folder, moments = tmp_path / "model", random.Random(3)
    for _ in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)])
        wait_for = time.monotonic() + 60
        while not folder.exists() and time.monotonic() < wait_for:
            time.sleep(0.01)
        time.sleep(moments.random() * 0.4)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert sorted(path.name for path in folder.iterdir()) == ["a", "b"]
        assert (folder / "a").read_bytes() == (folder / "b").read_bytes()
    write_folder(folder, {"a": b"x", "b": b"x"}, OURS)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_full_disk_leaves_the_old_folder_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "model", {"a": b"old", "b": b"old"}, OURS)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_folder(tmp_path / "model", {"a": b"new", "b": b"new"}, OURS)
    assert (tmp_path / "model" / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_with_other_things_in_it_is_refused_before_training(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    assert run(["train", str(TOY_ROWS), "-o", str(tmp_path), "--no-cache"]) == 2
    said = capfd.readouterr().err.splitlines()
    assert said == [f"scamjob: {tmp_path}: holds more than a model (notes.txt); name a new folder, or empty this one"]
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


def test_a_place_where_nothing_can_be_written_is_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    assert run(["train", str(TOY_ROWS), "-o", str(tmp_path / "file" / "model"), "--no-cache"]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_a_model_is_replaced_by_another(toy_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    for _ in range(2):
        train([TOY_ROWS], folder, settings=TOY_SETTINGS)
    assert load_model(folder).version == load_model(toy_model).version
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("given", ["app", "=2", "app=many"])
def test_a_weight_that_is_no_number_is_a_usage_error(given: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["train", str(TOY_ROWS), "-o", "unused", "--weight", given]) == 2
    assert "is not SOURCE=NUMBER" in capfd.readouterr().err


@pytest.mark.slow
def test_a_training_killed_at_any_moment_leaves_the_old_model_or_the_new_one(tmp_path: Path) -> None:
    """A few kills; `make kills` makes two hundred."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "train_kills.py"), "4"],
        env=os.environ | {"PYTHONPATH": str(SOURCES), "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    assert json.loads(done.stdout)["kills"] == 4
