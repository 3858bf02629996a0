"""Versions of the model: put in whole, promoted in one step, gone back from; nothing half-written, whatever happens."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from kills import fault_of, variant

from detector import Detector
from detector.errors import ModelError, RegistryError
from detector.model import ARRAYS_FILE, MANIFEST_FILE
from detector.registry import SHIPPED_NAME, Registry
from training import command
from training import registry as shelf

SOURCES = Path(__file__).parent.parent
Run = Callable[..., SimpleNamespace]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """An empty one, which is that of this installation for the time being."""
    monkeypatch.setenv("SCAMJOB_HOME", str(tmp_path / "home"))
    return Registry.here()


@pytest.fixture
def models(toy_model: Path, tmp_path: Path) -> list[Path]:
    """Three small models."""
    return [variant(toy_model, tmp_path / f"model{at}", 0.001 * (at + 1)) for at in range(3)]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process."""

    def call(*arguments: str) -> SimpleNamespace:
        status = command.run(arguments)
        out, err = capfd.readouterr()
        return SimpleNamespace(status=status, out=out, err=err)

    return call


def flip_byte(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


# --- the way of a model ---


def test_without_a_promotion_the_shipped_model_runs(registry: Registry) -> None:
    assert registry.running() == SHIPPED_NAME
    assert registry.load().versions == Detector.load().versions
    assert not registry.root.exists()


def test_a_promoted_model_runs_and_a_rollback_goes_back(registry: Registry, models: list[Path]) -> None:
    first, second = (shelf.add(registry, path).version for path in models[:2])
    shelf.promote(registry, first, reason="七月的数据")
    shelf.promote(registry, second, overruled=["speed"])
    assert registry.load().versions.model == second
    assert shelf.rollback(registry, reason="误报多").version == first
    assert registry.load().versions.model == first
    assert shelf.rollback(registry).version == SHIPPED_NAME
    assert registry.load().versions == Detector.load().versions
    with pytest.raises(RegistryError, match="nothing to go back from"):
        shelf.rollback(registry)
    told = [(step.action, step.version, step.reason, step.overruled) for step in registry.history()]
    assert told == [
        ("promote", first, "七月的数据", ()),
        ("promote", second, "", ("speed",)),
        ("rollback", first, "误报多", ()),
        ("rollback", SHIPPED_NAME, "", ()),
    ]
    assert fault_of(registry, {SHIPPED_NAME}) is None


def test_a_promotion_after_a_rollback_goes_back_to_what_ran_then(registry: Registry, models: list[Path]) -> None:
    first, second, third = (shelf.add(registry, path).version for path in models)
    for version in (first, second):
        shelf.promote(registry, version)
    shelf.rollback(registry)
    shelf.promote(registry, third)
    assert shelf.rollback(registry).version == first


def test_a_model_is_put_in_once(registry: Registry, models: list[Path]) -> None:
    assert shelf.add(registry, models[0]).is_new
    assert not shelf.add(registry, models[0]).is_new
    assert sorted(path.name for path in registry.folder(registry.versions()[0]).iterdir()) == [
        MANIFEST_FILE,
        ARRAYS_FILE,
        "record.json",
    ]


def test_a_damaged_version_is_mended_by_putting_it_in_again(registry: Registry, models: list[Path]) -> None:
    version = shelf.add(registry, models[0]).version
    flip_byte(registry.folder(version) / ARRAYS_FILE)
    assert shelf.add(registry, models[0]).is_new
    assert registry.load(version).versions.model == version


def test_a_model_is_named_by_path_version_or_the_beginning_of_one(registry: Registry, models: list[Path]) -> None:
    version = shelf.add(registry, models[0]).version
    assert registry.load(models[0]).versions == registry.load(version).versions == registry.load(version[:6]).versions
    assert registry.load("shipped").versions == registry.load("promoted").versions == Detector.load().versions
    with pytest.raises(ModelError, match="nonsense: no such folder and no such version"):
        registry.load("nonsense")


@pytest.mark.parametrize("name", [MANIFEST_FILE, ARRAYS_FILE])
def test_a_damaged_model_is_not_put_in(registry: Registry, models: list[Path], name: str) -> None:
    flip_byte(models[0] / name)
    with pytest.raises(ModelError, match="model0/"):
        shelf.add(registry, models[0])
    assert registry.versions() == []
    assert list(registry.shelf.iterdir()) == []


def test_a_folder_that_is_no_model_is_told_as_such(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a folder with a model"):
        shelf.add(registry, tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"manifest\.json: No such file"):
        shelf.add(registry, tmp_path)


def test_a_broken_version_is_not_promoted(registry: Registry, models: list[Path]) -> None:
    version = shelf.add(registry, models[0]).version
    flip_byte(registry.folder(version) / ARRAYS_FILE)
    with pytest.raises(ModelError, match="altered or cut short"):
        shelf.promote(registry, version)
    assert (registry.running(), registry.history()) == (SHIPPED_NAME, [])


def test_a_promotion_that_came_between_is_not_overrun(registry: Registry, models: list[Path]) -> None:
    first, second = (shelf.add(registry, path).version for path in models[:2])
    shelf.promote(registry, first)
    with pytest.raises(RegistryError, match="was promoted while the gates compared"):
        shelf.promote(registry, second, instead_of=SHIPPED_NAME)
    assert registry.running() == first


def test_a_version_that_lies_in_the_pointer_cannot_leave_the_shelf(registry: Registry, models: list[Path]) -> None:
    shelf.promote(registry, shelf.add(registry, models[0]).version)
    said = json.loads(registry.pointer.read_text())
    registry.pointer.write_text(json.dumps(said | {"version": "../../../etc"}))
    with pytest.raises(RegistryError, match="damaged"):
        registry.load()


# --- the command line ---


def test_the_promoted_model_answers_everywhere(
    registry: Registry, models: list[Path], run: Run, tmp_path: Path
) -> None:
    version = shelf.add(registry, models[0]).version
    shelf.promote(registry, version)
    letter = tmp_path / "posting.jsonl"
    letter.write_text('{"text": "招打字员，先交押金。", "label": "scam"}\n', "utf-8")
    assert json.loads(run("check", str(letter), "--json").out)["versions"]["model"] == version
    assert json.loads(run("score", str(letter), "-o", "-").out)["versions"]["model"] == version
    shipped = json.loads(run("check", str(letter), "--json", "--model", "shipped").out)["versions"]["model"]
    assert shipped == Detector.load().versions.model
    assert run("evaluate", str(letter)).status == 0


def test_a_broken_promoted_model_is_told_with_the_way_back(registry: Registry, models: list[Path], run: Run) -> None:
    version = shelf.add(registry, models[0]).version
    shelf.promote(registry, version)
    flip_byte(registry.folder(version) / ARRAYS_FILE)
    done = run("check", __file__)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "the promoted model cannot be used" in done.err
    assert "`scamjob models rollback` goes back" in done.err
    assert run("models", "verify").status == 1
    assert "altered or cut short" in run("models", "verify", version[:5]).out
    assert run("models", "list").status == 0
    assert run("models", "rollback").status == 0
    assert run("models", "verify", "shipped").status == 0


def test_a_damaged_pointer_is_told_with_its_cure_and_the_cure_works(
    registry: Registry, models: list[Path], run: Run
) -> None:
    version = shelf.add(registry, models[0]).version
    shelf.promote(registry, version)
    registry.pointer.write_bytes(b"\xff not JSON")
    assert "`scamjob models promote VERSION` writes it anew" in run("check", __file__).err
    shelf.promote(registry, version)
    assert registry.running() == version


def test_list_and_show_tell_what_runs_and_why(registry: Registry, models: list[Path], run: Run) -> None:
    first, second = (shelf.add(registry, path).version for path in models[:2])
    shelf.promote(registry, first, reason="第一次")
    listed = run("models", "list").out
    assert f"*  {first}" in listed
    assert f"shipped -> {first}" in listed
    assert "第一次" in listed
    found = json.loads(run("models", "list", "--json").out)
    assert [row["name"] for row in found["versions"] if row["running"]] == [found["running"]] == [first]
    shown = json.loads(run("models", "show", second, "--json").out)
    assert shown["record"]["over"] == SHIPPED_NAME
    assert shown["manifest"]["data"]["examples"] == 120
    assert "examples: 120" in run("models", "show").out


def test_compare_tells_figures_with_and_without_texts(
    registry: Registry, models: list[Path], run: Run, tmp_path: Path
) -> None:
    version = shelf.add(registry, models[0]).version
    assert "auc" in run("models", "compare", "shipped", version).out
    data = tmp_path / "data.jsonl"
    rows = [("招打字员，先交押金300元。", "scam"), ("超市招收银员，月薪4000。", "legit")]
    data.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows), "utf-8")
    found = json.loads(run("models", "compare", version, str(models[1]), str(data), "--json").out)
    assert found["texts"] == 2
    assert found["paired"]["both"] + found["paired"]["neither"] == 2
    assert found["paired"]["p"] == 1.0


