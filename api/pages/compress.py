"""Pages and their files travel compressed.

Not a page that carries a secret beside what a caller wrote: the length of the answer would give it away bit by bit.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Response, request

LEAST = 600
"""Bytes below which compressing gains nothing."""
PACKED = {"text/html", "text/css", "text/javascript", "image/svg+xml", "application/manifest+json"}
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent, plain and compressed."""

    mimetype: str
    plain: bytes
    packed: bytes
    digest: str

    @classmethod
    def of(cls, path: Path) -> Asset:
        """Read from the disk."""
        plain = path.read_bytes()
        mimetype = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        packed = gzip.compress(plain, mtime=0) if mimetype in PACKED else plain
        return cls(mimetype, plain, packed, hashlib.sha256(plain).hexdigest()[:10])

    def response(self) -> Response:
        """The file, or 304 for whoever has it already."""
        small = len(self.packed) < len(self.plain) and takes_gzip()
        answer = Response(self.packed if small else self.plain, mimetype=self.mimetype)
        if small:
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
        answer.set_etag(self.digest + ("-gzip" if small else ""))
        answer.make_conditional(request)
        return answer


def assets_in(folder: Path) -> Mapping[str, Asset]:
    """Every file below a folder by its path from there."""
    return {path.relative_to(folder).as_posix(): Asset.of(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def takes_gzip() -> bool:
    """Whether who asks can unpack it."""
    return request.accept_encodings.quality("gzip") > 0


def compressed(response: Response) -> Response:
    """The same answer, smaller where that is worth it."""
    body = response.get_data()
    if len(body) < LEAST or not takes_gzip():
        return response
    response.set_data(gzip.compress(body, 5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response
