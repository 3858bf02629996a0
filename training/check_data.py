"""Check the labelled texts before anything is learnt from them: `python -m training.check_data`.

Exit status 1 when something is wrong, one line a problem: file, line, cause, cure. With `--card` the figures in
data/README.md are written anew first.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from detector.types import CODES, MAX_TEXT
from training.character_checks import characters, personal_data, punctuation
from training.data_card import BEGIN, END, SCAMS_A_CODE, figures, is_current, write_figures
from training.dataset import LABELS
from training.labelled_rows import VOICES, Problem, Row, by_group, read, read_all
from training.leaning import length_auc, voice_auc
from training.near_copies import near_copies, plain

DATA = Path(__file__).parent.parent / "data"

FIELDS = ("id", "text", "label", "codes", "group", "voice")
CASE_FIELDS = ("id", "functionality", "group", "text", "expect", "must", "must_not", "why", "voice")
LISTS = ("codes", "must", "must_not")

MAX_GROUP = 4
"""Texts in a group: a scam, its honest twin, a warning about it, and one more. Larger groups hid unrelated pairs."""
MIN_IN_CONTRAST = 0.4
"""Share of texts that must stand in a group with more than one label: there the decisive thing is learnt."""
MAX_AUC = 0.60
"""What length alone or voice alone may tell, over all files; one file may lean where another leans the other way."""


def schema(row: Row) -> Iterator[Problem]:
    """A training row has its fields, and they say what they can say."""
    yield from _fields(row, FIELDS)
    if row.label not in LABELS:
        yield Problem(row.where, f"label {row.values.get('label')!r}", f"there are {', '.join(LABELS)}")
    yield from _known_codes(row, "codes")
    if row.label == "scam" and not row.codes:
        yield Problem(row.where, "a scam without codes", "say which, see CODES in detector/types.py")
    if row.label in LABELS and row.label != "scam" and row.codes:
        yield Problem(row.where, f"codes {', '.join(row.codes)} on {row.label}", "only scams have codes")
    yield from _text_and_voice(row)


def case_schema(row: Row) -> Iterator[Problem]:
    """A functional case has its fields, and never both demands and forbids a code."""
    yield from _fields(row, CASE_FIELDS)
    if row.label not in LABELS:
        yield Problem(row.where, f"expect {row.values.get('expect')!r}", f"there are {', '.join(LABELS)}")
    yield from _known_codes(row, "must")
    yield from _known_codes(row, "must_not")
    if row.label in LABELS and row.label != "scam" and row.strings("must"):
        yield Problem(row.where, f"must on {row.label}", "only a scam has codes that must be found")
    if both := set(row.strings("must")) & set(row.strings("must_not")):
        yield Problem(row.where, f"{', '.join(sorted(both))} both in must and in must_not", "keep one")
    if not row.string("why").strip():
        yield Problem(row.where, "no why", "say what decides")
    yield from _text_and_voice(row)


def _fields(row: Row, fields: Sequence[str]) -> Iterator[Problem]:
    if missing := [name for name in fields if name not in row.values]:
        yield Problem(row.where, f"no {', '.join(missing)}", f"the fields are {', '.join(fields)}")
    if unknown := [name for name in row.values if name not in fields]:
        yield Problem(row.where, f"unknown field {', '.join(unknown)}", f"the fields are {', '.join(fields)}")
    for name in fields:
        value = row.values.get(name)
        good = isinstance(value, list) if name in LISTS else isinstance(value, str)
        if name in row.values and not good:
            yield Problem(row.where, f"{name} is {type(value).__name__}", f"a {'list' if name in LISTS else 'string'}")
    if any(row.values.get(name) == "" for name in ("id", "group")):
        yield Problem(row.where, "empty id or group", "a group of one is named after its id")


def _known_codes(row: Row, name: str) -> Iterator[Problem]:
    value = row.values.get(name)
    codes = value if isinstance(value, list) else []
    if unknown := [code for code in codes if not isinstance(code, str) or code not in CODES]:
        yield Problem(row.where, f"unknown code {unknown[0]!r} in {name}", f"there are {', '.join(CODES)}")
    if len({str(code) for code in codes}) < len(codes):
        yield Problem(row.where, f"a code twice in {name}", "keep one")


def _text_and_voice(row: Row) -> Iterator[Problem]:
    if "text" in row.values and not row.text.strip():
        yield Problem(row.where, "no text", "write it or drop the row")
    if len(row.text) > MAX_TEXT:
        yield Problem(row.where, f"{len(row.text)} characters", f"a posting has at most {MAX_TEXT}")
    if "voice" in row.values and row.voice not in VOICES:
        yield Problem(row.where, f"unknown voice {row.values['voice']!r}", f"there are {', '.join(VOICES)}")


def ids(rows: Sequence[Row]) -> Iterator[Problem]:
    """No id stands twice, whatever the file."""
    first: dict[str, Row] = {}
    for row in rows:
        earlier = first.setdefault(row.id, row)
        if earlier is not row:
            yield Problem(row.where, f"the id stands also in {earlier.file}:{earlier.line}", "give it a new one")


def groups(rows: Sequence[Row]) -> Iterator[Problem]:
    """Groups are small, no text stands twice in one, and enough of them contrast labels."""
    contrasting = 0
    for name, members in by_group(rows).items():
        if len(members) > MAX_GROUP:
            cure = "split it into the pairs that differ in one thing"
            yield Problem(members[MAX_GROUP].where, f"group {name} has {len(members)} texts, over {MAX_GROUP}", cure)
        if len({row.label for row in members}) > 1:
            contrasting += len(members)
        seen: dict[str, Row] = {}
        for row in members:
            earlier = seen.setdefault(plain(row.text), row)
            if earlier is not row and _same(earlier.text, row.text):
                yield Problem(row.where, f"the same text as {earlier.id} of its group", "drop it")
    if contrasting < MIN_IN_CONTRAST * len(rows):
        share = contrasting / len(rows)
        cure = "write pairs that differ in the one decisive thing"
        yield Problem(
            "all files", f"{share:.0%} of the texts stand in contrast groups, under {MIN_IN_CONTRAST:.0%}", cure
        )


def copies(rows: Sequence[Row], cases: Sequence[Row]) -> Iterator[Problem]:
    """No near-copies across groups, and above all none of what is measured on."""
    together = [*rows, *cases]
    for one, other, similarity in near_copies([row.text for row in together]):
        earlier, row = together[one], together[other]
        if earlier.group == row.group:
            continue
        if other >= len(rows) > one:
            problem = f"{similarity:.0%} the same as the functional case {row.id}"
            yield Problem(earlier.where, problem, "drop it: nothing may be trained on what is measured")
            continue
        conflict = f" with another label ({earlier.label}, {row.label})" if earlier.label != row.label else ""
        cause = f"{similarity:.0%} the same as {earlier.where}{conflict}"
        yield Problem(row.where, cause, "drop one, or give both one group")


def leaning(rows: Sequence[Row]) -> Iterator[Problem]:
    """Neither length nor voice gives the label away."""
    for name, auc in (("length", length_auc(rows)), ("voice", voice_auc(rows))):
        if auc is not None and auc > MAX_AUC:
            cure = "see the table of files in data/README.md for where it leans, and write against it"
            yield Problem("all files", f"{name} alone tells scams with AUC {auc:.3f}, over {MAX_AUC}", cure)


def present(rows: Sequence[Row]) -> Iterator[Problem]:
    """Every code, label and voice occurs."""
    used = Counter(code for row in rows for code in row.codes)
    used.update(row.label for row in rows)
    used.update(row.voice for row in rows)
    if missing := [name for name in (*CODES, *LABELS, *VOICES) if not used[name]]:
        yield Problem("all files", f"no text with {', '.join(missing)}", "write some")


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


EACH: tuple[Callable[[Row], Iterator[Problem]], ...] = (schema, characters, personal_data)
EACH_CASE: tuple[Callable[[Row], Iterator[Problem]], ...] = (
    case_schema,
    partial(characters, may_hide=True),
    personal_data,
)
TOGETHER: tuple[Callable[[Sequence[Row]], Iterator[Problem]], ...] = (groups, punctuation, leaning, present)


def problems(data: Path) -> tuple[list[Row], list[Row], list[Problem]]:
    """The training rows, the functional cases, and all that is wrong with them."""
    rows, found = read_all(data / "training", data.parent)
    cases, wrong = read(data / "test" / "functional.jsonl", data.parent)
    found += wrong
    found += [problem for row in rows for check in EACH for problem in check(row)]
    found += [problem for case in cases for check in EACH_CASE for problem in check(case)]
    found += ids([*rows, *cases])
    if not rows:
        found.append(Problem((data / "training").as_posix(), "no rows", "put *.jsonl files there"))
        return rows, cases, found
    for check in TOGETHER:
        found += check(rows)
    found += copies(rows, cases)
    return rows, cases, found


def main(arguments: Sequence[str], data: Path = DATA) -> int:
    """Print what is wrong; 0 when nothing is. `--card` writes the data card's figures, `--figures` prints them too."""
    if unknown := set(arguments) - {"--card", "--figures"}:
        names = ", ".join(sorted(unknown))
        print(f"check_data: unknown argument {names}; there are --card, --figures", file=sys.stderr)
        return 2
    rows, cases, found = problems(data)
    if rows:
        found += card_problems(data / "README.md", figures(rows, cases), write="--card" in arguments)
    for problem in found:
        print(problem)
    if rows and "--figures" in arguments:
        print(figures(rows, cases))
    print(summary(rows, cases))
    if found:
        print(f"{len(found)} problems")
    return 1 if found else 0


