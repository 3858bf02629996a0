"""Messages between the web workers and the process that reads pictures: length first, then the bytes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

_LENGTH = struct.Struct("!I")


def send(connection: socket.socket, parts: list[bytes]) -> None:
    """Send one message of several parts."""
    for part in (_LENGTH.pack(len(parts)), *parts):
        connection.sendall(_LENGTH.pack(len(part)))
        connection.sendall(part)


def receive(connection: socket.socket, limit: int) -> list[bytes]:
    """One message. Raises ConnectionError when it breaks off or is over `limit` bytes."""
    (count,) = _LENGTH.unpack(_take(connection, limit))
    parts: list[bytes] = []
    for _ in range(min(count, 64)):
        parts.append(_take(connection, limit))
        limit -= len(parts[-1])
    return parts


def _take(connection: socket.socket, limit: int) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > limit:
        raise ConnectionError("the message is too large")
    return _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes:
    buffer = bytearray(length)
    view, place = memoryview(buffer), 0
    while place < length:
        taken = connection.recv_into(view[place:])
        if not taken:
            raise ConnectionError("the other side is gone")
        place += taken
    return bytes(buffer)
