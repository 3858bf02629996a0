"""`scamjob`: the command line. What a command needs is imported inside it, so that `scamjob check` starts at once."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Never

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from detector import Assessment, Detector, Posting
    from detector.rules import Rule
    from training.bulk import Scored
    from training.dataset import Example
    from training.files import BadRow
    from training.reading import Block, Rows

DONE, REFUSED, USAGE = 0, 1, 2
STOPPED, PIPE_CLOSED = 130, 141
"""What a shell gives a program that SIGINT or SIGPIPE ended."""

READ_LIMIT = 1 << 20
"""Bytes of one posting that `check` reads; twelve times what 20,000 characters can take."""

model_option = click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A model folder; without it the one that comes with the program.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="scamjob", message="%(version)s")
def cli() -> None:
    """Tell whether a Chinese job posting is a scam, why, and where in the text."""


@cli.command()
@click.argument("file", default="-", metavar="[FILE|-]")
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as one JSON object.")
@model_option
def check(file: str, as_json: bool, model: Path | None) -> None:
    """Assess one posting: a text file (UTF-8 or GB18030), or standard input."""
    text = _posting_text(file)
    from detector import Detector, Posting

    posting = Posting(text=text)
    assessment = Detector.load(model).assess(posting)
    if as_json:
        from training.writing import dumps

        _write(dumps(assessment.to_dict()) + b"\n")
    else:
        _write(_verdict(posting, assessment))


def _posting_text(file: str) -> str:
    from training.encodings import NotTextError, decode

    name = "standard input" if file == "-" else file
    try:
        text = decode(_read(file))
    except NotTextError as error:
        raise click.ClickException(f"{name}: {error}") from None
    if not text.strip():
        raise click.UsageError(f"{name}: there is no text in it; give one posting")
    return text


def _read(file: str) -> bytes:
    if file == "-":
        if sys.stdin.isatty():
            click.echo("Paste the posting, then press Ctrl+D on a line of its own.", err=True)
        data = sys.stdin.buffer.read(READ_LIMIT + 1)
    else:
        with Path(file).open("rb") as stream:
            data = stream.read(READ_LIMIT + 1)
    if len(data) > READ_LIMIT:
        raise click.ClickException("the text is over 1 MiB; one posting has at most 20,000 characters (many: score)")
    return data


def _verdict(posting: Posting, assessment: Assessment) -> bytes:
    from training.verdict import Style, render

    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return render(posting, assessment, Style(colour)).encode(sys.stdout.encoding or "utf-8", "replace")


@cli.command()
@click.argument("source", metavar="IN")
@click.option("-o", "--output", required=True, metavar="OUT", help="Where the results go; - is standard output.")
@click.option("--workers", default=1, type=click.IntRange(1, 64), show_default=True, help="Processes; order is kept.")
@model_option
def score(source: str, output: str, workers: int, model: Path | None) -> None:
    """Assess many postings: .jsonl, .csv, .parquet or .xlsx by ending, - for a pipe of JSON lines.

    Rows have the column text, or title, company, salary, location, contact, description; id is kept. A row that cannot
    be read is named on standard error and left out, and the exit status is 1.
    """
    from training.bulk import assessing
    from training.reading import open_rows
    from training.writing import open_results

    signal.signal(signal.SIGTERM, _terminate)
    scored = refused = 0
    with open_rows(source) as rows, assessing(model, workers) as assess, open_results(output, source) as write:
        for block in assess(_with_progress(rows)):
            write(block.results)
            _tell(block, rows.unit)
            scored += len(block.results)
            refused += len(block.refused)
    click.echo(f"scamjob: {scored:,} rows assessed, {refused:,} refused", err=True)
    if refused:
        raise click.exceptions.Exit(REFUSED)


def _terminate(number: int, _frame: object) -> Never:
    """Leave as by Ctrl+C: half a file is removed, workers are stopped."""
    raise SystemExit(128 + number)


def _with_progress(rows: Rows) -> Iterator[Block]:
    if not sys.stderr.isatty():
        yield from rows.blocks
        return
    bar: ProgressBar[int]
    with click.progressbar(length=rows.size, label="scoring", file=sys.stderr, show_pos=not rows.size) as bar:
        for block in rows.blocks:
            yield block
            bar.update(rows.done() - bar.pos if rows.size else len(block))


def _tell(block: Scored, unit: str) -> None:
    clear = "\r\x1b[2K" if sys.stderr.isatty() else ""
    for bad in block.refused:
        click.echo(f"{clear}scamjob: {unit} {bad.number:,}: {bad.cause}", err=True)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, type=click.IntRange(0, 65535), show_default=True)
@click.option("--workers", default=2, type=click.IntRange(1, 64), show_default=True, help="Processes.")
@click.option("--threads", default=4, type=click.IntRange(1, 256), show_default=True, help="Threads a process.")
@model_option
def serve(host: str, port: int, workers: int, threads: int, model: Path | None) -> None:
    """Serve the web form and the API until stopped; running requests are finished first."""
    from api.server import serve as run_server

    run_server(host=host, port=port, workers=workers, threads=threads, model=model)


@cli.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATA...")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="MODEL", help="Folder to write."
)
def train(data: Sequence[Path], output: Path) -> None:
    """Train a model from labelled examples: JSON lines, or folders of them."""
    from training.fit import train as fit

    with _steps() as step:
        manifest = fit(list(data), output, step=step)
    click.echo(f"{output}: model {str(manifest['sha256'])[:12]}")


@contextmanager
def _steps() -> Iterator[Callable[[str, float], None]]:
    """What takes the name of a step and the share that is done: a bar on a terminal, a line each elsewhere."""
    if not sys.stderr.isatty():
        yield lambda name, share: click.echo(f"scamjob: {share:4.0%} {name}", err=True) if share else None
        return
    bar: ProgressBar[object]
    with click.progressbar(length=1000, item_show_func=str, file=sys.stderr, width=24, show_eta=False) as bar:

        def step(name: str, share: float) -> None:
            bar.update(round(share * 1000) - bar.pos, name)

        yield step


@cli.command()
@click.argument("data", nargs=-1, required=True, metavar="DATA...")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@model_option
def evaluate(data: Sequence[str], as_json: bool, model: Path | None) -> None:
    """Measure a model on labelled files: jsonl, csv, parquet, xlsx, or folders of .jsonl."""
    from detector import Detector
    from training import evaluate as evaluation

    refused: list[BadRow] = []
    result = evaluation.evaluate(Detector.load(model), _labelled(data, refused))
    _write(_json(result) if as_json else evaluation.table(result).encode() + b"\n")
    if refused:
        raise click.exceptions.Exit(REFUSED)


def _labelled(paths: Iterable[str], refused: list[BadRow]) -> Iterator[Example]:
    """The labelled examples of all files; bad rows are named, counted and left out."""
    from training.files import BadRow
    from training.labelled import read_labelled

    for path, unit, row in read_labelled(paths):
        if isinstance(row, BadRow):
            refused.append(row)
            click.echo(f"scamjob: {path}: {unit} {row.number:,}: {row.cause}", err=True)
        else:
            yield row


@cli.group()
def rules() -> None:
    """Look at the rules, and at what each one hits."""


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON lines.")
@model_option
def rules_list(as_json: bool, model: Path | None) -> None:
    """All rules: id, claimed confidence, title."""
    found = _detector(model).rules
    if as_json:
        _write(b"".join(_json(_rule_facts(rule)) for rule in found))
        return
    width = max((len(rule.id) for rule in found), default=0)
    _write("".join(f"{rule.id:{width}}  {rule.confidence:.2f}  {rule.title}\n" for rule in found).encode())


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
@model_option
def rules_show(rule_id: str, as_json: bool, model: Path | None) -> None:
    """One rule whole, with the sentences that prove it."""
    found = {rule.id: rule for rule in _detector(model).rules}
    if rule_id not in found:
        from difflib import get_close_matches

        near = get_close_matches(rule_id, found, n=3, cutoff=0.3)
        cure = f"do you mean {', '.join(near)}?" if near else "`scamjob rules list` names them all"
        raise click.UsageError(f"no rule {rule_id!r}; {cure}")
    facts = _rule_facts(found[rule_id])
    _write(_json(facts) if as_json else "".join(_shown(facts)).encode())


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
@model_option
def rules_audit(data: Sequence[str], as_json: bool, model: Path | None) -> None:
    """What each rule hits in labelled files: how often, how often rightly, at what cost."""
    from training import audit

    refused: list[BadRow] = []
    rows = audit.audit(_detector(model), _labelled(data, refused))
    _write(b"".join(_json(row) for row in rows) if as_json else audit.table(rows).encode() + b"\n")
    if refused:
        raise click.exceptions.Exit(REFUSED)


@cli.group()
def models() -> None:
    """Look at the versions of the model."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one JSON object.")
