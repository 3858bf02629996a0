"""The rows of a file that was sent as a job, assessed block by block, as lines of its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from training.bulk import Assessor, Scored, Tell, assess_block, plainly
from training.reading import open_rows

if TYPE_CHECKING:
    from training.files import BadRow


@dataclass(frozen=True, slots=True)
class Block:
    """What became of some rows: a line each, in the order of the file, and what they count for."""

    lines: bytes
    rows: int
    refused: int
    levels: Mapping[str, int]
    share: float | None
    """Of the file that is read, 0..1; None when nobody knows."""


class UsedUp(Exception):  # noqa: N818  # it says what is the case
    """No more rows are allowed for now."""


def as_many(rows: int) -> int:
    """All rows that there are."""
    return rows


def blocks(
    path: str, detector: Assessor, skip: int = 0, tell: Tell = plainly, allow: Callable[[int], int] = as_many
) -> Iterator[Block]:
    """The file from the row after the first `skip` on. FileError when it cannot be read as a whole.

    `allow` says of so many rows how many may be assessed now; when that is not all of them, UsedUp follows.
    """
    with open_rows(path) as rows:
        for rows_read in rows.blocks:
            fresh = rows_read[skip:]
            skip = max(0, skip - len(rows_read))
            if not fresh:
                continue
            allowed = fresh[: allow(len(fresh))]
            share = min(1.0, rows.done() / rows.size) if rows.size else None
            if allowed:
                yield _block(assess_block(detector, allowed, tell), share)
            if len(allowed) < len(fresh):
                raise UsedUp


def _block(scored: Scored, share: float | None) -> Block:
    lines = [(number, {"row": number, **assessment}) for number, assessment in scored.results]
    lines += [(bad.number, _refused(bad)) for bad in scored.refused]
    lines.sort(key=lambda line: line[0])
    data = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for _, line in lines)
    levels = Counter(str(assessment["risk_level"]) for _, assessment in scored.results)
    return Block(data, len(lines), len(scored.refused), levels, share)


def _refused(bad: BadRow) -> dict[str, Any]:
    error = {"type": "/problems/row-refused", "status": 422, "detail_en": bad.cause}
    return {"row": bad.number, "id": None, "error": error}
