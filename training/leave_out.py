"""What the classifier knows of what it was never shown: a source or a code left out, and more and more groups let in.

Each fit is of the kinds alone, without rules and calibration, on features that are counted once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from detector.types import CODES, Posting
from training.confidence import Share, wilson
from training.counts import Counts, count_all
from training.dataset import DATA, Example, read_examples
from training.evaluate import auc
from training.page import Cell, Table
from training.regression import fit_weights
from training.settings import SETTINGS
from training.texts import Text
from training.vocabulary import Raw, Vocabulary, raw_counts, vocabulary, weigh
from training.weights import softmax

HALF = 0.5
"""Of the share of scams: from here on the classifier alone calls a text a scam."""
SHARES = (0.25, 0.5, 0.75, 1.0)
KEPT_BACK = 0.2
"""Share of the groups that the learning curve is measured on."""
MIN_SCAMS = 10
"""Fewer scams than this show nothing, and the code is skipped."""

Places = NDArray[np.int64]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Material:
    """The training texts with their source files, and what is counted in them."""

    examples: Sequence[Example]
    sources: Sequence[str]
    counts: Sequence[Counts]
    known: Vocabulary
    raw: Raw


def material(folder: Path = DATA) -> Material:
    """Read and count every file of a folder; a file is a source."""
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else [folder]
    read = [(path.stem, item) for path in files for item in read_examples([path])]
    examples = [item for _, item in read]
    counts = count_all(examples, SETTINGS["jobs"])
    known = vocabulary(counts)
    return Material(examples, [source for source, _ in read], counts, known, raw_counts(counts, known))


@dataclass(frozen=True)
class Figures:
    """How scams are told from the rest: AUC, recall of scams and false alarms at one half."""

    texts: int
    auc: float | None
    recall: Share | None
    false_alarms: Share | None

    def cells(self) -> tuple[Cell, ...]:
        """In the order of HEAD."""
        return (self.texts, self.auc, self.recall, self.false_alarms)


HEAD = ("", "texts", "AUC", "recall", "false alarms")


def figures(share: NDArray[np.float64], scam: NDArray[np.bool_], counted: NDArray[np.bool_] | None = None) -> Figures:
    """Figures of the scam shares given; recall over the scams that `counted` marks."""
    told = share >= HALF
    wanted = scam if counted is None else scam & counted
    return Figures(
        len(share),
        auc(share.tolist(), scam.tolist()),
        wilson(int((told & wanted).sum()), int(wanted.sum())),
        wilson(int((told & ~scam).sum()), int((~scam).sum())),
    )


def _is_scam(examples: Sequence[Example]) -> NDArray[np.bool_]:
    return np.array([item.label == "scam" for item in examples], np.bool_)


def _shares(
    raw: Raw, known: Vocabulary, examples: Sequence[Example], seen: Places, unseen: Places
) -> NDArray[np.float64]:
    """The scam shares of the unseen after a fit on the seen."""
    fitted = fit_weights(raw[seen], known, [examples[at] for at in seen.tolist()], codes=False)
    return softmax(fitted.logits(weigh(raw[unseen], known)))[:, 0]


def left_out(all_of: Material, hidden: NDArray[np.bool_]) -> tuple[Places, NDArray[np.float64]]:
    """Places and scam shares of the hidden texts, after a fit on those that share no group with them."""
    groups = np.array([item.group for item in all_of.examples])
    touched = np.isin(groups, np.unique(groups[hidden]))
    unseen = np.flatnonzero(hidden)
    return unseen, _shares(all_of.raw, all_of.known, all_of.examples, np.flatnonzero(~touched), unseen)


def without_source(all_of: Material, source: str) -> Figures:
    """The texts of one file, judged by what the others teach."""
    unseen, shares = left_out(all_of, np.array([name == source for name in all_of.sources]))
    return figures(shares, _is_scam(all_of.examples)[unseen])


def without_code(all_of: Material, code: str) -> Figures:
    """Scams of one code with their groups, judged by what is left when every group that has the code is out."""
    has = np.array([code in item.codes for item in all_of.examples])
    groups = np.array([item.group for item in all_of.examples])
    unseen, shares = left_out(all_of, np.isin(groups, np.unique(groups[has])))
    return figures(shares, _is_scam(all_of.examples)[unseen], has[unseen])


def leave_out_tables(all_of: Material, tell: Tell = print) -> tuple[Table, Table]:
    """One source out, then one code out, two fits at a time."""
    sources = sorted(set(all_of.sources)) if len(set(all_of.sources)) > 1 else []
    scams = {code: sum(code in item.codes for item in all_of.examples) for code in CODES}
    codes = [code for code in CODES if scams[code] >= MIN_SCAMS]
    tell(f"leaving out {len(sources)} sources and {len(codes)} codes, one fit each")
    jobs = [
        *(delayed(without_source)(all_of, source) for source in sources),
        *(delayed(without_code)(all_of, code) for code in codes),
    ]
    found: list[Figures] = Parallel(n_jobs=SETTINGS["jobs"], backend="threading")(jobs)
    lines = [(name, *one.cells()) for name, one in zip([*sources, *codes], found, strict=True)]
    return (
        Table("one source left out (classifier alone)", HEAD, tuple(lines[: len(sources)])),
        Table("one code left out (classifier alone)", HEAD, tuple(lines[len(sources) :])),
    )


def curve_table(all_of: Material, elsewhere: Sequence[tuple[str, Sequence[Text]]], tell: Tell = print) -> Table:
    """AUC, recall and false alarms on groups kept back and on other texts, as more groups are trained on."""
    order = _shuffled([item.group for item in all_of.examples])
    kept_back = round(KEPT_BACK * len(order))
    back, forward = order[:kept_back], order[kept_back:]
    others = [(name, as_examples(texts)) for name, texts in elsewhere if texts]
    measured = [("groups kept back", [item for item in all_of.examples if item.group in set(back)]), *others]
    counted = [(name, items, count_all(items, SETTINGS["jobs"])) for name, items in measured]
    lines: list[tuple[Cell, ...]] = []
    for share in SHARES:
        groups = set(forward[: round(share * len(forward))])
        tell(f"learning curve: {share:.0%} of the groups")
        lines += _point(all_of, groups, counted, share)
    return Table("learning curve (classifier alone)", ("groups", "set", *HEAD[1:]), tuple(lines))


def _point(
    all_of: Material, groups: set[str], counted: Sequence[tuple[str, Sequence[Example], Sequence[Counts]]], share: float
) -> Iterator[tuple[Cell, ...]]:
    places = [at for at, item in enumerate(all_of.examples) if item.group in groups]
    counts = [all_of.counts[at] for at in places]
    known = vocabulary(counts)
    fitted = fit_weights(raw_counts(counts, known), known, [all_of.examples[at] for at in places], codes=False)
    for name, items, held in counted:
        shares = softmax(fitted.logits(weigh(raw_counts(held, known), known)))[:, 0]
        yield (f"{share:.0%} ({len(places)} texts)", name, *figures(shares, _is_scam(items)).cells())


def _shuffled(groups: Sequence[str]) -> list[str]:
    """The distinct groups in an order that only their names decide."""
    names = sorted(set(groups))
    return [names[at] for at in np.random.default_rng(7).permutation(len(names)).tolist()]


def as_examples(texts: Sequence[Text]) -> list[Example]:
    """Measured texts in the form in which features are counted."""
    return [Example(text.id, Posting(id=text.id, text=text.text), text.label, group=text.group) for text in texts]
