"""A file is taken in whole, assessed row by row, and given back whole; nobody sees another's, and nothing piles up."""

from __future__ import annotations

import csv
import io
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sending import lines, many, sent

from api.jobs import folder
from api.jobs.purge import purged
from api.store import jobs
from api.store.columns import now
from api.store.tables import tenants
from training.commands.work import Worker
from training.writing import open_results

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from api.store import Store


def test_a_file_is_assessed_row_by_row(client: FlaskClient, once: Callable[[], bool]) -> None:
    made = sent(client)
    assert made.status_code == 202
    job = made.json["id"]
    assert made.headers["Location"] == f"/api/v1/jobs/{job}"
    assert client.get(f"/api/v1/jobs/{job}").json["state"] == "queued"
    early = client.get(f"/api/v1/jobs/{job}/result")
    assert (early.status_code, early.json["type"]) == (409, "/problems/job-not-done")
    assert once()
    done = client.get(f"/api/v1/jobs/{job}").json
    assert (done["state"], done["rows"], done["refused"], done["progress"]) == ("done", 3, 1, 1.0)
    assert done["levels"] == {"low": 1, "medium": 0, "high": 1}
    first, bad, last = lines(client, job)
    assert (first["row"], first["id"], first["risk_level"]) == (1, "a", "high")
    assert (bad["row"], bad["error"]["status"]) == (2, 422)
    assert last["id"] == "=1+1"
    table = client.get(f"/api/v1/jobs/{job}/result?format=csv")
    cells = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert [row[1] for row in cells] == ["id", "a", "", "'=1+1"]
    assert client.get(f"/api/v1/jobs/{job}/result", headers={"Accept": "text/csv"}).mimetype == "text/csv"
    assert client.get(f"/api/v1/jobs/{job}/result?format=pdf").status_code == 400


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_each_format_is_taken_from_a_form(
    form: str, client: FlaskClient, once: Callable[[], bool], tmp_path: Path
) -> None:
    if form == "csv":
        data = "id,text\n1,先交押金\n".encode()
    elif form == "xlsx":
        with open_results(str(tmp_path / "a.xlsx")) as write:  # its columns are not ours: the file fails as a whole
            write([])
        data = (tmp_path / "a.xlsx").read_bytes()
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"text": ["先交押金"]}), tmp_path / "a.parquet")
        data = (tmp_path / "a.parquet").read_bytes()
    made = client.post("/api/v1/jobs", data={"file": (io.BytesIO(data), f"名单.{form.upper()}")})
    assert (made.status_code, made.json["format"]) == (202, form)
    once()
    done = client.get(f"/api/v1/jobs/{made.json['id']}").json
    if form == "xlsx":
        assert done["state"] == "failed"
        assert done["cause"].startswith("no column text")
    else:
        assert (done["state"], done["levels"]["high"]) == ("done", 1)


@pytest.mark.parametrize(
    ("body", "options", "status", "kind"),
    [
        (b"", {}, 422, "invalid-job"),
        (b"{}", {"content_type": "application/json"}, 415, "unsupported-media-type"),
        (b"{}", {"headers": {"Content-Encoding": "gzip"}}, 415, "unsupported-media-type"),
        (b"{}", {"content_type": "application/x-parquet"}, 422, "invalid-job"),
        (b"x" * 200_001, {}, 413, "body-too-large"),
        (b"{}", {"headers": {"Idempotency-Key": "a b"}}, 400, "bad-request"),
        (b"{}", {"query_string": {"webhook": "https://127.0.0.1/"}}, 422, "invalid-job"),
        (b"{}", {"query_string": {"webhook": "https://example.com/"}}, 409, "no-webhook-secret"),
        (b"--x\r\n", {"content_type": "multipart/form-data; boundary=x"}, 400, "bad-request"),
    ],
)
def test_what_is_no_job_is_refused_and_leaves_nothing(
    client: FlaskClient, body: bytes, options: dict[str, Any], status: int, kind: str
) -> None:
    refused = sent(client, body, **options)
    assert (refused.status_code, refused.json["type"]) == (status, f"/problems/{kind}")
    assert not [path for path in folder.root().iterdir() if path.is_dir()]


def test_two_files_or_one_of_another_kind_are_refused(client: FlaskClient) -> None:
    two = {"file": (io.BytesIO(b"{}"), "a.jsonl"), "other": (io.BytesIO(b"{}"), "b.jsonl")}
    assert client.post("/api/v1/jobs", data=two).status_code == 422
    assert client.post("/api/v1/jobs", data={"file": (io.BytesIO(b"{}"), "a.exe")}).status_code == 422
    assert not [path for path in folder.root().iterdir() if path.is_dir()]


