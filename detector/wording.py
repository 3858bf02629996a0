"""The trained classifier as a signal: kind, likelihood of a scam, reason codes, and the words that speak for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

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
    """Turns a document into rows and values of the model. Each family is weighed by idf and brought to a fixed length."""

    def __init__(self, model: Model) -> None:
        self.model = model
        blocks = model.manifest["blocks"]
        self._scale = {name: float(blocks[name]) for name in BLOCKS}

    def __call__(self, document: Document) -> Encoded:
        """The features of the document that the model knows."""
        named = [self._named(word_terms(document)), self._named(reading_terms(document))]
        pieces = [
            self._block(*named[0], self._scale["words"]),
            self._characters(document),
            self._block(*named[1], self._scale["reading"]),
        ]
        return Encoded(*(np.concatenate(parts) for parts in zip(*pieces, strict=True)))

    def _named(self, terms: Sequence[Term]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        get = self.model.terms.get
        known = [(row, term[1], term[2]) for term in terms if (row := get(term[0])) is not None]
        if not known:
            empty = np.zeros(0, np.int32)
            return empty, empty, empty
        table = np.array(known, dtype=np.int32)
        return table[:, 0], table[:, 1], table[:, 2]

    def _characters(self, document: Document) -> tuple[NDArray[np.int32], ...]:
        keys, starts, lengths = character_keys(document.text)
        model = self.model
        if not len(model.keys):
            rows = np.zeros(0, np.int32)
            return self._block(rows, rows, rows, 1.0)
        places = np.searchsorted(model.keys, keys)
        places[places == len(model.keys)] = 0
        known = model.keys[places] == keys
        starts = starts[known]
        rows = model.key_rows[places[known]]
        return self._block(rows, starts, starts + lengths[known], self._scale["characters"])

    def _block(
        self, rows: NDArray[np.int32], starts: NDArray[np.int32], ends: NDArray[np.int32], scale: float
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
        """(rows, values, starts, ends) with one entry a distinct feature: sublinear count × idf, L2 norm = scale."""
        rows, first, counts = np.unique(rows, return_index=True, return_counts=True)
        values = (1 + np.log(counts)) * self.model.idf[rows]
        norm = float(np.sqrt(values @ values))
        if norm:
            values = values * (scale / norm)
        return rows, values.astype(np.float32), starts[first], ends[first]


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
        logits = encoded.values @ model.weights[encoded.rows] + model.intercepts
        kinds = np.exp(logits[:3] - logits[:3].max())
        kinds /= kinds.sum()
        self.shares: list[float] = [round(share, 4) for share in kinds.tolist()]
        self.scam, self.legit, self.not_posting = (float(share) for share in kinds)
        self._codes = 1 / (1 + np.exp(-np.clip(logits[3:], -30, 30)))

    @cached_property
    def codes(self) -> dict[str, float]:
        """The likelihood of each reason code, 0..1."""
        return dict(zip(self.model.heads[3:], self._codes.tolist(), strict=True))

    def wording(self) -> tuple[Wording, ...]:
        """The terms that moved the scam score most, strongest first, each where it first stands."""
        model, encoded = self.model, self.encoded
        pull = encoded.values * (model.weights[encoded.rows, 0] - model.weights[encoded.rows, 1])
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
        head = self.model.heads.index(code)
        pull = self.encoded.values * self.model.weights[self.encoded.rows, head]
        starts = [clause.start for clause in self.document.clauses]
        if not starts:
            return 0, len(self.document.text)
        clause = np.searchsorted(np.array(starts), self.encoded.starts, side="right") - 1
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