# --- kills, full disks, closed folders ---


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_a_registry_that_loads() -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "kills.py"), "6"],
        cwd=SOURCES, env=os.environ | {"PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["at_once"] == 20


def test_two_kills_in_a_row_lose_no_step_of_the_history(
    registry: Registry, models: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (shelf.add(registry, model).version for model in models[:2])
    renamed, replace = [], Path.replace

    def killed(path: Path, target: Path) -> Path:
        if path.name == ".history.new":
            renamed.append(path)
            if len(renamed) in {1, 3}:  # of the second promotion the first one mends the log
                raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", killed)
    for version in (first, second):
        with pytest.raises(KeyboardInterrupt):
            shelf.promote(registry, version)
    assert [(step.number, step.version) for step in registry.history()] == [(1, first), (2, second)]
    shelf.rollback(registry)
    assert registry.running() == first
    assert [step.number for step in registry.logged()] == [1, 2, 3]


def test_what_a_kill_left_is_cleared_by_the_next_writer(registry: Registry, models: list[Path]) -> None:
    shelf.add(registry, models[0])
    (registry.shelf / ".adding-x").mkdir()
    (registry.shelf / ".adding-x" / ARRAYS_FILE).write_bytes(b"half")
    (registry.root / ".history.new").write_bytes(b"half")
    shelf.add(registry, models[1])
    assert sorted(path.name for path in registry.root.rglob(".*")) == [".lock"]


def test_a_step_that_a_kill_kept_out_of_the_log_is_not_lost(registry: Registry, models: list[Path]) -> None:
    first, second = (shelf.add(registry, path).version for path in models[:2])
    shelf.promote(registry, first)
    log = registry.log.read_bytes()
    shelf.promote(registry, second)
    registry.log.write_bytes(log + b'{"number": 2, "vers')
    assert [step.version for step in registry.history()] == [first, second]
    assert shelf.rollback(registry).version == first
    assert fault_of(registry, {first}) is None


def child(home: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"SCAMJOB_HOME": str(home), "PYTHONPATH": str(SOURCES)}
    command_line = [sys.executable, "-m", "training.command", "models", *arguments]
    return subprocess.run(command_line, env=env, capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload,no-any-return]


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(registry: Registry, models: list[Path]) -> None:
    version = shelf.add(registry, models[0]).version
    shelf.promote(registry, version)
    before = {path: path.read_bytes() for path in registry.root.rglob("*") if path.is_file()}
    limit = (20_000, 20_000)
    done = child(
        registry.root.parent, "add", str(models[1]), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "the registry is as it was" in done.stderr
    assert {path: path.read_bytes() for path in registry.root.rglob("*") if path.is_file()} == before
    no_space = child(
        registry.root.parent, "rollback", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    )
    assert (no_space.returncode, no_space.stderr.count("\n")) == (2, 1), no_space.stderr
    assert registry.running() == version
    assert {path: path.read_bytes() for path in registry.root.rglob("*") if path.is_file()} == before


def test_a_folder_that_may_not_be_written_is_told_in_one_line(
    registry: Registry, models: list[Path], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = shelf.add(registry, models[0]).version

    def closed(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", closed)
    monkeypatch.setattr(Path, "mkdir", closed)
    done = run("models", "add", str(models[1]))
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "Permission denied; the registry is as it was" in done.err
    assert registry.versions() == [version]


def test_a_file_where_the_folder_should_be_is_told_in_one_line(models: list[Path], tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    done = child(tmp_path / "home", "add", str(models[0]))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "the registry is as it was" in done.stderr


def test_a_writer_that_hangs_is_waited_for_and_then_named(
    registry: Registry, models: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PATIENCE", 0.1)
    with shelf.writing(registry), pytest.raises(RegistryError, match="another scamjob has been writing"):
        shelf.add(registry, models[0])
    assert shelf.add(registry, models[0]).is_new


def test_what_goes_away_meanwhile_is_no_fault_of_the_list(registry: Registry, models: list[Path], run: Run) -> None:
    version = shelf.add(registry, models[0]).version
    shelf.promote(registry, version)
    shutil.rmtree(registry.folder(version))
    assert run("models", "list").status == 0
    assert "the promoted model cannot be used" in run("check", __file__).err
