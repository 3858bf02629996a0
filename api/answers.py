"""An assessment as the caller wants to read it: in his language, as long as asked for, pointing into what he sent."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from api.languages import SOURCE, told_in, with_reasons

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from api.jobposting import Origin
    from api.submission import Options, Submission
    from detector.types import Assessment


def answer_to(
    submission: Submission, assessment: Assessment, more: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The JSON object for one posting; `more` are members beside those of the assessment."""
    told = {**assessment.to_dict(), **(more or {})}
    options = submission.options
    if options.asked or options.language != SOURCE:
        told_in(options.language, told)
    if options.explain != "full":
        _shorten(told, options)
    if submission.origin:
        _relocate(told, submission.origin)
    return told


def _shorten(told: dict[str, Any], options: Options) -> None:
    """Leave out what was not asked for. Members stay, empty, so that a program reads every answer the same way."""
    told["wording"] = []
    reasons = [reason for part in with_reasons(told) for reason in part["reasons"]]
    for reason in reasons:
        reason |= {"explanation": "", "advice": ""}
    if options.explain == "none":
        told["set_aside"] = []
        for entry in told.get("policy", ()):
            entry["evidence"] = []
        for reason in reasons:
            reason |= {"title": "", "evidence": [], "legal": []}


def _relocate(told: dict[str, Any], origin: Origin) -> None:
    """Point into the JobPosting as it was sent; what points into a composed field brings its text along."""
    composed: dict[str, str] = {}
    for item in _pointing(told):
        field, start, end, quote = origin.place(item["field"], item["start"], item["end"])
        item |= {"field": field, "start": start, "end": end}
        if "quote" in item:
            item["quote"] = quote
        if field in origin.fields:
            composed[field] = origin.fields[field].text
    told["fields"] = composed


def _pointing(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    parts = (*(part["reasons"] for part in with_reasons(told)), told["set_aside"], told.get("policy", ()))
    for one in chain.from_iterable(parts):
        yield from cast("list[dict[str, Any]]", one["evidence"])
    yield from told["wording"]
