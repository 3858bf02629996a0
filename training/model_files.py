"""A model folder is written whole or not at all: whoever looks finds the old one, the new one, or none."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from detector.document import Document
from detector.model import ARRAYS_FILE, MANIFEST_FILE, load_model, seal
from detector.types import Posting
from detector.wording import Classifier
from training.held_out import HELD_OUT_FILE
from training.vocabulary import Vocabulary
from training.weights import Weights
from training.whole import new_folder_beside, write_folder

PROBES = (
    "文员两名，双休，五险一金，月薪4500，地址在人民路18号。",
    "入职前先交服装押金300元，做满三个月退还。",
    "点赞关注一单5元，先垫付再返本金和佣金，日结，加微信。",
    "警方提醒：凡是要求先交押金的兼职都是诈骗。",
)
"""Texts whose logits are stored with the model and must come out again when it is loaded."""


OURS = frozenset({ARRAYS_FILE, MANIFEST_FILE, HELD_OUT_FILE})


def write_model(
    out: Path, fitted: Weights, known: Vocabulary, manifest: dict[str, Any], others: Mapping[str, bytes] | None = None
) -> None:
    """Write the folder of a model, with other files of ours in it; the manifest gets the hash and the probes."""
    arrays: dict[str, Any] = {
        "keys": known.keys,
        "idf": known.idf.astype(np.float16),
        "kind_weights": fitted.weights[:, :3].astype(np.float16),
        "code_weights": fitted.weights[: known.named, 3:].astype(np.float16),
        "intercepts": fitted.intercepts.astype(np.float32),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    raw = buffer.getvalue()
    manifest["sha256"] = hashlib.sha256(raw).hexdigest()
    manifest["probes"] = _probes(raw, manifest)
    write_folder(out, {ARRAYS_FILE: raw, **(others or {}), MANIFEST_FILE: _json(manifest)}, OURS)


def refuse_unfit(out: Path) -> None:
    """OSError or DataError where no model can be put at this place: better known before training than after."""
    new_folder_beside(out, OURS).rmdir()


def _probes(raw: bytes, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the model says of PROBES once it is written and read."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / ARRAYS_FILE).write_bytes(raw)
        (Path(name) / MANIFEST_FILE).write_bytes(_json({**manifest, "probes": []}))
        classifier = Classifier(load_model(Path(name)))
    return [{"text": text, "shares": classifier.read(Document(Posting(text=text))).shares} for text in PROBES]


def _json(manifest: Mapping[str, Any]) -> bytes:
    manifest = json.loads(json.dumps(manifest))  # as a reader will see it: lists for tuples, plain numbers
    value = {**manifest, "seal": seal(manifest)}
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")
