"""One assessment as a person reads it: level, score, reasons, and the posting with the risky words marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from detector.types import CODES, Assessment, Because, Evidence, Kind, Level, Posting, Reason

LEVELS = {Level.HIGH: ("高风险", "1;97;41"), Level.MEDIUM: ("中风险", "1;30;43"), Level.LOW: ("低风险", "1;30;42")}
ADVICE = {
    Level.HIGH: "先别交钱、别给验证码和证件照；可拨 96110（反诈）核实，劳动权益问题拨 12333。",
    Level.MEDIUM: "有可疑之处：先核实公司和岗位，交钱、垫钱、给证件之前拨 96110 问一问。",
    Level.LOW: "没有发现常见的招聘骗术；这不等于保证，遇到先交钱、先垫钱的要求仍请拨 96110。",
}
BECAUSE = {
    Because.DENIED: "文中说的是没有",
    Because.WARNED: "文中是在提醒防范",
    Because.EMPLOYER_PAYS: "由单位出钱",
    Because.DUTY: "是岗位要做的事",
    Because.QUOTED: "是转述他人的话",
}
TERMS = 8
"""Terms named of those that moved the classifier."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Style:
    """How marks are shown: with colours on a terminal, with brackets in a file or a pipe."""

    colour: bool

    def paint(self, text: str, codes: str) -> str:
        """The text in a colour, where there are colours."""
        return f"\x1b[{codes}m{text}\x1b[0m" if self.colour else text

    def mark(self, text: str, numbers: Sequence[int]) -> str:
        """The words that reasons point at, with the numbers of the reasons."""
        note = f"[{','.join(map(str, numbers))}]"
        return f"{self.paint(text, '1;4;31')}{self.paint(note, '2')}" if self.colour else f"【{text}】{note}"


def render(posting: Posting, assessment: Assessment, style: Style) -> str:
    """The whole verdict, ending in a line break."""
    parts = [
        _headline(assessment, style),
        *_reasons(assessment.reasons, style),
        *_aside(assessment),
        *_terms(assessment),
        _marked(posting, assessment.reasons, style),
        f"建议：{ADVICE[assessment.risk_level]}",
    ]
    return "\n\n".join(parts) + "\n"


def _headline(assessment: Assessment, style: Style) -> str:
    word, colour = LEVELS[assessment.risk_level]
    what = "" if assessment.kind is Kind.POSTING else "　这段文字看来不是招聘信息"
    return f"{style.paint(f' {word} ' if style.colour else word, colour)}　{assessment.risk_score} / 100{what}"


def _reasons(reasons: Sequence[Reason], style: Style) -> Iterator[str]:
    """Each reason; what several share (explanation, law, advice) is said once."""
    said: set[str] = set()
    for number, reason in enumerate(reasons, 1):
        name = f"{reason.code} {CODES.get(reason.code, '')}".rstrip()
        lines = [f"{number}. {style.paint(plain(reason.title), '1')}（{name}，把握 {reason.confidence:.0%}）"]
        lines += [f"   原文：{_quotes(reason.evidence)}"] if reason.evidence else []
        lines += [line for line in _told(reason) if line not in said]
        said.update(lines)
        yield "\n".join(lines)


def _told(reason: Reason) -> Iterator[str]:
    if reason.explanation:
        yield f"   说明：{plain(reason.explanation)}"
    if reason.legal:
        yield f"   法律：所述行为可能违反{_law(reason)}"
    if reason.advice:
        yield f"   建议：{plain(reason.advice)}"


def _quotes(evidence: Sequence[Evidence]) -> str:
    return "、".join(f"「{_one_line(item.quote)}」{'（写法有伪装）' if item.disguised else ''}" for item in evidence)


def _law(reason: Reason) -> str:
    return "、".join(f"《{norm.law}》{norm.article}" for norm in reason.legal)


def _aside(assessment: Assessment) -> Iterator[str]:
    if assessment.set_aside:
        lines = [
            f"· {_quotes(item.evidence)}：{BECAUSE[item.because]}（{CODES.get(item.code, item.code)}）"
            for item in assessment.set_aside
        ]
        yield "\n".join(["看到但不算数的：", *lines])


def _terms(assessment: Assessment) -> Iterator[str]:
    strongest = sorted(assessment.wording, key=lambda item: -abs(item.weight))[:TERMS]
    if strongest:
        signs = [f"{'+' if item.weight > 0 else '−'}{_one_line(item.term)}" for item in strongest]
        yield f"用词（+ 像骗局，− 像正常招聘）：{'　'.join(signs)}"


def _marked(posting: Posting, reasons: Sequence[Reason], style: Style) -> str:
    fields = list(posting.fields())
    lines = ["原文（标出的字后面是理由的序号）：" if any(reason.evidence for reason in reasons) else "原文："]
    for name, value in fields:
        label = f"{name}: " if len(fields) > 1 else ""
        lines.append(label + mark(value, spans_of(name, reasons), style))
    return "\n".join(lines).rstrip("\n")


def spans_of(field: str, reasons: Sequence[Reason]) -> list[tuple[int, int, int]]:
    """(start, end, number of the reason) of all evidence in a field."""
    return [
        (item.start, item.end, number)
        for number, reason in enumerate(reasons, 1)
        for item in reason.evidence
        if item.field == field
    ]


def mark(text: str, spans: Sequence[tuple[int, int, int]], style: Style) -> str:
    """The text with each marked stretch shown once, even where spans overlap."""
    stretches = _merged(spans)
    borders = [0, *(edge for start, end, _ in stretches for edge in (start, end)), len(text)]
    numbers = {(start, end): found for start, end, found in stretches}
    pieces = []
    for start, end in pairwise(borders):
        piece = plain(text[start:end])
        pieces.append(style.mark(piece, numbers[start, end]) if (start, end) in numbers else piece)
    return "".join(pieces)


def _merged(spans: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, list[int]]]:
    merged: list[tuple[int, int, list[int]]] = []
    for start, end, number in sorted(spans):
        if merged and start < merged[-1][1]:
            first, last, numbers = merged[-1]
            merged[-1] = (first, max(last, end), sorted({*numbers, number}))
        elif start < end:
            merged.append((start, end, [number]))
    return merged


def plain(text: str) -> str:
    """The text without anything that would steer the terminal or turn its direction."""
    return _CONTROL.sub(lambda match: "\n" if match[0] == "\r" else "\ufffd", text.replace("\r\n", "\n"))


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())
