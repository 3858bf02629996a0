"""How much a key may ask: postings a minute and postings a day. And how often an address may do what needs no key.

The workers of one machine count together in a small SQLite file, several machines together in Redis ($SCAMJOB_REDIS).
Where neither can be had just now, a process counts for itself: nobody is refused for our trouble, and nothing fails.

A minute's share fills up evenly, and as much as one share may be asked for at once. A batch larger than that is taken
when the share is whole, and paid back afterwards. It is measured by the monotonic clock, which all processes of a
machine have in common, so that setting the time changes nothing. The day is that of Beijing.

Why not flask-limiter, or `limits` beneath it: kept in memory they start a thread a request, count each process alone,
go by the wall clock, and never let a batch larger than the limit pass.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import redis
from flask import after_this_request, current_app, g
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.kinds import KINDS
from api.problems import Refused

if TYPE_CHECKING:
    from flask import Response

    from api.store.keys import Key

log = logging.getLogger("api")

REDIS = "SCAMJOB_REDIS"
FILE = "limits.db"
DAY = 86_400
BEIJING = 8 * 3600
WAIT = 0.25
"""Seconds that are waited for Redis or for the file."""
PASSING = "~"
"""Accounts whose name begins so are of no more use an hour later; there may be any number of them."""
TIDY = 500
"""Charges of that kind after which a process deletes those of the hour before."""
PAUSE = 5.0
"""Seconds after a failure in which a process counts for itself."""


@dataclass(frozen=True, slots=True)
class Progress:
    """So many postings of a piece of work, from its first: those charged before cost nothing when they come again."""

    name: str
    upto: int


@dataclass(frozen=True, slots=True)
class Charge:
    """So many postings, on the account of a key with these limits; None is without limit."""

    name: str
    cost: int
    per_minute: int | None
    per_day: int | None
    progress: Progress | None = None
    """Of what they are the next postings, where they may come again because a process was killed."""

    def after(self, charged: int) -> Charge:
        """What is left of it where so many of the work were charged before."""
        if self.progress is None:
            return self
        return replace(self, cost=min(self.cost, max(0, self.progress.upto - charged)))


def passing(what: str, whose: str) -> str:
    """The name of an account that is of use for an hour at most; it does not tell whose it is."""
    return f"{PASSING}{what}:{hashlib.blake2b(whose.encode(), digest_size=8).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Account:
    """What a key has used: postings of its minute not yet made up for, at which moment; postings of which day."""

    owed: float = 0.0
    at: float = 0.0
    day: int = 0
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a charge came out: what was refused it (`rate-limited`, `quota-exceeded`, or nothing), and what is left.

    The charge is as it was made: without what was charged before.
    """

    charge: Charge
    refused: str
    owed: float
    spent: int
    midnight: int
    """Seconds until the next day."""

    def retry_after(self) -> int:
        """Seconds after which the same charge would pass."""
        if self.refused == "quota-exceeded":
            return self.midnight
        share = self.charge.per_minute or 1
        return max(1, ceil((self.owed + min(self.charge.cost, share) - share) * 60 / share))

    def headers(self) -> dict[str, str]:
        """RateLimit and RateLimit-Policy, as draft-ietf-httpapi-ratelimit-headers writes them."""
        policy, left = [], []
        if share := self.charge.per_minute:
            policy.append(f'"minute";q={share};w=60')
            left.append(f'"minute";r={max(0, int(share - self.owed))};t={ceil(self.owed * 60 / share)}')
        if quota := self.charge.per_day:
            policy.append(f'"day";q={quota};w={DAY}')
            left.append(f'"day";r={max(0, quota - self.spent)};t={self.midnight}')
        return {"RateLimit-Policy": ", ".join(policy), "RateLimit": ", ".join(left)}


