"""Figures of a source left out come from models that saw nothing of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import TOY_ROWS

from training import leave_source_out
from training.dataset import DataError, Example, read_examples
from training.leave_source_out import material, tables
from training.regression import fit_weights
from training.weights import Weights

TOY = read_examples([TOY_ROWS])


def written(path: Path, sources: int) -> Path:
    """The toy rows, each of one of so many sources; the first of them copied into the last."""
    rows = [(item, f"板{at % sources}") for at, item in enumerate(TOY)]
    rows.append((rows[0][0], f"板{sources - 1}"))
    path.write_text(
        "".join(
            json.dumps({"id": str(at), "text": item.text, "label": item.label, "source": source}) + "\n"
            for at, (item, source) in enumerate(rows)
        ),
        "utf-8",
    )
    return path


def test_a_source_left_out_is_never_trained_on_nor_are_copies_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []

    def noted(raw: Any, known: Any, examples: Sequence[Example], **others: Any) -> Weights:
        seen.append({item.id for item in examples})
        return fit_weights(raw, known, examples, **others)

    monkeypatch.setattr(leave_source_out, "fit_weights", noted)
    all_of = material([written(tmp_path / "rows.jsonl", 3)], "none")
    known, left_out = tables(all_of)
    assert [line[:2] for line in left_out.lines] == [("all", 121), ("板0", 40), ("板1", 40), ("板2", 41)]
    assert [line[1] for line in known.lines] == [121, 40, 40, 41]
    assert known.lines[0][3] > 0.9  # type: ignore[operator]
    for number, ids in enumerate(seen[-3:]):
        of_source = {item.id for item in all_of.data.examples if item.source == f"板{number}"}
        assert not ids & of_source
        assert ids
    assert "120" not in seen[-3]
    assert "0" not in seen[-1]


def test_rows_of_one_source_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="fewer than two sources"):
        material([written(tmp_path / "rows.jsonl", 1)], "none")
