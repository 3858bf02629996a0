"""The trained classifier: kind, likelihood of a scam, reason codes, and the words that speak for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.features import character_keys, reading_terms, word_names
from detector.model import Model
from detector.types import Wording

BLOCKS = ("words", "characters", "reading")
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
        self._scale = {name: float(blocks[name]) for name in BLOCKS}
        self._rare = float(settings["rare"]) ** 2

    def __call__(self, document: Document) -> Encoded:
        """The features of the document that the model knows."""
        pieces = [
            self._words(document),
            self._characters(document.text),
            self._reading(document),
        ]
        return Encoded(*(np.concatenate(parts) for parts in zip(*pieces, strict=True)))

    def _words(self, document: Document) -> Block:
        names, starts, ends = word_names(document)
        row_of, nothing = self.model.words, -1
        rows = np.array([row_of.get(name, nothing) for name in names], dtype=np.int64)
        places = np.array([starts, ends], dtype=np.int32)
        known = rows >= 0
        pairs, found = self.model.find_pairs(rows)
        unknown = 2 * len(rows) - 1 - int(known.sum()) - len(found) if len(rows) else 0
        return self._block(
            np.concatenate([rows[known], pairs]),
            np.concatenate([places[0, known], places[0, found]]),
            np.concatenate([places[1, known], places[1, found + 1]]),
            unknown,
            "words",
        )

    def _reading(self, document: Document) -> Block:
        terms = reading_terms(document)
        row_of = self.model.reading
        known = [(row, start, end) for name, start, end in terms if (row := row_of.get(name)) is not None]
        table = np.array(known, dtype=np.int32).reshape(len(known), 3)
        return self._block(table[:, 0], table[:, 1], table[:, 2], len(terms) - len(known), "reading")

    def _characters(self, text: str) -> Block:
        keys, starts, lengths = character_keys(text)
        rows, found = self.model.find_keys(keys)
        starts = starts[found]
        return self._block(rows, starts, starts + lengths[found], len(keys) - len(rows), "characters")

    def _block(
        self,
        rows: NDArray[np.integer[Any]],
        starts: NDArray[np.int32],
        ends: NDArray[np.int32],
        unknown: int,
        name: str,
    ) -> Block:
        """One entry a distinct feature: (1 + log count) × idf, the whole block scaled to a fixed norm."""
        rows, first, counts = np.unique(rows, return_index=True, return_counts=True)
        starts, ends = starts[first], ends[first]
        values = (1 + np.log(counts)).astype(np.float32) * self.model.idf[rows]
        norm = float(np.sqrt(values @ values + unknown * self._rare))
        return rows, values * np.float32(self._scale[name] / norm if norm else 0.0), starts, ends


Block = tuple[NDArray[np.integer[Any]], NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]


@dataclass(frozen=True)
class Encoded:
    """A document as rows of the model: the value of each, and where it first stands (normal text)."""

    rows: NDArray[np.integer[Any]]
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
    def _coded(self) -> NDArray[np.bool_]:
        """Which features are named terms; the reason codes are read from those alone."""
        return self.encoded.rows < len(self.model.code_weights)

    @property
    def shares(self) -> list[float]:
        """The shares of the kinds, in the order of KINDS."""
        return [self.scam, self.legit, self.not_posting]

    @cached_property
    def codes(self) -> dict[str, float]:
        """The likelihood of each reason code, 0..1."""
        model, named = self.model, self._coded
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
            if found.quote.strip():
                chosen.append(Wording(found.quote, round(float(pull[number]), 3), found.start, found.end, found.field))
            if len(chosen) == TERMS_SHOWN:
                break
        return tuple(chosen)

    def clause_for(self, code: str) -> tuple[int, int]:
        """The clause whose words speak most for a reason code, as a span of the normal text."""
        head = self.model.heads.index(code) - len(KINDS)
        named = self._coded
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
