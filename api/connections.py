"""The connections of a worker: thousands may be open and silent without holding up those that have something to say.

gunicorn hands each new connection to a thread, which then waits for its first bytes, so that a few slow clients keep
all threads busy. Here a connection waits with the kept-alive ones, and takes a thread when the head of its request is
whole. A body that trickles in still holds a thread; nginx in front takes that away (docs/operations.md).

A worker that has more connections than another leaves a new one to that one for a moment, and asks clients of its own
to come back on a new one: after a restart a kept-alive one would never move (api/fairness.py). And where gunicorn would
stand still until a client has closed its end, up to two seconds, here the others are served meanwhile.
"""

from __future__ import annotations

import errno
import selectors
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import TConn, ThreadWorker

from api.encoding import dumps
from api.fairness import CLOSED, Shares
from api.headers import SECURITY
from api.kinds import KINDS
from api.problems import MEDIA_TYPE, by_status, problem

if TYPE_CHECKING:
    from flask import Flask
    from gunicorn.http.message import Request

ENOUGH = 16 * 1024
"""Bytes of a head that are read in any case: the parser then refuses what is too long."""
AGAIN, AGAIN_OF_MANY, MANY = 0.02, 0.5, 200
"""Seconds until unfinished heads are looked at again; seldom when there are many, as it takes a call for each."""
MANNERS = 0.05
"""Seconds for which a new connection is left to a worker that has fewer; half as long each time it was in vain."""
PARTING = 2.0
"""Seconds that a client gets to close its end of a connection that is over."""
DRAINED = 64 * 1024
"""Bytes that it may still send before that."""

REFUSALS: Mapping[type[Exception], int] = {
    errors.LimitRequestLine: 414,
    errors.LimitRequestHeaders: 431,
    errors.ExpectationFailed: 417,
    errors.UnsupportedTransferCoding: 501,
    errors.ParseException: 400,
}
"""What the server answers to a request that never reaches the application; the first that fits."""


class Connection(TConn):
    """One that parts from its client without making anybody wait."""

    part: Callable[[Connection], None]
    drained = 0

    def close(self, graceful: bool = False) -> None:
        """Close it; gracefully is once the client has closed its end, lest the end of the answer is lost."""
        if graceful:
            self.part(self)
        else:
            util.close(self.sock)


