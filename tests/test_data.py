from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from detector.types import CODES
from training import check_data
from training.character_checks import characters, personal_data, punctuation
from training.check_data import DATA, card_problems, case_schema, copies, groups, ids, leaning, main, present, schema
from training.data_card import BEGIN, END, figures, is_current, write_figures
from training.labelled_rows import VOICES, Problem, Row, read
from training.near_copies import near_copies

GOOD: dict[str, Any] = {
    "id": "X-1",
    "text": "招店员两名，月薪4200，包吃住。",
    "label": "legit",
    "codes": [],
    "group": "X-g1",
    "voice": "58_post",
}
CASE: dict[str, Any] = {
    "id": "B-1",
    "functionality": "UF1",
    "group": "B-g1",
    "text": "招打字员，先交二百元押金再派稿。",
    "expect": "scam",
    "must": ["upfront_fee"],
    "must_not": [],
    "why": "the applicant pays",
    "voice": "sms",
}


def row(line: int = 1, file: str = "data/training/x.jsonl", **values: Any) -> Row:
    return Row(file, line, {**GOOD, **values})


def without(name: str) -> Row:
    return Row("data/training/x.jsonl", 1, {key: value for key, value in GOOD.items() if key != name})


def said(problems: object) -> str:
    assert isinstance(problems, Sequence) or hasattr(problems, "__iter__")
    return "\n".join(str(problem) for problem in problems)


def test_a_good_row_has_no_problem() -> None:
    assert [*schema(row()), *characters(row()), *personal_data(row())] == []
    assert list(schema(row(label="scam", codes=["upfront_fee"]))) == []


def test_a_problem_is_one_line_with_file_line_cause_and_cure() -> None:
    (problem,) = schema(row(line=7, voice="radio"))
    assert str(problem).startswith("data/training/x.jsonl:7 X-1: unknown voice 'radio'; there are 58_post")
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        (without("voice"), "no voice"),
        (row(source="web"), "unknown field source"),
        (row(text=3), "text is int"),
        (row(codes="upfront_fee"), "codes is str"),
        (row(label="spam"), "label 'spam'"),
        (row(label=["scam"]), "label is list"),
        (row(label="scam", codes=["fee"]), "unknown code 'fee'"),
        (row(label="scam", codes=[["fee"]]), "unknown code ['fee']"),
        (row(label="scam", codes=["upfront_fee", "upfront_fee"]), "a code twice"),
        (row(label="scam"), "a scam without codes"),
        (row(codes=["upfront_fee"]), "codes upfront_fee on legit"),
        (row(label="not_posting", codes=["upfront_fee"]), "codes upfront_fee on not_posting"),
        (row(text=" \n"), "no text"),
        (row(text="长" * 20_001), "20001 characters"),
        (row(group=""), "empty id or group"),
        (row(voice="radio"), "unknown voice"),
    ],
)
def test_the_schema_is_held(bad: Row, cause: str) -> None:
    assert cause in said(schema(bad))


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"expect": "maybe"}, "expect 'maybe'"),
        ({"must": ["fee"]}, "unknown code 'fee' in must"),
        ({"must_not": ["fee"]}, "unknown code 'fee' in must_not"),
        ({"must_not": ["upfront_fee"]}, "both in must and in must_not"),
        ({"expect": "legit"}, "must on legit"),
        ({"why": " "}, "no why"),
        ({"label": "scam"}, "unknown field label"),
        ({"voice": "radio"}, "unknown voice"),
    ],
)
def test_functional_cases_have_a_schema_of_their_own(changes: dict[str, Any], cause: str) -> None:
    assert list(case_schema(Row("data/test/functional.jsonl", 1, CASE))) == []
    assert cause in said(case_schema(Row("data/test/functional.jsonl", 1, {**CASE, **changes})))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("招店员\ufffd月薪四千", "U+FFFD"),
        ("招店员\u200b月薪四千", "U+200B"),
        ("招店员\x07月薪四千", "U+0007"),
        ("招店员\ue000月薪四千", "U+E000"),
        ("招店员\ud800月薪四千", "U+D800"),
        ("招聘店员".encode().decode("latin-1"), "mojibake"),
        ("招聘店员月薪".encode("gbk").decode("latin-1"), "mojibake"),
        ("锟斤拷 月薪四千", "mojibake"),
    ],
)
def test_damaged_characters_are_found(text: str, cause: str) -> None:
    assert cause in said(characters(row(text=text)))


def test_what_people_type_is_not_damage() -> None:
    for text in ("招模特🏃‍♀️\n❤️\t一天300", "café Zoë 招 barista，2×3 米 ××公司 ÷", "【急聘】時薪$60～$75／小時"):
        assert list(characters(row(text=text))) == []


