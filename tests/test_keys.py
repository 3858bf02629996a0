"""`scamjob keys`, as somebody at a terminal meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.store import Store, keys
from training.command import run

ROOT = Path(__file__).parent.parent


def test_a_key_is_made_shown_once_listed_and_revoked(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--database", database]
    made = ["keys", "create", "审核后台", "--tenant", "acme", "--scope", "review", "--per-minute", "600", "--per-day",
            "9000", "--expires", "2999-01-01", *where]  # fmt: skip
    assert run(made) == 0
    key = capsys.readouterr().out.strip()
    assert keys.FORM.fullmatch(key)
    assert run(["keys", "list", "--json", *where]) == 0
    told = capsys.readouterr().out
    assert key[12:] not in told
    facts = json.loads(told)
    assert (facts["id"], facts["tenant"], facts["scopes"], facts["state"]) == (key[3:11], "acme", ["review"], "valid")
    assert (facts["per_minute"], facts["per_day"]) == (600, 9000)
    assert run(["keys", "revoke", key[:11], *where]) == 0
    assert run(["keys", "revoke", key[:11], *where]) == 1
    capsys.readouterr()
    assert run(["keys", "list", *where]) == 0
    assert "revoked" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["x", "--tenant", "不行"],
        ["x", "--tenant", "A"],
        ["x", "--scope", "root"],
        ["x", "--per-minute", "0"],
        ["x", "--expires", "2001-01-01"],
        ["a\x1b[31m"],
        [""],
    ],
)
def test_a_key_that_cannot_be_is_refused_in_a_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "create", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err


def test_a_service_for_others_does_not_start_before_there_is_a_key(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "training.command", "serve", "--host", "0.0.0.0", "--port", "0"]
    environ = {**os.environ, "SCAMJOB_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "scamjob keys create" in line
    assert "--open" in line


def test_the_command_knows_the_scopes_that_there_are() -> None:
    from training.commands.keys import SCOPES

    assert SCOPES == keys.SCOPES


def test_a_stored_key_comes_back_as_it_was_wished(store: Store) -> None:
    with store.write() as connection:
        keys.create(connection, keys.Wish("acme", "一\0二", ("assess",)), "tester")
    with store.read() as connection:
        (kept,) = keys.everyone(connection, "acme")
        assert list(keys.everyone(connection, "other")) == []
    assert (kept.name, kept.scopes, kept.state(kept.created)) == ("一\ufffd二", ("assess",), "valid")
