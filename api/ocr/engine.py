"""rapidocr's two networks, without its wrapping: where text stands, and what it says.

The models come with the package, so nothing is fetched. One thread each: the service must stay responsive meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import rapidocr
from rapidocr.ch_ppocr_rec import TextRecInput
from rapidocr.utils.process_img import get_rotate_crop_image

from api.ocr.pictures import Pixels

Corners = npt.NDArray[np.float32]
"""4 × 2: the corners of a box, clockwise from the top left."""

_MODELS = Path(rapidocr.__file__).parent / "models"
_SETTINGS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Det.limit_side_len": 32,  # pictures come in the size they are to be looked at
    "Rec.rec_batch_num": 4,
}


def _model(part: str) -> str:
    (path,) = _MODELS.glob(f"*_{part}_*.onnx")
    return str(path)


class Engine:
    """Both networks, loaded."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        paths = {"Det.model_path": _model("det"), "Rec.model_path": _model("rec")}
        engine: Any = rapidocr.RapidOCR(params=_SETTINGS | paths)
        self._detect, self._recognise = _networks(engine)

    def find(self, pixels: Pixels, scale: float) -> list[Corners]:
        """Boxes of text, in pixels of the picture given, which is looked at in another scale."""
        height, width = pixels.shape[:2]
        size = max(32, round(width * scale)), max(32, round(height * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        seen = cv2.resize(pixels, size, interpolation=method)[..., ::-1]
        found = self._detect(np.ascontiguousarray(seen))
        if found.boxes is None:
            return []
        factors = np.array([width / size[0], height / size[1]], np.float32)
        return [box.astype(np.float32) * factors for box in found.boxes]

    def read(self, pixels: Pixels, boxes: Sequence[Corners], turns: int = 0) -> list[tuple[str, float]]:
        """The text in each box and how sure it is, 0..1; read after so many quarter turns."""
        crops = [_crop(pixels, box, turns) for box in boxes]
        if not crops:
            return []
        read = self._recognise(TextRecInput(img=crops))
        return list(zip(read.txts, map(float, read.scores), strict=True))


def _networks(engine: Any) -> tuple[Any, Any]:  # noqa: ANN401  # published without annotations
    """Both of them, loaded. The package has no public door to one network alone."""
    return engine._load_det_model(), engine._load_rec_model()


def _crop(pixels: Pixels, box: Corners, turns: int) -> Pixels:
    left, top = np.maximum(box.min(axis=0).astype(int) - 2, 0)
    right, bottom = box.max(axis=0).astype(int) + 3
    part = np.ascontiguousarray(pixels[top:bottom, left:right, ::-1])
    if turns:
        return np.ascontiguousarray(np.rot90(part, turns))
    crop: Pixels = get_rotate_crop_image(part, box - np.array([left, top], np.float32))
    return crop
