"""Figures of the desk: what comes in, how far reviewers agree, how right the rules are, how far scores have drifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from api.config import assessor
from api.drift import BANDS, expected, stability
from api.review import charts, sheet
from api.review.access import reviewer
from api.review.agreement import kappa
from api.review.words import ACTIONS, LABELS, LEVELS
from api.store import Store, audit, figures
from api.store.columns import now
from api.store.figures import Days, RuleFigures
from api.stored import store
from detector.types import CODES

blueprint = Blueprint("boards", __name__)

DAYS = 30
RECENT = timedelta(days=7)
PER_PAGE = 50
MOST_CODES = 8
"""Codes that get a bar of their own."""
FEW = 200
"""Postings below which a drift of the scores says nothing: of ten bands each would hold a handful."""
Z = 1.96


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the board shows it, with a 95% interval (Wilson 1927)."""

    rule: str
    fired: int
    share: float
    low: float
    high: float
    picture: Markup


@blueprint.get("/review/figures")
def figures_page() -> str:
    """All boards on one page."""
    tenant, at = reviewer().tenant, now()
    with store().read() as connection:
        days = figures.per_day(connection, tenant, DAYS)
        pairs = figures.double_votes(connection, tenant)
        rules = [rule_row(one) for one in figures.rules(connection, tenant)]
        seen = figures.bands(connection, tenant, at - RECENT)
        people = figures.by_reviewer(connection, tenant, at - RECENT)
    codes = sorted(days.codes.items(), key=lambda item: -sum(item[1]))
    return render_template(
        "review/figures.html", days=days, levels=level_series(days), day_chart=day_chart(days),
        codes=[(CODES.get(code, code), sum(numbers), numbers) for code, numbers in codes],
        code_chart=charts.stacked(
            [short(CODES.get(code, code)) for code, _ in codes[:MOST_CODES]],
            {"medium": [sum(numbers) for _, numbers in codes[:MOST_CODES]]}, f"近 {DAYS} 天各类骗术的条数",
        ),
        pairs=pairs, kappa=kappa(pairs), crossed=crossed(pairs), rules=rules, people=people, drift=drift(seen), FEW=FEW,
    )  # fmt: skip


def short(name: str) -> str:
    """A name that fits under a bar."""
    first = name.partition("/")[0]
    return first if len(first) <= 6 else f"{first[:5]}…"


def level_series(days: Days) -> dict[str, list[int]]:
    """For each level, the lowest first, a number a day."""
    return {level: days.levels.get(level, [0] * len(days.days)) for level in reversed(list(LEVELS))}


def day_chart(days: Days) -> Markup:
    """The days as stacked bars."""
    return charts.stacked([day[5:] for day in days.days], level_series(days), f"近 {DAYS} 天每天各等级的条数")


def rule_row(one: RuleFigures) -> RuleRow:
    """How often a rule was right."""
    low, high = wilson(one.scams, one.fired)
    share = one.scams / one.fired
    return RuleRow(one.rule, one.fired, share, low, high, charts.bar(share, low, high))


def wilson(hits: int, number: int) -> tuple[float, float]:
    """The 95% interval of a share."""
    share, square = hits / number, Z * Z / number
    middle, half = share + square / 2, Z * ((share * (1 - share) + square / 4) / number) ** 0.5
    return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))


def crossed(pairs: list[tuple[str, str]]) -> list[tuple[str, list[int]]]:
    """How often the first said this and the second that."""
    return [(LABELS[one], [pairs.count((one, other)) for other in LABELS]) for one in LABELS]


def drift(seen: list[int]) -> dict[str, object]:
    """The scores of the last days beside those the model was made with, if it says which."""
    wanted, total = expected(assessor().manifest), sum(seen)
    now_shares = [count / total if total else 0.0 for count in seen]
    series = {"usual": wanted, "seen": now_shares} if wanted else {"seen": now_shares}
    chart = charts.side_by_side(BANDS, series, "近 7 天各分数段所占比例，与训练时相比")
    rows = [(band, wanted[index] if wanted else None, now_shares[index]) for index, band in enumerate(BANDS)]
    return {"index": stability(seen, wanted) if wanted else None, "total": total, "chart": chart, "rows": rows}


def sought() -> tuple[audit.Sought, int | None]:
    """What the address asks of the trail."""
    told = {name: request.args.get(name, "")[:128].replace("\0", "") for name in audit.Sought.__slots__}
    before = request.args.get("before", "")
    return audit.Sought(**told), int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None


@blueprint.get("/review/trail")
def trail_page() -> str:
    """Who did what and when; no text of any posting."""
    wanted, before = sought()
    with store().read() as connection:
        found = audit.newest(connection, reviewer().tenant, wanted, before, PER_PAGE + 1)
    more = found[PER_PAGE - 1].seq if len(found) > PER_PAGE else None
    return render_template("review/trail.html", entries=found[:PER_PAGE], sought=wanted, more=more, ACTIONS=ACTIONS)


@blueprint.get("/review/trail.csv")
def trail_file() -> Response:
    """The same entries as a file, all of them."""
    wanted, _ = sought()
    head = ("seq", "at", "actor", "action", "subject", "details", "digest")
    return sheet.download("trail.csv", head, _entries(store(), reviewer().tenant, wanted))


def _entries(source: Store, tenant: str, wanted: audit.Sought) -> Iterator[tuple[object, ...]]:
    before: int | None = None
    while True:
        with source.read() as connection:
            found = audit.newest(connection, tenant, wanted, before, 1000)
        for one in found:
            details = "; ".join(f"{name}={value}" for name, value in one.details.items())
            yield one.seq, one.at.isoformat(), one.actor, one.action, one.subject, details, one.digest
        if len(found) < 1000:
            return
        before = found[-1].seq


@blueprint.get("/review/decisions.csv")
def decisions_file() -> Response:
    """What was decided, without texts."""
    head = ("posting", "label", "codes", "reviewer", "at", "level", "score", "rules")
    return sheet.download("decisions.csv", head, _decisions(store(), reviewer().tenant))


def _decisions(source: Store, tenant: str) -> Iterator[tuple[object, ...]]:
    after = ""
    while True:
        with source.read() as connection:
            found = figures.decided(connection, tenant, after, 1000)
        yield from found
        if not found:
            return
        after = str(found[-1][0])
