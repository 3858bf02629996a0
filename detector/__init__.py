"""Scam-job detection for Chinese postings: a risk score with reasons that point at the words."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: one posting is too little work for several threads

from detector.engine import Detector
from detector.errors import DetectorError, ModelError, PackError, TableError, TextTooLong
from detector.types import Assessment, Evidence, Kind, Level, Posting, Reason

__all__ = [
    "Assessment",
    "Detector",
    "DetectorError",
    "Evidence",
    "Kind",
    "Level",
    "ModelError",
    "PackError",
    "Posting",
    "Reason",
    "TableError",
    "TextTooLong",
]
