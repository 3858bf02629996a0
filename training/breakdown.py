"""Where a detector is right and where not: per functionality, code, source, voice and length, and what scores mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from detector.types import CODES, HIGH_FROM, LOW_BELOW
from training.confidence import Share, ece, ece_by_chance, grouped, reliability, share_of, wilson
from training.measure import Verdict
from training.page import Cell, Table
from training.texts import LENGTHS, Pick, Text

Judged = Sequence[tuple[Text, Verdict]]

HEAD = ("", "texts", "accuracy", "recall", "false alarms")


def accuracy(judged: Judged) -> Share | None:
    """The share of texts that are flagged if and only if they are scams."""
    return share_of([said.scam == text.is_scam for text, said in judged], [text.group for text, _ in judged])


def recall(judged: Judged) -> Share | None:
    """The share of scams that are flagged."""
    return _flagged([pair for pair in judged if pair[0].is_scam])


def false_alarms(judged: Judged) -> Share | None:
    """The share of what is no scam that is flagged."""
    return _flagged([pair for pair in judged if not pair[0].is_scam])


def _flagged(judged: Judged) -> Share | None:
    return share_of([said.scam for _, said in judged], [text.group for text, _ in judged])


def f1(judged: Judged) -> Share | None:
    """The harmonic mean of precision and recall on scams."""
    hits = [2 * (said.scam and text.is_scam) for text, said in judged]
    return grouped(hits, [said.scam + text.is_scam for text, said in judged], [text.group for text, _ in judged])


def groups_right(judged: Judged) -> Share | None:
    """The share of contrast groups in which every text is judged right."""
    groups: dict[str, list[bool]] = {}
    for text, said in judged:
        groups.setdefault(text.group, []).append(said.scam == text.is_scam)
    return share_of([all(group) for group in groups.values() if len(group) > 1])


def codes_found(judged: Judged) -> Share | None:
    """The share of `must` codes that are among the reasons."""
    found = [len(text.must & said.codes) for text, said in judged]
    return grouped(found, [len(text.must) for text, _ in judged], [text.group for text, _ in judged])


def traps_sprung(judged: Judged) -> Share | None:
    """Of the texts with a `must_not`, the share that is given such a code."""
    set_up = [(text, said) for text, said in judged if text.must_not]
    return share_of([bool(text.must_not & said.codes) for text, said in set_up], [text.group for text, _ in set_up])


def kinds_right(judged: Judged) -> Share | None:
    """Of what is no posting, the share whose kind says so."""
    return share_of([said.not_posting for text, said in judged if text.label == "not_posting"])


CASES: tuple[tuple[str, Callable[[Judged], Share | None]], ...] = (
    ("accuracy", accuracy),
    ("recall of scams", recall),
    ("false alarms", false_alarms),
    ("groups all right", groups_right),
    ("must codes found", codes_found),
    ("traps sprung", traps_sprung),
    ("kind not_posting told", kinds_right),
)
REAL: tuple[tuple[str, Callable[[Judged], Share | None]], ...] = (
    ("F1", f1),
    ("recall of scams", recall),
    ("false alarms", false_alarms),
    ("kind not_posting told", kinds_right),
)


def summary(suite: Judged, blind: Judged, real: Judged) -> tuple[Table, ...]:
    """The headline figures with their intervals."""
    cases = tuple((name, figure(suite), figure(blind)) for name, figure in CASES)
    texts = tuple((name, figure(real)) for name, figure in REAL)
    return (
        Table("functional cases", ("", "visible suite", "blind cases"), cases),
        Table("real texts", ("", "real_train + real_dev"), texts),
    )


def by(judged: Judged, name: str, pick: Pick, order: Sequence[str] = ()) -> Table:
    """Accuracy, recall and false alarms for each value that `pick` finds."""
    parts: dict[str, list[tuple[Text, Verdict]]] = {}
    for text, said in judged:
        parts.setdefault(pick(text), []).append((text, said))
    named = sorted((key for key in parts if key), key=lambda key: (order.index(key) if key in order else -1, key))
    lines = [
        (key, len(parts[key]), accuracy(parts[key]), recall(parts[key]), false_alarms(parts[key])) for key in named
    ]
    return Table(name, HEAD, tuple(lines))


def by_functionality(suite: Judged, blind: Judged) -> Table:
    """Accuracy, codes found and traps sprung of each functionality, on both sets of cases."""
    names = sorted({text.functionality for text, _ in (*suite, *blind)} - {""})
    lines: list[tuple[Cell, ...]] = []
    for name in names:
        ours = [pair for pair in blind if pair[0].functionality == name]
        theirs = [pair for pair in suite if pair[0].functionality == name]
        both = [*ours, *theirs]
        lines.append((name, accuracy(theirs), accuracy(ours), codes_found(both), traps_sprung(both)))
    head = ("", "accuracy, visible", "accuracy, blind", "must codes found", "traps sprung")
    return Table("per functionality", head, tuple(lines))


def by_code(cases: Judged, real: Judged, honest: Judged) -> Table:
    """Of each code: found where `must` has it; given where `must_not` has it, and to honest texts."""
    spared = [said for text, said in real if not text.is_scam]
    lines = []
    for code in CODES:
        wanted = [pair for pair in cases if code in pair[0].must]
        barred = [pair for pair in cases if code in pair[0].must_not]
        lines.append(
            (
                code,
                _given(wanted, code),
                _given(barred, code),
                wilson(sum(code in said.codes for said in spared), len(spared)),
                sum(code in said.codes for _, said in honest) if honest else None,
            )
        )
    head = ("", "found", "given against must_not", "given to honest real texts", "given in the honest files")
    return Table("per code", head, tuple(lines))


def _given(judged: Judged, code: str) -> Share | None:
    return share_of([code in said.codes for _, said in judged], [text.group for text, _ in judged])


def by_source(real: Judged) -> Table:
    """Per source of the real texts."""
    return by(real, "per source (real texts)", lambda text: text.source)


def by_voice(blind: Judged) -> Table:
    """Per voice of the blind cases."""
    return by(blind, "per voice (blind cases)", lambda text: text.voice)


def by_length(cases: Judged, real: Judged) -> tuple[Table, Table]:
    """Per length band, of the cases and of the real texts."""
    order = [Text("", "字" * low, "").band for low in LENGTHS[:-1]]
    return (
        by(cases, "per length (functional cases)", lambda text: text.band, order),
        by(real, "per length (real texts)", lambda text: text.band, order),
    )


def calibration(real: Judged) -> tuple[Table, Table, Table]:
    """Reliability in ten bins, ECE beside what chance alone would show, and what the levels hold."""
    scores = [said.score for _, said in real]
    scam = [text.is_scam for text, _ in real]
    bins = [
        (f"{at.start:.1f}–{at.start + 0.1:.1f}", at.count, at.mean, wilson(at.scams, at.count))
        for at in reliability(scores, scam)
    ]
    usual, most = ece_by_chance(scores)
    spread: tuple[tuple[Cell, ...], ...] = (
        ("ECE", ece(scores, scam)),
        ("ECE of perfect scores, mean", usual),
        ("ECE of perfect scores, 95 % below", most),
        ("share of scams", float(np.mean(scam)) if scam else None),
    )
    return (
        Table("reliability (real texts, 10 bins)", ("score", "texts", "mean score", "share of scams"), tuple(bins)),
        Table("ECE (real texts)", ("", "figure"), spread),
        levels(real),
    )


LEVELS = (("low", 0, LOW_BELOW), ("medium", LOW_BELOW, HIGH_FROM), ("high", HIGH_FROM, 101))


def levels(real: Judged) -> Table:
    """Whether the share of scams within a level lies where its scores say."""
    lines: list[tuple[Cell, ...]] = []
    for name, low, high in LEVELS:
        inside = [text.is_scam for text, said in real if low <= round(100 * said.score) < high]
        share = wilson(sum(inside), len(inside))
        kept = None if share is None else low <= 100 * share.value < high
        lines.append((name, f"{low}–{min(high - 1, 100)} %", share, kept))
    return Table("levels (real texts)", ("level", "promised share of scams", "share of scams", "kept"), tuple(lines))


EXCERPT = 36
MISTAKES = 25


def mistakes(suite: Judged, blind: Judged, real: Judged) -> tuple[Table, Table, Table]:
    """The surest wrong answers first. Words are shown of our own texts alone, of others the id."""
    wrong = _surest(blind)[:MISTAKES]
    ours = [(text.id, text.label, f"{said.score:.2f}", _codes(said.codes), excerpt(text.text)) for text, said in wrong]
    missed = [
        (text.id, _codes(text.must - said.codes), _codes(text.must_not & said.codes), excerpt(text.text))
        for text, said in blind
        if said.scam == text.is_scam and (text.must - said.codes or text.must_not & said.codes)
    ]
    others = [
        (name, text.id, text.label, f"{said.score:.2f}", _codes(said.codes))
        for name, judged in (("visible suite", suite), ("real texts", real))
        for text, said in _surest(judged)[:MISTAKES]
    ]
    return (
        Table("misread blind cases", ("id", "label", "score", "codes", "begins"), tuple(ours)),
        Table("blind cases with other reasons", ("id", "missing", "barred", "begins"), tuple(missed[:MISTAKES])),
        Table("misread elsewhere", ("set", "id", "label", "score", "codes"), tuple(others)),
    )


def excerpt(text: str) -> str:
    """The beginning of one of our own texts, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT else flat[: EXCERPT - 1] + "…"


def _surest(judged: Judged) -> list[tuple[Text, Verdict]]:
    wrong = [pair for pair in judged if pair[1].scam != pair[0].is_scam]
    return sorted(wrong, key=lambda pair: (-abs(pair[1].score - pair[0].is_scam), pair[0].id))


def _codes(codes: Iterable[str]) -> str:
    return " ".join(sorted(codes))
