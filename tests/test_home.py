"""Where an installation keeps its things."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.home import home


def test_the_folder_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCAMJOB_HOME", str(tmp_path))
    assert home() == tmp_path


@pytest.mark.parametrize(("data", "folder"), [("/data", "/data/scamjob"), ("not/whole", "/h/.local/share/scamjob")])
def test_without_a_name_it_is_where_the_desktop_keeps_data(
    monkeypatch: pytest.MonkeyPatch, data: str, folder: str
) -> None:
    monkeypatch.delenv("SCAMJOB_HOME")
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setenv("XDG_DATA_HOME", data)
    assert home() == Path(folder)