class Worker(ThreadWorker):
    """Gives no thread to a connection that is only open, and answers what it cannot read with a problem."""

    shares = Shares()
    slot: int | None = None
    """Given by the server before the worker is forked."""

    def init_process(self) -> None:
        """Begin with no unfinished head."""
        self.unfinished: list[TConn] = []
        self.next_look = 0.0
        self.waits_until = self.next_shed = 0.0
        self.manners = MANNERS
        self.parting: deque[Connection] = deque()
        super().init_process()

    @property
    def max_keepalived(self) -> int:
        """Connections that may be kept open; as if none, for one answer, when it had better come back elsewhere."""
        return 0 if self.sheds() else self.most_kept

    @max_keepalived.setter
    def max_keepalived(self, most: int) -> None:
        self.most_kept = most

    def sheds(self) -> bool:
        """Whether another worker would still have no more connections than this one, were it given one."""
        now = time.monotonic()
        if now < self.next_shed or not self.shares.others_have_fewer(self.slot, self.nr_conns - 1):
            return False
        self.next_shed = now + MANNERS
        return True

    def set_accept_enabled(self, enabled: bool | None) -> None:
        """Say so to the other workers; one that holds back goes on doing so until its time is over."""
        if enabled and time.monotonic() < self.waits_until:
            return
        self.shares.say(self.slot, self.nr_conns if enabled else CLOSED)
        super().set_accept_enabled(enabled)

    def holds_back(self) -> bool:
        """Whether a new connection is left to another worker first."""
        if not self.shares.others_have_fewer(self.slot, self.nr_conns):
            self.manners = MANNERS
            return False
        now = time.monotonic()
        if now < self.waits_until + self.manners:  # it was left to others just now, and they did not take it
            self.waits_until, self.manners = 0.0, self.manners / 2
            return False
        self.waits_until = now + self.manners
        super().set_accept_enabled(False)
        return True

    def accept(self, listener: socket.socket) -> None:
        """Take a connection and wait for its request without a thread, unless another worker had better take it."""
        if self.holds_back():
            return
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", self.cfg.timeout, 0))
        self.nr_conns += 1
        self.shares.say(self.slot, self.nr_conns)
        conn = Connection(self.cfg, client, address, listener.getsockname())
        conn.part = self.part
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def part(self, conn: Connection) -> None:
        """Say that nothing more will come, and close once the client has closed too, or has had the time to."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.drain, conn))
        except (OSError, ValueError):
            util.close(conn.sock)
            return
        self.nr_conns += 1  # a worker that stops waits for these too
        conn.timeout = time.monotonic() + PARTING
        self.parting.append(conn)

    def drain(self, conn: Connection, client: socket.socket) -> None:
        """What a client still sends, or that it has closed its end."""
        try:
            got = client.recv(ENOUGH)
        except BlockingIOError:
            return
        except OSError:
            got = b""
        conn.drained += len(got)
        if not got or conn.drained > DRAINED:
            self.parting.remove(conn)
            self.leave(conn)

    def leave(self, conn: Connection) -> None:
        """Close a connection that is over."""
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        util.close(conn.sock)

    def on_pending_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The first bytes on a new connection."""
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self.begin(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The first bytes of a further request on a connection that was kept open."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.begin(conn)

    def begin(self, conn: TConn) -> None:
        """Hand the connection to a thread, or set it aside while only a part of the head is there."""
        if whole_head(conn.sock):
            conn.data_ready = True
            self.enqueue_req(conn)
        else:
            self.unfinished.append(conn)

    def wait_for_and_dispatch_events(self, timeout: float | None) -> None:
        """Wait as usual, and look at the unfinished heads now and then."""
        pause = AGAIN if len(self.unfinished) < MANY else AGAIN_OF_MANY
        wait = min(timeout or pause, pause) if self.unfinished else timeout
        held_back = self.waits_until - time.monotonic()
        super().wait_for_and_dispatch_events(min(wait or held_back, held_back) if held_back > 0 else wait)
        if self.alive and self.nr_conns < self.worker_connections:
            self.shares.say(self.slot, self.nr_conns)
        now = time.monotonic()
        while self.parting and (self.parting[0].timeout or 0) <= now:
            self.leave(self.parting.popleft())
        if self.unfinished and now >= self.next_look:
            self.next_look = now + pause
            waiting, self.unfinished = self.unfinished, []
            for conn in waiting:
                if (conn.timeout or 0) > now:
                    self.begin(conn)
                else:
                    self.nr_conns -= 1
                    conn.close()

    def _cap_keepalive(self, deadline: float) -> None:
        """A server that stops waits for no connection that has not asked anything yet."""
        for conn in (*self.keepalived_conns, *self.pending_conns, *self.unfinished):
            conn.timeout = min(conn.timeout or deadline, deadline)

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer one request; a client that does not take its answer is left, which is no fault of ours."""
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError:
            self.log.warning("A client did not read its answer in time.")
            return False

    def handle_error(
        self, req: Request | None, client: socket.socket, addr: tuple[str, int] | str | int, exc: BaseException
    ) -> None:
        """Answer what could not be parsed; faults of the server go the usual way."""
        status = next((status for kind, status in REFUSALS.items() if isinstance(exc, kind)), None)
        if status is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Unreadable request: %s", type(exc).__name__)
        cast("Flask", self.wsgi).extensions["metrics"].unreadable(status)
        try:
            util.write_nonblock(client, unreadable(status))
        except OSError:
            self.log.debug("The client did not wait for the answer.")


def whole_head(client: socket.socket) -> bool:
    """Whether a thread can read the head of a request at once: it is all there, too long, or will never come."""
    try:
        seen = client.recv(ENOUGH, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return not seen or len(seen) == ENOUGH or b"\r\n\r\n" in seen


def unreadable(status: int) -> bytes:
    """A whole HTTP answer with the problem for that status."""
    body = dumps(problem(KINDS["bad-request"]) if status == 400 else by_status(status))
    lines = [
        f"HTTP/1.1 {status} {by_status(status)['title_en']}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "Cache-Control: no-store",
        *(f"{name}: {value}" for name, value in SECURITY.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body
