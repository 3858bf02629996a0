"""README and code say the same: its blocks run, its names exist, its tables are whole."""

from __future__ import annotations

import json
import re
import runpy
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from api import create_app
from api.problems import MEDIA_TYPE
from detector import Detector, Posting
from detector.document import Document
from detector.rules import PACKS, Rule, load_rules, read_pack
from detector.types import CODES, HIGH_FROM, LOW_BELOW, Because, Level
from training.command import COMMANDS, cli
from training.dataset import example
from training.settings import SETTINGS
from training.verdict import LEVELS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PARTS = ("detector", "training", "api", "data", "tests")


def blocks(language: str) -> list[str]:
    """The fenced blocks of README in that language, in order."""
    return [body for name, body in BLOCKS if name == language]


def block(language: str, word: str = "") -> str:
    """The one block in that language that holds the word."""
    (found,) = [body for body in blocks(language) if word in body]
    return found


def section(title: str) -> str:
    """What stands below a heading, up to the next."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    return str(found)


def shape(value: object) -> object:
    """Keys all the way down, and a list by its first item."""
    if isinstance(value, Mapping):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list) and value:
        return [shape(value[0])]
    return None


# --- the opening ---


def test_the_first_twenty_lines_show_a_posting_and_its_verdict() -> None:
    opening = "\n".join(README.split("\n")[:20])
    assert block("text").strip() in opening
    assert re.search(r"^(高|中|低)风险　\d+ / 100$", opening, re.MULTILINE)
    assert "原文：「" in opening


def test_the_verdict_shown_is_the_one_that_comes_out(detector: Detector) -> None:
    posting, shown = block("text"), block("console")
    assessment = detector.assess(Posting(text=posting))
    (word,) = re.findall(r"^(.风险)　", shown, re.MULTILINE)
    assert word == LEVELS[assessment.risk_level][0]
    named = re.findall(r"（(\w+) [^，（）]+，把握 \d+%）", shown)
    assert len(named) >= 3
    assert set(named) <= {reason.code for reason in assessment.reasons}
    assert all(quote in posting for quote in re.findall(r"「(.+?)」", shown))
    assert any(item.because is Because.DENIED for item in assessment.set_aside)


# --- commands ---


def commands() -> Iterator[list[str]]:
    """Every `scamjob …` in README, in blocks and between backticks, as words."""
    inline = re.findall(r"`(scamjob [^`\n]+)`", README)
    shell = [line.split("#")[0] for body in [*blocks("sh"), *blocks("console")] for line in body.split("\n")]
    for line in [*inline, *(found[0] for line in shell if (found := re.search(r"scamjob .*", line)))]:
        yield shlex.split(line)[1:]


def walk_through() -> Iterator[list[str]]:
    """Every command of docs/retraining.md as words, with what its variable stands for."""
    text = (ROOT / "docs" / "retraining.md").read_text("utf-8")
    (names,) = re.findall(r'^names="(.+?)"$', text, re.MULTILINE | re.DOTALL)
    for line in [*re.findall(r"^\$ scamjob (.+)$", text, re.MULTILINE), *re.findall(r"`scamjob ([^`\n]+)`", text)]:
        yield shlex.split(line.replace("$names", names))


def test_the_walk_through_uses_what_there_is() -> None:
    found = list(walk_through())
    assert {"train", "report", "models", "serve", "feedback", "suggest", "examples"} == {words[0] for words in found}
    assert any("--label-value" in words for words in found)


@pytest.mark.parametrize("words", [*commands(), *walk_through()], ids=" ".join)
def test_each_command_exists_with_its_options(words: list[str]) -> None:
    command: click.Command = cli
    while isinstance(command, click.Group):
        assert words, f"{command.name} needs a subcommand"
        name, words = words[0], words[1:]
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"scamjob has no {name!r}"
        command = found
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if re.match(r"--?[a-z]", word)} <= known


def test_each_command_of_the_program_is_in_readme() -> None:
    assert set(COMMANDS) == {words[0] for words in commands()}


def test_each_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    assert {"serve", "test"} <= named <= targets


def test_each_file_of_the_project_that_is_named_exists() -> None:
    named = re.findall(rf"(?<![\w./-])(?:{'|'.join(PARTS)})/[\w./-]*", README)
    named += re.findall(r"\]\(([^)#:]+)\)", README)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


# --- Python and the API ---


@pytest.mark.slow
def test_the_python_example_runs_as_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "example.py"
    script.write_text(block("python"), "utf-8")
    names = runpy.run_path(str(script))
    assert names["levels"] == [Level.LOW]
    assert "upfront_fee" in capsys.readouterr().out


def test_the_answer_shown_has_the_keys_of_an_assessment(detector: Detector) -> None:
    shown = json.loads(block("json", '"risk_level"'))
    given = detector.assess(Posting(text=sent(0)["text"], id=shown["id"])).to_dict()
    assert shape(shown) == shape(given)
    assert (shown["id"], shown["kind"], shown["risk_level"]) == ("a-17", given["kind"], given["risk_level"])


def sent(number: int) -> Any:
    """The JSON that a curl of README sends."""
    bodies = re.findall(r"-d '(.+?)'", "\n".join(blocks("sh")))
    return json.loads(bodies[number])


def test_the_evidence_shown_stands_where_it_says() -> None:
    text, shown = sent(0)["text"], json.loads(block("json", '"risk_level"'))
    places = [item for part in ("reasons", "set_aside") for one in shown[part] for item in one["evidence"]]
    assert places
    assert all(text[item["start"] : item["end"]] == item["quote"] for item in places)
    assert all(text[item["start"] : item["end"]] == item["term"] for item in shown["wording"])


def test_the_batch_shown_gets_an_answer_and_an_error(detector: Detector) -> None:
    answer = create_app(detector).test_client().post("/api/v1/assessments/batch", json=sent(1))
    good, bad = answer.get_json()["assessments"]
    assert good["risk_level"] == "low"
    assert bad["error"]["status"] == 422


def test_the_problem_shown_is_one_that_comes_out(detector: Detector) -> None:
    answer = (
        create_app(detector)
        .test_client()
        .post("/api/v1/assessments", json={"text": 3}, headers={"X-Request-Id": "order-17"})
    )
    assert answer.mimetype == MEDIA_TYPE
    assert json.loads(block("json", "/problems/")) == answer.get_json()


def test_each_route_named_answers(detector: Detector) -> None:
    client = create_app(detector).test_client()
    for path in re.findall(r"[` ](/[\w/.-]+(?:\{id\})?)`", section("API")):
        assert client.get(path.replace("{id}", "upfront_fee.deposit")).status_code == 200, path


def test_each_reason_for_setting_aside_is_named() -> None:
    assert all(f"`{because}`（" in README for because in Because)


# --- tables and figures ---


def test_the_table_of_codes_is_whole_and_in_order() -> None:
    assert re.findall(r"^\| `(\w+)` \| (\S+) \|", section("理由代码"), re.MULTILINE) == list(CODES.items())


def test_the_levels_begin_where_readme_says() -> None:
    ranges = re.findall(r"^\| `(\w+)` . \| (\d+)–(\d+) \|", section("等级和分数"), re.MULTILINE)
    assert ranges == [
        ("low", "0", str(LOW_BELOW - 1)),
        ("medium", str(LOW_BELOW), str(HIGH_FROM - 1)),
        ("high", str(HIGH_FROM), "100"),
    ]


def test_the_share_of_scams_that_scores_assume_is_named(detector: Detector) -> None:
    share = f"{SETTINGS['prior']:.0%}"
    assert detector.manifest["settings"]["prior"] == SETTINGS["prior"], "run `make model`"
    assert f"**{share}**" in section("等级和分数")
    assert f"{share} are scams" in section("In English")


def test_only_the_code_that_readme_names_has_no_rule() -> None:
    without = set(CODES) - {rule.code for rule in load_rules().rules}
    assert {code for code in CODES if f"`{code}` 没有规则" in README} == without


# --- rules and data ---


def example_rule() -> Rule:
    """The rule that README adds, read as a part of the pack that it names."""
    pack = PACKS / f"{re.findall(r'id = .(.+?)[.]', block('toml'))[0]}.toml"
    assert f"detector/packs/{pack.name}" in README
    return read_pack(pack, pack.read_bytes() + b"\n" + block("toml").encode())[-1]


def test_the_rule_shown_is_new_and_keeps_its_promises() -> None:
    rule = example_rule()
    assert rule.id not in {known.id for known in load_rules().rules}
    for sentence in [*rule.scam, *rule.disguised]:
        assert rule.read(Document(Posting(text=sentence))).reasons, sentence
    for sentence in rule.fine:
        assert not rule.read(Document(Posting(text=sentence))).reasons, sentence


def test_the_labelled_row_shown_can_be_trained_on() -> None:
    row = example(json.loads(block("json", '"label"')))
    assert (row.label, row.codes, row.group) == ("scam", ("upfront_fee",), "T1-g01")
