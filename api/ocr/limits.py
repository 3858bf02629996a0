"""How much of a picture anybody may send: every figure that keeps a request from costing more than it should."""

from __future__ import annotations

from dataclasses import dataclass

MEGAPIXEL = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may bring, and what reading it may cost."""

    images: int = 9
    """As many as a chat sends at once."""
    file_bytes: int = 12 * 1024 * 1024
    body_bytes: int = 32 * 1024 * 1024
    megapixels: int = 40
    """Of one picture: 1,080 × 37,000, some twenty screens."""
    total_megapixels: int = 60
    side: int = 40_000
    lines: int = 1200
    """Lines read in a request; 20,000 characters are the limit of a posting anyway."""
    patience: float = 40.0
    """Seconds after which the reader stops and gives what it has."""
    deadline: float = 60.0
    """Seconds after which the process that reads is ended by the system."""
    waiting: int = 2
    """Requests of one web worker that may wait for the reader at a time, so that its other threads stay free."""
    backlog: int = 8
    """Requests of all web workers that may wait."""
    address_space: int = 4 * 1024**3
    resident: int = 1280 * 1024**2
    """Bytes of memory beyond which the process is replaced after an answer."""
    idle: float = 900.0
    """Seconds without work after which the process ends and gives its memory back."""

    @classmethod
    def of(cls, threads: int) -> Limits:
        """The usual ones for web workers of so many threads: half of them are never kept waiting by pictures."""
        return cls(waiting=max(1, threads // 2))

    def megapixels_fit(self, width: int, height: int) -> bool:
        """Whether a picture of that size is read at all."""
        return max(width, height) <= self.side and width * height <= self.megapixels * MEGAPIXEL
