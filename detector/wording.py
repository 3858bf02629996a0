"""The trained classifier as a signal: kind, likelihood of a scam, reason codes, and the words that speak for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.features import Term, character_keys, reading_terms, word_terms
from detector.model import Model
from detector.types import Wording

BLOCKS = ("words", "characters", "reading")
TERMS_SHOWN = 8
KINDS = ("scam", "legit", "not_posting")


class Encoder:
    """Turns a document into rows and values of the model. Each block is weighed by idf and brought to a fixed length.

    What the model does not know counts in the length of a block, as if rare.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        blocks, settings = model.manifest["blocks"], model.manifest["settings"]
        self._scale = {name: float(blocks[name]) for name in BLOCKS}
        self._rare = float(settings["rare"]) ** 2

    def __call__(self, document: Document) -> Encoded:
        """The features of the document that the model knows."""
        pieces = [
            self._named(word_terms(document), self._scale["words"]),
            self._characters(document.text, self._scale["characters"]),
            self._named(reading_terms(document), self._scale["reading"]),
        ]
        return Encoded(*(np.concatenate(parts) for parts in zip(*pieces, strict=True)))

    def _named(self, terms: Sequence[Term], scale: float) -> Block:
        row_of = self.model.terms
        found: dict[int, list[int]] = {}
        unknown = 0
        for name, start, end in terms:
            row = row_of.get(name)
            if row is None:
                unknown += 1
            elif row in found:
                found[row][0] += 1
            else:
                found[row] = [1, start, end]
        rows = np.fromiter(found, np.int32, len(found))
        table = np.array(list(found.values()), dtype=np.int32).reshape(len(found), 3)
        return self._block(rows, table[:, 0], table[:, 1], table[:, 2], unknown, scale)

    def _characters(self, text: str, scale: float) -> Block:
        keys, starts, lengths = character_keys(text)
        distinct, first, counts = np.unique(keys, return_index=True, return_counts=True)
        model = self.model
        places = np.minimum(np.searchsorted(model.keys, distinct), len(model.keys) - 1)
        known = np.flatnonzero(model.keys[places] == distinct) if len(model.keys) else np.zeros(0, np.int64)
        counts, first = counts[known], first[known]
        rows = model.key_rows[places[known]]
        unknown = len(keys) - int(counts.sum())
        return self._block(rows, counts, starts[first], starts[first] + lengths[first], unknown, scale)

    def _block(
        self,
        rows: NDArray[np.int32],
        counts: NDArray[np.integer[Any]],
        starts: NDArray[np.int32],
        ends: NDArray[np.int32],
        unknown: int,
        scale: float,
    ) -> Block:
        """One entry a distinct feature: (1 + log count) × idf, the whole block scaled to its norm."""
        values = (1 + np.log(counts)) * self.model.idf[rows]
        norm = float(np.sqrt(values @ values + unknown * self._rare))
        if norm:
            values = values * (scale / norm)
        return rows, values.astype(np.float32), starts, ends


Block = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]


@dataclass(frozen=True)
class Encoded:
    """A document as rows of the model, the value of each, and where each first stands (normal text)."""

    rows: NDArray[np.int32]
    values: NDArray[np.float32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]


class Opinion:
    """What the classifier says of one document."""

    def __init__(self, model: Model, encoded: Encoded, document: Document) -> None:
        self.model = model
        self.encoded = encoded
        self.document = document
        self._pull = model.kind_weights[encoded.rows] * encoded.values[:, None]
        logits = self._pull.sum(axis=0) + model.intercepts[:3]
        kinds = np.exp(logits - logits.max())
        kinds /= kinds.sum()
        self.scam, self.legit, self.not_posting = kinds.tolist()

    @cached_property
    def _named(self) -> NDArray[np.bool_]:
        """Which features are named terms; the reason codes are read from those alone."""
        return self.encoded.rows < len(self.model.code_weights)

    @property
    def shares(self) -> list[float]:
        """The shares of the kinds, in the order of KINDS."""
        return [self.scam, self.legit, self.not_posting]

    @cached_property
    def codes(self) -> dict[str, float]:
        """The likelihood of each reason code, 0..1."""
        model, named = self.model, self._named
        weights = model.code_weights[self.encoded.rows[named]].astype(np.float32)
        logits = self.encoded.values[named] @ weights + model.intercepts[3:]
        shares = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return dict(zip(model.heads[3:], shares.tolist(), strict=True))

    def wording(self) -> tuple[Wording, ...]:
        """The terms that moved the scam score most, strongest first, each where it first stands."""
        encoded = self.encoded
        pull = self._pull[:, 0] - self._pull[:, 1]
        chosen: list[Wording] = []
        taken: list[tuple[int, int]] = []
        for number in np.argsort(-np.abs(pull))[: TERMS_SHOWN * 6].tolist():
            start, end = int(encoded.starts[number]), int(encoded.ends[number])
            if start >= end or any(start < right and left < end for left, right in taken):
                continue
            taken.append((start, end))
            found = self.document.evidence(start, end)
            if found.quote.strip():
                chosen.append(Wording(found.quote, round(float(pull[number]), 3), found.start, found.end, found.field))
            if len(chosen) == TERMS_SHOWN:
                break
        return tuple(chosen)

    def clause_for(self, code: str) -> tuple[int, int]:
        """The clause whose words speak most for a reason code, as a span of the normal text."""
        head = self.model.heads.index(code) - len(KINDS)
        named = self._named
        pull = self.encoded.values[named] * self.model.code_weights[self.encoded.rows[named], head]
        starts = [clause.start for clause in self.document.clauses]
        if not starts:
            return 0, len(self.document.text)
        clause = np.searchsorted(np.array(starts), self.encoded.starts[named], side="right") - 1
        sums = np.bincount(np.clip(clause, 0, None), weights=pull, minlength=len(starts))
        best = self.document.clauses[int(np.argmax(sums))]
        return best.start, best.end


class Classifier:
    """The model, ready to read documents."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._encode = Encoder(model)

    def read(self, document: Document) -> Opinion:
        """Its opinion of the document."""
        return Opinion(self.model, self._encode(document), document)
