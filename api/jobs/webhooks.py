"""One try to tell a caller's server: signed as Standard Webhooks has it, to a checked address, short, no redirects."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from api.jobs.targets import BadTarget, Resolve, Target, addresses, resolve, target_of
from api.store.deliveries import Delivery

SECONDS = 10.0
"""For a whole try, from the first byte sent to the last header received."""
CONNECTING = 5.0
AGENT = "scamjob-webhooks/1"


def signature(secret: str, message: str, moment: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 over id, timestamp and body, in base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(delivery: Delivery, body: bytes, moment: int) -> dict[str, str]:
    """What goes along; a signature by each secret that is good now."""
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": delivery.id,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(signature(one, delivery.id, moment, body) for one in delivery.secrets),
    }


def tell(delivery: Delivery, ask: Resolve = resolve) -> tuple[int | None, str | None]:
    """Make one try: (status of the answer, why it failed); (2xx, None) when it was taken."""
    if not delivery.secrets:
        return None, "there is no secret to sign with; scamjob webhooks secret makes one"
    body = json.dumps(delivery.event, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        target = target_of(delivery.url)
        status = post(target, addresses(target, ask), body, headers(delivery, body, int(time.time())))
    except BadTarget as error:
        return None, f"the address {error}"
    except TimeoutError:
        return None, f"no answer within {SECONDS:.0f} seconds"
    except (OSError, http.client.HTTPException) as error:
        return None, f"cannot be reached ({type(error).__name__})"
    if 200 <= status < 300:
        return status, None
    return status, "redirects are not followed" if 300 <= status < 400 else f"answered {status}"


def post(target: Target, found: Sequence[str], body: bytes, sent: dict[str, str]) -> int:
    """The status that the first address that can be connected to gives. Nothing but the head of its answer is read."""
    failure = OSError("no address")
    until = time.monotonic() + SECONDS
    for address in found:
        try:
            plain = socket.create_connection((address, target.port), CONNECTING)
        except OSError as error:
            failure = error
            continue
        with plain, Deadline(plain, until):
            return exchange(target, plain, body, sent)
    raise failure


def exchange(target: Target, plain: socket.socket, body: bytes, sent: dict[str, str]) -> int:
    """The status of the answer, over a connection that stands; nobody is asked for the name again."""
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = plain
    if target.tls:
        connection.default_port = 443
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    try:
        connection.request("POST", target.path, body, sent)
        return connection.getresponse().status
    finally:
        connection.close()


class Deadline:
    """Within, a connection lives until a moment: who answers byte by byte holds nobody up."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self.handle = connection.dup()  # TLS takes the socket itself away
        self.over = False
        self.timer = threading.Timer(max(0.0, until - time.monotonic()), self._end)
        self.timer.daemon = True

    def _end(self) -> None:
        self.over = True
        with suppress(OSError):
            self.handle.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.timer.cancel()
        self.timer.join()
        self.handle.close()
        if self.over and kind is not None:
            raise TimeoutError