def settle(account: Account, charge: Charge, at: float, day: int) -> tuple[Account, str]:
    """The account after a charge, and what refused it; a refused charge costs nothing."""
    owed = account.owed
    if share := charge.per_minute:
        owed = max(0.0, owed - max(0.0, at - account.at) * share / 60)
    spent = account.spent if account.day == day else 0
    refused = ""
    if charge.per_day and spent + charge.cost > charge.per_day:
        refused = "quota-exceeded"
    if share and owed + min(charge.cost, share) > share + 1e-6:
        refused = "rate-limited"
    if not refused:
        owed, spent = owed + charge.cost, spent + charge.cost
    return Account(owed, at, day, spent), refused


def today() -> tuple[int, int]:
    """The number of the day in Beijing, and the seconds that are left of it."""
    at = int(time.time()) + BEIJING
    return at // DAY, DAY - at % DAY


class Counts(Protocol):
    """Where accounts are kept."""

    def take(self, charge: Charge) -> Standing:
        """The charge made, or refused."""
        ...

    def close(self) -> None:
        """Close what is open; the next charge opens it again."""
        ...


SET_UP = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=OFF",
    "CREATE TABLE IF NOT EXISTS used (name TEXT PRIMARY KEY, owed REAL, at REAL, day INTEGER, spent INTEGER)",
)


