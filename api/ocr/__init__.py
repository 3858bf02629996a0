"""Screenshots to text. The extra `[ocr]` reads them, in a process of its own; without it the service says so.

web worker → Desk → socket → worker (started and replaced by the keeper)
pictures → reader → bubbles → layout → reading
"""

from __future__ import annotations

from api.ocr.desk import Desk, ReadsImages, installed, opened
from api.ocr.limits import Limits
from api.ocr.refusals import Unreadable

__all__ = ["Desk", "Limits", "ReadsImages", "Unreadable", "installed", "opened"]
