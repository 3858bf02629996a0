"""Rows as a CSV file that a spreadsheet opens and never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response

from detector.cells import harmless

_BLOCK = 500


def lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file in parts: UTF-8 with the mark that Excel asks for."""
    page = io.StringIO("\ufeff", newline="")
    page.seek(1)
    writer = csv.writer(page)
    writer.writerow(head)
    for number, row in enumerate(rows, 1):
        writer.writerow(map(harmless, row))
        if number % _BLOCK == 0:
            yield page.getvalue().encode("utf-8", "replace")
            page.seek(0)
            page.truncate()
    yield page.getvalue().encode("utf-8", "replace")


def download(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The answer with the file."""
    answer = Response(lines(head, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
