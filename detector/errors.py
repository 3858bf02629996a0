"""Everything that can go wrong, and all of it while loading or at the door; `assess` itself accepts any string.

    DetectorError
    ├── ModelError       the model folder is missing, altered, or made by other features
    ├── RegistryError    the folder of models of this installation cannot be read or written
    ├── PackError        a rule pack is not what the loader demands
    ├── TableError       a reference table is damaged
    └── TextTooLong      a posting over the limit (the caller's mistake)

Each message says which file, which item, and what to mend.
"""

from __future__ import annotations


class DetectorError(Exception):
    """The root of every error raised on purpose by the detector."""


class ModelError(DetectorError):
    """The model cannot be used: says which file, and how to get a good one."""


class RegistryError(DetectorError):
    """The folder of models is damaged, full or closed: says which file, and that nothing was changed."""


class PackError(DetectorError):
    """A rule pack is refused: says file, rule, and what is missing."""


class TableError(DetectorError):
    """A reference table (wages, lexicon, disguises) is damaged: says file and row."""


class TextTooLong(DetectorError):  # noqa: N818  # named for what is wrong, as the others of its tree are for what they are
    """The posting is longer than the limit. `length` and `limit` are code points."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"text has {length} characters; the limit is {limit}")
        self.length = length
        self.limit = limit
