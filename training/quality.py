"""All figures of quality in one run: `make measure` prints them, `make quality` writes docs/quality.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import click

from detector import Detector
from detector.types import Versions
from training.ablation import ablated
from training.breakdown import (
    Judged,
    accuracy,
    by_code,
    by_functionality,
    by_length,
    by_source,
    by_voice,
    calibration,
    codes_found,
    f1,
    false_alarms,
    mistakes,
    recall,
    summary,
    traps_sprung,
)
from training.disguise import mixed
from training.goals import Goal, case_goals, goal_table, honest_goals, real_goals, robust_goals
from training.leave_out import curve_table, leave_out_tables, material
from training.measure import Judge, measure, remembering
from training.page import Cell, Section, Table, kept_sections, plain, section_text
from training.quality_words import INTRODUCTION, LIMITS, TITLES, WORDS
from training.robustness import Denied, Effect, denial_tables, denied, disguise_table, effects
from training.texts import DetectorJudge, Sets, Text, pairs

PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
ORDER = tuple(TITLES)
"""Sections in the order of the page."""


@dataclass(frozen=True)
class Study:
    """A judge and what it says of every set; what costs is found out once."""

    judge: Judge
    sets: Sets
    model: Path | None = None
    broken: list[str] = field(default_factory=list)

    @cached_property
    def suite(self) -> Judged:
        """The visible functional cases, judged."""
        return pairs(self.judge, self.sets.suite)

    @cached_property
    def blind(self) -> Judged:
        """The blind cases, judged."""
        return pairs(self.judge, self.sets.blind)

    @cached_property
    def real(self) -> Judged:
        """The real texts, judged."""
        return pairs(self.judge, self.sets.real)

    @cached_property
    def honest(self) -> Judged:
        """The honest files, judged."""
        return pairs(self.judge, self.sets.honest)

    @cached_property
    def effects(self) -> list[Effect]:
        """What each trick does."""
        return effects(self.judge, self.sets.attacked)

    @cached_property
    def denied(self) -> Denied:
        """What denials do."""
        return denied(self.judge, self.sets.attacked)

    @cached_property
    def goals(self) -> list[Goal]:
        """Every goal with its figure."""
        return [
            *case_goals("visible suite", self.suite),
            *case_goals("blind cases", self.blind),
            *real_goals(self.real),
            *honest_goals(self.honest),
            *robust_goals(self.effects, self.denied),
            Goal("texts that the detector breaks on", float(len(self.broken)), 0),
        ]


def sections(study: Study) -> Iterator[Section]:
    """Every section that needs no training, in the order in which it is printed."""
    yield _section("summary", *summary(study.suite, study.blind, study.real))
    yield _section("functionality", by_functionality(study.suite, study.blind))
    yield _section("codes", by_code([*study.suite, *study.blind], study.real, study.honest))
    lengths = by_length([*study.suite, *study.blind], study.real)
    yield _section("sources", by_source(study.real), by_voice(study.blind), *lengths)
    yield _section("calibration", *calibration(study.real))
    yield _section("disguise", disguise_table(study.effects))
    yield _section("denial", *denial_tables(study.denied))
    yield _section("ablation", ablation_table(study.model, study.sets))
    yield _section("mistakes", *mistakes(study.suite, study.blind, study.real))
    yield _section("goals", goal_table(study.goals))


def _section(name: str, *tables: Table) -> Section:
    title, meaning = TITLES[name]
    return Section(name, title, meaning, tables)


def ablation_table(model: Path | None, sets: Sets) -> Table:
    """The whole detector beside what is left of it without each part."""
    hidden = [(text, mixed(text.text)) for text in sets.attacked if text.is_scam]
    lines: list[tuple[Cell, ...]] = []
    for name, detector, context in ablated(model):
        with context:
            judge = DetectorJudge(detector)
            blind, real = pairs(judge, sets.blind), pairs(judge, sets.real)
            three = list(zip([text for text, _ in hidden], judge([new for _, new in hidden]), strict=True))
        lines.append((name, *_whole(blind, real), recall(three)))
    head = ("", "accuracy blind", "must found blind", "traps blind", "F1 real", "recall real", "false alarms real")
    return Table("parts", (*head, "recall, three tricks"), tuple(lines))


def _whole(blind: Judged, real: Judged) -> tuple[Cell, ...]:
    return (
        accuracy(blind),
        codes_found(blind),
        traps_sprung(blind),
        f1(real),
        recall(real),
        false_alarms(real),
    )


def training_sections(sets: Sets, *, leave_out: bool, curve: bool) -> Iterator[Section]:
    """The sections that train many times."""
    all_of = material()
    if leave_out:
        yield _section("leave_out", *leave_out_tables(all_of, _say))
    if curve:
        elsewhere: Sequence[tuple[str, Sequence[Text]]] = (("blind cases", sets.blind), ("real texts", sets.real))
        yield _section("curve", curve_table(all_of, elsewhere, _say))


def _say(message: str) -> None:
    click.echo(message, err=True)


def page(old: str, new: dict[str, str], machine: Mapping[str, object]) -> str:
    """The whole page: new sections where there are any, old ones where not, and the goals for machines."""
    kept = {**kept_sections(old), **new}
    body = [kept[name] for name in ORDER if name in kept]
    lines = json.dumps(machine, ensure_ascii=False, indent=1)
    introduction = INTRODUCTION.format(model=machine["model"], rules=machine["rules"])
    return "\n\n".join([introduction.strip(), *body, LIMITS.strip(), f"```json\n{lines}\n```"]) + "\n"


def machine_readable(versions: Versions, goals: Sequence[Goal]) -> dict[str, object]:
    """The goals, and what gave the figures."""
    return {"model": versions.model, "rules": versions.rules, "goals": [goal.plain() for goal in goals]}


def machine_block(old: str) -> dict[str, object]:
    """What a page says for machines."""
    found: dict[str, object] = json.loads(old.rpartition("```json\n")[2].partition("```")[0])
    return found


def peers_section(table: str, version: str) -> str:
    """The table beside both peers, as it is printed."""
    title, meaning = TITLES["peers"]
    return (
        f"<!-- section peers: {version} -->\n\n## {title}\n\n{meaning}\n\n```text\n{table.strip()}\n```\n\n"
        "<!-- /section peers -->"
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("model", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--write", is_flag=True, help="Write docs/quality.md too.")
@click.option("--leave-out", is_flag=True, help="Train with one source, then one code, left out. Ten minutes or so.")
@click.option("--curve", is_flag=True, help="Train on a quarter, a half … of the groups.")
@click.option("--figures/--no-figures", default=True, help="Print the figures that need no training.")
@click.option("--peers/--no-peers", default=True, help="Train the two peers and set them beside it.")
def main(*, model: Path | None, write: bool, leave_out: bool, curve: bool, figures: bool, peers: bool) -> None:
    """Print every figure of a MODEL's quality (default: the shipped one)."""
    detector = Detector.load(model=model)
    version = f"model {detector.versions.model} rules {detector.versions.rules}"
    asked = DetectorJudge(detector)
    study = Study(remembering(asked), Sets(), model, asked.broken)
    new: dict[str, str] = {}
    if figures:
        table = measure(detector, only=None if peers else ["scamjob"], ours=study.judge)
        new["peers"] = peers_section(table, version)
        click.echo(f"{version}\n\n{table}")
    for section in _asked(study, figures=figures, leave_out=leave_out, curve=curve):
        new[section.name] = section_text(section, WORDS, version)
        click.echo("\n\n".join(map(plain, section.tables)) + "\n")
    if write:
        _write(new, machine_readable(detector.versions, study.goals) if figures else None)


def _write(new: dict[str, str], machine: Mapping[str, object] | None) -> None:
    """Put the sections on the page; goals that were not measured again stay as they are there."""
    old = PAGE.read_text("utf-8") if PAGE.exists() else ""
    if machine is None and not old:
        raise click.UsageError(f"{PAGE} is not there yet: write it once with all figures")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(old, new, machine or machine_block(old)), "utf-8")
    _say(f"{PAGE} written")


def _asked(study: Study, *, figures: bool, leave_out: bool, curve: bool) -> Iterator[Section]:
    if figures:
        yield from sections(study)
    if leave_out or curve:
        yield from training_sections(study.sets, leave_out=leave_out, curve=curve)


if __name__ == "__main__":
    main()
