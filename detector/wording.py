"""The trained classifier: kind, likelihood of a scam, reason codes, and the words that speak for them."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.features import FAMILIES, NAMED, Features, features
from detector.model import Model
from detector.roles import without_denials
from detector.types import Wording

BLOCKS = ("words", "reading", "characters")
BLOCK_OF = {
    "words": "words",
    "pairs": "words",
    "reading": "reading",
    "bigrams": "characters",
    "trigrams": "characters",
}
"""The block of BLOCKS that each of FAMILIES belongs to."""
SURE = 1e-6
"""Nearer to 0 or 1 no likelihood is taken."""
TERMS_SHOWN = 8
TERMS_TRIED = 60
KINDS = ("scam", "legit", "not_posting")


class Encoder:
    """Turns a document into rows and values of the model. Each block is weighed by idf and brought to a fixed length.

    What the model does not know counts in the length of a block, as if rare.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        blocks, settings = model.manifest["blocks"], model.manifest["settings"]
        self._scale = [float(blocks[name]) for name in BLOCKS]
        self._rare = float(settings["rare"]) ** 2
        words, pairs, reading = model.sizes[:NAMED]
        self._borders = np.cumsum([words + pairs, reading])

    def __call__(self, document: Document) -> Encoded:
        """The features of the document that the model knows: (1 + log count) × idf, each block of a fixed norm."""
        return self.features(features(document))

    def features(self, found: Features) -> Encoded:
        """The same of features that were found already."""
        rows, places = self.model.index.find(found.keys)
        words, pairs, reading = found.sizes[:NAMED]
        unknown = _unknown(places, [words + pairs, words + pairs + reading, len(found.keys)])
        distinct, first, counts = _distinct(rows, places)
        weights = self.model.table[distinct]
        values = (1 + np.log(counts)).astype(np.float32) * weights[:, 0]
        left = 0
        right = np.searchsorted(distinct, self._borders).tolist()
        for block, end in enumerate((*right, len(distinct))):
            part = values[left:end]
            norm = math.sqrt(float(part @ part) + unknown[block] * self._rare)
            part *= self._scale[block] / norm if norm else 0.0
            left = end
        windows = self._windows(found, rows, places)
        return Encoded(distinct, values, weights[:, 1:], found.starts[first], found.ends[first], windows)

    def _windows(self, found: Features, rows: NDArray[np.int32], places: NDArray[np.intp]) -> NDArray[np.float64]:
        """(windows, 3) logits of the kinds for every two sentences in a row, each read as a text of its own.

        One clause in a long posting may turn it; over the whole its weight is lost. None where there is one window.
        """
        many = found.many - 1
        if many < 2:
            return np.zeros((0, 3))
        blocks = len(BLOCKS)
        cell = found.sentences * blocks + np.repeat(_BLOCK_OF_FAMILY, found.sizes)
        known, table = cell[places], self.model.table[rows]
        idf = table[:, 0]

        def summed(cells: NDArray[np.int64], weights: NDArray[np.float32] | None = None) -> NDArray[np.float64]:
            sums = np.bincount(cells, weights, blocks * (many + 1)).reshape(many + 1, blocks)
            return np.asarray(sums[:-1] + sums[1:], np.float64)

        squares = summed(known, idf * idf) + (summed(cell) - summed(known)) * self._rare
        scale = np.array(self._scale) / np.sqrt(np.maximum(squares, 1e-9))
        logits = [(summed(known, idf * table[:, kind]) * scale).sum(axis=1) for kind in (1, 2, 3)]
        return np.column_stack(logits) + self.model.intercepts[:3]


_BLOCK_OF_FAMILY = np.array([BLOCKS.index(BLOCK_OF[family]) for family in FAMILIES])


def _unknown(places: NDArray[np.intp], ends: list[int]) -> list[int]:
    """How many occurrences of each block have no row; `ends` are where the blocks end."""
    known = np.searchsorted(places, ends)
    unknown: list[int] = (np.diff(ends, prepend=0) - np.diff(known, prepend=0)).tolist()
    return unknown


_PLACE_BITS = 32


