"""`python -m api.languages`: write zh-Hant.toml from our texts, and show what en.toml lacks or no longer needs.

Needs opencc (a development dependency). Our sentences are put into the phrases of Taiwan (s2twp); the names of laws
only into traditional characters, as they remain laws of the PRC.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping

import opencc

from api import campaigns
from api.languages import BECAUSE, HERE, TEXTS
from api.policy import BLOCKED_ADVICE, BLOCKED_EXPLANATION, BLOCKED_TITLE
from detector.engine import OWN_ADVICE, OWN_EXPLANATION
from detector.market import names_in_arithmetic
from detector.rules import load_rules
from detector.types import CODES

LEVELS = ("高风险", "中风险", "低风险", "不像招聘信息")
HEAD = """# Written by `python -m api.languages` from our texts; change those, not this file.
# Sentences in the phrases of Taiwan, laws by their own names in traditional characters.
"""


def sources() -> Mapping[str, tuple[str, ...]]:
    """Every text of ours that may stand in an answer, by the part of the table it belongs to."""
    rules = load_rules().rules
    return {
        "titles": _distinct([*(rule.title for rule in rules), BLOCKED_TITLE, *campaigns.TITLES]),
        "explanations": _distinct(
            [*(rule.explanation for rule in rules), OWN_EXPLANATION, BLOCKED_EXPLANATION, *campaigns.EXPLANATIONS]
        ),
        "advice": _distinct([*(rule.advice for rule in rules), OWN_ADVICE, BLOCKED_ADVICE, *campaigns.ADVICE]),
        "codes": tuple(CODES.values()),
        "because": tuple(BECAUSE.values()),
        "levels": LEVELS,
        "laws": _distinct([norm.law for rule in rules for norm in rule.legal]),
        "words": names_in_arithmetic(),
    }


def _distinct(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def english() -> Mapping[str, Mapping[str, str]]:
    """The English table as it is written."""
    return tomllib.loads((HERE / "en.toml").read_text("utf-8"))


def differences() -> list[str]:
    """What en.toml lacks (+) and what it no longer needs (-)."""
    written = english()
    lines = []
    for part, texts in sources().items():
        lines += [f"+ [{part}] {text}" for text in texts if text not in written[part]]
        lines += [f"- [{part}] {text}" for text in written[part] if text not in texts]
    return lines


QUOTES = str.maketrans("“”‘’", "「」『』")
"""As they are written where characters are traditional."""


def traditional() -> str:
    """zh-Hant.toml, whole."""
    phrases, characters = opencc.OpenCC("s2twp"), opencc.OpenCC("s2t")
    tables = {
        part: {text: (characters if part == "laws" else phrases).convert(text).translate(QUOTES) for text in texts}
        for part, texts in sources().items()
    }
    tables |= {
        "joints": {"sentence": "", "，": "，", "；": "；", "end": ""},
        "clauses": {clause: phrases.convert(clause).translate(QUOTES) for clause in english()["clauses"]},
    }
    return HEAD + "".join(_table(part, tables[part]) for part in (*TEXTS, "joints", "clauses"))


def _table(name: str, texts: Mapping[str, str]) -> str:
    rows = [f"{_quoted(text)} = {_quoted(own)}" for text, own in texts.items()]
    return "\n".join(["", f"[{name}]", *rows, ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    (HERE / "zh-Hant.toml").write_text(traditional(), "utf-8")
    missing = differences()
    print("\n".join(missing) or "en.toml is complete")
    sys.exit(bool(missing))
