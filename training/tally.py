"""What became of every row that was read: taken, refused with a cause, or left out; nothing is lost silently."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from training.dataset import Example
from training.files import BadRow

_FIGURES = re.compile(r"\d[\d,]*")
MANY = 10
"""Lines of one list that are shown."""


@dataclass
class Tally:
    """Counts, filled while rows go by. `read` is `taken`, `refused` and `left_out` together."""

    taken: int = 0
    refused: int = 0
    left_out: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    forgiven: Counter[str] = field(default_factory=Counter)
    twice: Counter[str] = field(default_factory=Counter)
    _ids: set[bytes] = field(default_factory=set, repr=False)

    @property
    def read(self) -> int:
        """All rows."""
        return self.taken + self.refused + self.left_out

    def take(self, path: str, example: Example) -> None:
        """One more that can be used."""
        self.taken += 1
        self.files[path] += 1
        self.labels[example.label] += 1
        self.sources[example.source or "(none)"] += 1
        key = hashlib.blake2b(example.id.encode("utf-8", "surrogatepass"), digest_size=10).digest()
        if key in self._ids:
            self.twice[example.id] += 1
        self._ids.add(key)

    def refuse(self, path: str, bad: BadRow) -> None:
        """One more that cannot; causes that differ only in a figure are counted together."""
        self.refused += 1
        self.files[path] += 0
        self.causes[_FIGURES.sub("…", bad.cause)] += 1

    def forgive(self, what: str) -> None:
        """Something was read in spite of a slip, and is told in the end."""
        self.forgiven[what] += 1

    def lines(self) -> Iterator[str]:
        """The counts for a reader, a line each."""
        left = f", {self.left_out:,} left out (other_scam)" if self.left_out else ""
        yield f"{self.read:,} rows read, {self.taken:,} taken, {self.refused:,} refused{left}"
        yield from _listed("refused", self.causes)
        yield from _listed("label", self.labels)
        yield from _listed("source", self.sources)
        yield from _listed("forgiven", self.forgiven)
        if self.twice:
            first = ", ".join(name for name, _ in self.twice.most_common(3))
            yield f"{len(self.twice):,} ids stand more than once ({first}); such rows are kept as one group"

    def facts(self) -> dict[str, object]:
        """The same for a program."""
        counts: Mapping[str, int] = {name: getattr(self, name) for name in ("read", "taken", "refused", "left_out")}
        tables = {name: dict(getattr(self, name)) for name in ("causes", "labels", "sources", "files", "forgiven")}
        return {**counts, **tables, "ids_twice": dict(self.twice)}


def _listed(name: str, counts: Counter[str]) -> Iterator[str]:
    for what, many in counts.most_common(MANY):
        yield f"  {name:8} {many:>9,}  {what}"
    if len(counts) > MANY:
        rest = counts.total() - sum(many for _, many in counts.most_common(MANY))
        yield f"  {name:8} {rest:>9,}  {len(counts) - MANY:,} others"
