"""Which kept postings are nearly the same: a handful of short keys a text, equal for texts that are alike.

The keys are the bands of a fingerprint, the one that the campaign memory goes by too (detector/fingerprint.py): what
disguises a word, punctuation and the values of numbers do not make another text. What shares a key is compared in full.
A text too short for a fingerprint is like those that say the same, and no others.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from api.store.review_tables import likenesses
from api.store.sightings import ALIKE
from api.store.tables import postings
from detector.document import Document
from detector.fingerprint import agreement, bands, sketch
from detector.types import Posting

MOST = 40
"""Postings looked at, of those that share a key."""
SEED = 0
"""The texts are kept beside: there is nothing to hide in their sketches."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a text is compared by: its sketch, or the normal text itself where that is too short for one."""

    sketch: bytes | None
    text: str

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Likeness:
        """Of the fields of a posting."""
        text = Document(Posting(**fields)).text
        return cls(sketch(text, SEED), text)

    def keys(self) -> list[str]:
        """What it shares with its near-copies."""
        if self.sketch is None:
            return [f"={zlib.crc32(self.text.encode('utf-8', 'surrogatepass')):08x}"]
        return [f"{band:09x}" for band in bands(self.sketch)]

    def share(self, other: Likeness) -> float:
        """About how much two texts have in common, 0..1."""
        if self.sketch is None or other.sketch is None:
            return float(self.text == other.text)
        return float(agreement(self.sketch, [other.sketch])[0])


def near(connection: Connection, tenant: str, key: str, fields: Mapping[str, str]) -> list[tuple[str, float]]:
    """(posting, share) of the kept postings of the tenant that are like this text, the most alike first."""
    own = Likeness.of(fields)
    found = [(other, own.share(Likeness.of(said))) for other, said in _candidates(connection, tenant, own.keys(), key)]
    return sorted(((other, much) for other, much in found if much >= ALIKE), key=lambda pair: (-pair[1], pair[0]))


def remember(connection: Connection, tenant: str, key: str, fields: Mapping[str, str]) -> str | None:
    """Note the keys of a posting; the first that it is like, if there is one."""
    own = Likeness.of(fields)
    keys = own.keys()
    candidates = _candidates(connection, tenant, keys, key)
    first = next((other for other, said in candidates if own.share(Likeness.of(said)) >= ALIKE), None)
    connection.execute(insert(likenesses), [{"tenant": tenant, "band": one, "posting": key} for one in keys])
    return first


def _candidates(
    connection: Connection, tenant: str, keys: Iterable[str], key: str
) -> Iterator[tuple[str, Mapping[str, str]]]:
    shared = (
        select(likenesses.c.posting)
        .where(likenesses.c.tenant == tenant, likenesses.c.band.in_(list(keys)), likenesses.c.posting != key)
        .limit(MOST)
    )
    query = select(postings.c.id, postings.c.fields).where(postings.c.id.in_(shared)).order_by(postings.c.created)
    yield from ((row.id, row.fields) for row in connection.execute(query).all())
