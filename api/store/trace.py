"""What is kept of a posting in place of its words: a sketch, and numbers for its contacts and its poster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.store.secret import keyed
from detector.contacts import Contact, contacts
from detector.document import Document
from detector.fingerprint import sketch
from detector.types import Posting


@dataclass(frozen=True, slots=True)
class Trace:
    """Of one posting; without the secret none of it leads back."""

    tenant: str
    sketch: bytes | None
    """None of a text too short to be told from others."""
    contacts: Mapping[int, Contact]
    """What a contact is kept as → where it stands; only the numbers are kept."""
    poster: int | None
    own: int | None
    """Stands for the caller's id: the same posting read again is not another one."""


def trace_of(document: Document, tenant: str, poster: str | None, key: bytes) -> Trace:
    """The trace of a posting; the company stands in for a poster who is not named."""
    posting = document.posting
    who = poster or posting.company.strip()
    return Trace(
        tenant,
        sketch(document.text, keyed(key, "text", tenant) & 0xFFFFFFFFFFFFFFFF),
        {keyed(key, "contact", tenant, one.value): one for one in contacts(document)},
        keyed(key, "poster", tenant, who) if who else None,
        keyed(key, "own", tenant, posting.id) if posting.id else None,
    )


def trace_of_kept(fields: Mapping[str, str], tenant: str, key: bytes) -> Trace:
    """The same of a posting that is kept."""
    return trace_of(Document(Posting(**fields)), tenant, None, key)
