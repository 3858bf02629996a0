from __future__ import annotations

import pytest

from detector.cells import harmless


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-1-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx", "\n=x", "＝1", "＋x", "－x", "＠x"]
)
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["x=1", "", "+1", "-1.5", "2024-01-01", None, 3, -3, 0.5])
def test_other_cells_and_numbers_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) is cell
