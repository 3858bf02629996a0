"""What a reader sees of HTML, character by character traced back to where it stands in the source.

Job boards send descriptions with tags and entities. `押<b>金</b>&nbsp;200元` is read as 押金 200元, and a span of
that is led back to the span of the source that shows it. Every step is linear in the length, whatever is sent.
"""

from __future__ import annotations

import html
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

_PIECE = re.compile(
    r"<!--|</?(?P<tag>[a-zA-Z][a-zA-Z0-9]{0,30})(?![a-zA-Z0-9])[^<>]*>"
    r"|&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});?"
)
_BREAKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol "
        "option p pre section table tbody td tfoot th thead title tr ul",
    )
)
"""Tags that begin a new line."""
_SILENT = frozenset({"script", "style"})
"""Tags whose content nobody sees."""
PASSES = 2
"""Feeds escape their HTML once more (`&lt;b&gt;`): what comes out of the first reading is read again."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A text, and for each of its characters the half-open span of the source that shows it."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source that shows `text[start:end]`; an empty span has an empty origin."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.starts[start], self.ends[end - 1]


def plain(source: str) -> Traced:
    """A text that shows itself."""
    return Traced(source, range(len(source)), range(1, len(source) + 1))


def visible(source: str) -> Traced:
    """The text that HTML shows; a source without tags and entities shows itself."""
    read = plain(source)
    for _ in range(PASSES):
        if "<" not in read.text and "&" not in read.text:
            return read
        read = _through(read, _once(read.text))
    return read


def _through(outer: Traced, inner: Traced) -> Traced:
    """Lead the characters of the second reading back through the first."""
    starts = array("I", [outer.starts[at] for at in inner.starts])
    return Traced(inner.text, starts, array("I", [outer.ends[at - 1] for at in inner.ends]))


def _once(source: str) -> Traced:
    text: list[str] = []
    starts, ends = array("I"), array("I")
    at = 0
    closings = _Closings(source)
    while found := _PIECE.search(source, at):
        start, end = found.span()
        _copy(source, at, start, text, starts, ends)
        shown, at = _shown(found, closings)
        text.append(shown)
        starts.extend([start] * len(shown))
        ends.extend([end] * len(shown))
    _copy(source, at, len(source), text, starts, ends)
    return Traced("".join(text), starts, ends)


def _copy(source: str, start: int, end: int, text: list[str], starts: array[int], ends: array[int]) -> None:
    if start < end:
        text.append(source[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))


def _shown(found: re.Match[str], closings: _Closings) -> tuple[str, int]:
    """What a piece of markup shows, and where reading goes on."""
    markup, end = found[0], found.end()
    if markup[0] == "&":
        return html.unescape(markup), end
    if markup == "<!--":
        return "", closings.after("-->", end)
    tag = found["tag"].lower()
    if tag in _SILENT and markup[1] != "/":
        return "", closings.after(f"</{tag}", end, then=">")
    return ("\n" if tag in _BREAKS else ""), end


class _Closings:
    """Finds where a comment or a script ends. What is missing once is not looked for again, so time stays linear."""

    def __init__(self, source: str) -> None:
        self.lower = source.lower() if source.isascii() else source.translate(_ASCII_LOWER)
        self.missing: set[str] = set()

    def after(self, closing: str, start: int, then: str = "") -> int:
        """The place behind the next `closing` (and the next `then`); `start` where there is none: nothing is hidden."""
        found = -1 if closing in self.missing else self.lower.find(closing, start)
        if found < 0:
            self.missing.add(closing)
            return start
        end = found + len(closing)
        return self.after(then, end) if then else end


_ASCII_LOWER = {upper: upper + 32 for upper in range(65, 91)}
"""`str.lower` makes two characters of one in İ, and places would shift."""
