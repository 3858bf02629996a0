"""The process that reads pictures: it takes one request at a time, and a bad one can end nothing but this process.

Started by the keeper when somebody sends pictures; limits itself in memory, and lets the system end it on time.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time

from api.ocr import wire
from api.ocr.limits import MEGAPIXEL, Limits
from api.ocr.lines import Sheet
from api.ocr.pictures import open_picture
from api.ocr.reader import Reader
from api.ocr.reading import reading_of
from api.ocr.refusals import Unreadable

NICE = 10
"""Text requests come first, by far."""


def main(listening: int, lifeline: int) -> None:
    """Answer requests that come in on a listening socket, until nobody does for long or the server has ended."""
    limits = Limits()
    restrain(limits)
    reader = Reader(limits)
    listener = socket.socket(fileno=listening)
    while _somebody(listener, lifeline, limits.idle):
        connection, _ = listener.accept()
        with connection:
            answer(connection, reader, limits)
        if resident() > limits.resident:
            return


def restrain(limits: Limits) -> None:
    """Be modest, and leave nothing behind."""
    os.nice(NICE)
    for what, most in ((resource.RLIMIT_AS, limits.address_space), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _somebody(listener: socket.socket, lifeline: int, idle: float) -> bool:
    """Whether a request has come, rather than the end of the server or a long silence."""
    ready, _, _ = select.select([listener.fileno(), lifeline], [], [], idle)
    return listener.fileno() in ready and lifeline not in ready


def answer(connection: socket.socket, reader: Reader, limits: Limits) -> None:
    """Read one request and answer it; the system ends the process when it takes too long."""
    connection.settimeout(limits.deadline)
    signal.setitimer(signal.ITIMER_REAL, limits.deadline)
    try:
        images = wire.receive(connection, limits.body_bytes + 1024)
        wire.send(connection, [json.dumps(read(images, reader, limits)).encode()])
    except OSError:
        return  # whoever asked has gone
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def read(images: list[bytes], reader: Reader, limits: Limits) -> dict[str, object]:
    """What the pictures say, or why they are not read."""
    until = time.monotonic() + limits.patience
    sheets: list[Sheet] = []
    pixels = lines = 0
    for number, data in enumerate(images):
        try:
            picture = open_picture(data, limits, limits.total_megapixels * MEGAPIXEL - pixels)
            pixels += picture.pixels.size // 3
            sheets.append(reader.read(picture, until, max(0, limits.lines - lines)))
        except Unreadable as error:
            return {"error": error.slug, "image": number, "figures": error.figures}
        except MemoryError:
            return {"error": "image-too-large", "image": number, "figures": {}}
        lines += len(sheets[-1].lines)
    return reading_of(sheets).to_dict()


def resident() -> int:
    """Bytes of memory in use at most so far; the system counts in kilobytes, but for macOS."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
