"""The folder of this installation: what is kept between two starts (trained models, the store) lies in it."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """$SCAMJOB_HOME, or scamjob/ in $XDG_DATA_HOME, or ~/.local/share/scamjob. Need not exist yet."""
    if named := os.environ.get("SCAMJOB_HOME"):
        return Path(named).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share") / "scamjob"
