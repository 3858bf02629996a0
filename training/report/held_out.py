"""What training left beside a model: how each text it learnt from was read by a fit that never saw its group.

`scamjob train --predictions` writes it. A model knows the texts it was trained on too well to be asked about them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.dataset import DataError
from training.held_out import HELD_OUT_FILE


@dataclass(frozen=True, slots=True)
class Reading:
    """The shares of scam, legit and not_posting, the risk with the rules joined in (0..1), and the score (0..100)."""

    shares: tuple[float, float, float]
    risk: float
    score: int


def readings(model: Path) -> Mapping[str, Reading]:
    """The readings beside a model by `text_key` in hexadecimal, if there are any; DataError at a bad line."""
    try:
        return dict(_lines(model / HELD_OUT_FILE))
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
