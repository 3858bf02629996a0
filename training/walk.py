"""One walk through the labelled rows, however many: numbers are kept of each, features go to disk, texts are let go."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from heapq import heappush, heappushpop
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.types import CODES, Posting
from detector.wording import KINDS
from training.dataset import Example
from training.feature_cache import Cache, chunks, detector_version
from training.labelled import AS_THEY_ARE
from training.naming import Names
from training.pages import USUAL, kept_page
from training.progress import Count, silent
from training.sketches import Sketch, equal, groups_of, joined
from training.splits import name_number, tied
from training.whole import write_whole
from training.workers import in_processes

HELD_SHARE, HELD_MOST = 0.1, 20_000
READ_IN_FULL = {"scam": 600, "legit": 400, "not_posting": 200}
"""Held-out texts that are read with the rules too, of each label."""
CODES_AT = {code: place for place, code in enumerate(CODES)}


@dataclass
class Walked:
    """What is kept of the rows that went by, (rows,) each, and where the pages lie.

    `sizes` (pages,) how many rows lie on each; `kinds` places in KINDS; `codes` a bit for each of CODES; `source`
    places in `sources`; `poster` a number for each, 0 for none; `draw` a number that the group decides, and after the
    walk all that must stay together.
    """

    pages: list[str] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("i"))
    kinds: array[int] = field(default_factory=lambda: array("b"))
    own: array[int] = field(default_factory=lambda: array("b"))
    source: array[int] = field(default_factory=lambda: array("i"))
    codes: array[int] = field(default_factory=lambda: array("i"))
    poster: array[int] = field(default_factory=lambda: array("q"))
    draw: array[int] = field(default_factory=lambda: array("Q"))
    sources: dict[str, int] = field(default_factory=dict)
    counted: dict[str, Counter[str]] = field(default_factory=dict)
    digest: Any = field(default_factory=hashlib.sha256)
    known_sha256: str = ""
    samples: dict[str, list[tuple[int, int, Example]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def sha256(self) -> str:
        """Over all rows, in order."""
        return self.known_sha256 or str(self.digest.hexdigest())

    @property
    def held(self) -> NDArray[np.bool_]:
        """(rows,) which are never trained on: those with the lowest draws, so never a part of what stays together."""
        share = min(HELD_SHARE, HELD_MOST / max(1, len(self)))
        return np.asarray(np.frombuffer(self.draw, np.uint64) < np.uint64(int(share * 2**64)))

    def note(self, row: Example, own: bool) -> None:
        """Keep what training needs to know of a row."""
        draw = _draw(row)
        number = len(self)
        self.kinds.append(KINDS.index(row.label))
        self.own.append(own)
        self.source.append(self.sources.setdefault(row.source, len(self.sources)))
        self.codes.append(sum(1 << CODES_AT[code] for code in row.codes))
        self.poster.append(name_number(row.poster))
        self.draw.append(draw)
        self.counted.setdefault(row.source or ("own" if own else "shipped"), Counter())[row.label] += 1
        self.digest.update(repr((row.text, row.label, row.codes, row.group)).encode("utf-8", "surrogatepass"))
        kept = self.samples.setdefault(row.label, [])
        entry = (-draw, -number, row)
        if len(kept) < READ_IN_FULL[row.label]:
            heappush(kept, entry)
        elif entry > kept[0]:
            heappushpop(kept, entry)

    def keep_together(self, found: Sketch) -> None:
        """Give one draw to near-copies, by their sketches (rows, PERMUTATIONS), to groups and to posters."""
        draws, posters = np.array(self.draw, np.uint64), np.array(self.poster, np.int64)
        own = tied(joined(groups_of(found), np.arange(len(draws)), equal(draws)), posters)
        self.draw = array("Q", draws[own].tobytes())

    def sample(self) -> tuple[list[int], list[Example]]:
        """Numbers and examples of the held-out rows to read in full, in order."""
        held = self.held
        found = sorted((-number, row) for kept in self.samples.values() for _, number, row in kept)
        chosen = [(number, row) for number, row in found if held[number]]
        return [number for number, _ in chosen], [row for _, row in chosen]


def walk_path(folder: Path, paths: Iterable[Path], base: str, names: Names = AS_THEY_ARE) -> Path:
    """Where the walk through these files, byte for byte and by these names, lies in a cache, or would lie."""
    digest = hashlib.blake2b(f"{detector_version()} {base} {READ_IN_FULL} {names}".encode(), digest_size=16)
    for path in paths:
        with path.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return folder / f"{digest.hexdigest()}.walk.npz"


def keep(walked: Walked, path: Path) -> None:
    """Write down a walk, with the texts to read in full; where that fails nothing is kept."""
    said = {
        "pages": [Path(page).name for page in walked.pages],
        "sources": list(walked.sources),
        "counted": walked.counted,
        "sha256": walked.sha256,
        "samples": [
            [draw, number, row.label, row.id, row.group, row.source, list(row.codes), dict(row.posting.fields())]
            for kept in walked.samples.values()
            for draw, number, row in kept
        ],
    }
    buffer = io.BytesIO()
    raw = np.frombuffer(json.dumps(said).encode(), np.uint8)
    columns: Mapping[str, NDArray[np.generic]] = {name: np.array(getattr(walked, name)) for name in _COLUMNS}
    np.savez(buffer, said=raw, **columns)  # type: ignore[arg-type]  # its names are its files
    with contextlib.suppress(OSError):
        write_whole(path, buffer.getvalue())


def kept_walk(path: Path) -> Walked | None:
    """The walk that was written down there, if it is whole and all its pages are still there."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            said = json.loads(stored["said"].tobytes())
            walked = Walked()
            for name, code in _COLUMNS.items():
                setattr(walked, name, array(code, stored[name].tobytes()))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    walked.pages = [str(path.parent / name) for name in said["pages"]]
    walked.sources = {name: number for number, name in enumerate(said["sources"])}
    walked.counted = {name: Counter(labels) for name, labels in said["counted"].items()}
    walked.known_sha256 = said["sha256"]
    for draw, number, label, key, group, source, codes, fields in said["samples"]:
        row = Example(key, Posting(id=key, **fields), label, tuple(codes), group, source)
        walked.samples.setdefault(label, []).append((draw, number, row))
    return walked if all(Path(page).exists() for page in walked.pages) else None


_COLUMNS = {"kinds": "b", "own": "b", "source": "i", "codes": "i", "draw": "Q", "sizes": "i"}


def _draw(row: Example) -> int:
    """A number that a group decides; rows of the same text without a group are one."""
    name = row.group if row.group != row.id else row.text
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def walk(rows: Iterable[tuple[Example, bool]], kept: Cache, jobs: int = -1, done: Count = silent) -> Walked:
    """Go through all (example, whether it is the team's own) once; afterwards their pages lie in the cache."""
    walked = Walked()
    found: list[Sketch] = []

    def noted() -> Iterator[Example]:
        for row, own in rows:
            walked.note(row, own)
            yield row

    for path, part in in_processes(partial(kept_page, kept=kept), chunks(noted(), USUAL), jobs):
        walked.pages.append(path)
        walked.sizes.append(len(part))
        found.append(part)
        done(len(walked))
    if found:
        walked.keep_together(np.concatenate(found))
    return walked
