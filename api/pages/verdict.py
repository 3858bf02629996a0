"""An assessment as the page shows it: everything numbered, so that marks and reasons can lead to each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from api.marks import Segment, Span, segments
from api.pages.pay import PayPicture, pictured
from detector.document import Document
from detector.market import Comparison
from detector.types import Assessment, Evidence, Kind, Posting, Reason, SetAside

FIELD_NAMES = {
    "title": "职位",
    "company": "公司",
    "salary": "薪资",
    "location": "地点",
    "contact": "联系方式",
    "description": "正文",
    "text": "正文",
}
"""The fields of a posting as a reader knows them."""

VERDICTS = {
    "high": ("高风险", "先别付钱，别加对方联系方式，别交证件或验证码——这很可能是骗局。"),
    "medium": ("中风险", "先核实再决定：查清公司和岗位之前，不要付钱，也不要交证件。"),
    "low": ("低风险", "没有看到常见的骗局迹象。但不论谁让您先交钱，都不要交。"),
    "hints": ("低风险", "没有看到明显的骗局迹象，下面几处请留意。不论谁让您先交钱，都不要交。"),
    "none": ("不像招聘信息", "这段文字不像一则招聘，所以不评定风险。请粘贴招聘原文再试。"),
}
"""Level in words, and the one thing to do now."""


SLIGHT = 0.3
"""A reason that no rule shows and that is less sure is told as a likeness, not as a fact."""


@dataclass(frozen=True)
class Verdict:
    """What was found in a posting."""

    posting: Posting
    assessment: Assessment

    @property
    def level(self) -> str:
        """`low`, `medium`, `high`, or `none` for what is no posting."""
        return "none" if self.assessment.kind is Kind.NOT_POSTING else self.assessment.risk_level.value

    @property
    def words(self) -> str:
        """The level in words."""
        return VERDICTS[self.level][0]

    @property
    def now(self) -> str:
        """The one thing to do now."""
        hints = self.level == "low" and self.assessment.reasons
        return VERDICTS["hints" if hints else self.level][1]

    @cached_property
    def reasons(self) -> list[Reason]:
        """The surest first."""
        return sorted(self.assessment.reasons, key=lambda reason: -reason.confidence)

    def is_slight(self, reason: Reason) -> bool:
        """Whether a reason is no more than a likeness: judged by the wording alone, and hardly sure."""
        return reason.rule is None and reason.confidence < SLIGHT

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """What looked risky and does not count."""
        return self.assessment.set_aside

    @cached_property
    def heaviest(self) -> float:
        """The largest weight among the wording terms, to draw the others against."""
        return max((abs(term.weight) for term in self.assessment.wording), default=1.0) or 1.0

    def pay(self, reason: Reason) -> PayPicture | None:
        """The sum that a reason tells, drawn; None where it tells none."""
        return pictured(self._comparison, reason.explanation)

    @cached_property
    def _comparison(self) -> Comparison | None:
        return Document(self.posting).comparison

    def fields(self) -> Iterator[tuple[str, list[Segment]]]:
        """The posting field by field, by its Chinese name, cut at the marks."""
        spans = list(self._spans())
        for name, value in self.posting.fields():
            yield FIELD_NAMES[name], segments(value, [span for field, span in spans if field == name])

    def _spans(self) -> Iterator[tuple[str, Span]]:
        for number, reason in enumerate(self.reasons, 1):
            yield from _pointing("reason", number, reason.evidence)
        for number, mention in enumerate(self.set_aside, 1):
            yield from _pointing("aside", number, mention.evidence)


def _pointing(what: str, number: int, evidence: Sequence[Evidence]) -> Iterator[tuple[str, Span]]:
    for index, item in enumerate(evidence, 1):
        yield item.field, Span(item.start, item.end, f"{what}-{number}", f"{what}-{number}-words-{index}")
