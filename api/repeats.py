"""Postings that come again, word for word: platforms repost, and the same answer need not be worked out twice.

Off unless asked for (`scamjob serve --remember N`): the answers kept quote what they rest on, in this process's memory,
until N others have pushed them out. Same text, same versions, same answer; so nothing but the time can change.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.config import Assessor, RuleLike
    from detector.types import Assessment, Posting, Versions

Key = tuple[object, bytes]


def digest(posting: Posting) -> bytes:
    """Stands for all that a posting says, whatever its id; postings are not kept for their length's sake."""
    said = (getattr(posting, name).encode("utf-8", "surrogatepass") for name in posting.FIELDS)
    return blake2b(b"".join(len(value).to_bytes(4) + value for value in said), digest_size=16).digest()


class Repeats:
    """The last so many answers of one process, the least lately used of them first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.met = 0
        """How often an answer was there already."""
        self._kept: OrderedDict[Key, Assessment] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Assessment | None:
        """The answer that was given before, if it is kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self.met += 1
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Key, assessment: Assessment) -> None:
        """Keep an answer, and let go of the oldest beyond the size."""
        with self._lock:
            self._kept[key] = assessment
            if len(self._kept) > self.size:
                self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Remembering:
    """A detector that looks first whether it has read the very same posting; the caller's id is not part of it."""

    detector: Assessor
    repeats: Repeats

    @property
    def versions(self) -> Versions:
        """What is running."""
        return self.detector.versions

    @property
    def rules(self) -> Sequence[RuleLike]:
        """All of them."""
        return self.detector.rules

    @property
    def manifest(self) -> Mapping[str, object]:
        """What the model was made from."""
        return self.detector.manifest

    def assess(self, posting: Posting, /) -> Assessment:
        """As the detector does."""
        key = (self.detector.versions, digest(posting))
        found = self.repeats.get(key)
        if found is None:
            found = self.detector.assess(posting)
            self.repeats.keep(key, found)
        return found if found.id == posting.id else replace(found, id=posting.id)

    def assess_many(self, postings: Iterable[Posting], /) -> Iterator[Assessment]:
        """One by one."""
        return map(self.assess, postings)