def test_a_page_garbled_on_purpose_is_let_through() -> None:
    garbled = "招聘店员".encode().decode("latin-1").replace("\x8b", "\ufffd")
    assert "mojibake" not in said(characters(row(id="T7-127", text=garbled)))
    assert said(characters(row(text=garbled)))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("联系13912345678", "a mobile number"),
        ("联系+86 139-1234-5678", "a mobile number"),
        ("联系１３９１２３４５６７８", "a mobile number"),
        ("請電0912-345-678", "a Taiwan mobile number"),
        ("座机021-51234567", "a telephone number"),
        ("身份证11010519900307123X", "an ID number"),
        ("卡号6222021234567890123", "a bank card number"),
        ("卡号6222 0212 3456 7890", "a bank card number"),
        ("QQ 1234567890", "an account or QQ number"),
        ("简历发 hr@company.cn", "an address outside the example domains"),
    ],
)
def test_personal_data_is_found(text: str, cause: str) -> None:
    assert cause in said(personal_data(row(text=text)))


def test_masked_numbers_and_example_addresses_are_let_through() -> None:
    for text in (
        "王主管138xxxx4421，QQ 30xxxx17",
        "月薪6000-8000，夜班另加，年薪120000-180000",
        "2026年11月22日至12月05日，编号20261122",
        "发 hr@xxx.example 或 a@example.com",
        "@所有人 群里@我，LINE @typein00",
    ):
        assert said(personal_data(row(text=text))) == "", text


def test_a_file_whose_punctuation_was_converted_is_found() -> None:
    converted = [row(text=f"招店员,月薪{n}千,包吃住,可预支!急招", line=n) for n in range(12)]
    assert "are ASCII" in said(punctuation(converted))
    assert "not one full-width mark" in said(punctuation(converted))
    typed = [row(text="招店员，包吃住，可预支，月休四天，当天上班，工资月结", line=n) for n in range(12)]
    assert said(punctuation([*typed, row(text="招店员,包吃住")])) == ""


def test_a_file_of_one_converted_text_among_others_is_named() -> None:
    good = [row(file="data/training/a.jsonl", line=n) for n in range(12)]
    bad = [row(file="data/training/b.jsonl", text="招店员,包吃,包住") for n in range(12)]
    assert {problem.where for problem in punctuation([*good, *bad])} == {"data/training/b.jsonl"}


def test_an_id_is_unique_over_all_files() -> None:
    (problem,) = ids([row(), row(file="data/training/y.jsonl", line=3)])
    assert problem.where == "data/training/y.jsonl:3 X-1"
    assert "data/training/x.jsonl:1" in problem.cause


def test_groups_are_small() -> None:
    members = [row(id=f"X-{n}", text=f"第{n}份", label="legit" if n else "not_posting") for n in range(5)]
    assert "group X-g1 has 5 texts, over 4" in said(groups(members))
    assert list(groups(members[:4])) == []


def test_the_same_text_twice_in_a_group_is_found() -> None:
    assert "the same text as X-1" in said(groups([row(), row(id="X-2", text=GOOD["text"] + " ")]))


def test_contrast_groups_are_demanded() -> None:
    alone = [row(id=f"X-{n}", group=f"X-{n}") for n in range(10)]
    assert "0% of the texts stand in contrast groups" in said(groups(alone))


TEXT = "奶茶店招早班店员两名，早上七点到下午三点，会做茶优先，不会可以教，月薪四千二，月休四天，地址在人民路口"
ALMOST = TEXT.replace("人民路口", "解放路口")
OTHER = "物流园招夜班分拣，晚上八点到早上六点，一小时二十一块，管一顿夜宵，厂车在地铁口接，带身份证，日结"


def test_near_copies_are_found_across_groups_and_files() -> None:
    rows = [row(id="X-1", text=TEXT), row(id="X-2", text=OTHER), row(id="Y-1", group="Y", text=ALMOST)]
    (problem,) = copies(rows, [])
    assert "Y-1" in problem.where
    assert "data/training/x.jsonl:1 X-1" in problem.cause
    assert "one group" in problem.cure


def test_near_copies_with_another_label_say_so() -> None:
    rows = [row(text=TEXT), row(id="Y-1", group="Y", text=ALMOST, label="not_posting")]
    assert "with another label (legit, not_posting)" in said(copies(rows, []))


def test_a_group_may_hold_near_copies() -> None:
    assert list(copies([row(text=TEXT), row(id="X-2", text=ALMOST)], [])) == []


def test_nothing_is_trained_on_that_is_measured() -> None:
    case = Row("data/test/functional.jsonl", 1, {**CASE, "text": ALMOST})
    (problem,) = copies([row(text=TEXT)], [case])
    assert problem.where == row().where
    assert "the functional case B-1" in problem.cause


def test_the_similarity_is_exact_and_blind_to_width_and_punctuation() -> None:
    assert list(near_copies(["一二三四五六", "一二三四五七", "１，二 三四"])) == []
    assert list(near_copies(["abc，一二三四", "ＡＢＣ 一二,三四"])) == [(0, 1, 1.0)]
    ((one, other, similarity),) = near_copies([OTHER, TEXT, ALMOST])
    assert (one, other) == (1, 2)
    assert 0.8 <= similarity < 1


