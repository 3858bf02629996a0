"""An assessment as the caller wants to read it: in his language, as long as asked for, pointing into what he sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from api.languages import SOURCE, told_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from api.jobposting import Origin
    from api.submission import Options, Submission
    from detector.types import Assessment


def answer_to(submission: Submission, assessment: Assessment) -> dict[str, object]:
    """The JSON object for one posting."""
    told = assessment.to_dict()
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
    for reason in told["reasons"]:
        reason |= {"explanation": "", "advice": ""}
    if options.explain == "none":
        told["set_aside"] = []
        for entry in told.get("policy", ()):
            entry["evidence"] = []
        for reason in told["reasons"]:
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


def _pointing(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("reasons", "set_aside", "policy"):
        for one in told.get(part, ()):
            yield from cast("list[dict[str, Any]]", one["evidence"])
    yield from told["wording"]
