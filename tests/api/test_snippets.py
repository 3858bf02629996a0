"""The programs of docs/api.md run as written, but for the address, against a server that is started once."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api.openapi import described

from serving import ROOT, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

DOCS = (ROOT / "docs" / "api.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8000"
PROGRAMS = {
    "sh": ("sh", "curl", "example.sh", ["sh"]),
    "python": ("Python", sys.executable, "example.py", [sys.executable]),
    "js": ("Node", "node", "example.mjs", ["node"]),
    "java": ("Java", "java", "Example.java", ["java", "-XX:TieredStopAtLevel=1"]),
    "go": ("Go", "go", "main.go", ["go", "run"]),
}
"""Language of a block → its name, the program it needs, the file's name, how it is run."""
PATHS = (
    "/api/v1/assessments",
    "/api/v1/assessments/batch",
    "/api/v1/assessments/stream",
    "/api/v1/feedback",
    "/api/v1/postings/",
    "/api/v1/rules",
    "/api/v1/rules/upfront_fee.deposit",
    "/api/v1/model",
    "/healthz",
    "/readyz",
    "/metrics",
)


def snippet(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with served() as (port, _):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_of_the_docs_runs_as_written(language: str, server: str, tmp_path: Path) -> None:
    name, needs, file, command = PROGRAMS[language]
    if shutil.which(needs) is None:
        pytest.skip(f"{name} is not installed: its program in docs/api.md was not run")
    source = snippet(language)
    assert ADDRESS in source
    path = tmp_path / file
    path.write_text(source.replace(ADDRESS, server), "utf-8")
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert "high" in done.stdout


@pytest.mark.parametrize("language", [name for name in PROGRAMS if name != "python"])
def test_a_program_of_the_docs_calls_every_route(language: str) -> None:
    assert [path for path in PATHS if path not in snippet(language)] == []


def test_every_route_stands_in_the_table_of_the_docs(app: Flask) -> None:
    paths = set(described(app).paths())
    named = set(re.findall(r"`(?:GET |POST |DELETE )?(/[\w/{}.-]+)`", DOCS))
    assert paths <= named
