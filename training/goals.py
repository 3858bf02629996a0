"""What the detector is to show, and whether it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.breakdown import (
    Judged,
    accuracy,
    codes_found,
    f1,
    false_alarms,
    groups_right,
    levels,
    recall,
    traps_sprung,
)
from training.confidence import Share, ece, share_of
from training.page import Cell, Table
from training.robustness import Denied, Effect

LEAST_SCAMS = 10
"""A source with fewer scams than this has no goal of its own."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the bound it is held to."""

    name: str
    figure: Share | float | None
    bound: float
    at_least: bool = False

    @property
    def value(self) -> float | None:
        """The figure alone."""
        return self.figure.value if isinstance(self.figure, Share) else self.figure

    @property
    def met(self) -> bool | None:
        """Whether it keeps the bound; None where nothing was measured."""
        if self.value is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def plain(self) -> dict[str, object]:
        """For machines."""
        interval = [self.figure.low, self.figure.high] if isinstance(self.figure, Share) else None
        counted = self.figure.whole if isinstance(self.figure, Share) else None
        return {
            "name": self.name,
            "value": None if self.value is None else round(self.value, 4),
            "interval": interval and [round(end, 4) for end in interval],
            "n": counted,
            "bound": self.bound,
            "at_least": self.at_least,
            "met": self.met,
        }


def case_goals(name: str, judged: Judged) -> list[Goal]:
    """Of functional cases."""
    return [
        Goal(f"{name}: accuracy", accuracy(judged), 0.96, at_least=True),
        Goal(f"{name}: groups all right", groups_right(judged), 0.88, at_least=True),
        Goal(f"{name}: must codes found", codes_found(judged), 0.92, at_least=True),
        Goal(f"{name}: traps sprung", traps_sprung(judged), 0.015),
    ]


SMS = ("sms80w_subset", "fbs_sms_ccs20")
CHAT = ("tg_spam_markivory", "chineseharm_bench")
BOARD = ("orfd_58tongcheng", "jobboard_transcribed")
WARNED = ("blog_tl3shi", "blog_zhangolve")


def real_goals(real: Judged) -> list[Goal]:
    """Of real texts: all, the weakest source of scams, and false alarms where honest people write alike."""
    kinds = [
        ("sms", [pair for pair in real if pair[0].source in SMS]),
        ("chat", [pair for pair in real if pair[0].source in CHAT]),
        ("part-time boards", [pair for pair in real if pair[0].source in BOARD]),
        ("warnings", [pair for pair in real if pair[0].subtype == "warning" or pair[0].source in WARNED]),
    ]
    sources = {
        source: [pair for pair in real if pair[0].source == source] for source in {text.source for text, _ in real}
    }
    recalls = [
        Goal(f"real: recall, {source}", recall(judged), 0.80, at_least=True)
        for source, judged in sorted(sources.items())
        if sum(text.is_scam for text, _ in judged) >= LEAST_SCAMS
    ]
    return [
        Goal("real: F1", f1(real), 0.90, at_least=True),
        *recalls,
        Goal("real: false alarms", false_alarms(real), 0.03),
        *(Goal(f"real: false alarms, {name}", false_alarms(judged), 0.05) for name, judged in kinds),
        Goal(
            "real: ECE",
            ece([said.score for _, said in real], [text.is_scam for text, _ in real]) if real else None,
            0.05,
        ),
        Goal("real: levels that break their promise", float(sum(line[3] is False for line in levels(real).lines)), 0),
    ]


def honest_goals(honest: Judged) -> list[Goal]:
    """Of the honest files."""
    return [
        Goal("honest files: flagged", share_of([said.scam for _, said in honest]), 0.005),
        Goal("honest files: high", share_of([said.high for _, said in honest]), 0.001),
    ]


def robust_goals(found: Sequence[Effect], denials: Denied) -> list[Goal]:
    """Of disguise and denial; of single tricks the one that does most harm."""
    fall, fallen = _worst([(effect.name, effect.fall) for effect in found[:-1]])
    gain, gained = _worst([(effect.name, effect.gain) for effect in found])
    return [
        Goal(f"disguise: deepest fall of recall by one trick ({fallen})", fall, 0.02),
        Goal("disguise: fall of recall, three mixed", found[-1].fall, 0.05),
        Goal(f"disguise: highest gain of false alarms ({gained})", gain, 0.01),
        Goal("denial: scams whose score falls", float(denials.texts(scam=True)), 0),
        Goal("denial: honest texts that become medium", float(denials.texts(scam=False)), 0),
    ]


def _worst(found: Iterable[tuple[str, Share | None]]) -> tuple[Share | None, str]:
    """The highest share and whose it is."""
    known = [(share, name) for name, share in found if share is not None]
    return max(known, key=lambda one: one[0].value, default=(None, "–"))


def goal_table(goals: Sequence[Goal]) -> Table:
    """All goals in one table."""
    lines: list[tuple[Cell, ...]] = [
        (goal.name, f"{'≥' if goal.at_least else '≤'} {goal.bound:g}", goal.figure, goal.met) for goal in goals
    ]
    return Table("goals", ("", "goal", "figure", "met"), tuple(lines))
