"""Whether today's scores look like those the model was made with, in one number that can ring a bell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

BANDS = ("0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80-89", "90-100")
LEAST = 1e-4
"""No share counts as smaller, so that an empty band is far away and not infinitely far."""


def band(score: int) -> str:
    """The band that a score from 0 to 100 falls in."""
    return BANDS[min(score // 10, 9)]


def expected(manifest: Mapping[str, object]) -> tuple[float, ...] | None:
    """The share of each band among held-out training texts, as the manifest has it under `scores`; None without."""
    shares = manifest.get("scores")
    if not isinstance(shares, list | tuple) or len(shares) != len(BANDS):
        return None
    if not all(isinstance(share, int | float) and share >= 0 for share in shares) or not sum(shares):
        return None
    return tuple(share / sum(shares) for share in shares)


def stability(seen: Sequence[float], wanted: Sequence[float]) -> float:
    """Population stability index: 0 the same, from 0.25 on another population (Siddiqi 2006); 0 before the first."""
    total = sum(seen)
    if not total:
        return 0.0
    pairs = [(max(count / total, LEAST), max(share, LEAST)) for count, share in zip(seen, wanted, strict=True)]
    return sum((now - then) * log(now / then) for now, then in pairs)
