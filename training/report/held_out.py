"""What training left beside a model: how each text it learnt from was read by a fit that never saw its group.

`scamjob train --predictions` writes it. A model knows the texts it was trained on too well to be asked about them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from detector.types import Posting
from training.dataset import DataError

FILE = "heldout.jsonl"


@dataclass(frozen=True, slots=True)
class Reading:
    """The shares of scam, legit and not_posting, the risk with the rules joined in (0..1), and the score (0..100)."""

    shares: tuple[float, float, float]
    risk: float
    score: int


def key(posting: Posting) -> str:
    """What a text is known by in the file: 32 hexadecimal digits over its fields."""
    said = repr(tuple(posting.fields())).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=16).hexdigest()


def readings(model: Path) -> Mapping[str, Reading]:
    """The readings beside a model by the key of the text; none where there are none. DataError at a damaged line."""
    try:
        return dict(_lines(model / FILE))
    except FileNotFoundError:
        return {}


def _lines(path: Path) -> Iterator[tuple[str, Reading]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                scam, legit, other = map(float, row["shares"])
                found = Reading((scam, legit, other), float(row["risk"]), min(100, max(0, int(row["score"]))))
                yield str(row["key"]), found
            except (ValueError, TypeError, LookupError) as error:
                raise DataError(f"{path}:{number}: not a held-out reading ({error}); train the model again") from None