def test_the_same_key_makes_one_job(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    first, second = sent(client, headers=key), sent(client, headers=key)
    assert first.json == second.json
    assert len([path for path in folder.root().iterdir() if path.is_dir()]) == 1
    assert sent(client, b"{}\n", headers=key).json["type"] == "/problems/idempotency-conflict"


def test_a_tenant_has_so_many_jobs_and_so_many_bytes(client: FlaskClient) -> None:
    assert [sent(client).status_code for _ in range(4)] == [202, 202, 202, 429]
    for path in list(folder.root().iterdir()):
        if path.is_dir():
            client.delete(f"/api/v1/jobs/{path.name}")
    assert [sent(client, many(600)[:190_000]).status_code for _ in range(3)] == [202, 202, 429]


def test_a_job_is_stopped_and_one_that_ended_is_deleted(
    client: FlaskClient, once: Callable[[], bool], store: Store
) -> None:
    job = sent(client).json["id"]
    assert client.delete(f"/api/v1/jobs/{job}").status_code == 204
    assert client.get(f"/api/v1/jobs/{job}").json["state"] == "cancelled"
    assert not folder.folder(job).exists()
    assert not once()
    assert client.delete(f"/api/v1/jobs/{job}").status_code == 204
    assert client.get(f"/api/v1/jobs/{job}").status_code == 404
    assert client.delete(f"/api/v1/jobs/{job}").json["type"] == "/problems/unknown-job"


def test_a_running_job_stops_when_it_is_cancelled(
    client: FlaskClient, once: Callable[[], bool], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = sent(client, many(600)).json["id"]
    count, counted = Worker._count, []

    def cancel(self: Worker, *arguments: Any) -> None:
        count(self, *arguments)
        counted.append(1)
        client.delete(f"/api/v1/jobs/{job}")

    monkeypatch.setattr(Worker, "_count", cancel)
    once()
    assert len(counted) == 1
    assert client.get(f"/api/v1/jobs/{job}").json["state"] == "cancelled"
    assert not folder.folder(job).exists()


def test_nobody_sees_the_job_of_another(client: FlaskClient, store: Store) -> None:
    with store.write() as connection:
        connection.execute(tenants.insert().values(id="other", name="other", created=now()))
        jobs.add(connection, "other", "0" * 24, ("csv", 5), jobs.Wish(), jobs.Limits(), "k")
    for method, path in (("GET", ""), ("GET", "/result"), ("DELETE", "")):
        assert client.open(f"/api/v1/jobs/{'0' * 24}{path}", method=method).status_code == 404
    assert client.get("/api/v1/jobs/..%2f..").status_code == 404


def test_a_worker_that_was_thought_dead_changes_nothing(
    client: FlaskClient, store: Store, once: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = sent(client, many(600)).json["id"]
    count, first = Worker._count, []

    def overtaken(self: Worker, *arguments: Any) -> None:
        count(self, *arguments)
        if not first:
            first.append(1)
            with store.write() as connection:
                connection.execute(jobs.jobs.update().values(lease=now() - timedelta(seconds=1)))
            other = Worker(store, threading.Event())
            assert other._next()

    monkeypatch.setattr(Worker, "_count", overtaken)
    once()
    assert client.get(f"/api/v1/jobs/{job}").json["state"] == "done"
    assert [line["id"] for line in lines(client, job)] == list(range(600))


def test_a_stopped_worker_gives_its_job_back_and_the_next_goes_on(client: FlaskClient, store: Store) -> None:
    job = sent(client, many(600)).json["id"]
    stopped = threading.Event()
    stopped.set()
    Worker(store, stopped)._next()
    part = client.get(f"/api/v1/jobs/{job}").json
    assert part["state"] == "queued"
    assert 0 < part["rows"] < 600
    assert 0 < part["progress"] < 1
    Worker(store, threading.Event())._next()
    assert [line["id"] for line in lines(client, job)] == list(range(600))
    assert [line["row"] for line in lines(client, job)] == list(range(1, 601))


def test_a_job_that_ends_its_worker_each_time_fails(client: FlaskClient, store: Store) -> None:
    job = sent(client).json["id"]
    for _ in range(jobs.STRIKES):
        with store.write() as connection:
            assert jobs.claim(connection, "w")
            connection.execute(jobs.jobs.update().values(lease=now() - timedelta(seconds=1)))
    with store.write() as connection:
        assert jobs.claim(connection, "w") is None
    failed = client.get(f"/api/v1/jobs/{job}").json
    assert (failed["state"], failed["cause"]) == ("failed", "it ended the program that read it, 3 times at row 1")


def test_a_full_disk_gives_the_job_back(client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    job = sent(client).json["id"]
    with monkeypatch.context() as patch:
        patch.setattr("training.commands.work.FULL", 0.0)
        patch.setattr("os.fsync", full)
        assert sent(client).json["type"] == "/problems/no-space"
        Worker(store, threading.Event())._next()
    assert client.get(f"/api/v1/jobs/{job}").json["state"] == "queued"
    Worker(store, threading.Event())._next()
    assert client.get(f"/api/v1/jobs/{job}").json["state"] == "done"


def test_old_jobs_are_purged_with_their_files(client: FlaskClient, store: Store, once: Callable[[], bool]) -> None:
    old, fresh = sent(client).json["id"], sent(client).json["id"]
    once()
    with store.write() as connection:
        connection.execute(jobs.jobs.update().where(jobs.jobs.c.id == old).values(finished=now() - timedelta(days=8)))
    assert purged(store, None, None, "me", dry_run=True) == [old]
    assert purged(store, None, None, "me") == [old]
    assert not folder.folder(old).exists()
    assert folder.folder(fresh).exists()
