"""From reasons to a score and a level.

Rules and classifier are equal signals joined by noisy-or over families (one family a reason code): 1 − Π(1 − strongest
confidence). A jointly fitted stack would unlearn the rules as data grows. One monotone map, fitted on held-out groups,
makes the result mean what it says: of texts scored near 80, about 80 in 100 are scams.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from detector.types import HIGH_FROM, LOW_BELOW, Level


class Levels(NamedTuple):
    """The scores from which on a posting is medium, and high."""

    medium: int = LOW_BELOW
    high: int = HIGH_FROM


LEVELS = Levels()

HINT_BELOW = 0.6
"""Rules that are believed less are hints: they count, but only beside something else."""

RIGHT, HINT = 0.95, 0.5
"""A rule that is right less often than RIGHT among labelled postings is a hint, whatever it claims."""

KINDRED, STRANGE = 0.25, 0.5
"""A text like no kind of scam (its likeliest code under KINDRED) is a scam with down to STRANGE of the chance."""

DOUBT = 0.5
"""How much of a rule's claim the classifier may talk away; never all of it, or new tactics would go unseen."""

SURE, LEFT_OF_DOUBT = 0.93, 0.6
"""A rule believed this much names the trap itself; of the doubt only this share is left, or polite traps would pass."""


def believed(claim: float, scam: float, legit: float) -> float:
    """What may be believed of a rule: its claim, or where less the share of scams among labelled postings it hit.

    `scam` and `legit` are counts; four imagined hits at the claimed share steady small ones. A rule that is too often
    wrong is a hint.
    """
    share = min(claim, (scam + 4 * claim) / (scam + legit + 4))
    return share if scam >= RIGHT * (scam + legit) else min(share, HINT)


def families(
    claims: Mapping[str, float], audit: Mapping[str, Mapping[str, float]], legit: float = 0.0
) -> dict[str, float]:
    """The strongest confidence of each reason code. `claims` are those of the rules that fired, by rule id.

    Where the classifier sees an honest posting (`legit`, 0..1), up to DOUBT of a claim is taken off, less of a sure
    one.
    """
    strongest: dict[str, float] = {}
    for rule, claim in claims.items():
        code = rule.partition(".")[0]
        believed = audit[rule]["believed"] if rule in audit else claim
        trusted = believed * (1 - DOUBT * legit * (LEFT_OF_DOUBT if believed >= SURE else 1))
        strongest[code] = max(strongest.get(code, 0.0), trusted)
    return strongest


def kindred(codes: Iterable[float]) -> float:
    """How much of the classifier's risk stands, STRANGE..1, by the likelihoods of the reason codes (if any).

    Honest texts that sound wrong by the sum of their words are seldom like any one kind of scam; scams are.
    """
    likeliest = max(codes, default=1.0)
    return STRANGE + (1 - STRANGE) * min(1.0, likeliest / KINDRED)


def noisy_or(likelihood: float, families: Iterable[float]) -> float:
    """The chance that at least one of several independent signs is right."""
    doubt = 1 - likelihood
    for confidence in families:
        doubt *= 1 - confidence
    return 1 - doubt


def calibrated(raw: float, curve: Sequence[Sequence[float]]) -> float:
    """The raw score on a monotone, piecewise linear curve of (raw, share of scams) points, both 0..1."""
    low_x, low_y = 0.0, 0.0
    for x, y in curve:
        if raw <= x:
            return low_y + (y - low_y) * ((raw - low_x) / (x - low_x)) if x > low_x else y
        low_x, low_y = x, y
    return low_y


def level(score: int, levels: Levels = LEVELS) -> Level:
    """The level of a score 0..100."""
    if score < levels.medium:
        return Level.LOW
    return Level.MEDIUM if score < levels.high else Level.HIGH
