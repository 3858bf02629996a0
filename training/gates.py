"""What a model has to pass before it may run: it is compared with the one that runs now, on the same texts, in one go.

A gate refuses when the new model is worse by more than the gate allows *and* by more than chance would explain: the
95 % interval of the difference, over resampled groups of texts, lies wholly on the worse side. The disguises are those
that need no dictionary of ours outside the program, so that the gates are the same on every machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from detector.errors import TextTooLong
from detector.types import HIGH_FROM, LOW_BELOW, MAX_TEXT, Assessment, Posting
from training.confidence import DRAWS, SEED, Share, grouped
from training.dataset import Example
from training.denial import variants
from training.disguise import dice, disguised
from training.measure import BLIND
from training.texts import Text, read_texts

Step = Callable[[str, float], None]
Scores = NDArray[np.int64]
Counts = NDArray[np.float64]

TRICKS = (
    "separators", "line_breaks", "zero_width", "homophones", "lookalikes", "split_characters", "emoji", "contacts",
    "full_width", "numerals", "money_slang",
)  # fmt: skip
ALARM_RATES = (0.01, 0.05)
"""Recall is compared where a model flags so many of the texts that are no scams."""
BLOCK = 100
"""Texts assessed between two movements of the progress bar."""
SPEED_TEXTS, SPEED_ROUNDS = 100, 9
TRICKS_A_TEXT = 3
DENIALS_OF = {True: 2, False: 1}
"""So many at each place in a scam, and in another text. More of them a text tell little more: texts are what counts."""

ALLOWED: Mapping[str, float] = {
    "recall at 1% false alarms": 0.01,
    "recall at 5% false alarms": 0.01,
    "false alarms": 0.005,
    "false alarms, high": 0.005,
    "functional suite": 0.01,
    "functional suite, codes": 0.02,
    "disguise, recall": 0.01,
    "disguise, false alarms": 0.01,
    "denial, recall": 0.01,
    "denial, false alarms": 0.01,
    "speed": 0.25,
}
"""By how much a new model may be worse: shares 0..1; speed as a share of the time a text takes."""
RISES = {name for name in ALLOWED if "false alarms" in name and "recall" not in name} | {"speed"}
"""Gates where less is better."""


class Assessor(Protocol):
    """What is asked of a detector here."""

    def assess(self, posting: Posting, /) -> Assessment:
        """How likely the posting is a scam, and why."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """One gate: both figures, by how much the new model is worse with its 95 % interval, and what is allowed."""

    gate: str
    candidate: float
    running: float
    worse: float
    low: float
    high: float
    allowed: float
    texts: int

    @property
    def passed(self) -> bool:
        """Not worse, or by no more than is allowed, or by no more than chance."""
        return not (self.worse > self.allowed and self.low > 0)

    @property
    def told(self) -> str:
        """Which gate, and by how much the figure moved."""
        if self.gate == "speed":
            return f"{self.gate} {self.worse:+.0%} time a text"
        return f"{self.gate} {100 * self._sign * self.worse:+.1f} points"

    @property
    def _sign(self) -> int:
        return 1 if self.gate in RISES else -1

    def __str__(self) -> str:
        """All figures in a line."""
        if self.gate == "speed":
            return f"{self.gate}: {self.candidate:.2f} ms a text, running {self.running:.2f} ({self.worse:+.0%})"
        way = 100 * self._sign
        worse, low, high = (way * value + 0.0 for value in (self.worse, *sorted((self.low, self.high))[:: self._sign]))
        figures = f"{self.candidate:.1%}, running {self.running:.1%}"
        return f"{self.gate}: {figures} ({worse:+.1f} points, 95% {low:+.1f}..{high:+.1f})"


@dataclass(frozen=True, slots=True)
class Report:
    """All gates of one comparison; `data` says on what the first four were measured."""

    candidate: str
    running: str
    when: str
    data: Mapping[str, Any]
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The gates that refuse."""
        return tuple(one for one in self.outcomes if not one.passed)

    def plain(self) -> dict[str, Any]:
        """As JSON says it."""
        outcomes = [asdict(one) | {"passed": one.passed} for one in self.outcomes]
        rest = {"candidate": self.candidate, "running": self.running, "when": self.when, "data": dict(self.data)}
        return rest | {"passed": not self.failed, "outcomes": outcomes}


@dataclass(frozen=True, slots=True)
class Case:
    """A posting of a gate: whether it is a scam, and the group it stands or falls with."""

    posting: Posting
    is_scam: bool
    group: str
    must: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Read:
    """What both models say of some cases: scores 0..100, and how many of the wanted codes are given."""

    cases: Sequence[Case]
    candidate: Scores
    running: Scores
    candidate_codes: Scores
    running_codes: Scores

    @property
    def scam(self) -> NDArray[np.bool_]:
        """Which of the cases are scams."""
        return np.array([case.is_scam for case in self.cases], np.bool_)

    @property
    def groups(self) -> list[str]:
        """The group of each case."""
        return [case.group for case in self.cases]


