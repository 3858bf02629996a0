"""The trained classifier as a file: plain arrays and a manifest, loaded without running anything.

manifest.json   versions, hashes, metrics, calibration, probes
model.npz       keys of features, idf, weights, intercepts
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
from detector.features import NAMED

FORMAT = 2
SHIPPED = Path(__file__).parent / "model"
ARRAYS_FILE = "model.npz"
MANIFEST_FILE = "manifest.json"
DECISIVE = ("sha256", "heads", "sizes", "blocks", "settings", "calibration", "rules")
"""What of a manifest decides the answers; the rest (metrics, where the data came from) only tells of the model."""
CURE = "restore it from the release, or train a new one with `scamjob train`"


class Index:
    """Finds the rows of 64-bit keys by their leading bits; a bucket holds up to four keys.

    A key whose bucket is full has no row: training leaves such features out, four in a thousand at most.
    """

    WAYS = 4

    def __init__(self, keys: NDArray[np.uint64], bits: int) -> None:
        self._shift = np.uint64(64 - bits)
        bucket = (keys >> self._shift).astype(np.int64)
        order = np.argsort(bucket, kind="stable")
        ordered = bucket[order]
        way = np.arange(len(keys)) - np.searchsorted(ordered, ordered)
        fits = way < self.WAYS
        self.placed = order[fits]
        slots = ordered[fits] * self.WAYS + way[fits]
        self._marks = np.zeros((1 << bits, self.WAYS), np.uint32)
        self._rows = np.full(self.WAYS << bits, -1, np.int32)
        self._marks.ravel()[slots] = keys[self.placed].astype(np.uint32)
        self._rows[slots] = self.placed

    def find(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
        """The rows of those keys that have one, and the places of these keys, in order."""
        bucket = (keys >> self._shift).astype(np.intp)
        same = self._marks[bucket] == keys.astype(np.uint32)[:, None]
        hits = np.flatnonzero(same)
        places = hits >> 2
        rows = self._rows[(bucket[places] << 2) + (hits & 3)]
        known = rows >= 0
        return rows[known], places[known]


def index_bits(rows: int) -> int:
    """So many leading bits that there are at least as many buckets as rows."""
    return max(1, (rows - 1).bit_length())


@dataclass(frozen=True)
class Model:
    """Weights of a linear classifier over `detector.features`.

    A feature is a 64-bit key; `keys` (rows,) are sorted within each family, families in the order of FAMILIES, and
    `sizes` says how many rows each has. `table` (rows, 4) holds idf and the weights for scam, legit and not_posting
    (softmax); `code_weights` (rows but those of characters, codes) is one logistic head a reason code; `intercepts`
    (heads,), kinds first.
    """

    keys: NDArray[np.uint64]
    sizes: tuple[int, ...]
    table: NDArray[np.float32]
    code_weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    heads: tuple[str, ...]
    manifest: Mapping[str, Any]
    index: Index

    @property
    def version(self) -> str:
        """Short name of what decides the answers."""
        return version_of(self.manifest)


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
            sizes = tuple(int(size) for size in manifest["sizes"])
            rows, named, heads = sum(sizes), sum(sizes[:NAMED]), len(manifest["heads"])
            shapes = {
                "keys": (rows,),
                "idf": (rows,),
                "kind_weights": (rows, 3),
                "code_weights": (named, heads - 3),
                "intercepts": (heads,),
            }
            _refuse_other_shapes(arrays, shapes)
            keys = arrays["keys"]
            return Model(
                keys=keys,
                sizes=sizes,
                table=np.column_stack([arrays["idf"], arrays["kind_weights"]]).astype(np.float32),
                code_weights=arrays["code_weights"].astype(np.float32),
                intercepts=arrays["intercepts"].astype(np.float32),
                heads=tuple(manifest["heads"]),
                manifest=manifest,
                index=Index(keys, index_bits(rows)),
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
    for key in ("sha256", "heads", "calibration", "blocks", "settings", "probes", "rules", "sizes"):
        if key not in manifest:
            raise ModelError(f"{path}: no {key!r} in it; {CURE}")
    if manifest.get("seal") != seal(manifest):
        raise ModelError(f"{path}: altered (its seal does not fit what it says); {CURE}")
    return manifest


def version_of(manifest: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits over all that decides an answer: the arrays, the calibration, what rules are believed.

    Two models with the same weights and another calibration have two names: same version, same answers.
    """
    decisive = {key: manifest[key] for key in DECISIVE}
    return hashlib.sha256(json.dumps(decisive, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()[:12]


def seal(manifest: Mapping[str, Any]) -> str:
    """SHA-256 over all that a manifest says but the seal itself."""
    said = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()
