"""No cell of a CSV file of ours is one that a spreadsheet would run.

Here because both the service and the command line write such files, and neither imports the other.
"""

from __future__ import annotations

import re

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def harmless(cell: object) -> object:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
