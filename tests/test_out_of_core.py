"""Training on many rows: what is shared, kept, and left out of memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import TOY_ROWS, TOY_SETTINGS
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from detector import Detector
from detector.document import Document
from detector.model import load_model
from detector.rules import load_rules
from detector.scoring import kindred
from detector.types import Posting
from detector.wording import Classifier
from training import frequent, spill, vocabulary, walk
from training.counts import count
from training.dataset import read_examples
from training.evaluate import auc
from training.feature_cache import VALUES, Cache
from training.fit import Plan, train
from training.held_out import calibration
from training.opinions import opinions
from training.vocabulary import raw_counts, weigh
from training.whole import scratch_folder
from training.workers import in_processes, in_threads

SOURCES = Path(__file__).parents[1]
TOY = read_examples([TOY_ROWS])
RULES = load_rules()


# --- on several cores ---


def test_results_come_in_order_and_what_fails_in_a_worker_is_told_as_if_it_had_failed_here(tmp_path: Path) -> None:
    places = [tmp_path / str(number) for number in range(12)]
    for number, place in enumerate(places):
        place.write_bytes(bytes(number))
    results = in_processes(os.path.getsize, [*places, tmp_path / "none"], 2)
    assert [next(results) for _ in places] == list(range(12))
    with pytest.raises(FileNotFoundError, match="none"):
        next(results)


@pytest.mark.parametrize("jobs", [1, 3])
def test_threads_give_their_results_in_order(jobs: int) -> None:
    assert list(in_threads(abs, range(0, -40, -1), jobs)) == list(range(40))


def test_no_more_is_read_ahead_than_workers_need() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = in_threads(abs, items(), 2)
    next(results)
    assert len(taken) < 10


PARENT = """
import os, signal, sys, threading, time
from pathlib import Path
from training.workers import in_processes

FOLDER = Path(sys.argv[1])

def work(number):
    (FOLDER / str(os.getpid())).touch()
    time.sleep(60)

def die_when_both_work():
    while len(list(FOLDER.iterdir())) < 2:
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    threading.Thread(target=die_when_both_work).start()
    list(in_processes(work, range(2), 2))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks in /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "pids").mkdir()
    (tmp_path / "parent.py").write_text(PARENT, "utf-8")
    subprocess.run(
        [sys.executable, str(tmp_path / "parent.py"), str(tmp_path / "pids")],
        env=os.environ | {"PYTHONPATH": str(SOURCES), "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip
    pids = [path.name for path in (tmp_path / "pids").iterdir()]
    assert len(pids) == 2
    until = time.monotonic() + 30
    while any(map(runs, pids)):
        assert time.monotonic() < until, "the workers go on"
        time.sleep(0.1)


def runs(pid: str) -> bool:
    try:
        return b"State:\tZ" not in Path("/proc", pid, "status").read_bytes()
    except OSError:
        return False


# --- as scikit-learn and the detector say it ---


def test_a_curve_is_the_one_of_isotonic_regression() -> None:
    random = np.random.default_rng(3)
    raw = np.round(random.random(400), 2)
    scam = random.random(400) < raw**2
    rows = random.random(400) + 0.5
    iso = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    share = float(np.average(scam, weights=rows))
    iso.fit(raw, scam, sample_weight=rows * np.where(scam, 0.2 / share, 0.8 / (1 - share)))
    values = iso.predict(np.linspace(0, 1, 41))
    smooth = np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    wanted = np.maximum.accumulate(np.clip(smooth, 0.002, 0.995))[1:-1]
    found = [y for _, y in calibration(raw, scam, 0.2, rows)][1:-1]
    assert np.allclose(found, wanted, atol=6e-5)


def test_an_auc_is_the_one_of_scikit_learn() -> None:
    random = np.random.default_rng(5)
    scores, positive = np.round(random.random(300), 1), random.random(300) < 0.3
    assert auc(scores.tolist(), positive.tolist()) == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)


def test_what_was_counted_is_judged_as_the_text_itself(toy_model: Path) -> None:
    model = load_model(toy_model)
    classifier = Classifier(model)
    counts = [count(item, RULES) for item in TOY]
    read = [classifier.read(Document(item.posting)) for item in TOY]
    assert opinions(model, counts).tolist() == [[*one.shares, one.risk * kindred(one.codes.values())] for one in read]
    assert opinions(model, counts, codes=False)[:, 3].tolist() == [one.risk for one in read]


def test_texts_weighed_some_at_a_time_weigh_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = [count(item, RULES) for item in TOY]
    known = vocabulary.vocabulary(counts, TOY_SETTINGS)
    raw = raw_counts(counts, known)
    together = weigh(raw, known, TOY_SETTINGS)
    monkeypatch.setattr(vocabulary, "WEIGHED", 7)
    assert (weigh(raw, known, TOY_SETTINGS) != together).nnz == 0


# --- values that are kept ---


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "HELD_SHARE", 0.4)
    monkeypatch.setattr(walk, "USUAL", 64)


