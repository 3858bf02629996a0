"""What was acknowledged is there, however the writer ended and however many write at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from api.store import Store, StoreError, feedback
from api.store.tables import LOCAL
from detector.types import Posting

ROOT = Path(__file__).parent.parent.parent
KILLED_AFTER = (1, 40)
THREADS, COMMITS = 4, 100
SAID = feedback.Said("legit", [], None, "api", "k1")


def killed_writer(database: str, after: int) -> list[str]:
    """The ids that were acknowledged before the writer was killed."""
    command = [sys.executable, str(Path(__file__).parent / "kept.py"), database, "500"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout
        acknowledged = [writer.stdout.readline().strip() for _ in range(after)]
        writer.kill()
        acknowledged += writer.stdout.read().split()
    return acknowledged


def test_what_was_acknowledged_before_a_kill_is_there(store: Store, database: str) -> None:
    store.prepare()
    acknowledged: list[str] = []
    for after in KILLED_AFTER:
        acknowledged += killed_writer(database, after)
    with store.read() as connection:
        kept = [claim.id for claim in feedback.claims(connection, LOCAL)]
    assert set(acknowledged) <= set(kept)
    assert len(kept) - len(acknowledged) <= len(KILLED_AFTER)


def test_four_threads_write_a_hundred_times_each_without_an_error(store: Store) -> None:
    store.prepare()
    failures: list[StoreError] = []

    def write(number: int) -> None:
        for step in range(COMMITS):
            try:
                with store.write() as connection:
                    feedback.about_text(connection, LOCAL, Posting(text=f"{number}-{step}"), SAID)
            except StoreError as error:
                failures.append(error)

    threads = [threading.Thread(target=write, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with store.read() as connection:
        assert len(list(feedback.claims(connection, LOCAL))) == THREADS * COMMITS


def test_a_child_of_a_fork_has_connections_of_its_own(store: Store) -> None:
    """As gunicorn does after --preload: the parent has used the store, then both go on."""
    with store.write() as connection:
        feedback.about_text(connection, LOCAL, Posting(text="parent"), SAID)
    script = f"""
import os, sys
from api.store import feedback, open_store
from detector.types import Posting
store = open_store({store.engine.url.render_as_string(hide_password=False)!r})
said = feedback.Said("legit", [], None, "api", "k1")
def write(text):
    with store.write() as connection:
        feedback.about_text(connection, "local", Posting(text=text), said)
write("first")
children = []
for number in range(3):
    child = os.fork()
    if not child:
        for step in range(20):
            write(f"child {{number}} {{step}}")
        os._exit(0)
    children.append(child)
for step in range(20):
    write(f"parent {{step}}")
sys.exit(any(os.waitpid(child, 0)[1] for child in children))
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    with store.read() as connection:
        assert len(list(feedback.claims(connection, LOCAL))) == 1 + 1 + 4 * 20