@model_option
def models_list(as_json: bool, model: Path | None) -> None:
    """The model in use, and where it came from."""
    detector = _detector(model)
    if as_json:
        _write(_json(detector.manifest))
        return
    facts = {name: value for name, value in detector.manifest.items() if isinstance(value, str | int | float)}
    place = str(model) if model else "shipped with the program"
    lines = [f"model: {detector.versions.model}", f"place: {place}", f"rules: {detector.versions.rules}"]
    _write("\n".join([*lines, *(f"{name}: {value}" for name, value in facts.items()), ""]).encode())


def _detector(model: Path | None) -> Detector:
    from detector import Detector

    return Detector.load(model)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=dict).encode("utf-8", "backslashreplace") + b"\n"


def _write(data: bytes) -> None:
    """Bytes as they are, whatever the terminal's locale."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; the exit status. Whatever goes wrong is told in one line."""
    try:
        with cli.make_context("scamjob", list(arguments)) as context:
            cli.invoke(context)
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a user gets a line, never a traceback
        return _status(error)
    return DONE


def _status(error: BaseException) -> int:
    """The exit status after an error, which is told in one line."""
    match error:
        case click.exceptions.Exit():
            status = error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            status = USAGE
        case click.ClickException():
            status = _fail(error.format_message())
        case KeyboardInterrupt() | click.Abort():
            status = _fail("stopped", STOPPED)
        case BrokenPipeError():
            _silence_output()
            status = PIPE_CLOSED
        case OSError(strerror=str(), filename=str() | bytes()):
            status = _fail(f"{error.filename!s}: {error.strerror}")
        case _:
            status = _fail(_cause(error))
    return status


def _fail(message: str, status: int = USAGE) -> int:
    line = " ".join(message.split())
    click.echo(f"scamjob: {line}".encode(errors="backslashreplace"), err=True)
    return status


def _cause(error: BaseException) -> str:
    """The message of an error raised on purpose; a fault of ours gets its type and the way to see more."""
    from detector.errors import DetectorError
    from training.dataset import DataError
    from training.files import FileError

    if isinstance(error, DetectorError | DataError | FileError | OSError):
        return str(error)
    if os.environ.get("SCAMJOB_TRACEBACK"):
        raise error
    return f"a fault of the program: {type(error).__name__}: {error} (set SCAMJOB_TRACEBACK=1 to see where)"


def _silence_output() -> None:
    """Keep the interpreter from flushing into the closed pipe once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> Never:
    """The entry point of the installed `scamjob`."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