class Ledger:
    """Accounts in a SQLite file that all processes of the machine share; `None` is the memory of this one alone.

    Nothing is forced to the disk: what a crash of the machine loses is a little counting.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._pid = 0
        self._passing = 0

    def take(self, charge: Charge) -> Standing:
        """The charge made, or refused. sqlite3.Error when the file cannot be used."""
        day, left = today()
        with self._lock:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                if progress := charge.progress:
                    charge = charge.after(_read(connection, progress.name).spent)
                account, refused = settle(_read(connection, charge.name), charge, time.monotonic(), day)
                _write(connection, charge.name, account)
                if progress and charge.cost and not refused:
                    _write(connection, progress.name, Account(0.0, account.at, day, progress.upto))
                if PASSING in {charge.name[:1], progress and progress.name[:1]}:
                    self._tidy(connection)
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
        return Standing(charge, refused, account.owed, account.spent, left)

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Forget old passing accounts now and then; those of a clock that began anew, too."""
        self._passing += 1
        if self._passing % TIDY == 0:
            at = time.monotonic()
            connection.execute(
                "DELETE FROM used WHERE name >= ? AND name < ? AND (at < ? OR at > ?)",
                [PASSING, chr(ord(PASSING) + 1), at - 3600, at],
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._open is not None and self._pid == os.getpid():
                self._open.close()
            self._open = None

    def _connection(self) -> sqlite3.Connection:
        """That of this process: one may not be taken along by a fork."""
        if self._open is None or self._pid != os.getpid():
            self._open, self._pid = self._opened(), os.getpid()
        return self._open

    def _opened(self) -> sqlite3.Connection:
        if self.path is not None and not self.path.exists():
            with suppress(OSError):
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        name = ":memory:" if self.path is None else str(self.path)
        connection = sqlite3.connect(name, timeout=WAIT, isolation_level=None, check_same_thread=False)
        try:
            for statement in SET_UP:
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _read(connection: sqlite3.Connection, name: str) -> Account:
    row = connection.execute("SELECT owed, at, day, spent FROM used WHERE name = ?", [name])
    return Account(*(row.fetchone() or ()))


def _write(connection: sqlite3.Connection, name: str, own: Account) -> None:
    values = (name, own.owed, own.at, own.day, own.spent)
    connection.execute("INSERT OR REPLACE INTO used VALUES (?, ?, ?, ?, ?)", values)


SCRIPT = """
local t = redis.call('TIME')
local at, day = t[1] + t[2] / 1e6, math.floor((t[1] + ARGV[4]) / 86400)
local row = redis.call('HMGET', KEYS[1], 'owed', 'at', 'day', 'spent')
local owed, spent = tonumber(row[1] or 0), 0
local cost, share, quota = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local before = KEYS[2] and tonumber(redis.call('GET', KEYS[2]) or 0)
if before then cost = math.min(cost, math.max(0, tonumber(ARGV[5]) - before)) end
if share > 0 then owed = math.max(0, owed - math.max(0, at - tonumber(row[2] or at)) * share / 60) end
if tonumber(row[3] or -1) == day then spent = tonumber(row[4]) end
local refused = ''
if quota > 0 and spent + cost > quota then refused = 'quota-exceeded' end
if share > 0 and owed + math.min(cost, share) > share + 1e-6 then refused = 'rate-limited' end
if refused == '' then owed, spent = owed + cost, spent + cost end
redis.call('HSET', KEYS[1], 'owed', tostring(owed), 'at', string.format('%.6f', at), 'day', day, 'spent', spent)
redis.call('EXPIRE', KEYS[1], 172800)
if before and cost > 0 and refused == '' then redis.call('SET', KEYS[2], ARGV[5], 'EX', 172800) end
return {refused, tostring(owed), spent, 86400 - (t[1] + ARGV[4]) % 86400, cost}
"""
"""`settle` within Redis, in one step and by its clock, which all machines have in common."""


class Shared:
    """Accounts in Redis. Connects when it is first used."""

    def __init__(self, url: str) -> None:
        """ValueError: not the address of a Redis."""
        never = Retry(NoBackoff(), 0)
        self.client = redis.Redis.from_url(url, socket_connect_timeout=WAIT, socket_timeout=WAIT, retry=never)
        self._take = self.client.register_script(SCRIPT)

    def take(self, charge: Charge) -> Standing:
        """The charge made, or refused. redis.RedisError when it does not answer."""
        limits = [charge.cost, charge.per_minute or 0, charge.per_day or 0, BEIJING]
        names = [charge.name]
        if charge.progress:
            names.append(charge.progress.name)
            limits.append(charge.progress.upto)
        answer: Any = self._take(keys=[f"scamjob:used:{name}" for name in names], args=limits)
        refused, owed, spent, left, cost = answer
        return Standing(replace(charge, cost=int(cost)), refused.decode(), float(owed), int(spent), int(left))

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


class Limits:
    """The accounts of one application: shared as far as that works just now, and those of this process otherwise."""

    def __init__(self, path: Path | None = None, url: str | None = None) -> None:
        """ValueError: `url` is not the address of a Redis."""
        self.shared: list[Counts] = [*([Shared(url)] if url else []), *([Ledger(path)] if path else [])]
        self.own = Ledger()
        self._paused: dict[int, float] = {}

    def take(self, charge: Charge) -> Standing:
        """The charge made, or refused; never an error."""
        for number, counts in enumerate(self.shared):
            if time.monotonic() < self._paused.get(number, 0.0):
                continue
            try:
                return counts.take(charge)
            except (redis.RedisError, sqlite3.Error, OSError, ValueError) as error:
                self._paused[number] = time.monotonic() + PAUSE
                kind, name = type(counts).__name__, type(error).__name__
                log.warning("limits: %s does not count (%s); the next best does", kind, name)
        return self.own.take(charge)

    def close(self) -> None:
        """Close files and connections; the next charge opens them again."""
        for counts in (*self.shared, self.own):
            counts.close()


# --- within a request ---


def charge(postings: int) -> None:
    """Charge the key of this request with postings; a refusal when they are too many. Nothing without a key."""
    if "key" in g:
        charge_key(current_app.extensions["limits"], g.key, postings)


def charge_key(limits: Limits, key: Key, cost: int) -> None:
    """Charge a key; the answer tells what is left, a refusal when to come back."""
    if key.per_minute is None and key.per_day is None:
        return
    standing = limits.take(Charge(key.id, cost, key.per_minute, key.per_day))
    if "standing" not in g:
        after_this_request(tell)
    g.standing = standing
    if standing.refused:
        seconds = standing.retry_after()
        kind = KINDS[standing.refused]
        refused = Refused(kind, kind.cure, kind.cure_en, retry_after=seconds)
        refused.headers = {"Retry-After": str(seconds)}
        raise refused


def tell(response: Response) -> Response:
    """What is left, in the headers of the answer."""
    response.headers.update(g.standing.headers())
    return response
