"""`scamjob feedback`: what users and moderators said, on its way to training."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.types import CODES, Posting
from training.commands.shared import REFUSED, database_option, json_line, write
from training.commands.stores import by_option, opened, tenant_option

if TYPE_CHECKING:
    from api.store import Store
    from training.dataset import Example
    from training.feedback import Case, Outcome, Word

_guards = (
    click.option("--sources", default=2, type=click.IntRange(1), show_default=True, help="Reporters who must agree."),
    click.option("--cap", default=50, type=click.IntRange(1), show_default=True, help="Texts of one reporter."),
)
_files = click.option(
    "--from", "files", multiple=True, metavar="FILE", help="Read JSON lines instead of the store; may be repeated."
)


@click.group()
def feedback() -> None:
    """See what users and moderators said, decide on it, and make it labelled examples."""


@feedback.command("export")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="JSON lines.")
@_guards[0]
@_guards[1]
@click.option("--least", default=20, type=click.IntRange(0), show_default=True, help="Examples a label must have.")
@_files
@tenant_option
@by_option("Who exports, for the audit trail.")
@database_option
def export(  # noqa: PLR0913, PLR0917  # the options
    output: Path, sources: int, cap: int, least: int, files: Sequence[str], tenant: str, by: str, database: str | None
) -> None:
    """Write the labels that count as examples for `scamjob train`, and say what was left out and why."""
    from training.feedback import Guards, weigh
    from training.whole import write_whole

    guards = Guards(sources, cap, least)
    if files:
        outcome = weigh(_words_of(files), guards)
        raw = b"".join(json_line(_row(one)) for one in outcome.examples)
        write_whole(output, raw)
    else:
        with opened(database) as store:
            outcome = weigh(_said(store, tenant), guards)
            raw = b"".join(json_line(_row(one)) for one in outcome.examples)
            write_whole(output, raw)
            _note(store, tenant, by, outcome, raw)
    _tell(outcome, output)


@feedback.command("review")
@click.option("-n", "--number", default=20, type=click.IntRange(1), show_default=True, help="How many to show.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON lines.")
@_guards[0]
@_guards[1]
@_files
@tenant_option
@database_option
def review(  # the options
    number: int, as_json: bool, sources: int, cap: int, files: Sequence[str], tenant: str, database: str | None
) -> None:
    """What waits for a moderator, the most pressing first: reporters disagree, or only one has spoken."""
    from training.feedback import Guards, weigh

    guards = Guards(sources, cap, 0)
    if files:
        cases = weigh(_words_of(files), guards).review
    else:
        with opened(database) as store:
            cases = weigh(_said(store, tenant), guards).review
    if as_json:
        write(b"".join(json_line(_facts(case)) for case in cases[:number]))
        return
    write("".join(_shown(case) for case in cases[:number]).encode())
    click.echo(f"{len(cases):,} waiting; decide with `scamjob feedback decide ID LABEL`", err=True)


@feedback.command("decide")
@click.argument("posting_id", metavar="ID")
@click.argument("label", type=click.Choice(["scam", "legit", "not_posting", "discard"]))
@click.option("--code", "codes", multiple=True, type=click.Choice(list(CODES)), metavar="CODE", help="Kind of trap.")
@tenant_option
@by_option("The moderator, for the audit trail.")
@database_option
def decide(  # the options
    posting_id: str, label: str, codes: Sequence[str], tenant: str, by: str, database: str | None
) -> None:
    """Settle what a posting is; `discard` keeps it out of training. The newest decision counts."""
    if codes and label != "scam":
        raise click.UsageError("--code goes with the label scam alone")
    from api.store import feedback as said

    with opened(database) as store, store.write() as connection:
        if not said.decide(connection, tenant, posting_id, label, sorted(set(codes)), by):
            click.echo(f"scamjob: no posting {posting_id!r}", err=True)
            raise click.exceptions.Exit(REFUSED)
    click.echo(f"{posting_id}: {label}")


def _said(store: Store, tenant: str) -> Iterator[Word]:
    """Everything that was said and decided, from the store."""
    from api.store import feedback as said
    from training.feedback import MODERATOR, REPORTER, Word

    with store.read() as connection:
        for role, claims in ((REPORTER, said.claims), (MODERATOR, said.decided)):
            for one in claims(connection, tenant):
                yield Word(one.posting, one.fields, one.label, one.by, role, one.codes, one.at.isoformat())


def _words_of(files: Sequence[str]) -> Iterator[Word]:
    """The same from JSON lines; a line that is none stops the command."""
    from training.feedback import word
    from training.files import BadRow, FileError
    from training.reading import open_rows

    for path in files:
        with open_rows(path) as rows:
            for block in rows.blocks:
                for row in block:
                    if isinstance(row, BadRow):
                        raise FileError(f"{path}: {rows.unit} {row.number}: {row.cause}")
                    yield word(row.values, f"{path}:{row.number}")


def _row(one: Example) -> dict[str, object]:
    fields = dict(one.posting.fields())
    return {"id": one.id, **fields, "label": one.label, "codes": list(one.codes), "source": one.source,
            "group": one.group}  # fmt: skip


def _note(store: Store, tenant: str, by: str, outcome: Outcome, raw: bytes) -> None:
    """Put the export into the audit trail: how many, what was left out, and the digest of the file."""
    from api.store import audit

    digest = hashlib.sha256(raw).hexdigest()
    with store.write() as connection:
        audit.add(
            connection, by, "feedback.export", "", tenant=tenant, examples=len(outcome.examples), sha256=digest,
            **{f"left_out_{name}": number for name, number in sorted(outcome.left_out.items()) if number},
        )  # fmt: skip


def _tell(outcome: Outcome, output: Path) -> None:
    from collections import Counter

    from training.feedback import LEFT_OUT

    labels = Counter(one.label for one in outcome.examples)
    told = ", ".join(f"{number:,} {label}" for label, number in sorted(labels.items())) or "none"
    click.echo(f"{output}: {len(outcome.examples):,} examples ({told})")
    for name, why in LEFT_OUT.items():
        if outcome.left_out[name]:
            click.echo(f"left out {outcome.left_out[name]:,}: {why}")


def _facts(case: Case) -> dict[str, object]:
    return {"posting": case.posting, **case.fields, "because": case.because, "labels": case.labels,
            "codes": list(case.codes), "copies": case.copies}  # fmt: skip


def _shown(case: Case) -> str:
    """A case for a terminal; nothing in it can steer one."""
    said = ", ".join(f"{label} ×{number}" for label, number in case.labels.items())
    text = " / ".join(case.fields[name] for name in Posting.FIELDS if case.fields.get(name))
    plain = "".join(character if character.isprintable() else " " for character in text)
    codes = f" [{', '.join(case.codes)}]" if case.codes else ""
    return f"{case.posting}  {case.because}: {said}{codes}, {case.copies} alike\n    {plain[:300]}\n"
