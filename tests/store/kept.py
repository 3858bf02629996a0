"""A program that writes feedback and says the id of each once it was acknowledged; its tests kill it."""

from __future__ import annotations

import sys

from api.store import feedback, open_store
from api.store.tables import LOCAL
from detector.types import Posting

if __name__ == "__main__":
    store = open_store(sys.argv[1])
    for number in range(int(sys.argv[2])):
        said = feedback.Said("scam", ["upfront_fee"], None, "api", "k1")
        with store.write() as connection:
            key, _ = feedback.about_text(connection, LOCAL, Posting(text=f"第{number}条，先交押金"), said)
        print(key, flush=True)
