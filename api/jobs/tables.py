"""A result as CSV, made from its lines as they are read; no cell of it is one that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from detector.cells import harmless

COLUMNS = ("row", "id", "kind", "risk_level", "risk_score", "codes", "evidence", "campaign", "error", "model", "rules")


def as_csv(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The table in pieces, in UTF-8 with the mark that Excel needs."""
    yield ("\ufeff" + _rows([COLUMNS])).encode()
    for lines in _lines(pieces):
        yield _rows(_cells(orjson.loads(line)) for line in lines).encode()


def _lines(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield whole


def _rows(rows: Iterable[Iterable[object]]) -> str:
    table = io.StringIO()
    csv.writer(table, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return table.getvalue()


def _cells(line: Mapping[str, Any]) -> list[object]:
    reasons, versions = line.get("reasons", ()), line.get("versions", {})
    quotes = [item["quote"] for reason in reasons for item in reason["evidence"]]
    return [
        line["row"],
        line["id"],
        *(line.get(name) for name in ("kind", "risk_level", "risk_score")),
        " ".join(dict.fromkeys(reason["code"] for reason in reasons)),
        " | ".join(dict.fromkeys(quotes)),
        (line.get("campaign") or {}).get("found"),
        line.get("error", {}).get("detail_en"),
        versions.get("model"),
        versions.get("rules"),
    ]
