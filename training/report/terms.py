"""The words that matter most to a model on these texts: for each kind, and for each reason code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.model import Model, load_model
from detector.wording import KINDS, Classifier, Opinion
from training.dataset import Example

SHOWN = 20
SHOWN_OF_A_CODE = 8


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or two in a row: in how many texts it stands, and what it adds on average to a text of all."""

    term: str
    texts: int
    pull: float


def terms(examples: Iterable[Example], model: Path | None = None) -> dict[str, tuple[Term, ...]]:
    """Kind or reason code → its strongest terms. Of the kinds, what counts is the lead over the mean of the others."""
    loaded = load_model(model)
    classifier = Classifier(loaded)
    summed = np.zeros(_words(loaded))
    seen = np.zeros(_words(loaded), np.int64)
    names: dict[int, str] = {}
    many = 0
    for example in examples:
        many += 1
        opinion = classifier.read(Document(example.posting))
        count = int(np.searchsorted(opinion.encoded.rows, _words(loaded)))
        rows = opinion.encoded.rows[:count]
        summed[rows] += opinion.encoded.values[:count]
        seen[rows] += 1
        _name(names, rows, opinion)
    values = summed / max(1, many)
    pulls = {head: values * weights for head, weights in _weights(loaded).items()}
    return {
        head: _strongest(pull, seen, names, SHOWN if head in KINDS else SHOWN_OF_A_CODE) for head, pull in pulls.items()
    }


def _words(model: Model) -> int:
    """How many rows are words and pairs of words; they come first."""
    return sum(model.sizes[:2])


def _name(names: dict[int, str], rows: NDArray[np.int64], opinion: Opinion) -> None:
    """Give each row that has no name yet what stands there in this text; the model itself holds keys alone."""
    text, encoded = opinion.document.text, opinion.encoded
    for number, row in enumerate(rows.tolist()):
        if row not in names:
            names[row] = text[encoded.starts[number] : encoded.ends[number]]


def _weights(model: Model) -> Mapping[str, NDArray[np.float64]]:
    kinds = model.table[: _words(model), 1:].astype(np.float64)
    lead = kinds - (kinds.sum(axis=1, keepdims=True) - kinds) / (len(KINDS) - 1)
    codes = model.code_weights[: _words(model)].astype(np.float64)
    return {kind: lead[:, at] for at, kind in enumerate(KINDS)} | {
        code: codes[:, at] for at, code in enumerate(model.heads[len(KINDS) :])
    }


def _strongest(
    pull: NDArray[np.float64], seen: NDArray[np.int64], names: Mapping[int, str], shown: int
) -> tuple[Term, ...]:
    """The terms with the strongest pull; spellings that are read as one count together."""
    together: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in np.argsort(-pull, kind="stable")[: 3 * shown].tolist():
        if pull[row] > 0 and names.get(row, "").strip():
            together[names[row]][0] += float(pull[row])
            together[names[row]][1] += int(seen[row])
    strongest = sorted(together.items(), key=lambda item: (-item[1][0], item[0]))[:shown]
    return tuple(Term(term, int(texts), round(strength, 5)) for term, (strength, texts) in strongest)