def cases_of(examples: Iterable[Example]) -> list[Case]:
    """Labelled examples as cases."""
    return [Case(one.posting, one.label == "scam", one.group) for one in examples]


def suite() -> list[Text]:
    """The functional cases that come with the program."""
    return read_texts(BLIND)


def functional(texts: Iterable[Text]) -> list[Case]:
    """The functional cases, with the codes that have to be named."""
    return [_case(text, text.text) for text in texts]


def disguises(texts: Iterable[Text]) -> list[Case]:
    """Every text under some of the tricks that change it, and under all of them at once."""
    return [_case(text, new) for text in texts for new in _hidden(text.text)]


def _hidden(text: str) -> list[str]:
    ways = [TRICKS, *((TRICKS[at],) for at in dice("gates", text).permutation(len(TRICKS)).tolist())]
    made = dict.fromkeys(new for way in ways if (new := disguised(text, way)) != text)
    return list(made)[: 1 + TRICKS_A_TEXT]


def denials(texts: Iterable[Text]) -> list[Case]:
    """Every text with some of the denials at each place, scams with more of them."""
    return [_case(text, new) for text in texts for _, _, new in variants(text.text, DENIALS_OF[text.is_scam])]


def _case(text: Text, words: str) -> Case:
    return Case(Posting(text=words[:MAX_TEXT]), text.is_scam, text.group, text.must)


Answers = Sequence[tuple[int, int, int, int]]
"""Of each case both scores, the candidate's first, and both counts of wanted codes."""
Reader = Callable[[Sequence[Sequence[Case]]], Iterator[Answers]]
"""Gives the answers of block after block, in order."""


def by_turns(candidate: Assessor, running: Assessor) -> Reader:
    """What reads cases in this process."""
    return lambda blocks: ([_both(candidate, running, case) for case in block] for block in blocks)


def compare(
    candidate: Assessor,
    running: Assessor,
    held_out: Sequence[Case] = (),
    step: Step | None = None,
    reader: Reader | None = None,
) -> tuple[Outcome, ...]:
    """Every gate, in the order of ALLOWED. Without held-out cases the functional ones stand for them.

    `reader` says how the texts are to be read; the time they take is measured in this process.
    """
    reader = reader or by_turns(candidate, running)
    texts = suite()
    own = functional(texts)
    stages = {"held-out texts": held_out, "suite": own, "disguises": disguises(texts), "denials": denials(texts)}
    progress = _progress(sum(map(len, stages.values())), step)
    read = {name: _read(reader, cases, name, progress) for name, cases in stages.items()}
    told = read["held-out texts"] if held_out else read["suite"]
    found = [
        *(recall_at(rate, told) for rate in ALARM_RATES),
        _alarms("false alarms", told, LOW_BELOW),
        _alarms("false alarms, high", told, HIGH_FROM),
        *_suite(read["suite"]),
        _recall("disguise, recall", read["disguises"]),
        _alarms("disguise, false alarms", read["disguises"], LOW_BELOW),
        _recall("denial, recall", read["denials"]),
        _alarms("denial, false alarms", read["denials"], LOW_BELOW),
        speed(candidate, running, [case.posting for case in own]),
    ]
    if step:
        step("done", 1.0)
    return tuple(one for one in found if one)


def _progress(whole: int, step: Step | None) -> Callable[[str, int], None]:
    done = 0

    def move(name: str, many: int) -> None:
        nonlocal done
        done += many
        if step:
            step(name, min(0.99, done / max(1, whole)))

    return move


def _read(reader: Reader, cases: Sequence[Case], name: str, progress: Callable[[str, int], None]) -> Read:
    rows: list[tuple[int, int, int, int]] = []
    for answers in reader([cases[start : start + BLOCK] for start in range(0, len(cases), BLOCK)]):
        rows += answers
        progress(name, len(answers))
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return Read(cases, columns[0], columns[1], columns[2], columns[3])


def _both(candidate: Assessor, running: Assessor, case: Case) -> tuple[int, int, int, int]:
    (new, new_codes), (old, old_codes) = _one(candidate, case), _one(running, case)
    return new, old, new_codes, old_codes


def _one(detector: Assessor, case: Case) -> tuple[int, int]:
    """The score, and how many of the wanted codes are given; what is too long to be assessed is not flagged."""
    try:
        said = detector.assess(case.posting)
    except TextTooLong:
        return 0, 0
    return said.risk_score, len(case.must & {reason.code for reason in said.reasons})


def scores(detector: Assessor, cases: Iterable[Case]) -> Scores:
    """The score of each case, 0..100."""
    return np.array([_one(detector, case)[0] for case in cases], np.int64)


def _outcome(gate: str, new: float, old: float, moved: Share | None) -> Outcome | None:
    if moved is None:
        return None
    return Outcome(gate, new, old, moved.value, moved.low, moved.high, ALLOWED[gate], moved.whole)