def trained(tmp_path: Path, name: str) -> bytes:
    settings = {**TOY_SETTINGS, "jobs": 1}
    train([TOY_ROWS], tmp_path / name, settings=settings, plan=Plan(cache=tmp_path / "cache", in_memory=50))
    return (tmp_path / name / "model.npz").read_bytes()


@pytest.mark.usefixtures("small_pages")
def test_a_second_training_on_the_same_rows_only_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = trained(tmp_path, "one")

    def not_again(*_: object) -> None:
        raise AssertionError("the values were there")

    monkeypatch.setattr("training.large.frequent", not_again)
    monkeypatch.setattr("training.large.spill", not_again)
    assert trained(tmp_path, "two") == first


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("harm", ["altered", "short", "gone"])
def test_values_that_are_not_whole_are_made_again(tmp_path: Path, harm: str) -> None:
    first = trained(tmp_path, "one")
    (values,) = (tmp_path / "cache").glob(f"*{VALUES}")
    raw = values.read_bytes()
    if harm == "gone":
        values.unlink()
    else:
        values.write_bytes(raw[:-8] if harm == "short" else raw[:100] + b"\xff\xff" + raw[102:])
    assert trained(tmp_path, "two") == first
    assert values.read_bytes() == raw


@pytest.mark.usefixtures("small_pages")
def test_values_in_a_cache_that_cannot_be_written_to_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(tmp_path, "one")
    (values,) = (tmp_path / "cache").glob(f"*{VALUES}")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refused)
    assert spill.kept(values) is not None


@pytest.mark.usefixtures("small_pages")
def test_too_many_values_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "KEPT", 1000)
    first = trained(tmp_path, "one")
    assert not list((tmp_path / "cache").glob(f"*{VALUES}*"))
    assert trained(tmp_path, "two") == first


def test_values_go_from_the_cache_as_pages_do(tmp_path: Path) -> None:
    for age, name in enumerate(("old.values", "old.npz", "new.values")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (age, age))
    Cache(tmp_path, "page", limit=150).prune()
    assert [path.name for path in tmp_path.iterdir()] == ["new.values"]


def test_the_scratch_of_a_killed_training_goes_with_the_next(tmp_path: Path) -> None:
    (tmp_path / ".scratch.new-4194304-x").mkdir()  # no process has this number
    (tmp_path / f".scratch.new-{os.getpid()}-x").mkdir()
    with scratch_folder(tmp_path) as made:
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted([made.name, f".scratch.new-{os.getpid()}-x"])
    assert not made.exists()


def test_the_rarest_features_go_first_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walked = walk.walk(((item, True) for item in TOY), Cache(tmp_path, "page"), jobs=1)
    every = frequent.frequent(walked.pages, len(walked), TOY_SETTINGS)
    monkeypatch.setattr(frequent, "MOST_ROWS", 100)
    some = frequent.frequent(walked.pages, len(walked), TOY_SETTINGS)
    assert 0 < some.rows <= 100 < every.rows
    assert some.idf.max() <= np.sort(every.idf)[100]


# --- what is loaded ---


SCRIPT = """
import sys
from pathlib import Path
from training import walk
from training.fit import SETTINGS, Plan, train

walk.HELD_SHARE = 0.4
train([Path(sys.argv[1])], Path(sys.argv[2]), settings=SETTINGS | {"jobs": 1}, plan=Plan(in_memory=50))
print([name for name in ("sklearn", "pandas", "pyarrow") if name in sys.modules])
"""


def test_out_of_core_no_scikit_learn_is_loaded_unless_there_are_codes(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    lines = (json.dumps({"id": str(at), "text": item.text, "label": item.label}) for at, item in enumerate(TOY))
    rows.write_text("\n".join(lines), "utf-8")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(rows), str(tmp_path / "m")],
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == b"[]"
    assert Detector.load(tmp_path / "m").assess(Posting(text="先交押金")).risk_score >= 0
