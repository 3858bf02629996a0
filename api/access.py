"""Who may ask: `Authorization: Bearer KEY` is checked before any route under /api runs, and whoever guesses is slowed.

A worker holds all keys (their digests) and reads them anew once a second, so that a check costs no query and a revoked
key is refused within a second or two; while the database is away the keys known last go on. The service stands open
only where no key was ever made and it listens on this machine alone, or where `scamjob serve --open` says so.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Never, cast

from flask import Flask, current_app, g, request

from api.caller import Caller
from api.exchange import current
from api.kinds import KINDS
from api.limits import Charge, Limits, charge_key, passing
from api.openapi import described
from api.problems import Refused, refuse_until
from api.store import StoreAway, StoreError, keys
from api.store.columns import now

if TYPE_CHECKING:
    from api.store import Store
    from api.store.keys import Key

log = logging.getLogger("api")

FRESH = 1.0
"""Seconds for which the keys that were read count as those that are."""
GUESSES = 10
"""Wrong keys in a row that an address may send; after that one more every REST seconds."""
REST = 60 / GUESSES
NOBODY = "0" * 64
"""What a key that does not exist is compared with, so that it takes as long."""
BY_THE_POSTING = {
    "/api/v1/assessments/batch",
    "/api/v1/assessments/stream",
    "/api/v1/jobs",
    "/api/v1/jobs/<job_id>",
    "/api/v1/jobs/<job_id>/result",
}
"""Routes that charge a key for each posting, if at all; a request to any other costs as much as one posting."""
READS = {"HEAD": "GET"}
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(slots=True)
class Ring:
    """All keys there are, as one process knows them."""

    store: Store | None
    by_id: Mapping[str, Key] = field(default_factory=dict)
    known: bool = False
    """Whether they were ever read."""
    _read: float = -FRESH
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def fresh(self) -> Mapping[str, Key]:
        """The keys by id, not older than FRESH; StoreError where they never could be read."""
        if self.store is None:
            return {}
        if not self.known:
            with self._reading:
                if not self.known:
                    self._load(self.store)
        elif time.monotonic() - self._read > FRESH and self._reading.acquire(blocking=False):
            try:
                self._load(self.store)
            except StoreError:
                self._read = time.monotonic()  # those known last go on; the store says itself that it is away
            finally:
                self._reading.release()
        return self.by_id

    def holder(self, token: str) -> Key | None:
        """The key that this is, if it is one that may be used now; takes as long for any other."""
        form = keys.FORM.fullmatch(token)
        key = self.fresh().get(form[1]) if form else None
        sent = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
        right = hmac.compare_digest(sent, key.digest if key else NOBODY)
        return key if key is not None and right and key.state(now()) == "valid" else None

    def _load(self, store: Store) -> None:
        with store.read() as connection:
            self.by_id = {key.id: key for key in keys.everyone(connection)}
        self._read = time.monotonic()
        self.known = True


class Guesses:
    """Wrong keys by address, at the API and at the sign-in of the desk; all workers count them together."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def wait(self, address: str) -> int:
        """Seconds until the address may try another key; 0 is now."""
        owed = self.limits.take(self._charge(address, 0)).owed
        return max(0, ceil((owed + 1 - GUESSES) * REST))

    def count(self, address: str) -> None:
        """A wrong key came from there."""
        self.limits.take(self._charge(address, 1))

    def _charge(self, address: str, cost: int) -> Charge:
        return Charge(passing("guess", address), cost, GUESSES, None)


class Gate:
    """Lets requests of one application in, or says why not."""

    def __init__(self, store: Store | None, limits: Limits, *, open_to_all: bool) -> None:
        self.ring = Ring(store)
        self.limits = limits
        self.open_to_all = open_to_all
        self.guesses = Guesses(limits)
        self._met: set[bytes] = set()
        """Digests of keys that were right before: a neighbour's guessing does not shut them out."""

    def admit(self, scope: str, cost: int = 1) -> Caller | None:
        """Whoever sent the request, checked; None for nobody in particular, where that is allowed."""
        sent = request.environ.get("HTTP_AUTHORIZATION")
        known = self.ring.fresh() if not self.open_to_all or sent is not None else {}
        if not known and not self.open_to_all:
            return None  # no key was ever made
        if sent is None:
            if self.open_to_all:
                return None
            _unauthorized("key-missing")
        key = self._checked(sent)
        if not key.allows(scope):
            _forbidden(scope)
        charge_key(self.limits, key, cost)
        g.key = key
        return Caller(key.tenant, key.id)

    def _checked(self, sent: str) -> Key:
        """The key that was sent; a refusal, after the same work, whatever is wrong with it."""
        scheme, _, token = sent.partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        raw = hashlib.sha256(token.encode("utf-8", "surrogateescape"))
        address = address_of(request.environ)
        if raw.digest() not in self._met and (wait := self.guesses.wait(address)):
            refuse_until("rate-limited", wait, "密钥错得太多，请稍后再试。", "Too many wrong keys; wait.")
        key = self.ring.holder(token)
        if key is None:
            self._met.discard(raw.digest())
            self.guesses.count(address)
            _unauthorized("key-invalid")
        self._met.add(raw.digest())
        return key