def leaning_rows(text: str, voice: str) -> list[Row]:
    """240 texts, half of them scams; the scams have this text and voice."""
    return [
        row(id=f"X-{n}", group=f"X-{n}", label="scam" if n % 2 else "legit", codes=["upfront_fee"] * (n % 2))
        if n % 2 == 0
        else row(id=f"X-{n}", group=f"X-{n}", label="scam", codes=["upfront_fee"], text=text, voice=voice)
        for n in range(240)
    ]


def test_length_and_voice_may_not_give_the_label_away() -> None:
    assert list(leaning(leaning_rows(GOOD["text"], GOOD["voice"]))) == []
    assert [problem.cause.split()[0] for problem in leaning(leaning_rows("长" * 500, "58_post"))] == ["length"]
    assert [problem.cause.split()[0] for problem in leaning(leaning_rows(GOOD["text"], "telegram"))] == ["voice"]


def test_every_code_label_and_voice_has_to_occur() -> None:
    (problem,) = present([row()])
    assert "telegram" in problem.cause
    assert "not_posting" in problem.cause
    assert all(code in problem.cause for code in CODES)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b'{"id": "X-1"\n', "bad.jsonl:1: not JSON"),
        (b"\n[1]\n", "bad.jsonl:2: not a JSON object"),
        ("招".encode("gbk"), "bad.jsonl: not UTF-8"),
    ],
)
def test_lines_that_are_no_rows_are_named(tmp_path: Path, content: bytes, cause: str) -> None:
    (tmp_path / "bad.jsonl").write_bytes(content)
    rows, problems = read(tmp_path / "bad.jsonl", tmp_path)
    assert rows == []
    assert cause in said(problems)


def small_set(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    data = folder / "data"
    for name, lines in (("training/x.jsonl", rows), ("test/functional.jsonl", [CASE])):
        (data / name).parent.mkdir(parents=True)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (data / name).write_text(text, "utf-8")
    (data / "README.md").write_text(f"# Card\n\n{BEGIN}\nold\n{END}\n\nLast line.\n", "utf-8")
    return data


def complete_set() -> list[dict[str, Any]]:
    """A scam and its honest twin for each code, in all voices: nothing wrong, and hardly alike."""
    rows = []
    for n, code in enumerate(CODES):
        words = "".join(chr(0x5000 + 40 * n + step) for step in range(20))
        voice = VOICES[n % len(VOICES)]
        for twin, (label, codes) in enumerate((("scam", [code]), ("not_posting" if n % 2 else "legit", []))):
            text = f"{words}，{label}。"
            rows.append({**GOOD, "id": f"X-{n}-{twin}", "group": f"X-{n}", "text": text, "voice": voice})
            rows[-1] |= {"label": label, "codes": codes}
    return rows


def test_a_set_in_order_passes_once_its_card_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = small_set(tmp_path, complete_set())
    assert main([], data) == 1
    assert "data/README.md: its figures are not those of the files; run" in capsys.readouterr().out
    assert main(["--card"], data) == 0
    assert main([], data) == 0
    assert "42 training texts (21 scam, 11 legit, 10 not_posting)" in capsys.readouterr().out
    card = (data / "README.md").read_text("utf-8")
    assert card.startswith("# Card\n")
    assert card.endswith("Last line.\n")
    assert "old" not in card


def test_problems_make_the_command_fail_with_one_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = complete_set()
    bad[3] = {**bad[3], "label": "spam"}
    bad[5] = {**bad[5], "text": bad[5]["text"] + "13912345678"}
    data = small_set(tmp_path, bad)
    assert main(["--card"], data) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("data/training/x.jsonl:4 X-1-1: label 'spam'")
    assert lines[1].startswith("data/training/x.jsonl:6 X-2-1: a mobile number")
    assert lines[-1] == "2 problems"


def test_an_empty_folder_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = small_set(tmp_path, [])
    assert main([], data) == 1
    assert "no rows" in capsys.readouterr().out


def test_an_unknown_argument_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fix"]) == 2
    assert "there are --card, --figures" in capsys.readouterr().err


def test_a_card_without_the_marks_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("# Card\n", "utf-8")
    assert "no place for the figures" in said(card_problems(card, "| x |", write=True))


def test_the_card_explains_what_the_files_use() -> None:
    card = (DATA / "README.md").read_text("utf-8")
    for name in (*check_data.FIELDS[2:], "functionality", "must_not", "Apache-2.0"):
        assert name in card, name


@pytest.fixture(scope="module")
def shipped() -> tuple[list[Row], list[Row], list[Problem]]:
    return check_data.problems(DATA)


def test_the_shipped_data_is_in_order(shipped: tuple[list[Row], list[Row], list[Problem]]) -> None:
    assert said(shipped[2]) == ""


def test_the_figures_of_the_card_are_those_of_the_files(shipped: tuple[list[Row], list[Row], list[Problem]]) -> None:
    assert is_current(DATA / "README.md", figures(*shipped[:2])), "run python -m training.check_data --card"


def test_writing_the_figures_twice_changes_nothing(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(f"a\n{BEGIN}{END}b\n", "utf-8")
    write_figures(card, "| x |")
    once = card.read_text("utf-8")
    write_figures(card, "| x |")
    assert card.read_text("utf-8") == once
