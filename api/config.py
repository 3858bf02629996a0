"""What an application is built from: its limits, and the one thing it needs of a detector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app, g

from api.caller import caller
from api.repeats import Remembering
from api.store.jobs import Limits

if TYPE_CHECKING:
    from detector.types import Assessment, Legal, Posting, Versions


@dataclass(frozen=True, slots=True)
class Config:
    """Limits of one application, in bytes of a request body, and what it logs."""

    max_body: int = 512 * 1024
    """One posting: 20,000 characters, however escaped, fit; a longer text still gets an answer that names the limit."""
    max_batch_body: int = 32 * 1024 * 1024
    """A batch: 1,000 postings of 10,000 Chinese characters."""
    max_form: int = 2 * 1024 * 1024
    """The web form: up to this the pasted text is given back with the message that it is too long."""
    log_requests: bool = False
    """A JSON line a request to standard output."""
    log_addresses: bool = False
    """With the caller's address in it."""
    max_streams: int = 2
    """Streams at a time in one worker; each keeps a thread busy, and some have to be left for everybody else."""
    stream_idle: float = 60
    """Seconds after which a stream that neither sends nor reads is let go."""
    max_job_body: int = 1024 * 1024 * 1024
    """A file for a job: a million postings of 1,000 bytes."""
    jobs: Limits = Limits()  # noqa: RUF009  # frozen
    """What one tenant may have of jobs at a time."""
    remember: int = 0
    """Answers that each process keeps for postings that come again word for word."""
    open_to_all: bool = False
    """No key is asked for, though keys were made; one that is sent is checked all the same."""
    counts: Path | None = None
    """The file in which the workers count together what each key uses; without it each counts for itself."""
    redis: str | None = field(default=None, repr=False)
    """The address of a Redis in which several machines count together."""
    policy: Path | None = None
    """The file that says what each tenant wants otherwise."""


class RuleLike(Protocol):
    """What the API shows of a rule."""

    @property
    def id(self) -> str:
        """As in `upfront_fee.deposit`."""
        ...

    @property
    def code(self) -> str:
        """The reason code it belongs to."""
        ...

    @property
    def title(self) -> str:
        """What it found, in a line."""
        ...

    @property
    def explanation(self) -> str:
        """Why that is a sign of a scam."""
        ...

    @property
    def advice(self) -> str:
        """What to do."""
        ...

    @property
    def confidence(self) -> float:
        """How sure it is, 0..1."""
        ...

    @property
    def legal(self) -> tuple[Legal, ...]:
        """The norms that the conduct may breach."""
        ...


class Assessor(Protocol):
    """What the API asks of a detector; `detector.Detector` is one, and so is the toy in the tests."""

    @property
    def versions(self) -> Versions:
        """What is running."""
        ...

    @property
    def rules(self) -> Sequence[RuleLike]:
        """All of them."""
        ...

    @property
    def manifest(self) -> Mapping[str, object]:
        """What the model was made from, and how well it does."""
        ...

    def assess(self, posting: Posting, /) -> Assessment:
        """How likely the posting is a scam, and why."""
        ...

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        """The same, one by one and in order."""
        ...


def assessor() -> Assessor:
    """The detector that answers this request, the same from its beginning to its end."""
    if "assessor" not in g:
        detector, repeats = current_app.extensions["assessor"], current_app.extensions["repeats"]
        if policies := current_app.extensions.get("policies"):
            detector = policies.governed(detector, caller().tenant)
        g.assessor = Remembering(detector, repeats) if repeats else detector
    return cast("Assessor", g.assessor)


def config() -> Config:
    """The limits of the application that answers this request."""
    return cast("Config", current_app.extensions["config"])
