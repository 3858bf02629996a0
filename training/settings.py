"""How a model is trained unless told otherwise; all of it stands in the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SETTINGS: Mapping[str, Any] = {
    "blocks": {"words": 1.5, "reading": 0.6, "characters": 1.5},
    "min_df": {"words": 1, "pairs": 2, "reading": 2, "bigrams": 2, "trigrams": 4},
    "C": 5.0,
    "C_codes": 20.0,
    "folds": 5,
    "least_code": 10,
    "joined": 0.3,
    "windows": {"share": 0.4, "discount": 0.7},
    "prior": 0.21,
    "unknown": 0.0625,
    "jobs": -1,
}
"""`jobs` is the number of processes, -1 for one a core; it changes nothing but the time, so the manifest has it not."""
