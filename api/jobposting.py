"""A schema.org JobPosting (JSON-LD) as a posting, with a way back for the evidence.

Texts that came as one string are pointed into where they stand, tags and entities included: `field` is then a JSON
Pointer such as `/description`. Where the words were put together from several members or from numbers (a salary of
300 to 500 a DAY), `field` is one of `fields`, the texts that come with the answer. Either way
`field[start:end] == quote`.
"""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Never, cast

from api.html_text import Traced, visible
from api.problems import Mistake, refuse
from detector.types import Posting

TABLE = Path(__file__).with_name("jobposting.toml")
MAX_SOURCE = 200_000
"""Most characters of source, tags included, that are read of one JobPosting."""
PREFIXES = ("", "schema:", "https://schema.org/", "http://schema.org/")
"""How JSON-LD may write a term of schema.org."""
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a field of the posting: a string as it was sent, or (no pointer) words of ours."""

    text: str
    pointer: str | None = None
    source: str = ""
    traced: Traced | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A field of the posting and the parts it was put together from."""

    parts: tuple[Part, ...]
    starts: tuple[int, ...]

    @property
    def text(self) -> str:
        """What the detector reads."""
        return "".join([part.text for part in self.parts])


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the fields of a posting come from."""

    fields: Mapping[str, Composed]

    def place(self, field: str, start: int, end: int) -> tuple[str, int, int, str]:
        """(field, start, end, quote) in what was sent, or in the composed field where no one string holds it all."""
        composed = self.fields[field]
        which = max(0, bisect_right(composed.starts, start) - 1)
        part, offset = composed.parts[which], composed.starts[which]
        if part.pointer is None or part.traced is None or end > offset + len(part.text):
            return field, start, end, composed.text[start:end]
        left, right = part.traced.origin(start - offset, end - offset)
        return part.pointer, left, right, part.source[left:right]


def is_linked(value: object) -> bool:
    """Whether a JSON value is JSON-LD rather than our own form."""
    return isinstance(value, dict) and not value.keys().isdisjoint({"@context", "@type", "@graph"})


def read_job_posting(document: Mapping[str, object]) -> tuple[Mapping[str, object], Posting, Origin]:
    """(the JobPosting's object, the posting, its origin); a refusal when there is not exactly one, or too much."""
    found = list(_job_postings(document))
    if len(found) != 1:
        _refuse_count(len(found))
    path, job = found[0]
    reading = _Reading(job, path, _by_id(document), [MAX_SOURCE])
    fields = {name: _joined(list(read(reading))) for name, read in FIELDS.items()}
    fields = {name: composed for name, composed in fields.items() if composed.text}
    return job, Posting(**{name: composed.text for name, composed in fields.items()}), Origin(fields)


def own_id(job: Mapping[str, object]) -> object:
    """What the caller calls it: `id`, `@id` or `identifier`, in this order."""
    for key in ("id", "@id", "identifier"):
        value = job.get(key)
        if isinstance(value, dict):
            value = value.get("value")
        if value is not None:
            return value
    return None


def _refuse_count(count: int) -> Never:
    pointer = "#/@graph" if count else "#/@type"
    detail = f"JSON-LD 里有 {count} 个 JobPosting，应当正好一个；多个请用批量接口。"
    detail_en = f"The JSON-LD holds {count} JobPostings and should hold one; send several as a batch."
    refuse("invalid-posting", detail, detail_en, [Mistake(pointer, detail, detail_en)])


# --- finding it ---


def _job_postings(document: Mapping[str, object]) -> Iterator[tuple[Steps, Mapping[str, object]]]:
    if _is_a(document, "JobPosting"):
        yield (), document
        return
    for path, node in _nodes(document):
        if _is_a(node, "JobPosting"):
            yield path, node


def _nodes(document: Mapping[str, object]) -> Iterator[tuple[Steps, Mapping[str, object]]]:
    graph = document.get("@graph")
    for index, node in enumerate(graph if isinstance(graph, list) else [graph]):
        if isinstance(node, dict):
            yield ("@graph", index) if isinstance(graph, list) else ("@graph",), node


def _by_id(document: Mapping[str, object]) -> Mapping[str, tuple[Steps, Mapping[str, object]]]:
    """The nodes of the graph by their @id, for references such as {"@id": "#company"}."""
    return {node["@id"]: (path, node) for path, node in _nodes(document) if isinstance(node.get("@id"), str)}  # type: ignore[misc]


def _is_a(node: Mapping[str, object], kind: str) -> bool:
    types = node.get("@type", node.get("type"))
    names = {prefix + kind for prefix in PREFIXES}
    return any(isinstance(one, str) and one in names for one in (types if isinstance(types, list) else [types]))


# --- reading it ---


@dataclass(frozen=True, slots=True)
class At:
    """A JSON value and the path to it."""

    value: object
    path: Steps

    @property
    def pointer(self) -> str:
        """As a JSON Pointer (RFC 6901)."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.path)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Steps into the members of a node, whatever way JSON-LD writes them."""

    job: Mapping[str, object]
    path: Steps
    known: Mapping[str, tuple[Steps, Mapping[str, object]]]
    left: list[int]
    """Characters of source that may still be read; a reference may lead to the same long text many times."""

    def string(self, at: At) -> Iterator[Part]:
        """A string that says something, as a reader sees it."""
        if isinstance(at.value, str) and at.value.strip():
            self.left[0] -= len(at.value)
            if self.left[0] < 0:
                _refuse_source(at)
            _refuse_half(at)
            traced = visible(at.value)
            yield Part(traced.text, at.pointer, at.value, traced)

    def get(self, *names: str, node: At | None = None) -> list[At]:
        """The values of these members, lists opened, references followed; empty where there are none."""
        start = node or At(self.job, self.path)
        return [inner for name in names for inner in self._member(start, name)]

    def _member(self, node: At, name: str) -> Iterator[At]:
        if not isinstance(node.value, dict):
            return
        for key in (prefix + name for prefix in PREFIXES):
            value = node.value.get(key)
            if value is not None:
                for one in _opened(At(value, (*node.path, key))):
                    yield self._followed(one)

    def _followed(self, at: At) -> At:
        if isinstance(at.value, dict) and at.value.keys() == {"@id"} and isinstance(at.value["@id"], str):
            path, node = self.known.get(at.value["@id"], (at.path, at.value))
            return At(node, path)
        return at

    def strings(self, *names: str, node: At | None = None) -> Iterator[Part]:
        """The strings among the values of these members, each a part of its own."""
        return (part for at in self.get(*names, node=node) for part in self.string(at))

    def texts(self, member: str, inner: Sequence[str]) -> Iterator[Part]:
        """A member that is a string, or a node whose strings of these names count."""
        for at in self.get(member):
            yield from self.string(at)
            yield from self.strings(*inner, node=at)


def _opened(at: At) -> Iterator[At]:
    """The items of a list (as JSON-LD has it, lists do not nest), or the value itself; @value is the value."""
    if isinstance(at.value, list):
        for index, one in enumerate(at.value):
            yield _plain(At(one, (*at.path, index)))
    else:
        yield _plain(at)


def _plain(at: At) -> At:
    if isinstance(at.value, dict) and "@value" in at.value:
        return At(at.value["@value"], (*at.path, "@value"))
    return at


def _refuse_source(at: At) -> Never:
    detail = f"连同标签，一则 JobPosting 的文字不能超过 {MAX_SOURCE:,} 个字符。"
    detail_en = f"With its tags, a JobPosting may hold at most {MAX_SOURCE:,} characters of text."
    refuse("text-too-long", detail, detail_en, [Mistake("#" + at.pointer, detail, detail_en)], limit=MAX_SOURCE)


def _refuse_half(at: At) -> None:
    try:
        cast("str", at.value).encode()
    except UnicodeEncodeError as error:
        detail, detail_en = f"第 {error.start} 个码点处有半个字符", f"has half a character at code point {error.start}"
        refuse("lone-surrogate", detail, detail_en, [Mistake("#" + at.pointer, detail, detail_en)])


def _joined(parts: Sequence[Part], glue: str = "\n") -> Composed:
    spaced = [one for part in parts for one in (Part(glue), part)][1:]
    return Composed(tuple(spaced), tuple(accumulate([len(part.text) for part in spaced[:-1]], initial=0)))


# --- the fields of a posting ---


@cache
def words() -> Mapping[str, Any]:
    """The words for units, currencies, countries and kinds of employment, and the members that are read."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def _title(reading: _Reading) -> Iterator[Part]:
    return reading.strings(*words()["read"]["title"])


def _company(reading: _Reading) -> Iterator[Part]:
    return reading.texts("hiringOrganization", words()["read"]["organization"])


def _location(reading: _Reading) -> Iterator[Part]:
    for place in reading.get("jobLocation", "applicantLocationRequirements"):
        yield from reading.string(place)
        yield from reading.strings("name", node=place)
        for address in reading.get("address", node=place):
            yield from reading.string(address)
            yield from _address(reading, address)
    if any(at.value == "TELECOMMUTE" for at in reading.get("jobLocationType")):
        yield Part(words()["employment"]["TELECOMMUTE"])


def _address(reading: _Reading, address: At) -> Iterator[Part]:
    for country in reading.get("addressCountry", node=address):
        if isinstance(country.value, str) and len(country.value.strip()) <= 3:
            name = words()["country"].get(country.value.strip().upper())
            yield from [Part(name)] if name else []
        else:
            yield from reading.string(country)
            yield from reading.strings("name", node=country)
    yield from reading.strings("addressRegion", "addressLocality", "streetAddress", node=address)


def _contact(reading: _Reading) -> Iterator[Part]:
    inner = words()["read"]["contact"]
    yield from reading.texts("applicationContact", inner)
    for company in reading.get("hiringOrganization"):
        yield from reading.strings("telephone", "email", node=company)
        for point in reading.get("contactPoint", node=company):
            yield from reading.strings(*inner, node=point)


def _description(reading: _Reading) -> Iterator[Part]:
    return reading.strings("description")


def _text(reading: _Reading) -> Iterator[Part]:
    for at in reading.get("employmentType"):
        name = words()["employment"].get(at.value.strip().upper()) if isinstance(at.value, str) else None
        yield from [Part(name)] if name else reading.string(at)
    for member in words()["read"]["text"]:
        yield from reading.texts(member, ("name", "description"))


def _salary(reading: _Reading) -> Iterator[Part]:
    for offer in reading.get("baseSalary", "estimatedSalary"):
        if isinstance(offer.value, (int, float)) and not isinstance(offer.value, bool):
            yield from _money(reading, At({"value": offer.value}, offer.path))
        yield from reading.string(offer)
        yield from _money(reading, offer)


def _money(reading: _Reading, offer: At) -> Iterator[Part]:
    """A MonetaryAmount in words: 300-500元/天."""
    currency = _first(reading, "currency", "priceCurrency", node=offer) or _first(reading, "salaryCurrency") or "CNY"
    nested = [At(one.value, one.path) for one in reading.get("value", node=offer) if isinstance(one.value, dict)]
    for quantity in nested or [offer]:
        unit = _first(reading, "unitText", "unitCode", node=quantity) or _first(reading, "unitText", node=offer)
        low, high = (
            _amount(reading, quantity, names) for names in (("minValue", "minPrice"), ("maxValue", "maxPrice"))
        )
        alone = _amount(reading, quantity, ("value", "price", "median"))
        amount = "-".join([one for one in (low, high) if one]) or alone
        if amount:
            yield Part(amount + _currency(currency) + _unit(unit))
        for said in reading.get("value", "description", node=quantity):
            if not _number(said.value):
                yield from reading.string(said)


def _first(reading: _Reading, *names: str, node: At | None = None) -> str:
    return next((at.value.strip() for at in reading.get(*names, node=node) if isinstance(at.value, str)), "")


def _amount(reading: _Reading, node: At, names: Sequence[str]) -> str:
    return next((number for at in reading.get(*names, node=node) if (number := _number(at.value))), "")


def _number(value: object) -> str:
    """A number as one writes it, also one sent as a string; empty for what is no amount of money."""
    if isinstance(value, str):
        try:
            value = float(value.strip().replace(",", "")) if len(value) <= 20 else math.nan
        except ValueError:
            return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e12:
        return ""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _currency(code: str) -> str:
    return cast("str", words()["currency"].get(code.upper(), "")) or code[:8]


def _unit(text: str) -> str:
    return cast("str", words()["unit"].get(text.strip().lower().strip("/每"), ""))


FIELDS = {
    "title": _title,
    "company": _company,
    "salary": _salary,
    "location": _location,
    "contact": _contact,
    "description": _description,
    "text": _text,
}
"""Which members make each field of a posting."""
