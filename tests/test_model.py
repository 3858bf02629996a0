"""A model that is missing, altered or made otherwise is refused by file name, with the cure."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector import Detector, ModelError
from detector.features import FAMILIES, NAMED
from detector.model import ARRAYS_FILE, CURE, MANIFEST_FILE, SHIPPED, Index, index_bits, load_model, seal


@pytest.fixture
def model(toy_model: Path, tmp_path: Path) -> Path:
    """A copy that may be harmed."""
    return Path(shutil.copytree(toy_model, tmp_path / "model"))


def manifest(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    return value


def change_manifest(folder: Path, **changes: object) -> None:
    changed = {**manifest(folder), **changes}
    (folder / MANIFEST_FILE).write_text(json.dumps({**changed, "seal": seal(changed)}), "utf-8")


def change_unsealed(folder: Path, **changes: object) -> None:
    (folder / MANIFEST_FILE).write_text(json.dumps({**manifest(folder), **changes}), "utf-8")


def replace_arrays(folder: Path, **arrays: Any) -> None:
    """Other arrays under a manifest that vouches for them."""
    with np.load(folder / ARRAYS_FILE, allow_pickle=False) as old:
        kept = {name: old[name] for name in old.files}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=True, **{**kept, **arrays})
    (folder / ARRAYS_FILE).write_bytes(buffer.getvalue())
    change_manifest(folder, sha256=hashlib.sha256(buffer.getvalue()).hexdigest())


def drop_key(folder: Path, key: str) -> None:
    rest = {name: value for name, value in manifest(folder).items() if name != key}
    (folder / MANIFEST_FILE).write_text(json.dumps(rest), "utf-8")


def flip_byte(folder: Path) -> None:
    path = folder / ARRAYS_FILE
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def cut_short(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:-100])


HARM: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no folder": (shutil.rmtree, MANIFEST_FILE, "No such file or directory"),
    "no manifest": (lambda folder: (folder / MANIFEST_FILE).unlink(), MANIFEST_FILE, "No such file"),
    "no arrays": (lambda folder: (folder / ARRAYS_FILE).unlink(), ARRAYS_FILE, "No such file"),
    "one byte changed": (flip_byte, ARRAYS_FILE, "altered or cut short"),
    "arrays cut short": (lambda folder: cut_short(folder, ARRAYS_FILE), ARRAYS_FILE, "altered or cut short"),
    "arrays empty": (lambda folder: (folder / ARRAYS_FILE).write_bytes(b""), ARRAYS_FILE, "altered or cut short"),
    "manifest cut short": (lambda folder: cut_short(folder, MANIFEST_FILE), MANIFEST_FILE, "not JSON"),
    "manifest not UTF-8": (lambda folder: (folder / MANIFEST_FILE).write_bytes(b"\xff{}"), MANIFEST_FILE, "not JSON"),
    "manifest a list": (lambda folder: (folder / MANIFEST_FILE).write_text("[]"), MANIFEST_FILE, "not a manifest"),
    "another format": (lambda folder: change_manifest(folder, format=99), MANIFEST_FILE, "not a manifest of format 2"),
    "another calibration": (
        lambda folder: change_unsealed(folder, calibration=[[0, 0], [1, 0]]),
        MANIFEST_FILE,
        "altered (its seal",
    ),
    "no probes": (lambda folder: drop_key(folder, "probes"), MANIFEST_FILE, "no 'probes' in it"),
    "no calibration": (lambda folder: drop_key(folder, "calibration"), MANIFEST_FILE, "no 'calibration' in it"),
    "no settings": (lambda folder: drop_key(folder, "settings"), MANIFEST_FILE, "no 'settings' in it"),
    "a head too few": (
        lambda folder: change_manifest(folder, heads=manifest(folder)["heads"][:-1]),
        ARRAYS_FILE,
        "not a model (code_weights is (",
    ),
    "an array too short": (
        lambda folder: replace_arrays(folder, idf=np.ones(3, np.float16)),
        ARRAYS_FILE,
        "not a model (idf is (3,)",
    ),
    "an intercept too few": (
        lambda folder: replace_arrays(folder, intercepts=np.ones(1, np.float32)),
        ARRAYS_FILE,
        "not a model (intercepts is (1,)",
    ),
}


@pytest.mark.parametrize(("harm", "file", "says"), list(HARM.values()), ids=list(HARM))
def test_a_harmed_model_is_refused_with_file_and_cure(
    model: Path, harm: Callable[[Path], object], file: str, says: str
) -> None:
    harm(model)
    with pytest.raises(ModelError) as raised:
        Detector.load(model=model)
    message = str(raised.value)
    assert message.startswith(str(model / file))
    assert says in message
    assert message.endswith(CURE)
    assert "\n" not in message


def test_a_file_that_is_no_archive_is_refused_even_if_the_manifest_vouches_for_it(model: Path) -> None:
    (model / ARRAYS_FILE).write_bytes(b"PK but no archive")
    change_manifest(model, sha256=hashlib.sha256(b"PK but no archive").hexdigest())
    with pytest.raises(ModelError, match=r"model\.npz: not a model"):
        load_model(model)


class Bomb:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return print, ("unpickled",)


def test_loading_runs_nothing_that_is_pickled_inside(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_arrays(model, idf=np.array([Bomb()], dtype=object))
    with pytest.raises(ModelError, match=r"model\.npz: not a model .*allow_pickle=False"):
        load_model(model)
    assert "unpickled" not in capsys.readouterr().out


def test_a_model_made_with_other_features_is_refused(model: Path) -> None:
    probes = manifest(model)["probes"]
    assert len(probes) >= 3
    probes[0]["shares"] = [0.2, 0.5, 0.3]
    change_manifest(model, probes=probes)
    with pytest.raises(ModelError, match=r"other features than this code reads.*scamjob train"):
        Detector.load(model=model)


def test_what_decides_an_answer_decides_the_version(model: Path) -> None:
    before = load_model(model).version
    assert re.fullmatch("[0-9a-f]{12}", before)
    change_manifest(model, metrics={"f1": 0.1})
    assert load_model(model).version == before
    change_manifest(model, calibration=[[0, 0], [1, 1]])
    other = load_model(model).version
    change_manifest(model, rules={})
    assert len({before, other, load_model(model).version}) == 3


def test_arrays_fit_together(toy_model: Path) -> None:
    model = load_model(toy_model)
    named, rows = sum(model.sizes[:NAMED]), sum(model.sizes)
    assert len(model.sizes) == len(FAMILIES)
    assert model.keys.shape == (rows,)
    assert model.table.shape == (rows, 4)
    assert model.code_weights.shape == (named, len(model.heads) - 3)
    assert model.heads[:3] == ("scam", "legit", "not_posting")
    for family in np.split(model.keys, np.cumsum(model.sizes[:-1])):
        assert (family[1:] > family[:-1]).all()


def test_every_key_of_a_model_is_found_at_its_row(toy_model: Path) -> None:
    model = load_model(toy_model)
    rows, places = model.index.find(model.keys)
    assert rows.tolist() == places.tolist() == list(range(len(model.keys)))


def test_keys_that_the_index_does_not_hold_are_not_found() -> None:
    keys = np.random.default_rng(3).integers(0, 1 << 64, 3_000, dtype=np.uint64)
    index = Index(keys[:1_000], index_bits(1_000))
    rows, places = index.find(keys)
    assert len(index.placed) > 950
    assert sorted(rows.tolist()) == sorted(index.placed.tolist())
    assert (keys[places] == keys[rows]).all()
    assert index.find(np.zeros(5, np.uint64))[0].tolist() == []


def test_a_full_bucket_takes_no_more() -> None:
    keys = np.arange(1, 8, dtype=np.uint64)  # the leading bits of all are the same
    index = Index(keys, 3)
    assert index.placed.tolist() == [0, 1, 2, 3]
    assert index.find(keys)[0].tolist() == [0, 1, 2, 3]


def test_the_shipped_model_is_there_and_loads() -> None:
    assert (SHIPPED / MANIFEST_FILE).exists(), "no shipped model; build it with `make model`"
    assert Detector.load().versions.model == load_model().version
