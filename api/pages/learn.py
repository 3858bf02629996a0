"""Every kind of trap as one would tell it to a friend: what it says, what follows, how to answer."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detector.types import CODES

FILE = Path(__file__).with_name("learn.toml")


@dataclass(frozen=True, slots=True)
class Lesson:
    """One kind of trap."""

    code: str
    says: str
    """What the posting sounds like."""
    follows: str
    """What happens to who goes along."""
    answer: str
    """What to say or do."""

    @property
    def name(self) -> str:
        """As on the verdict."""
        return CODES[self.code]


@cache
def lessons() -> Sequence[Lesson]:
    """One for every reason code, in the order of the codes."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    return [Lesson(code, **told[code]) for code in CODES]
