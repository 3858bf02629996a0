"""Undo the tricks that hide a word from a search, without losing its place.

Each step takes an `AlignedText` and gives a plainer one: characters (full-width, traditional, invisible), separators
put inside words (押-金), and disguised words: from a table by hand (兼织, 薇❤), by shape and sound (扌甲金, 鸭金), in
pinyin (ya jin, 押jin). Every character of the result knows which characters of the original it stands for.

Each module knows only those before it: aligned, tables, characters, edits, forms, separators, variants, pinyin, steps.
"""

from detector.normalize.aligned import AlignedText, code_points
from detector.normalize.characters import fold, folded
from detector.normalize.steps import normalize
from detector.normalize.tables import REFERENCE

__all__ = ["REFERENCE", "AlignedText", "code_points", "fold", "folded", "normalize"]