def card_problems(card: Path, text: str, *, write: bool) -> Iterator[Problem]:
    """The card shows these figures, or is made to."""
    if write:
        if not write_figures(card, text):
            yield Problem("data/README.md", "no place for the figures", f"put {BEGIN} and {END} where they belong")
    elif not is_current(card, text):
        cure = "run python -m training.check_data --card"
        yield Problem("data/README.md", "its figures are not those of the files", cure)


def summary(rows: Sequence[Row], cases: Sequence[Row]) -> str:
    """What there is, in three lines: texts, how they lean, which codes are thin."""
    labels = Counter(row.label for row in rows)
    codes = Counter(code for row in rows for code in row.codes)
    thin = [f"{code} {codes[code]}" for code in CODES if codes[code] < SCAMS_A_CODE]
    length, voice = length_auc(rows), voice_auc(rows)
    counted = ", ".join(f"{labels[name]} {name}" for name in LABELS)
    return "\n".join(
        (
            f"{len(rows)} training texts ({counted}) and {len(cases)} functional cases",
            f"AUC for scam of length alone {_shown(length)}, of voice alone {_shown(voice)} (limit {MAX_AUC:.2f})",
            f"codes under {SCAMS_A_CODE} scams: {', '.join(thin) or 'none'}",
        )
    )


def _shown(auc: float | None) -> str:
    return "not known" if auc is None else f"{auc:.3f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
