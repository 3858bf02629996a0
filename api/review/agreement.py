"""How far two reviewers agree beyond chance: Cohen's kappa."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """1 always, 0 as often as by chance (Cohen 1960); None without pairs, or where all say one and the same."""
    if not pairs:
        return None
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    seen = sum(one == other for one, other in pairs) / len(pairs)
    chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return None if chance == 1 else (seen - chance) / (1 - chance)


def in_words(value: float) -> str:
    """What a kappa is usually called (Landis and Koch 1977)."""
    names = ((0.81, "几乎一致"), (0.61, "高度一致"), (0.41, "中等一致"), (0.21, "一般"), (0.0, "很低"))
    return next((name for least, name in names if value >= least), "不如随机")
