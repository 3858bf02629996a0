"""The reasons in other languages: traditional Chinese, and English. What is quoted is never translated.

Each language is a table from our Chinese texts to its own, so that a rule whose text has changed is told in Chinese
until it has been translated anew, and never in words that mean something else. tests/api/test_languages.py asks for
every text; `python -m api.languages` shows what is missing in English and writes zh-Hant.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from werkzeug.datastructures import LanguageAccept

if TYPE_CHECKING:
    from api.config import RuleLike
    from api.submission import Language

HERE = Path(__file__).parent
SOURCE: Final = "zh-Hans"
"""What everything is written in."""
LANGUAGES: tuple[Language, ...] = ("zh-Hans", "zh-Hant", "en")

BECAUSE: Mapping[str, str] = {
    "denied": "已读到，是在否认，不算作疑点，但否认也不加分。",
    "warned": "已读到，是在提醒防范，不算作疑点。",
    "employer_pays": "已读到，付钱的不是求职者，不算作疑点。",
    "duty": "已读到，说的是工作内容，不算作疑点。",
    "quoted": "已读到，是在转述别人的话，不算作疑点。",
}
"""Why something was set aside, in words."""


@dataclass(frozen=True, slots=True)
class Table:
    """The texts of one language by the Chinese ones."""

    texts: Mapping[str, str]
    explanations: tuple[str, ...]
    """Those that an arithmetic may follow, the longest first."""
    clauses: tuple[tuple[re.Pattern[str], str], ...]
    """Ways to say an arithmetic, with the places of its figures."""
    joints: Mapping[str, str]

    def __call__(self, text: str) -> str:
        """The text in this language; as it is where there is none."""
        return self.texts.get(text, text)

    def explanation(self, text: str) -> str:
        """An explanation: one of those known, perhaps with an arithmetic after it."""
        for start in self.explanations:
            if text.startswith(start) and len(text) > len(start):
                return self(start) + self.joints["sentence"] + self.arithmetic(text[len(start) :])
        return self(text)

    def arithmetic(self, text: str) -> str:
        """`日结 500 元，约合每月 13,000 元；…` clause by clause; as it is where a clause is unknown."""
        said, at = "", 0
        while at < len(text):
            found = next(((match, says) for wanted, says in self.clauses if (match := wanted.match(text, at))), None)
            if found is None:
                return text
            match, says = found
            said += says.format(**{name: self(value) for name, value in match.groupdict().items()})
            at = match.end()
            said += self.joints["end"] if at == len(text) else self.joints.get(text[at], "")
            at += 1
        return said[:1].upper() + said[1:]


@cache
def table(language: Language) -> Table:
    """The table of a language; that of the source is empty."""
    if language == SOURCE:
        return Table({}, (), (), {})
    raw = tomllib.loads((HERE / f"{language}.toml").read_text("utf-8"))
    texts = {zh: own for part in TEXTS for zh, own in raw[part].items()}
    surest = sorted(raw["clauses"].items(), key=lambda clause: -len(re.sub(r"\{\w+\}", "", clause[0])))
    clauses = tuple((_pattern(zh), own) for zh, own in surest)
    explanations = sorted(raw["explanations"], key=len, reverse=True)
    return Table(texts, tuple(explanations), clauses, raw["joints"])


TEXTS = ("titles", "explanations", "advice", "codes", "because", "levels", "laws", "words")
"""The parts of a table that are texts."""
HOLES = {"n": r"[0-9][0-9,.–]*", "word": r"[^ ，；（）0-9]{1,12}", "quote": r".{1,80}?"}
"""What may stand in a clause: {span} is a figure, {unit} {per} {role} are words, {quote} is the posting's own."""
_KINDS = {"span": "n", "unit": "word", "per": "word", "role": "word", "quote": "quote", "gain": "n", "got": "n"}


def _pattern(clause: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", clause)
    body = "".join(
        f"(?P<{piece}>{HOLES[_KINDS[piece]]})" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)
    )
    return re.compile(body + r"(?=[，；]|\Z)")


# --- telling an assessment ---


def told_in(language: Language, told: dict[str, Any]) -> None:
    """Put an assessment (as JSON) into a language, and say in words why something was set aside."""
    say = table(language)
    for item in told["set_aside"]:
        item["explanation"] = say(BECAUSE[item["because"]])
    if language == SOURCE:
        return
    for part in with_reasons(told):
        for reason in part["reasons"]:
            reason["title"] = say(reason["title"])
            reason["explanation"] = say.explanation(reason["explanation"])
            reason["advice"] = say(reason["advice"])
            reason["legal"] = [legal(language, norm) for norm in reason["legal"]]


def with_reasons(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of an answer that hold reasons: itself, and what was remembered."""
    return [told, told["campaign"]] if told.get("campaign") else [told]


def legal(language: Language, norm: Mapping[str, str]) -> dict[str, str]:
    """A norm: the law by its name in that language, the article by its number."""
    return {"law": table(language)(norm["law"]), "article": ARTICLES[language](norm["article"])}


def rule_in(language: Language, rule: RuleLike) -> dict[str, object]:
    """A rule as JSON in a language."""
    told: dict[str, Any] = {
        "id": rule.id,
        "code": rule.code,
        "title": rule.title,
        "explanation": rule.explanation,
        "advice": rule.advice,
        "confidence": rule.confidence,
        "legal": [{"law": norm.law, "article": norm.article} for norm in rule.legal],
    }
    if language != SOURCE:
        say = table(language)
        told |= {name: say(told[name]) for name in ("title", "explanation", "advice")}
        told["legal"] = [legal(language, norm) for norm in told["legal"]]
    return told


def codes_in(language: Language, codes: Mapping[str, str]) -> dict[str, str]:
    """The names of the codes in a language."""
    return dict(codes) if language == SOURCE else {code: table(language)(name) for code, name in codes.items()}


# --- articles and Accept-Language ---

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_ARTICLE = re.compile("第([零一二三四五六七八九十百千两]+)条(?:之([一二三四五六七八九十]+))?")


def article(name: str) -> str:
    """第二百八十七条之二 is Article 287-2; what is no such number stays."""
    found = _ARTICLE.fullmatch(name)
    if not found:
        return name
    return f"Article {_number(found[1])}" + (f"-{_number(found[2])}" if found[2] else "")


def _number(text: str) -> int:
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
    return total + digit


ARTICLES: Mapping[Language, Callable[[str], str]] = {
    "zh-Hans": str,
    "zh-Hant": lambda name: name.replace("条", "條"),
    "en": article,
}

TRADITIONAL = {"zh-hant", "zh-tw", "zh-hk", "zh-mo"}
SIMPLIFIED = {"zh", "zh-hans", "zh-cn", "zh-sg"}


def preferred(accepted: LanguageAccept) -> Language | None:
    """The language that a client likes best of ours; None when it likes none of them."""
    for name, quality in accepted:
        tag = name.lower()
        if quality <= 0:
            continue
        if tag == "en" or tag.startswith("en-"):
            return "en"
        if any(tag == one or tag.startswith(one + "-") for one in TRADITIONAL):
            return "zh-Hant"
        if tag in SIMPLIFIED or tag.startswith("zh-"):
            return "zh-Hans"
    return None
