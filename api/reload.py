"""Take up what is promoted while the service runs: no request lost, nothing unfit taken, every answer by one model.

Each worker looks once a second whether another model was promoted or a rule pack changed (a few `stat` calls), loads
it beside the running one in a thread of its own, tries it, and only then puts it in the place of the other. A request
keeps the detector that it began with, so that a batch is answered by one; the old one goes when its last request is
done.

The other way is to have gunicorn start new workers around a new model (HUP). They would share its memory, but their
predecessors have to close connections that are kept alive, and a request that is on its way down such a connection is
lost; an unfit model would be loaded by the one process that must not die. What the way here costs is memory: a model
that was taken up is not shared between workers (about 45 MiB each for the shipped one) until the next start. And for a
second or two one worker may answer with the new model while another still has the old; `versions` always says which.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from api.probes import tells_apart
from detector.errors import DetectorError, ModelError, RegistryError
from detector.registry import SHIPPED_NAME, Registry, Stamp, stamp_of
from detector.rules import PACKS

if TYPE_CHECKING:
    from flask import Flask

    from api.config import Assessor

EVERY = 1.0
"""Seconds between two looks."""
AGAIN = 60.0
"""Seconds after which a refused candidate is tried again: memory or a disk may have been short."""

log = logging.getLogger("api")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What would be loaded now: its name, how to load it, and a stamp that changes when it would be another."""

    name: str
    stamp: Stamp
    load: Callable[[], Assessor]


def candidate_here() -> Candidate:
    """The promoted or shipped model with the rules as they are now on the disk."""
    registry = Registry.here()
    packs = sorted(PACKS.glob("*.toml"))
    stamp = (*registry.stamp(), *stamp_of(packs))
    try:
        name = registry.running()
    except RegistryError:
        name = ""
    return Candidate(name, stamp, partial(registry.load, name or None))


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not taken up, since when, and why; the cause names no folder of this machine."""

    name: str
    at: str
    cause: str


@dataclass(slots=True)
class Watch:
    """Keeps one application on what is promoted. Made before workers are forked, started in each."""

    app: Flask
    taken: Candidate
    look_for: Callable[[], Candidate] = candidate_here
    since: str = field(default_factory=_now)
    refused: Refused | None = None
    _tried: tuple[Stamp, float] | None = None

    def start(self) -> None:
        """Look from now on, as long as this process lives; at once first, for it may come after a promotion."""
        self._look_safely()
        threading.Thread(target=self._go_on, name="reload", daemon=True).start()

    def _go_on(self) -> None:
        while True:
            time.sleep(EVERY)
            self._look_safely()

    def _look_safely(self) -> None:
        try:
            self.look()
        except Exception as error:  # noqa: BLE001  # whatever it is, the next look may be better
            log.warning("looking for a promoted model failed: %s", type(error).__name__)

    def look(self) -> bool:
        """Take up what is promoted if that is something else and does its work; whether it was."""
        found = self.look_for()
        if found.stamp == self.taken.stamp:
            self.refused = self._tried = None
            return False
        if self._tried and self._tried[0] == found.stamp and time.monotonic() - self._tried[1] < AGAIN:
            return False
        try:
            detector = _tried_out(found)
        except (DetectorError, OSError, MemoryError, ValueError, LookupError, TypeError) as error:
            self._refuse(found, error)
            return False
        self._take(found, detector)
        return True

    def _take(self, found: Candidate, detector: Assessor) -> None:
        self.app.extensions["assessor"] = detector
        self.taken, self.since = found, _now()
        self.refused = self._tried = None
        log.warning("now running model %s, rules %s", detector.versions.model, detector.versions.rules)
        gc.collect()

    def _refuse(self, found: Candidate, error: Exception) -> None:
        cause = _without_folders(error)
        self._tried = found.stamp, time.monotonic()
        if self.refused is None or (self.refused.name, self.refused.cause) != (found.name, cause):
            self.refused = Refused(found.name, _now(), cause)
            log.warning("model %s is refused, the one before goes on: %s", found.name or "promoted", cause)

    def facts(self) -> Mapping[str, Any]:
        """What runs in this worker, since when, and what was refused."""
        place = "shipped" if self.taken.name == SHIPPED_NAME else "promoted"
        refused = self.refused
        told = {"version": refused.name, "at": refused.at, "cause": refused.cause} if refused else None
        return {"place": place, "since": self.since, "refused": told}


def _tried_out(found: Candidate) -> Assessor:
    """The detector, once it has told a scam from an honest posting."""
    detector = found.load()
    if not tells_apart(detector):
        raise ModelError(f"model {detector.versions.model}: does not tell a plain scam from an honest posting")
    return detector


def _without_folders(error: Exception) -> str:
    """The cause as anybody may read it."""
    if not isinstance(error, DetectorError):
        return type(error).__name__
    told = " ".join(str(error).split())
    for folder in (Registry.here().shelf, Registry.here().root, PACKS):
        told = told.replace(f"{folder}/", "")
    return told


def follow(app: Flask, taken: Candidate) -> Flask:
    """The application, with a watch that has yet to be started; `taken` is what it was made around."""
    app.extensions["watch"] = Watch(app, taken)
    return app


def start(app: Flask) -> None:
    """Begin to look in this worker, where the application follows what is promoted."""
    if watch := app.extensions.get("watch"):
        watch.start()


def facts(app: Flask) -> Mapping[str, Any]:
    """How the application came by its model; `given` where it does not follow what is promoted."""
    watch = app.extensions.get("watch")
    return watch.facts() if watch else {"place": "given", "since": None, "refused": None}