def _paired(gate: str, new: Counts, old: Counts, of: NDArray[Any], read: Read) -> Outcome | None:
    """A gate over a share: `new` and `old` are what each case adds, `of` what it counts."""
    if not of.sum():
        return None
    worse = (new - old) if gate in RISES else (old - new)
    whole = float(of.sum())
    return _outcome(gate, float(new.sum()) / whole, float(old.sum()) / whole, grouped(worse, of, read.groups))


def _recall(gate: str, read: Read) -> Outcome | None:
    scam = read.scam
    new, old = (read.candidate >= LOW_BELOW) & scam, (read.running >= LOW_BELOW) & scam
    return _paired(gate, new.astype(np.float64), old.astype(np.float64), scam, read)


def _alarms(gate: str, read: Read, at: int) -> Outcome | None:
    honest = ~read.scam
    new, old = (read.candidate >= at) & honest, (read.running >= at) & honest
    return _paired(gate, new.astype(np.float64), old.astype(np.float64), honest, read)


def _suite(read: Read) -> Iterator[Outcome | None]:
    scam, every = read.scam, np.ones(len(read.cases))
    new, old = (read.candidate >= LOW_BELOW) == scam, (read.running >= LOW_BELOW) == scam
    yield _paired("functional suite", new.astype(np.float64), old.astype(np.float64), every, read)
    wanted = np.array([len(case.must) for case in read.cases])
    named = (read.candidate_codes.astype(np.float64), read.running_codes.astype(np.float64))
    yield _paired("functional suite, codes", *named, wanted, read)


def recall_at(rate: float, read: Read) -> Outcome | None:
    """Recall where each model, with a threshold of its own, flags that share of the texts that are no scams."""
    gate = f"recall at {rate:.0%} false alarms"
    scam = read.scam
    if not scam.any() or scam.all():
        return None
    number = {group: place for place, group in enumerate(dict.fromkeys(read.groups))}
    of = np.array([number[group] for group in read.groups])
    both = (read.candidate, read.running)
    tables = [_table(scores, of, which, len(number)) for scores in both for which in (scam, ~scam)]
    new, old = _recall_of(rate, [table.sum(axis=0) for table in tables])
    random, many = np.random.default_rng(SEED), len(number)
    falls = []
    for _ in range(max(200, min(DRAWS, 20_000_000 // many))):
        times = random.multinomial(many, np.full(many, 1 / many))
        drawn = _recall_of(rate, [times @ table for table in tables])
        falls.append(drawn[1] - drawn[0])
    low, high = np.quantile(falls, [0.025, 0.975]).tolist()
    return Outcome(gate, new, old, old - new, low, high, ALLOWED[gate], int(scam.sum()))


def _table(scores: Scores, of: NDArray[np.int64], which: NDArray[np.bool_], many: int) -> NDArray[np.float64]:
    """(groups, 101): how many texts of each group have each score."""
    counts = np.bincount(of[which] * 101 + scores[which], minlength=many * 101)
    return counts.reshape(many, 101).astype(np.float64)


def _recall_of(rate: float, tables: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    new_scam, new_fine, old_scam, old_fine = (np.cumsum(table[::-1]) for table in tables)
    return _on_curve(rate, new_scam, new_fine), _on_curve(rate, old_scam, old_fine)


def _on_curve(rate: float, scam: NDArray[np.float64], fine: NDArray[np.float64]) -> float:
    """Recall at that rate of false alarms, between the two thresholds that it lies between."""
    alarms, recall = (np.concatenate([[0.0], tail / max(1.0, float(tail[-1]))]) for tail in (fine, scam))
    last = np.flatnonzero(alarms <= rate)[-1]
    if last + 1 == len(alarms):
        return float(recall[last])
    share = (rate - alarms[last]) / (alarms[last + 1] - alarms[last])
    return float(recall[last] + share * (recall[last + 1] - recall[last]))


def speed(candidate: Assessor, running: Assessor, postings: Sequence[Posting]) -> Outcome | None:
    """Milliseconds of processor time a text, in turns, so that what else runs here slows both alike."""
    some = postings[:: max(1, len(postings) // SPEED_TEXTS)][:SPEED_TEXTS]
    if not some:
        return None
    rounds = [(_time(candidate, some), _time(running, some)) for _ in range(SPEED_ROUNDS)][1:]
    new, old = (median(column) for column in zip(*rounds, strict=True))
    low, high = np.quantile([mine / theirs - 1 for mine, theirs in rounds], [0.025, 0.975]).tolist()
    return Outcome("speed", new, old, new / old - 1, low, high, ALLOWED["speed"], len(some))


def _time(detector: Assessor, postings: Sequence[Posting]) -> float:
    start = time.process_time()
    for posting in postings:
        detector.assess(posting)
    return 1000 * (time.process_time() - start) / len(postings)


def table(outcomes: Iterable[Outcome]) -> str:
    """The gates for a person, a line each."""
    return "".join(f"{'ok     ' if one.passed else 'REFUSED'} {one}\n" for one in outcomes)