def _distinct(
    rows: NDArray[np.int32], places: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Each row once, in order, with the place where it first occurs and how often it does."""
    packed = np.sort((rows.astype(np.int64) << _PLACE_BITS) | places)
    ordered = packed >> _PLACE_BITS
    first = np.flatnonzero(np.concatenate([_YES, ordered[1:] != ordered[:-1]])[: len(ordered)])
    counts = np.diff(first, append=len(ordered))
    return ordered[first], packed[first] & ((1 << _PLACE_BITS) - 1), counts


_YES = np.ones(1, np.bool_)


@dataclass(frozen=True)
class Encoded:
    """A document as rows of the model: the value of each, its kind weights (rows, 3), where it first stands.

    `windows` are the logits of the kinds for stretches of the text, see `Encoder`.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.float32]
    weights: NDArray[np.float32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    windows: NDArray[np.float64]


class Opinion:
    """What the classifier says of one document."""

    def __init__(self, model: Model, encoded: Encoded, document: Document) -> None:
        self.model = model
        self.encoded = encoded
        self.document = document
        logits = encoded.values @ encoded.weights + model.intercepts[:3]
        shares: list[float] = _softmax(logits).tolist()
        self.scam, self.legit, self.not_posting = shares

    @cached_property
    def risk(self) -> float:
        """The likelihood of a scam, 0..1, by the whole text and by the worst stretch of it.

        Of many stretches one is bad by chance, hence a discount for their number.
        """
        windows = self.encoded.windows
        if not len(windows):
            return self.scam
        settings = self.model.manifest["settings"]["windows"]
        share, discount = settings["share"], settings["discount"] * math.log(len(windows))
        worst = float(_softmax(windows)[:, 0].max())
        odds = (1 - share) * _log_odds(self.scam) + share * _log_odds(worst) - discount
        return 1 / (1 + math.exp(-odds))

    @cached_property
    def _named(self) -> int:
        """How many features are no runs of characters; the reason codes are read from those alone."""
        return int(np.searchsorted(self.encoded.rows, len(self.model.code_weights)))

    @property
    def shares(self) -> list[float]:
        """The shares of the kinds, in the order of KINDS."""
        return [self.scam, self.legit, self.not_posting]

    @cached_property
    def codes(self) -> dict[str, float]:
        """The likelihood of each reason code, 0..1, if the text is a scam."""
        model, named = self.model, self._named
        logits = self.encoded.values[:named] @ model.code_weights[self.encoded.rows[:named]] + model.intercepts[3:]
        shares = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return dict(zip(model.heads[3:], shares.tolist(), strict=True))

    def wording(self) -> tuple[Wording, ...]:
        """The terms that moved the scam score most, strongest first, each where it first stands."""
        encoded = self.encoded
        pull = encoded.values * (encoded.weights[:, 0] - encoded.weights[:, 1])
        chosen: list[Wording] = []
        taken: list[tuple[int, int]] = []
        strength = np.abs(pull)
        likely = (
            np.argpartition(-strength, TERMS_TRIED)[:TERMS_TRIED] if len(pull) > TERMS_TRIED else np.arange(len(pull))
        )
        for number in likely[np.argsort(-strength[likely], kind="stable")].tolist():
            start, end = int(encoded.starts[number]), int(encoded.ends[number])
            if start >= end or any(start < right and left < end for left, right in taken):
                continue
            taken.append((start, end))
            found = self.document.evidence(start, end)
            if any(unicodedata.category(char)[0] not in "PZC" for char in found.quote):
                chosen.append(Wording(found.quote, round(float(pull[number]), 3), found.start, found.end, found.field))
            if len(chosen) == TERMS_SHOWN:
                break
        return tuple(chosen)

    def clause_for(self, code: str) -> tuple[int, int]:
        """The clause whose words speak most for a reason code, as a span of the normal text."""
        head = self.model.heads.index(code) - len(KINDS)
        named = self._named
        pull = self.encoded.values[:named] * self.model.code_weights[self.encoded.rows[:named], head]
        starts = [clause.start for clause in self.document.clauses]
        if not starts:
            return 0, len(self.document.text)
        clause = np.searchsorted(np.array(starts), self.encoded.starts[:named], side="right") - 1
        sums = np.bincount(np.clip(clause, 0, None), weights=pull, minlength=len(starts))
        best = self.document.clauses[int(np.argmax(sums))]
        return best.start, best.end


def _softmax(logits: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def _log_odds(share: float) -> float:
    share = min(max(share, SURE), 1 - SURE)
    return math.log(share / (1 - share))


class Classifier:
    """The model, ready to read documents."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._encode = Encoder(model)

    def read(self, document: Document) -> Opinion:
        """Its opinion of the document, read without the sentences that only deny."""
        document = without_denials(document)
        return Opinion(self.model, self._encode(document), document)
