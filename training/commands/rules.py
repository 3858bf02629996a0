"""`scamjob rules`: the rules, and what each one hits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from training import audit
from training.commands.shared import Reading, exit_if_refused, json_line, model_option, reading_options, write
from training.commands.shared import detector as load

if TYPE_CHECKING:
    from detector.rules import Rule


@click.group()
def rules() -> None:
    """Look at the rules, and at what each one hits."""


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON lines.")
@model_option
def rules_list(as_json: bool, model: str | None) -> None:
    """All rules: id, claimed confidence, title."""
    found = load(model).rules
    if as_json:
        write(b"".join(json_line(_rule_facts(rule)) for rule in found))
        return
    width = max((len(rule.id) for rule in found), default=0)
    write("".join(f"{rule.id:{width}}  {rule.confidence:.2f}  {rule.title}\n" for rule in found).encode())


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
@model_option
def rules_show(rule_id: str, as_json: bool, model: str | None) -> None:
    """One rule whole, with the sentences that prove it."""
    found = {rule.id: rule for rule in load(model).rules}
    if rule_id not in found:
        from difflib import get_close_matches

        near = get_close_matches(rule_id, found, n=3, cutoff=0.3)
        cure = f"do you mean {', '.join(near)}?" if near else "`scamjob rules list` names them all"
        raise click.UsageError(f"no rule {rule_id!r}; {cure}")
    facts = _rule_facts(found[rule_id])
    write(json_line(facts) if as_json else "".join(_shown(facts)).encode())


def _rule_facts(rule: Rule) -> dict[str, object]:
    names = ("id", "code", "title", "explanation", "advice", "confidence")
    proof = ("patterns", "unless", "scam", "fine", "disguised")
    facts = {name: getattr(rule, name) for name in names}
    facts["legal"] = [f"{norm.law} {norm.article}" for norm in rule.legal]
    return facts | {name: list(getattr(rule, name)) for name in proof}


def _shown(facts: Mapping[str, object]) -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, list):
            yield f"{name}:\n" if value else ""
            yield from (f"  - {item}\n" for item in value)
        else:
            yield f"{name}: {value}\n"


@rules.command("audit")
@click.argument("data", nargs=-1, required=True, metavar="DATA...")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON lines.")
@reading_options
@model_option
def rules_audit(data: Sequence[str], as_json: bool, model: str | None, reading: Reading) -> None:
    """What each rule hits in labelled files: how often, how often rightly, at what cost."""
    with reading.examples(data) as (examples, tally):
        rows = audit.audit(load(model), examples)
    write(b"".join(json_line(row) for row in rows) if as_json else audit.table(rows).encode() + b"\n")
    exit_if_refused(tally)
