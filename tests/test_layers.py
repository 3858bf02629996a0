from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("detector", "training", "api", "data", "tests")
MAY_IMPORT = {
    "detector": {"detector"},
    "api": {"api", "detector"},
    "training": {"training", "detector", "data"},
    "data": {"data"},
}
EXCEPTIONS = {("training/commands", "api"), ("training/bench.py", "api"), ("training/ocr_bench.py", "api")}
"""`scamjob serve` starts the server, other commands open its store; `make bench` weighs it."""


def modules() -> Iterator[Path]:
    for package in MAY_IMPORT:
        yield from sorted((ROOT / package).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide where a module lives"
            yield node, node.module or ""


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    name, folder = (str(one.relative_to(ROOT)) for one in (path, path.parent))
    package = path.relative_to(ROOT).parts[0]
    tops = {full.split(".")[0] for _, full in imported(ast.parse(path.read_text("utf-8")))} & set(OURS)
    foreign = {top for top in tops - MAY_IMPORT[package] if not {(name, top), (folder, top)} & EXCEPTIONS}
    assert not foreign, f"{name} imports {', '.join(sorted(foreign))}"


@pytest.mark.parametrize("package", ["normalize", "pay", "output", "market"])
def test_each_module_of_a_package_knows_only_those_before_it(package: str) -> None:
    folder = ROOT / "detector" / package
    told = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    order = " ".join(told.split("only those before it: ")[1].removesuffix(".").split()).split(", ")
    assert sorted(order) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    for number, name in enumerate(order):
        known = {full for _, full in imported(ast.parse((folder / f"{name}.py").read_text("utf-8")))}
        later = {f"detector.{package}.{other}" for other in order[number:]} | {f"detector.{package}"}
        assert not known & later, f"{name} imports {', '.join(sorted(known & later))}"


def test_the_command_line_imports_nothing_of_ours_before_it_knows_the_command() -> None:
    tree = ast.parse((ROOT / "training" / "command.py").read_text("utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not {full.split(".")[0] for node in top for _, full in imported(node)} & set(OURS)


def test_types_import_nothing_of_ours() -> None:
    tree = ast.parse((ROOT / "detector" / "types.py").read_text("utf-8"))
    body = [node for node in tree.body if not isinstance(node, ast.If)]  # `if TYPE_CHECKING:` is not run
    assert not {full.split(".")[0] for node in body for _, full in imported(node)} & set(OURS)


HEAVY = ("sklearn", "pandas", "scipy", "pyarrow", "openpyxl", "joblib", "matplotlib")
CHECK = "from training.command import run; run(['check', '/dev/stdin'])"
ASSESS = "from detector import Detector, Posting; Detector.load().assess(Posting(text='x'))"
SERVE = """
import api.server
from api import create_app
from detector import Detector
client = create_app(Detector.load()).test_client()
assert client.get("/").status_code == 200
assert client.get("/openapi.json").status_code == 200
assert client.post("/api/v1/assessments", json={"text": "招店员"}).status_code == 200
"""


@pytest.mark.parametrize(
    ("code", "heavy"),
    [(CHECK, (*HEAVY, "flask", "pydantic", "gunicorn")), (ASSESS, (*HEAVY, "flask", "click")), (SERVE, HEAVY)],
    ids=["check", "assess", "serve"],
)
def test_what_runs_for_users_does_not_load_what_training_needs(code: str, heavy: tuple[str, ...]) -> None:
    code += f"\nimport sys; print('LOADED', *[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input="招店员，月薪4500", capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["LOADED"]
