"""One posting from its JSON to its answer: the way that the single route, the batch and the stream share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from api.answers import answer_to
from api.caller import caller
from api.campaigns import memory
from api.config import assessor
from api.languages import preferred
from api.metrics import record
from api.problems import refuse
from api.store import StoreAway
from api.store.idempotency import OtherBody, once
from api.store.postings import Kept, keep_assessed
from api.stored import store
from api.submission import Options, Submission, read_submission, too_long
from detector.errors import TextTooLong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.campaigns import Figures, Met
    from api.store.idempotency import Scope
    from detector.types import Assessment, Posting

    Done = tuple[Submission, Assessment]

PLAIN = Options()


def default_options() -> Options:
    """How answers are wanted where the body says nothing: in the language that Accept-Language names, if it does."""
    accepted = request.environ.get("HTTP_ACCEPT_LANGUAGE")
    if not accepted or accepted == "*":
        return PLAIN
    language = preferred(request.accept_languages)
    return Options(language=language, asked=True) if language else PLAIN


def assess_value(value: object, default: Options) -> dict[str, object]:
    """The answer to a decoded JSON value, or a refusal."""
    return assess_submission(read_submission(value, default))


def assess_submission(submission: Submission) -> dict[str, object]:
    """The answer to one posting, which is kept or remembered if that was asked for."""
    return answers_to([(submission, assess_one(submission.posting))])[0]


def answers_to(done: Sequence[Done], scope: Scope | None = None) -> list[dict[str, object]]:
    """The answers to assessed postings, in order; those that are to be kept or remembered are, in one step.

    A request that comes again, as its scope tells, does neither, and is answered as it was the first time.
    """
    known = recalled(done)
    kept, first = keep(done, known, scope)
    if first is not None:
        known = [met and memory().again(met, then) for met, then in zip(known, first, strict=True)]
    told = [
        answer_to(one, assessment, {"campaign": met and memory().told(*met)} if one.options.campaign else None)
        for (one, assessment), met in zip(done, known, strict=True)
    ]
    for own, key in zip(told, kept, strict=True):
        if key is not None:
            own["assessment_id"] = key
    if first is None:
        for (_, assessment), met, key in zip(done, known, kept, strict=True):
            if met:
                memory().remember(met[1], assessment, key)
    return told


def recalled(done: Sequence[Done]) -> list[Met | None]:
    """What the campaign memory knows of each posting whose sender asks for it."""
    asked = [one for one, _ in done if one.options.campaign]
    found = iter(memory().recall(caller().tenant, asked) if asked else ())
    return [next(found) if one.options.campaign else None for one, _ in done]


def keep(
    done: Sequence[Done], known: Sequence[Met | None], scope: Scope | None
) -> tuple[Sequence[str | None], Sequence[Figures | None] | None]:
    """Keep those that are to be kept, in one step: the id of each, under which feedback and deletion find it.

    The second is None, or, of a request that was answered before, what the campaign memory knew then.
    """
    wanted = any(one.options.store for one, _ in done)
    if scope is None and not wanted:
        return [None] * len(done), None
    fresh = []

    def act() -> dict[str, Any]:
        fresh.append(True)
        tenant = caller().tenant
        ids = [
            keep_assessed(connection, one.posting, assessment, Kept(tenant, "assessment", one.posted_by))
            if one.options.store
            else None
            for one, assessment in done
        ]
        return {"kept": ids, "met": [met and memory().figures(met) for met in known]}

    try:
        with store().write() as connection:
            then = act() if scope is None else once(connection, scope, act)
    except OtherBody:
        refuse("idempotency-conflict")
    except StoreAway:
        if wanted:
            raise
        return [None] * len(done), None  # nothing is kept, so that a repetition does no harm
    return then["kept"], None if fresh else then["met"]


def assess_one(posting: Posting) -> Assessment:
    """The assessment; the detector's own limit, should it be stricter, is the caller's mistake too."""
    try:
        assessment = assessor().assess(posting)
    except TextTooLong as error:
        name, _ = max(posting.fields(), key=lambda item: len(item[1]))
        raise too_long(error.length, name) from None
    record(assessment)
    return assessment
