"""What a labelled row may be, and what is said of one that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from training.dataset import DataError, Example, data_hash, example, read_examples

ROW: Mapping[str, Any] = {"id": "a", "text": "招店员", "label": "legit"}

TAKEN: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "the least": ({"text": "招人", "label": "scam"}, {"id": "row", "group": "row", "codes": ()}),
    "codes as a list": ({**ROW, "codes": ["upfront_fee"]}, {"codes": ("upfront_fee",)}),
    "codes as a column": ({**ROW, "codes": "upfront_fee;urgency"}, {"codes": ("upfront_fee", "urgency")}),
    "codes with commas": ({**ROW, "codes": "upfront_fee,urgency,"}, {"codes": ("upfront_fee", "urgency")}),
    "no codes": ({**ROW, "codes": None}, {"codes": ()}),
    "a group": ({**ROW, "group": "g1"}, {"id": "a", "group": "g1"}),
    "an id that is a number": ({**ROW, "id": 7}, {"id": "7", "group": "7"}),
    "fields": ({"label": "scam", "title": "店员", "description": "先交押金"}, {"text": "店员\n先交押金"}),
    "a field that is null": ({**ROW, "title": None}, {"text": "招店员"}),
    "source and voice": ({**ROW, "source": "authored", "voice": "wechat"}, {"source": "authored", "voice": "wechat"}),
    "keys of one's own": ({**ROW, "seen": "2026-01-01"}, {"id": "a"}),
}  # fmt: skip


@pytest.mark.parametrize(("row", "has"), list(TAKEN.values()), ids=list(TAKEN))
def test_a_row_is_taken(row: Mapping[str, Any], has: Mapping[str, Any]) -> None:
    taken = example(row)
    assert {name: getattr(taken, name) for name in has} == has
    assert taken.posting.id == taken.id


REFUSED: dict[str, tuple[Mapping[str, Any], str]] = {
    "no label": ({"text": "招人"}, "label None; there are scam, legit, not_posting"),
    "another label": ({**ROW, "label": "spam"}, "label 'spam'; there are scam"),
    "a label with a capital": ({**ROW, "label": "Scam"}, "label 'Scam'"),
    "another code": ({**ROW, "codes": ["fee"]}, "codes ['fee']; there are upfront_fee"),
    "codes that are a number": ({**ROW, "codes": 3}, "codes 3; there are upfront_fee"),
    "a text that is a number": ({**ROW, "text": 3}, "text is not a string"),
    "a title that is a list": ({**ROW, "title": ["店员"]}, "title is not a string"),
    "no text": ({"label": "scam"}, "no text"),
    "an empty text": ({"label": "scam", "text": ""}, "no text"),
}


@pytest.mark.parametrize(("row", "says"), list(REFUSED.values()), ids=list(REFUSED))
def test_a_row_is_refused_with_its_place(row: Mapping[str, Any], says: str) -> None:
    with pytest.raises(DataError) as raised:
        example(row, "rows.jsonl:4")
    assert str(raised.value).startswith("rows.jsonl:4: ")
    assert says in str(raised.value)


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_a_folder_stands_for_its_files_in_order(tmp_path: Path) -> None:
    lines(tmp_path / "b.jsonl", {**ROW, "id": "b1"})
    lines(tmp_path / "a.jsonl", {**ROW, "id": "a1"}, {**ROW, "id": "a2"})
    (tmp_path / "notes.txt").write_text("no rows")
    assert [item.id for item in read_examples([tmp_path])] == ["a1", "a2", "b1"]


def test_files_are_read_in_the_order_given(tmp_path: Path) -> None:
    first, second = lines(tmp_path / "z.jsonl", {**ROW, "id": "z"}), lines(tmp_path / "y.jsonl", {**ROW, "id": "y"})
    assert [item.id for item in read_examples([first, second])] == ["z", "y"]


def test_a_row_without_an_id_is_named_by_its_place(tmp_path: Path) -> None:
    path = lines(tmp_path / "rows.jsonl", {"text": "招人", "label": "scam"})
    (item,) = read_examples([path])
    assert item.id == item.group == f"{path}:1"


BROKEN = {
    "not JSON": ('{"text": "招人"\n', r"rows\.jsonl:1: not JSON"),
    "a list": ("[1]\n", r"rows\.jsonl:1: not a JSON object"),
    "the second line": (json.dumps(ROW) + "\nnull\n", r"rows\.jsonl:2: not a JSON object"),
}


@pytest.mark.parametrize(("text", "says"), list(BROKEN.values()), ids=list(BROKEN))
def test_a_broken_line_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "rows.jsonl").write_text(text, "utf-8")
    with pytest.raises(DataError, match=says):
        read_examples([tmp_path / "rows.jsonl"])


def test_a_line_is_named_as_an_editor_numbers_it(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW) + "\n\n\nnull\n", "utf-8")
    with pytest.raises(DataError, match=r"rows\.jsonl:4: not a JSON object"):
        read_examples([tmp_path / "rows.jsonl"])


def test_a_file_that_is_not_there_or_no_utf8_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl"):
        read_examples([tmp_path / "none.jsonl"])
    (tmp_path / "gbk.jsonl").write_bytes("招人".encode("gb18030"))
    with pytest.raises(DataError, match=r"gbk\.jsonl.*utf-8"):
        read_examples([tmp_path / "gbk.jsonl"])


def test_a_separator_of_unicode_does_not_end_a_line(tmp_path: Path) -> None:
    path = lines(tmp_path / "rows.jsonl", {**ROW, "text": "一\u2028二\x85三"})
    assert [item.text for item in read_examples([path])] == ["一\u2028二\x85三"]


CHANGES: list[Mapping[str, Any]] = [
    {"text": "招店员啊"},
    {"label": "scam"},
    {"codes": ["urgency"]},
    {"group": "g"},
    {"title": "店员"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_the_hash_changes_with_what_training_sees(change: Mapping[str, Any]) -> None:
    assert data_hash([example({**ROW, **change})]) != data_hash([example(ROW)])


def test_the_hash_knows_order_and_leaves_out_the_rest() -> None:
    one, two = example({**ROW, "group": "g"}), example({**ROW, "text": "招厨师", "group": "g"})
    assert data_hash([one, two]) != data_hash([two, one])
    assert data_hash([one]) == data_hash([example({**ROW, "id": "z", "group": "g", "source": "s"})])
    surrogate: Example = example({**ROW, "text": "\ud800"})
    assert len(data_hash([surrogate])) == 64
