"""SIGKILL in the middle of a file: the next worker goes on from the last whole block. A server starts its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sending import Literal, lines, many, sent

from api import create_app
from api.limits import FILE, Charge, Limits
from api.store import jobs, keys
from api.store.columns import now

from serving import ROOT, served

if TYPE_CHECKING:
    from api.store import Store

ROWS = 1_800
WORK = """
import sys, time
sys.path[:0] = [{root!r}, {here!r}]
import sending
from training.commands import work

class Slow(sending.Literal):
    def assess_many(self, postings):
        time.sleep(0.05)
        return super().assess_many(postings)

work.detector = lambda _: Slow()
from training.command import run
sys.exit(run(["work", "--leave-after", "1", "--database", sys.argv[1]]))
"""


def working(database: str, home: Path) -> subprocess.Popen[bytes]:
    code = WORK.format(root=str(ROOT), here=str(ROOT / "tests"))
    env = os.environ | {"SCAMJOB_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code, database], env=env, stderr=subprocess.PIPE)


def test_a_killed_worker_loses_no_row_repeats_none_and_charges_each_once(
    store: Store, database: str, home: Path
) -> None:
    client = create_app(Literal(), None, store).test_client()
    with store.write() as connection:
        key = keys.create(connection, keys.Wish("local", "x", ("assess",), per_day=10_000), "tester")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    job = sent(client, many(ROWS)).json["id"]
    kills = 0
    for _ in range(6):
        process = working(database, home)
        before = client.get(f"/api/v1/jobs/{job}").json["rows"]
        until = time.monotonic() + 120
        while (at := client.get(f"/api/v1/jobs/{job}").json)["rows"] < before + 150 and at["state"] != "done":
            assert process.poll() is None, process.communicate()[1].decode()
            assert time.monotonic() < until
            time.sleep(0.1)
        if kills == 2 or at["state"] == "done":
            break
        process.kill()
        process.communicate()
        kills += 1
        with store.write() as connection:  # the lease runs out at once, not in half a minute
            connection.execute(jobs.jobs.update().values(lease=now() - timedelta(seconds=1)))
    assert process.wait(60) == 0
    process.communicate()
    assert kills == 2
    done = client.get(f"/api/v1/jobs/{job}").json
    assert (done["state"], done["rows"]) == ("done", ROWS)
    assert [line["id"] for line in lines(client, job)] == list(range(ROWS))
    counted = Limits(home / FILE)
    assert counted.take(Charge(key.split("_")[1], 0, None, 10_000)).spent == ROWS
    counted.close()


def asked(port: int, method: str, path: str, body: bytes | None = None) -> Any:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {"Content-Type": "application/x-ndjson"})
    answer = connection.getresponse().read()
    connection.close()
    return answer


def test_the_server_starts_a_worker_and_takes_it_along_when_it_ends(home: Path) -> None:
    with served() as (port, _):
        job = json.loads(asked(port, "POST", "/api/v1/jobs", '{"text": "先交押金200元"}\n'.encode()))["id"]
        until = time.monotonic() + 90
        while (at := json.loads(asked(port, "GET", f"/api/v1/jobs/{job}")))["state"] in {"queued", "running"}:
            assert time.monotonic() < until, at
            time.sleep(0.2)
        assert at["state"] == "done", at
        assert json.loads(asked(port, "GET", f"/api/v1/jobs/{job}/result"))["row"] == 1
        assert workers_of(home)
    assert not workers_of(home)


def workers_of(home: Path) -> list[str]:
    """Processes that work on the jobs of this installation."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment, line = ((process / name).read_bytes().split(b"\0") for name in ("environ", "cmdline"))
            if f"SCAMJOB_HOME={home}".encode() in environment and b"training.command" in line:
                found.append(process.name)
    return found
