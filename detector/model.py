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

    `terms` maps a named term to its row, `keys` (sorted uint64) are the character runs, whose rows follow at
    `key_rows`. `idf` is (rows,), `kind_weights` (rows, 3) for scam, legit, not_posting (softmax), `code_weights`
    (terms, codes) one reason code each (logistic), over named terms only, `intercepts` (heads,), kinds first.
    """

    terms: Mapping[str, int]
    keys: NDArray[np.uint64]
    key_rows: NDArray[np.int32]
    idf: NDArray[np.float32]
    kind_weights: NDArray[np.float32]
    code_weights: NDArray[np.float16]
    intercepts: NDArray[np.float32]
    heads: tuple[str, ...]
    manifest: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Short name of these weights: the first characters of their SHA-256."""
        return str(self.manifest["sha256"])[:12]


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
            terms = arrays["terms"].tobytes().decode("utf-8").split("\n")
            rows, heads = len(terms) + len(arrays["keys"]), len(manifest["heads"])
            shapes = {
                "idf": (rows,),
                "kind_weights": (rows, 3),
                "code_weights": (len(terms), heads - 3),
                "intercepts": (heads,),
            }
            for name, shape in shapes.items():
                if arrays[name].shape != shape:
                    raise ValueError(f"{name} is {arrays[name].shape}; terms, keys and heads say {shape}")
            return Model(
                terms={term: row for row, term in enumerate(terms)},
                keys=arrays["keys"],
                key_rows=np.arange(len(terms), len(terms) + len(arrays["keys"]), dtype=np.int32),
                idf=arrays["idf"].astype(np.float32),
                kind_weights=arrays["kind_weights"].astype(np.float32),
                code_weights=arrays["code_weights"],
                intercepts=arrays["intercepts"].astype(np.float32),
                heads=tuple(manifest["heads"]),
                manifest=manifest,
            )
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: not a model ({error}); {CURE}") from None


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
    return manifest