def _unauthorized(slug: str) -> Never:
    refused = Refused(KINDS[slug], KINDS[slug].cure, KINDS[slug].cure_en)
    error = ', error="invalid_token"' if slug == "key-invalid" else ""
    refused.headers = {"WWW-Authenticate": f'Bearer realm="scamjob"{error}'}
    raise refused


def _forbidden(scope: str) -> Never:
    refused = Refused(KINDS["scope-missing"], f"这里需要权限 {scope}。", f"This needs the scope {scope}.")
    refused.headers = {"WWW-Authenticate": f'Bearer realm="scamjob", error="insufficient_scope", scope="{scope}"'}
    raise refused


def address_of(environ: Mapping[str, object]) -> str:
    """The network that a request comes from: an IPv4 address, or the /64 of an IPv6 one.

    What a proxy on this machine says of its client is believed, the last address of X-Forwarded-For.
    """
    direct = _parsed(str(environ.get("REMOTE_ADDR", "")))
    told = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2]
    address = (_parsed(told) or direct) if direct is None or direct.is_loopback else direct
    if address is None:
        return "local"
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a service on this address."""
    address = _parsed(host)
    return host == "localhost" or (address is not None and address.is_loopback)


# --- the door ---


def gate() -> Gate:
    """The gate of the application that answers this request."""
    return cast("Gate", current_app.extensions["gate"])


def scopes_of(app: Flask) -> Mapping[tuple[str, str], str]:
    """For each method and route under /api the scope that its description names."""
    told = {(one.method.upper(), one.path): one.scope for one in described(app).operations}
    found: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        path = _PARAMETER.sub(r"{\1}", rule.rule)
        for method in rule.methods or ():
            if path.startswith("/api/"):
                found[method, rule.rule] = told.get((READS.get(method, method), path), "admin")
    return found


def check() -> None:
    """Let the request in, or refuse it, before its body is read."""
    rule = request.url_rule
    if rule is None or request.method == "OPTIONS":
        return  # nothing is there, or nothing is told but the methods
    if rule.rule.startswith("/api/"):
        scopes = current_app.extensions.get("scopes")
        if scopes is None:
            scopes = current_app.extensions["scopes"] = scopes_of(current_app)
        sender = gate().admit(scopes.get((request.method, rule.rule), "admin"), rule.rule not in BY_THE_POSTING)
    elif rule.rule == "/metrics" and not _own_machine():
        sender = gate().admit("admin")
    else:
        return
    if sender is not None:
        g.caller = sender
        exchange = current()
        if exchange is not None:
            exchange.tenant = sender.tenant


def _own_machine() -> bool:
    """Whether it was sent from here, by no proxy for somebody else."""
    direct = _parsed(request.environ.get("REMOTE_ADDR", ""))
    return direct is not None and direct.is_loopback and "HTTP_X_FORWARDED_FOR" not in request.environ


def register(app: Flask, store: Store | None, limits: Limits, *, open_to_all: bool) -> None:
    """Check every request of the application."""
    app.extensions["gate"] = Gate(store, limits, open_to_all=open_to_all)
    app.before_request(check)


class Closed(Exception):  # noqa: N818  # it says what is the case
    """The service must not start as it was told to; one line that says what to do."""


def starting(gate: Gate, host: str) -> str | None:
    """What to warn of when the service starts on this address, if anything; Closed when it must not start."""
    if gate.open_to_all:
        return "--open: whoever reaches this address may use the API without a key"
    try:
        keyed = bool(gate.ring.fresh())
    except StoreAway:
        return "the keys cannot be read now; the API answers 503 until they can"
    if keyed:
        return None
    if not is_loopback(host):
        raise Closed(
            f"nobody needs a key yet, and {host} can be reached from elsewhere; make one with "
            "`scamjob keys create NAME`, or say --open"
        )
    return (
        "no keys: whoever reaches this port may use the API; behind a proxy make one first (`scamjob keys create NAME`)"
    )
