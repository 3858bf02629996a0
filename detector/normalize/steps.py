"""The steps in their order."""

from __future__ import annotations

from detector.normalize.aligned import AlignedText
from detector.normalize.characters import folded
from detector.normalize.edits import edited, none_overlapping
from detector.normalize.forms import by_hand
from detector.normalize.pinyin import by_pinyin
from detector.normalize.separators import undo_separators
from detector.normalize.variants import by_shape_and_sound


def normalize(original: str) -> AlignedText:
    """The plain reading of a text: simplified, lower case, NFKC, no invisible characters, words put together again."""
    return _undo_words(undo_separators(folded(original)))


def _undo_words(aligned: AlignedText) -> AlignedText:
    """Write each disguised word as the plain word it stands for."""
    text = aligned.text
    edits = none_overlapping([*by_hand(text), *by_shape_and_sound(text), *by_pinyin(text)])
    edits = [edit for edit in edits if text[edit.start : edit.end] != edit.plain]
    return edited(aligned, edits) if edits else aligned
