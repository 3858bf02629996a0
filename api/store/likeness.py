"""Which kept postings are nearly the same: a handful of short keys a text, equal for texts that are alike.

The keys are bands of a MinHash over character 4-grams; what shares one is compared in full. Digits count as one digit,
so that the same text with another number or price is the same text.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from sqlalchemy import Connection, insert, select

from api.store.review_tables import likenesses
from api.store.tables import postings

ALIKE = 0.6
"""Share of common 4-grams from which on two texts are near-copies."""
BANDS, ROWS = 6, 3
"""A pair at 0.8 shares a band with a chance of 1 - (1 - 0.8**3)**6, 0.99."""
MOST = 40
"""Postings looked at, of those that share a band."""
_GRAM = 4
_FACTORS = np.random.default_rng(4).integers(1, 2**63, BANDS * ROWS, np.uint64) * np.uint64(2) + np.uint64(1)
_DIGITS = re.compile(r"\d+")
_BLOCK = 1024


def grams(fields: Mapping[str, str]) -> frozenset[str]:
    """The character 4-grams of all fields, without spaces, signs and the values of numbers."""
    folded = unicodedata.normalize("NFKC", "\n".join(fields.values())).casefold()
    kept = _DIGITS.sub("0", "".join(filter(str.isalnum, folded)))
    return frozenset(kept[at : at + _GRAM] for at in range(max(1, len(kept) - _GRAM + 1)))


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts have in common, 0..1."""
    return len(one & other) / len(one | other)


def bands(found: frozenset[str]) -> list[str]:
    """The keys of a text."""
    hashes = np.fromiter((zlib.crc32(gram.encode("utf-8", "surrogatepass")) for gram in found), np.uint64, len(found))
    least = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, np.uint64)
    with np.errstate(over="ignore"):
        for at in range(0, len(hashes), _BLOCK):
            mixed = hashes[at : at + _BLOCK, None] * _FACTORS
            least = np.minimum(least, (mixed ^ (mixed >> np.uint64(29))).min(axis=0))
    return [f"{number}-{zlib.crc32(row.tobytes()):08x}" for number, row in enumerate(least.reshape(BANDS, ROWS))]


def near(connection: Connection, tenant: str, key: str, fields: Mapping[str, str]) -> list[tuple[str, float]]:
    """(posting, share) of the kept postings of the tenant that are like this text, the most alike first."""
    own = grams(fields)
    found = [(other, share(own, grams(said))) for other, said in _candidates(connection, tenant, bands(own), key)]
    return sorted(((other, much) for other, much in found if much >= ALIKE), key=lambda pair: (-pair[1], pair[0]))


def remember(connection: Connection, tenant: str, key: str, fields: Mapping[str, str]) -> str | None:
    """Note the keys of a posting; the first that it is like, if there is one."""
    own = grams(fields)
    keys = bands(own)
    found = (other for other, said in _candidates(connection, tenant, keys, key) if share(own, grams(said)) >= ALIKE)
    first = next(found, None)
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
