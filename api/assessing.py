"""One posting from its JSON to its answer: the way that the single route, the batch and the stream share."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import request

from api.answers import answer_to
from api.caller import caller
from api.campaigns import memory
from api.config import assessor
from api.languages import preferred
from api.metrics import record
from api.store.postings import Kept, keep_assessed
from api.stored import store
from api.submission import Options, Submission, read_submission, too_long
from detector.errors import TextTooLong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detector.types import Assessment, Posting

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


def answers_to(done: Sequence[tuple[Submission, Assessment]]) -> list[dict[str, object]]:
    """The answers to assessed postings, in order; those that are to be kept or remembered are, in one step."""
    remembered = [one for one in done if one[0].options.campaign]
    recalled = iter(memory().recall(caller().tenant, [one for one, _ in remembered]) if remembered else ())
    known = [next(recalled) if one.options.campaign else None for one, _ in done]
    told = [
        answer_to(one, assessment, {"campaign": met and memory().told(*met)} if one.options.campaign else None)
        for (one, assessment), met in zip(done, known, strict=True)
    ]
    if any(one.options.store for one, _ in done):
        keep([(*one, own) for one, own in zip(done, told, strict=True) if one[0].options.store])
    for (_, assessment), met, own in zip(done, known, told, strict=True):
        if met:
            memory().remember(met[1], assessment, cast("str | None", own.get("assessment_id")))
    return told


def keep(answered: Sequence[tuple[Submission, Assessment, dict[str, object]]]) -> None:
    """Keep these postings in one step, and tell in each answer the id under which feedback and deletion find it."""
    about = Kept(caller().tenant, "assessment")
    with store().write() as connection:
        for submission, assessment, told in answered:
            told["assessment_id"] = keep_assessed(connection, submission.posting, assessment, about)


def assess_one(posting: Posting) -> Assessment:
    """The assessment; the detector's own limit, should it be stricter, is the caller's mistake too."""
    try:
        assessment = assessor().assess(posting)
    except TextTooLong as error:
        name, _ = max(posting.fields(), key=lambda item: len(item[1]))
        raise too_long(error.length, name) from None
    record(assessment)
    return assessment
