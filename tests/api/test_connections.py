"""Connections are shared out evenly, and nobody's slow goodbye holds up the others."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest

from api.fairness import CLOSED, Shares

from serving import ask, served


def workers_of(master: int) -> list[int]:
    """The processes that serve: those that run the program of the master, and not the keeper of jobs."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split()
    own = Path(f"/proc/{master}/cmdline").read_bytes()
    return [int(pid) for pid in children if Path(f"/proc/{pid}/cmdline").read_bytes() == own]


def sockets_of(pid: int) -> int:
    links = Path(f"/proc/{pid}/fd").iterdir()
    return sum(str(link.readlink()).startswith("socket:") for link in links)


def wait_for_workers(master: int) -> list[int]:
    until = time.monotonic() + 60
    while len(found := workers_of(master)) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    open_before: list[int] = []
    while (now_open := [sockets_of(pid) for pid in found]) != open_before:  # they are still starting
        assert time.monotonic() < until
        open_before = now_open
        time.sleep(1)
    return found


def test_two_workers_get_half_of_the_connections_each() -> None:
    with served("port=0, workers=2, jobs=0") as (port, process), ExitStack() as stack:
        workers = wait_for_workers(process.pid)
        before = [sockets_of(pid) for pid in workers]
        for _ in range(12):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        until = time.monotonic() + 60
        while sum(shares := [sockets_of(pid) - had for pid, had in zip(workers, before, strict=True)]) < 12:
            assert time.monotonic() < until, shares
            time.sleep(0.05)
        assert min(shares) >= 4, shares


def test_kept_alive_connections_move_to_a_worker_that_came_later() -> None:
    with served("port=0, workers=2, jobs=0") as (port, process), ExitStack() as stack:
        late, other = wait_for_workers(process.pid)
        before = sockets_of(late)
        os.kill(late, signal.SIGSTOP)
        clients = [HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(6)]
        for client in clients:
            stack.callback(client.close)
            client.request("GET", "/healthz")
            client.getresponse().read()
        os.kill(late, signal.SIGCONT)
        until = time.monotonic() + 60
        while sockets_of(late) - before < 2:
            assert time.monotonic() < until, (sockets_of(late), sockets_of(other))
            for client in clients:
                client.request("GET", "/healthz")
                assert client.getresponse().read()


def test_clients_that_do_not_close_their_end_hold_up_nobody() -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with served("port=0, workers=1, jobs=0") as (port, _), ExitStack() as stack:
        ask(port, "热身")
        for _ in range(10):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            client.sendall(request)
            while client.recv(65536):  # all of the answer, and that no more will come
                pass
        begun = time.monotonic()
        ask(port, "交押金")
        assert time.monotonic() - begun < 15  # gunicorn's own way takes 20 seconds


@pytest.fixture
def shares() -> Shares:
    return Shares(3)


def test_whoever_has_more_holds_back(shares: Shares) -> None:
    one, other = shares.take(), shares.take()
    shares.say(one, 0)
    assert not shares.others_have_fewer(one, 5)  # the other is only starting
    shares.say(other, 0)
    assert not shares.others_have_fewer(one, 0)
    assert shares.others_have_fewer(one, 1)
    shares.say(other, CLOSED)
    assert not shares.others_have_fewer(one, 1000)


def test_of_many_an_eighth_more_is_no_matter(shares: Shares) -> None:
    one, other = shares.take(), shares.take()
    shares.say(other, 800)
    assert not shares.others_have_fewer(one, 900)
    assert shares.others_have_fewer(one, 901)


def test_a_worker_without_a_slot_serves_all_the_same_and_a_slot_is_used_again(shares: Shares) -> None:
    slots = [shares.take() for _ in range(4)]
    assert slots == [0, 1, 2, None]
    assert not shares.others_have_fewer(None, 1000)
    shares.say(None, 7)
    shares.give_back(slots[1])
    assert shares.take() == 1
