"""The trained classifier as a file: plain arrays and a manifest, loaded without running anything.

manifest.json   versions, hashes, metrics, calibration, probes
model.npz       terms (UTF-8, one a line), character keys, idf, weights, intercepts
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError

FORMAT = 1
SHIPPED = Path(__file__).parent / "model"
ARRAYS_FILE = "model.npz"
MANIFEST_FILE = "manifest.json"
CURE = "restore it from the release, or train a new one with `scamjob train`"


@dataclass(frozen=True)
class Model:
    """Weights of a linear classifier over `detector.features`.

    `words` and `reading` map a named feature to its row. Pairs of neighbouring words follow (`pairs`, sorted uint64:
    row of the first × 2**32 + row of the second), then runs of characters (`keys`, sorted uint64). `idf` is (rows,),
    `kind_weights` (rows, 3) for scam, legit, not_posting (softmax), `code_weights` (rows but keys, codes) for one
    reason code each (logistic), `intercepts` (heads,), kinds first.
    """

    words: Mapping[str, int]
    reading: Mapping[str, int]
    pairs: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    idf: NDArray[np.float32]
    kind_weights: NDArray[np.float32]
    code_weights: NDArray[np.float16]
    intercepts: NDArray[np.float32]
    heads: tuple[str, ...]
    manifest: Mapping[str, Any]

    def find_pairs(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of pairs of neighbours among word rows (-1 is unknown), and the places of the first of each."""
        together = np.flatnonzero((rows[:-1] >= 0) & (rows[1:] >= 0))
        places, found = _find(self.pairs, pair_keys(rows[together], rows[together + 1]))
        return places + len(self.words) + len(self.reading), together[found]

    def find_keys(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of runs of characters, and the places of those that have one."""
        places, found = _find(self.keys, keys)
        return places + (len(self.idf) - len(self.keys)), found

    @property
    def version(self) -> str:
        """Short name of these weights: the first characters of their SHA-256."""
        return str(self.manifest["sha256"])[:12]


def pair_keys(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.uint64]:
    """One key for each pair of word rows."""
    return (first.astype(np.uint64) << np.uint64(32)) | second.astype(np.uint64)


def _find(table: NDArray[np.uint64], keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where keys stand in a sorted table, and which of them do."""
    if not len(table) or not len(keys):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.argsort(keys)  # looked up in order, neighbours share what the cache holds
    keys = keys[order]
    places = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    found = np.flatnonzero(table[places] == keys)
    return places[found], order[found]


def load_model(folder: Path | None = None) -> Model:
    """The model in a folder (default: the shipped one); ModelError says which file is missing or altered."""
    folder = folder or SHIPPED
    manifest = _read_manifest(folder / MANIFEST_FILE)
    path = folder / ARRAYS_FILE
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; {CURE}") from None
    if hashlib.sha256(raw).hexdigest() != manifest["sha256"]:
        raise ModelError(f"{path}: altered or cut short (its SHA-256 is not the manifest's); {CURE}")
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            words, reading = (arrays[name].tobytes().decode("utf-8").split("\n") for name in ("words", "reading"))
            named = len(words) + len(reading) + len(arrays["pairs"])
            rows, heads = named + len(arrays["keys"]), len(manifest["heads"])
            shapes = {
                "idf": (rows,),
                "kind_weights": (rows, 3),
                "code_weights": (named, heads - 3),
                "intercepts": (heads,),
            }
            _refuse_other_shapes(arrays, shapes)
            return Model(
                words={word: row for row, word in enumerate(words)},
                reading={term: row for row, term in enumerate(reading, len(words))},
                pairs=arrays["pairs"],
                keys=arrays["keys"],
                idf=arrays["idf"].astype(np.float32),
                kind_weights=arrays["kind_weights"].astype(np.float32),
                code_weights=arrays["code_weights"],
                intercepts=arrays["intercepts"].astype(np.float32),
                heads=tuple(manifest["heads"]),
                manifest=manifest,
            )
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: not a model ({error}); {CURE}") from None


def _refuse_other_shapes(arrays: Mapping[str, NDArray[Any]], shapes: Mapping[str, tuple[int, ...]]) -> None:
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} is {arrays[name].shape}; features and heads say {shape}")


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; {CURE}") from None
    except ValueError as error:
        raise ModelError(f"{path}: not JSON ({error}); {CURE}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelError(f"{path}: not a manifest of format {FORMAT}; {CURE}")
    for key in ("sha256", "heads", "calibration", "blocks", "settings", "probes", "rules"):
        if key not in manifest:
            raise ModelError(f"{path}: no {key!r} in it; {CURE}")
    if manifest.get("seal") != seal(manifest):
        raise ModelError(f"{path}: altered (its seal does not fit what it says); {CURE}")
    return manifest


def seal(manifest: Mapping[str, Any]) -> str:
    """SHA-256 over all that a manifest says but the seal itself."""
    said = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()
