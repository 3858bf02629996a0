"""The detector with one part taken away, put together from outside: what does each part earn?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import cast
from unittest.mock import patch

import numpy as np

from detector import Detector
from detector.document import Document
from detector.model import Model, load_model
from detector.normalize import AlignedText
from detector.roles import Stance
from detector.rules import RuleSet, load_rules
from detector.types import Finding
from detector.wording import KINDS, Classifier


def silent(model: Model) -> Model:
    """The model with every weight at zero: sure that all is legit, no code, no term that pulls."""
    table = model.table.copy()
    table[:, 1:] = 0
    intercepts = np.full_like(model.intercepts, -30)
    intercepts[KINDS.index("legit")] = 0
    return replace(model, table=table, code_weights=np.zeros_like(model.code_weights), intercepts=intercepts)


class _NoRules:
    """Stands where the rules stand, and finds nothing."""

    rules = ()
    version = "none"

    def read(self, _document: Document) -> Finding:
        """Nothing."""
        return Finding()


def rules_only(model: Path | None) -> Detector:
    """Rules and calibration without the classifier; it cannot tell what is no posting."""
    return Detector(load_rules(), Classifier(silent(load_model(model))))


def classifier_only(model: Path | None) -> Detector:
    """The classifier and its calibration without any rule."""
    return Detector(cast(RuleSet, _NoRules()), Classifier(load_model(model)))


def _always_asserted(_document: Document, _start: int, _end: int) -> Stance:
    return Stance.ASSERTED


_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _as_written(original: str) -> AlignedText:
    """The text with Latin letters in lower case, and nothing else undone."""
    return AlignedText(original, original.translate(_LOWER))


@contextmanager
def without_roles() -> Iterator[None]:
    """Inside, every mention counts as asserted of the applicant, in rules and features."""
    with ExitStack() as stack:
        for place in ("detector.rules.stance", "detector.features.stance"):
            stack.enter_context(patch(place, _always_asserted))
        yield


@contextmanager
def without_undoing() -> Iterator[None]:
    """Inside, texts are read as they are written."""
    with patch("detector.document.normalize", _as_written):
        yield


@contextmanager
def undoubted() -> Iterator[None]:
    """Inside, rules are believed whatever the classifier says."""
    with patch("detector.scoring.DOUBT", 0.0):
        yield


Variant = tuple[str, Detector, AbstractContextManager[None]]


def ablated(model: Path | None) -> Iterator[Variant]:
    """(name, detector, context to run it in) of the whole and of each part removed; nothing is trained again."""
    whole = Detector.load(model=model)
    yield "whole", whole, nullcontext()
    yield "rules only", rules_only(model), undoubted()
    yield "classifier only", classifier_only(model), nullcontext()
    yield "no roles", whole, without_roles()
    yield "no undoing of disguise", whole, without_undoing()
