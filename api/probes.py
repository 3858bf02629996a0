"""Two known postings that any detector worth running tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detector.types import Kind, Posting

if TYPE_CHECKING:
    from api.config import Assessor

SCAM_PROBE = Posting("招聘打字员，日结500元，入职前先交押金200元，用自己的钱先垫付刷单，佣金30%。加微信详谈。")
HONEST_PROBE = Posting("社区超市招收银员一名，早晚两班，月薪3800元，包午餐，转正后缴纳社保。到店面试。")


def tells_apart(detector: Assessor) -> bool:
    """Whether the detector does its work on two known texts, with evidence that is where it says."""
    scam, honest = detector.assess(SCAM_PROBE), detector.assess(HONEST_PROBE)
    quotes = [item for reason in scam.reasons for item in reason.evidence]
    in_place = all(getattr(SCAM_PROBE, item.field)[item.start : item.end] == item.quote for item in quotes)
    return scam.kind is Kind.POSTING and bool(scam.reasons) and in_place and scam.risk_score > honest.risk_score
