"""What people say of postings becomes labelled examples, but not on one person's word.

The guards, in this order:

1. A moderator's decision settles a posting, and its near-copies are left at that; `discard` takes it out for good.
2. Of one reporter the newest word on a text counts, and no more than `cap` texts in all.
3. Near-copies are one text. Where reporters disagree on it, or only one has spoken, it waits for review.
4. A label of which there are fewer than `least` examples is left out, and without both scams and honest postings
   nothing is handed over: a few dozen one-sided reports would move every score.

Everything here works on rows, wherever they come from; nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from detector.types import Posting
from training.dataset import LABELS, DataError, Example, example
from training.sketches import near_copy_groups

DISCARD = "discard"
"""A moderator's word that a posting is not to be used."""
MODERATOR, REPORTER = "moderator", "reporter"

LEFT_OUT: Mapping[str, str] = {
    "discarded": "a moderator discarded it",
    "near_copy": "a near-copy of one that is there",
    "over_cap": "its reporter has said enough",
    "conflict": "its reporters disagree: waits for review",
    "one_source": "too few reporters: waits for review",
    "rare_label": "too few examples of its label",
    "one_sided": "there are not both scams and honest postings",
}
"""Why a text that was reported is not among the examples."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one person says of one posting."""

    posting: str
    """The posting's id."""
    fields: Mapping[str, str]
    label: str
    by: str
    role: str = REPORTER
    codes: tuple[str, ...] = ()
    at: str = ""
    """ISO 8601, UTC; decides which word of a person is the newest."""

    @property
    def text(self) -> str:
        """All fields, one a line."""
        return "\n".join(self.fields[name] for name in Posting.FIELDS if self.fields.get(name))


@dataclass(frozen=True, slots=True)
class Guards:
    """How much has to come together before a label counts."""

    sources: int = 2
    """Reporters who must agree, where no moderator decided."""
    cap: int = 50
    """Texts of one reporter that count."""
    least: int = 20
    """Examples a label must have."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something for a moderator: a posting, why it waits, and who said what."""

    posting: str
    fields: Mapping[str, str]
    because: str
    labels: Mapping[str, int]
    """Label → reporters."""
    codes: tuple[str, ...]
    copies: int
    """Postings that are nearly the same, itself among them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The examples, the cases for review (the most pressing first), and what was left out and why."""

    examples: Sequence[Example]
    review: Sequence[Case]
    left_out: Counter[str] = field(default_factory=Counter)


def word(row: Mapping[str, object], where: str) -> Word:
    """The word in a row of JSON: an example with `by`, and `posting`, `role`, `at`. DataError says what is wrong."""
    discarded = row.get("label") == DISCARD and row.get("role") == MODERATOR
    item = example({**row, "label": LABELS[0]} if discarded else row, where)
    role, by = row.get("role") or REPORTER, row.get("by") or row.get("reporter")
    if role not in {MODERATOR, REPORTER}:
        raise DataError(f"{where}: role {role!r}; there are {REPORTER}, {MODERATOR}")
    if not isinstance(by, str):
        raise DataError(f"{where}: no `by` that names who says it")
    key, at = row.get("posting") or item.id, row.get("at") or ""
    label = DISCARD if discarded else item.label
    return Word(str(key), dict(item.posting.fields()), label, by, str(role), item.codes, str(at))


def weigh(words: Iterable[Word], guards: Guards = Guards()) -> Outcome:  # frozen
    """Which words count as labels."""
    said = sorted(words, key=lambda one: (one.at, one.posting))
    counts: Counter[str] = Counter()
    review: list[Case] = []
    examples: list[Example] = []
    spoken: Counter[str] = Counter()
    for group in _groups(said):
        found, case = _settle(group, guards, spoken, counts)
        examples += found
        if case is not None:
            review.append(case)
    review.sort(key=lambda case: (case.because != "conflict", -sum(case.labels.values())))
    return Outcome(_enough(examples, guards.least, counts), review, counts)


def _groups(said: Sequence[Word]) -> Iterator[list[Word]]:
    """The words on each text, near-copies together, in order of the first."""
    groups: dict[int, list[Word]] = {}
    for one, first in zip(said, near_copy_groups(one.text for one in said).tolist(), strict=True):
        groups.setdefault(first, []).append(one)
    yield from groups.values()


def _settle(
    group: Sequence[Word], guards: Guards, spoken: Counter[str], counts: Counter[str]
) -> tuple[list[Example], Case | None]:
    """The examples that a group gives, or the case it makes."""
    copies = len({one.posting for one in group})
    decided = {one.posting: one for one in group if one.role == MODERATOR}
    if decided:
        return _decided(decided, group, copies, counts)
    newest = {one.by: one for one in group}
    heard = [one for one in newest.values() if spoken[one.by] < guards.cap]
    spoken.update(one.by for one in heard)
    if not heard:
        counts["over_cap"] += 1
        return [], None
    labels = Counter(one.label for one in heard)
    because = "conflict" if len(labels) > 1 else "one_source" if len(heard) < guards.sources else ""
    if because:
        counts[because] += 1
        return [], _case(heard, because, labels, copies)
    counts["near_copy"] += copies - 1
    return [_example(heard[0], _agreed(heard, guards.sources), group)], None


def _decided(
    decided: Mapping[str, Word], group: Sequence[Word], copies: int, counts: Counter[str]
) -> tuple[list[Example], Case | None]:
    """Each posting that a moderator looked at, with their label; one of several that have the same text and label."""
    used = {(one.text, one.label): one for one in decided.values() if one.label != DISCARD}
    counts["discarded"] += sum(one.label == DISCARD for one in decided.values())
    counts["near_copy"] += copies - len(used) - sum(one.label == DISCARD for one in decided.values())
    return [_example(one, one.codes, group) for one in used.values()], None


def _case(heard: Sequence[Word], because: str, labels: Mapping[str, int], copies: int) -> Case:
    codes = tuple(sorted({code for one in heard for code in one.codes}))
    return Case(heard[0].posting, heard[0].fields, because, dict(labels), codes, copies)


def _agreed(heard: Sequence[Word], sources: int) -> tuple[str, ...]:
    """The codes that as many named as must agree on a label."""
    named = Counter(code for one in heard for code in set(one.codes))
    return tuple(sorted(code for code, number in named.items() if number >= sources))


def _example(one: Word, codes: tuple[str, ...], group: Sequence[Word]) -> Example:
    posting = Posting(id=one.posting, **one.fields)
    kept = codes if one.label == "scam" else ()
    return Example(one.posting, posting, one.label, kept, f"feedback-{group[0].posting}", "feedback")


def _enough(examples: Sequence[Example], least: int, counts: Counter[str]) -> list[Example]:
    """The examples of labels that have enough; none when they are all of one side."""
    number = Counter(one.label for one in examples)
    kept = [one for one in examples if number[one.label] >= least]
    counts["rare_label"] += len(examples) - len(kept)
    if least and not {"scam", "legit"} <= {one.label for one in kept}:
        counts["one_sided"] += len(kept)
        return []
    return kept
